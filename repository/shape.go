package repository

import (
	"context"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
)

// shape is what the database says of a column: the bounds of its values.
type shape struct {
	Column string
	Type   string // as a cast names it, with its modifiers
	// Base is the type itself below domains, and that of the elements of an array.
	Base   uint32
	Mod    int32 // its modifier, such as the length of a varchar; -1 for none
	Array  bool
	Labels []string // of an enum
}

const shapesQuery = `WITH RECURSIVE base(name, num, oid, mod, list) AS (
	SELECT attname::text, attnum, atttypid, atttypmod, false FROM pg_attribute
	WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped
	UNION ALL
	SELECT b.name, b.num, CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.typelem END,
		CASE WHEN t.typtype = 'd' AND t.typtypmod <> -1 THEN t.typtypmod ELSE b.mod END, b.list OR t.typtype <> 'd'
	FROM base b JOIN pg_type t ON t.oid = b.oid WHERE t.typtype = 'd' OR t.typcategory = 'A' AND t.typelem <> 0
)
SELECT b.name, format_type(a.atttypid, a.atttypmod), b.oid, b.mod, b.list,
	ARRAY(SELECT enumlabel::text FROM pg_enum WHERE enumtypid = b.oid ORDER BY enumsortorder)
FROM base b JOIN pg_type t ON t.oid = b.oid JOIN pg_attribute a ON a.attrelid = $1::text::regclass AND a.attnum = b.num
WHERE t.typtype <> 'd' AND (t.typcategory <> 'A' OR t.typelem = 0)`

// readShapes asks the database for the columns of the table. The keys are their names.
func (p *plan) readShapes(ctx context.Context, on querier) (map[string]*shape, error) {
	rows, err := on.Query(ctx, shapesQuery, p.quoted)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToAddrOfStructByPos[shape])
	if err != nil {
		return nil, err
	}
	shapes := make(map[string]*shape, len(found))
	for _, each := range found {
		shapes[each.Column] = each
	}
	return shapes, nil
}

// judge compares a value with the bounds of a column, as far as they can be known
// here: certain is false where only the database can say that it takes the value.
func (s *shape) judge(types *pgtype.Map, value any) (issues []errors.ValidationError, certain bool) {
	if !s.Array {
		issue, certain := s.judgeOne(types, value)
		if issue != nil {
			issues = []errors.ValidationError{*issue}
		}
		return issues, certain
	}
	v := reflect.ValueOf(value)
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() != reflect.Slice || v.Type().Elem().Kind() == reflect.Uint8 {
		return nil, false
	}
	certain = true
	for i := range v.Len() {
		element := v.Index(i).Interface()
		if isNilPointer(element) {
			continue
		}
		issue, known := s.judgeOne(types, element)
		if issue != nil {
			issue.Loc, issue.Input = errors.Loc{i}, element
			issues = append(issues, *issue)
		}
		certain = certain && known
	}
	return issues, certain
}

func (s *shape) judgeOne(types *pgtype.Map, value any) (issue *errors.ValidationError, certain bool) {
	text, isWritten := textOf(types, value).(string)
	if isWritten && !isText(text) {
		return invalidText(), true
	}
	switch s.Base {
	case pgtype.Int2OID:
		return judgeInteger(value, math.MinInt16, math.MaxInt16)
	case pgtype.Int4OID:
		return judgeInteger(value, math.MinInt32, math.MaxInt32)
	case pgtype.Int8OID:
		return judgeInteger(value, math.MinInt64, math.MaxInt64)
	case pgtype.NumericOID:
		return s.judgeNumeric(value), false
	case pgtype.TextOID:
		return nil, isWritten
	case pgtype.VarcharOID, pgtype.BPCharOID:
		if longest := int(s.Mod) - modHeader; longest > 0 && utf8.RuneCountInString(strings.TrimRight(text, " ")) > longest {
			return tooLongText(longest), true
		}
		return nil, isWritten
	}
	if len(s.Labels) > 0 && isWritten {
		if !slices.Contains(s.Labels, text) {
			expected := listed(s.Labels)
			return &errors.ValidationError{Type: "enum", Msg: "Input should be " + expected, Ctx: errors.Ctx{{Name: "expected", Value: expected}}}, true
		}
		return nil, true
	}
	return nil, isAlwaysTaken(s.Base, value)
}

// isAlwaysTaken reports whether a type takes all values of a Go type that a
// request can hold.
func isAlwaysTaken(oid uint32, value any) bool {
	switch value.(type) {
	case time.Time, *time.Time, kit.Date, *kit.Date:
		return oid == pgtype.TimestamptzOID || oid == pgtype.TimestampOID || oid == pgtype.DateOID
	}
	switch oid {
	case pgtype.BoolOID:
		return reflect.Indirect(reflect.ValueOf(value)).Kind() == reflect.Bool
	case pgtype.UUIDOID:
		return reflect.Indirect(reflect.ValueOf(value)).Type() == uuidType
	}
	return false
}

// modHeader is what PostgreSQL adds to the modifiers of text and numeric.
const modHeader = 4

func judgeInteger(value any, lowest, highest int64) (issue *errors.ValidationError, certain bool) {
	n, ok := numberOf(value)
	if !ok || !n.integer && n.f == nil {
		return nil, false
	}
	above := n.f != nil && n.f.Cmp(new(big.Float).SetInt64(highest)) > 0 || n.integer && n.i > highest
	below := n.f != nil && n.f.Cmp(new(big.Float).SetInt64(lowest)) < 0 || n.integer && n.i < lowest
	switch {
	case above:
		return bound("less_than_equal", "less than or equal to", "le", highest), true
	case below:
		return bound("greater_than_equal", "greater than or equal to", "ge", lowest), true
	}
	_, whole := n.whole()
	return nil, whole
}

func bound(typ, relation, name string, limit int64) *errors.ValidationError {
	return &errors.ValidationError{Type: typ, Msg: fmt.Sprintf("Input should be %s %d", relation, limit), Ctx: errors.Ctx{{Name: name, Value: limit}}}
}

// judgeNumeric counts the digits before the point. What overflows only where it is
// rounded is left to the database.
func (s *shape) judgeNumeric(value any) *errors.ValidationError {
	n, ok := numberOf(value)
	if !ok || !n.integer && n.f == nil {
		return nil
	}
	digits := numericDigits
	if s.Mod >= modHeader {
		mod := s.Mod - modHeader
		precision, scale := int(mod>>16)&0xffff, int(mod&0x7ff^1024)-1024 // the scale is signed, of 11 bits
		digits = precision - scale
	}
	beyond := n.isHuge()
	if !beyond && digits < numericDigits && digits >= 0 {
		f := n.f
		if f == nil {
			f = new(big.Float).SetInt64(n.i)
		}
		limit := new(big.Float).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil))
		beyond = new(big.Float).Abs(f).Cmp(limit) >= 0
	}
	if !beyond || digits < 0 {
		return nil
	}
	return &errors.ValidationError{
		Type: "decimal_whole_digits", Msg: fmt.Sprintf("Decimal input should have no more than %d digit%s before the decimal point", digits, plural(digits)),
		Ctx: errors.Ctx{{Name: "whole_digits", Value: digits}},
	}
}

func tooLongText(longest int) *errors.ValidationError {
	return &errors.ValidationError{
		Type: "string_too_long", Msg: fmt.Sprintf("String should have at most %d character%s", longest, plural(longest)),
		Ctx: errors.Ctx{{Name: "max_length", Value: longest}},
	}
}

func invalidText() *errors.ValidationError {
	return valueError("This value contains invalid characters")
}

func valueError(text string) *errors.ValidationError {
	return &errors.ValueErrorAt(nil, text, nil).Details()[0]
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// listed is "'a', 'b' or 'c'", with the quotes of Python.
func listed(labels []string) string {
	var text strings.Builder
	for i, label := range labels {
		switch {
		case i > 0 && i == len(labels)-1:
			text.WriteString(" or ")
		case i > 0:
			text.WriteString(", ")
		}
		quote := "'"
		if strings.Contains(label, "'") && !strings.Contains(label, `"`) {
			quote = `"`
		}
		text.WriteString(quote + strings.NewReplacer(`\`, `\\`, quote, `\`+quote).Replace(label) + quote)
	}
	return text.String()
}
