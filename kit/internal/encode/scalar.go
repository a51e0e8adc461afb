package encode

import (
	"bytes"
	"encoding"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/kit/internal/ascii"
	"github.com/polarkit-go/polarkit/kit/internal/noun"
	"github.com/polarkit-go/polarkit/kit/internal/python"
)

func (s *state) null() { s.buf = append(s.buf, "null"...) }

func (s *state) bool(v bool) { s.buf = strconv.AppendBool(s.buf, v) }

func (s *state) int(v int64) { s.buf = strconv.AppendInt(s.buf, v, 10) }

func (s *state) uint(v uint64) { s.buf = strconv.AppendUint(s.buf, v, 10) }

func (s *state) float(f float64, bits int) {
	switch {
	case math.IsNaN(f) || math.IsInf(f, 0):
		if !s.echo {
			s.null()
			return
		}
		s.buf = append(s.buf, notFinite(f)...)
	case bits == 32:
		// The shortest text of a float32 is shorter than that of the same float64.
		short, _ := strconv.ParseFloat(strconv.FormatFloat(f, 'g', -1, 32), 64)
		s.buf = python.AppendFloatRepr(s.buf, short)
	default:
		s.buf = python.AppendFloatRepr(s.buf, f)
	}
}

func notFinite(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return `"Infinity"`
	case math.IsInf(f, -1):
		return `"-Infinity"`
	}
	return `"NaN"`
}

var (
	timeType          = reflect.TypeFor[time.Time]()
	uuidType          = reflect.TypeFor[uuid.UUID]()
	rawType           = reflect.TypeFor[Raw]()
	rawMessageType    = reflect.TypeFor[json.RawMessage]()
	numberType        = reflect.TypeFor[json.Number]()
	marshalerType     = reflect.TypeFor[json.Marshaler]()
	textMarshalerType = reflect.TypeFor[encoding.TextMarshaler]()
)

// special returns the encoder of a type whose kind does not decide how it is written. It is
// nil for other types.
func special(t reflect.Type) encoder {
	switch t {
	case timeType:
		return encodeTime
	case uuidType:
		return encodeUUID
	case rawType:
		return func(s *state, v reflect.Value) error { s.buf = append(s.buf, v.Bytes()...); return nil }
	case rawMessageType:
		return encodeRawMessage
	case numberType:
		return encodeNumber
	}
	pointer := reflect.PointerTo(t)
	switch {
	case t.Kind() == reflect.Pointer && isOurs(t.Elem()):
		return nil // it has its type's marshaler too, which writes another form
	case t.Kind() == reflect.Interface:
		return nil // what it holds decides
	case noun.IsSet(t):
		return nil // its marshaler calls this package
	case noun.IsOptional(t):
		return encodeOptional
	case t.Implements(marshalerType):
		return encodeMarshaler
	case pointer.Implements(marshalerType):
		return whenAddressable(t, encodeMarshaler)
	case t.Implements(textMarshalerType):
		return encodeTextMarshaler
	case pointer.Implements(textMarshalerType):
		return whenAddressable(t, encodeTextMarshaler)
	}
	return nil
}

// isOurs reports whether this package writes a type in a form of its own.
func isOurs(t reflect.Type) bool {
	switch t {
	case timeType, uuidType, rawType, rawMessageType, numberType:
		return true
	}
	return noun.IsOptional(t) || noun.IsSet(t)
}

func hasMarshaler(t reflect.Type) bool {
	return t.Implements(marshalerType) || t.Implements(textMarshalerType)
}

// whenAddressable uses a marshaler with a pointer receiver where the value can be addressed.
// Elsewhere the kind of the type decides, as in encoding/json.
func whenAddressable(t reflect.Type, marshal encoder) encoder {
	return func(s *state, v reflect.Value) error {
		if !v.CanAddr() {
			addressable := reflect.New(t).Elem()
			addressable.Set(v)
			v = addressable
		}
		return marshal(s, v.Addr())
	}
}

// of returns the value. Where it can be addressed, it is not copied.
func of[T any](v reflect.Value) T {
	if v.CanAddr() {
		return *v.Addr().Interface().(*T) //nolint:forcetypeassert // the encoder is chosen by the type
	}
	return v.Interface().(T) //nolint:forcetypeassert // likewise
}

func encodeTime(s *state, v reflect.Value) error {
	at, ok := inFourDigits(of[time.Time](v))
	if !ok {
		return fmt.Errorf("the year %d has no JSON", at.Year())
	}
	s.buf = append(s.buf, '"')
	s.buf = appendTime(s.buf, at)
	s.buf = append(s.buf, '"')
	return nil
}

// inFourDigits returns the time in a zone in which JSON can hold it. Nearly every time keeps
// its own zone. RFC 3339 has no offsets with seconds and no years beyond 9999, and Pydantic
// has no years before 1. Pydantic accepts a time whose year is in this range only because of
// its offset, and a database returns this time in UTC. It gets the smallest offset with
// which its year is in the range.
func inFourDigits(at time.Time) (time.Time, bool) {
	if _, offset := at.Zone(); offset%60 != 0 {
		at = at.UTC()
	}
	if isYear(at) {
		return at, true
	}
	if utc := at.UTC(); isYear(utc) {
		return utc, true
	}
	const (
		begin      = -62_135_596_800 // 0001-01-01T00:00:00Z
		end        = 253_402_300_800 // 10000-01-01T00:00:00Z
		hour       = 3600
		lastOffset = 24*hour - 60
	)
	var offset int64
	if unix := at.Unix(); unix < begin {
		offset = (begin - unix + hour - 1) / hour * hour
	} else {
		offset = -((unix-end)/hour + 1) * hour
	}
	offset = min(max(offset, -lastOffset), lastOffset)
	if moved := at.In(time.FixedZone("", int(offset))); isYear(moved) {
		return moved, true
	}
	at = at.UTC()
	return at, at.Year() == 0 // RFC 3339 has it
}

func isYear(at time.Time) bool { return at.Year() >= 1 && at.Year() <= 9999 }

// appendTime appends a datetime as Pydantic writes it. A fraction has six digits, and UTC is
// Z. Other offsets look like +02:00.
func appendTime(to []byte, at time.Time) []byte {
	layout := "2006-01-02T15:04:05Z07:00"
	if at.Nanosecond() >= 1000 {
		layout = "2006-01-02T15:04:05.000000Z07:00"
	}
	return at.AppendFormat(to, layout)
}

func encodeUUID(s *state, v reflect.Value) error {
	id := of[uuid.UUID](v)
	const digits = "0123456789abcdef"
	s.buf = append(s.buf, '"')
	for i, b := range id {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			s.buf = append(s.buf, '-')
		}
		s.buf = append(s.buf, digits[b>>4], digits[b&15])
	}
	s.buf = append(s.buf, '"')
	return nil
}

// encodeOptional writes an absent value as null. With omitzero, its field is left out before.
func encodeOptional(s *state, v reflect.Value) error {
	value, set := noun.Lookup(v)
	if !set {
		s.null()
		return nil
	}
	return s.any(value)
}

func encodeRawMessage(s *state, v reflect.Value) error {
	if v.IsNil() {
		s.null()
		return nil
	}
	return s.compact(v.Bytes())
}

// compact appends the JSON of a marshaler, after checking it, without white space.
func (s *state) compact(data []byte) error {
	compacted := bytes.NewBuffer(s.buf)
	if err := json.Compact(compacted, data); err != nil {
		return err
	}
	s.buf = compacted.Bytes()
	return nil
}

func encodeNumber(s *state, v reflect.Value) error {
	text := v.String()
	if text == "" {
		text = "0" // as encoding/json has it
	}
	if first, last := text[0], text[len(text)-1]; first != '-' && !ascii.IsDigit(first) || !ascii.IsDigit(last) || !json.Valid([]byte(text)) {
		return fmt.Errorf("%q is not a number", text)
	}
	s.buf = append(s.buf, text...)
	return nil
}

func encodeMarshaler(s *state, v reflect.Value) error {
	if v.Kind() == reflect.Pointer && v.IsNil() {
		s.null()
		return nil
	}
	data, err := v.Interface().(json.Marshaler).MarshalJSON() //nolint:forcetypeassert // chosen by the type
	if err != nil {
		return err
	}
	if err := s.compact(data); err != nil {
		return fmt.Errorf("MarshalJSON of %s: %w", v.Type(), err)
	}
	return nil
}

func encodeTextMarshaler(s *state, v reflect.Value) error {
	if v.Kind() == reflect.Pointer && v.IsNil() {
		s.null()
		return nil
	}
	text, err := v.Interface().(encoding.TextMarshaler).MarshalText() //nolint:forcetypeassert // chosen by the type
	if err != nil {
		return err
	}
	s.buf = AppendString(s.buf, string(text))
	return nil
}

func encodeBytes(s *state, v reflect.Value) error {
	s.buf = append(s.buf, '"')
	s.buf = base64.StdEncoding.AppendEncode(s.buf, v.Bytes())
	s.buf = append(s.buf, '"')
	return nil
}
