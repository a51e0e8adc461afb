package repository

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/pagination"
)

// moneyOID is the type money, whose text depends on the locale.
const moneyOID = 790

var (
	errMoney  = errors.New("values of the type money cannot be the order of a cursor: sort by them as numeric")
	errRange  = errors.New("a range in an unknown form")
	errFloats = errors.New("floats cannot be the order of a cursor where extra_float_digits is below 1 and pgx takes them as text: set it to 1, or use another mode of pgx")
)

// readPosition reads the sort values of the row that was scanned last: the last
// columns of the result.
//
// A position is text that means the same value in every session. The text of the server
// does not: it depends on DateStyle, IntervalStyle, TimeZone and extra_float_digits. So
// the values are read in binary form, where the connection uses it, and written here.
func readPosition(result pgx.Rows, terms int) (pagination.Position, error) {
	fields, raw := result.FieldDescriptions(), result.RawValues()
	at := make(pagination.Position, terms)
	for i := range at {
		column := len(raw) - terms + i
		if raw[column] == nil {
			continue
		}
		text, err := positionText(result.Conn(), fields[column].DataTypeOID, fields[column].Format, raw[column])
		if err != nil {
			return nil, err
		}
		at[i] = &text
	}
	return at, nil
}

func positionText(conn *pgx.Conn, oid uint32, format int16, raw []byte) (string, error) {
	switch {
	case oid == moneyOID:
		return "", errMoney
	case format == pgtype.TextFormatCode:
		return string(raw), nil
	case oid == pgtype.IntervalOID && len(raw) == 16:
		return intervalText(raw), nil
	}
	types := conn.TypeMap()
	typ, ok := types.TypeForOID(oid)
	if !ok {
		return "", fmt.Errorf("values of a type that pgx does not know (OID %d) cannot be the order of a cursor", oid)
	}
	if ranges, ok := typ.Codec.(*pgtype.RangeCodec); ok {
		return rangeText(conn, ranges.ElementType.OID, raw)
	}
	value, err := typ.Codec.DecodeValue(types, oid, format, raw)
	if err != nil {
		return "", fmt.Errorf("values of the type %s cannot be the order of a cursor: %w", typ.Name, err)
	}
	text, err := types.Encode(oid, pgtype.TextFormatCode, value, nil)
	if err != nil {
		return "", fmt.Errorf("values of the type %s cannot be the order of a cursor: %w", typ.Name, err)
	}
	return string(text), nil
}

// needsExactFloats reports whether a float came as text. It does in the modes of pgx
// that do not ask the server for types. The text has all digits only where
// extra_float_digits is at least 1, which is PostgreSQL's default.
func needsExactFloats(result pgx.Rows, terms int) bool {
	fields := result.FieldDescriptions()
	return slices.ContainsFunc(fields[len(fields)-terms:], func(field pgconn.FieldDescription) bool {
		return field.Format == pgtype.TextFormatCode && (field.DataTypeOID == pgtype.Float4OID || field.DataTypeOID == pgtype.Float8OID)
	})
}

// exactFloats fails where the text of a float has fewer digits than it needs.
func exactFloats(ctx context.Context, on querier) error {
	rows, err := on.Query(ctx, "SELECT current_setting('extra_float_digits')")
	if err != nil {
		return err
	}
	digits, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	if n, err := strconv.Atoi(digits); err != nil || n < 1 {
		return errFloats
	}
	return nil
}

// Flags of a range in binary form.
const (
	rangeEmpty          = 0x01
	rangeLowerInclusive = 0x02
	rangeUpperInclusive = 0x04
	rangeNoLower        = 0x08
	rangeNoUpper        = 0x10
)

// rangeText writes a range. pgx can read the ends of a range, but it cannot write them.
func rangeText(conn *pgx.Conn, element uint32, raw []byte) (string, error) {
	if len(raw) == 0 {
		return "", errRange
	}
	flags, rest := raw[0], raw[1:]
	if flags&rangeEmpty != 0 {
		return "empty", nil
	}
	var text []byte
	end := func(none byte) error {
		if flags&none != 0 {
			return nil
		}
		if len(rest) < 4 {
			return errRange
		}
		size := binary.BigEndian.Uint32(rest)
		if rest = rest[4:]; uint64(size) > uint64(len(rest)) {
			return errRange
		}
		value, err := positionText(conn, element, pgtype.BinaryFormatCode, rest[:size])
		text, rest = appendArrayElement(text, value), rest[size:]
		return err
	}
	if text = append(text, '('); flags&rangeLowerInclusive != 0 {
		text[0] = '['
	}
	if err := end(rangeNoLower); err != nil {
		return "", err
	}
	text = append(text, ',')
	if err := end(rangeNoUpper); err != nil {
		return "", err
	}
	if flags&rangeUpperInclusive != 0 {
		return string(append(text, ']')), nil
	}
	return string(append(text, ')')), nil
}

// intervalText writes an interval with a sign at each part. A single sign at the
// beginning has a meaning that depends on IntervalStyle.
func intervalText(raw []byte) string {
	micros := int64(binary.BigEndian.Uint64(raw))      //nolint:gosec // two's complement
	days := int32(binary.BigEndian.Uint32(raw[8:]))    //nolint:gosec // two's complement
	months := int32(binary.BigEndian.Uint32(raw[12:])) //nolint:gosec // two's complement
	switch {
	case micros == math.MaxInt64 && days == math.MaxInt32 && months == math.MaxInt32:
		return "infinity"
	case micros == math.MinInt64 && days == math.MinInt32 && months == math.MinInt32:
		return "-infinity"
	}
	return fmt.Sprintf("%+d mon %+d day %+d microseconds", months, days, micros)
}
