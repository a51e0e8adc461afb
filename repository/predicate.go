package repository

import (
	"database/sql/driver"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/Masterminds/squirrel"
	"github.com/google/uuid"
)

// condition appends a predicate so that it stands beside AND and OR as one
// operand, and reports whether it said anything: an empty And or Eq does not.
//
// squirrel's comparisons are written here, because squirrel's own rendering
// has traps: it takes [16]byte for a list, writes one text per length of a
// list, and lets an empty Eq inside an Or match every row. Every other Sqlizer
// renders itself.
func (s *statement) condition(part squirrel.Sqlizer) bool {
	switch part := part.(type) {
	case nil:
		return false
	case squirrel.And:
		return s.and(part)
	case squirrel.Or:
		return s.or(part)
	case squirrel.Eq:
		return s.comparisons(part, signEqual)
	case squirrel.NotEq:
		return s.comparisons(part, signNotEqual)
	case squirrel.Lt:
		return s.comparisons(part, " < ")
	case squirrel.LtOrEq:
		return s.comparisons(part, " <= ")
	case squirrel.Gt:
		return s.comparisons(part, " > ")
	case squirrel.GtOrEq:
		return s.comparisons(part, " >= ")
	case squirrel.Like:
		return s.comparisons(part, " LIKE ")
	case squirrel.NotLike:
		return s.comparisons(part, " NOT LIKE ")
	case squirrel.ILike:
		return s.comparisons(part, " ILIKE ")
	case squirrel.NotILike:
		return s.comparisons(part, " NOT ILIKE ")
	case writer:
		return part.writeTo(s)
	default:
		return s.rendered(part)
	}
}

// writer is a predicate of this package, which writes itself.
type writer interface {
	writeTo(s *statement) bool
}

func (s *statement) and(parts []squirrel.Sqlizer) bool {
	return s.conjunction(len(parts), func(i int) bool { return s.condition(parts[i]) })
}

// conjunction joins with AND those of n parts that say something, in brackets,
// and reports whether there was one. A part that says nothing appends nothing.
func (s *statement) conjunction(n int, part func(i int) bool) bool {
	before := len(s.text)
	s.write("(")
	said := false
	for i := range n {
		mark := len(s.text)
		if said {
			s.write(" AND ")
		}
		if part(i) {
			said = true
		} else {
			s.text = s.text[:mark]
		}
	}
	if !said {
		s.text = s.text[:before]
		return false
	}
	s.write(")")
	return true
}

func (s *statement) or(parts []squirrel.Sqlizer) bool {
	if len(parts) == 0 {
		s.write("false")
		return true
	}
	s.write("(")
	for i, part := range parts {
		if i > 0 {
			s.write(" OR ")
		}
		if !s.condition(part) {
			s.fail("an alternative of an Or is empty and would match every row: leave it out, or say squirrel.Expr(\"true\")")
			return true
		}
	}
	s.write(")")
	return true
}

// rendered is a predicate of a type unknown here.
func (s *statement) rendered(part squirrel.Sqlizer) bool {
	if v := reflect.ValueOf(part); v.Kind() == reflect.Pointer && v.IsNil() {
		return false
	}
	if builder, ok := part.(squirrel.SelectBuilder); ok {
		part = builder.PlaceholderFormat(squirrel.Question)
	}
	sql, args, err := part.ToSql()
	if err != nil {
		s.fail("a predicate: %w", err)
		return true
	}
	if strings.TrimSpace(sql) == "" {
		if len(args) > 0 {
			s.fail("a predicate has arguments and no text")
		}
		return false
	}
	s.write("(")
	s.foreign(sql, args)
	s.write(")")
	return true
}

// comparisons appends a comparison for each entry, in the order of the keys so
// that the text is always the same.
func (s *statement) comparisons(entries map[string]any, sign string) bool {
	if len(entries) == 1 {
		for key, value := range entries {
			return s.compare(key, sign, value)
		}
	}
	var room [8]string
	keys := room[:0]
	for key := range entries {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return s.conjunction(len(keys), func(i int) bool { return s.compare(keys[i], sign, entries[keys[i]]) })
}

// key appends the left side of a comparison: a column or an expression of the
// program, never text of a request.
func (s *statement) key(key string) *statement {
	if isPlainKey(key) {
		return s.write(key)
	}
	s.write("(")
	s.foreign(key, nil)
	return s.write(")")
}

func isPlainKey(key string) bool {
	for i := range len(key) {
		if c := key[i]; !isWordByte(c) && c != '.' {
			return false
		}
	}
	return key != ""
}

const (
	signEqual    = " = "
	signNotEqual = " <> "
)

func (s *statement) compare(key, sign string, value any) bool {
	switch {
	case sign == signEqual:
		return s.equality(key, value, false)
	case sign == signNotEqual:
		return s.equality(key, value, true)
	case isNull(value):
		s.fail("%s%sNULL holds for no row: say squirrel.Eq or NotEq with nil", key, sign)
	default:
		s.key(key).write(sign).bind(value)
	}
	return true
}

// equality appends what Eq means, or NotEq.
func (s *statement) equality(key string, value any, not bool) bool {
	null, in, list, join, one := " IS NULL", " IN ", " = ANY(", " OR ", signEqual
	if not {
		null, in, list, join, one = " IS NOT NULL", " NOT IN ", " <> ALL(", " AND ", signNotEqual
	}
	switch kind, value := classify(value); kind {
	case nullValue:
		s.key(key).write(null)
	case queryValue:
		s.key(key).write(in)
		s.rendered(value.(squirrel.Sqlizer)) //nolint:errcheck,forcetypeassert // classify says so
	case listValue:
		values, hasNull := withoutNulls(value)
		switch {
		case values == nil && hasNull:
			s.key(key).write(null)
		case values == nil && not:
			return false // every row differs from all of no values
		case values == nil:
			s.write("false")
		case hasNull:
			s.write("(").key(key).write(list).bind(values).write(")", join).key(key).write(null, ")")
		default:
			s.key(key).write(list).bind(values).write(")")
		}
	default:
		s.key(key).write(one).bind(value)
	}
	return true
}

type valueKind int8

const (
	oneValue valueKind = iota
	nullValue
	listValue
	queryValue
)

// classify tells what a value of an Eq means. Only slices are lists, and of
// them those of bytes are not.
func classify(value any) (valueKind, any) {
	switch v := value.(type) {
	case nil:
		return nullValue, nil
	case string, bool, int, int32, int64, float64, uuid.UUID, time.Time, []byte:
		return oneValue, value
	case squirrel.Sqlizer:
		return queryValue, v
	case driver.Valuer:
		if isNull(value) {
			return nullValue, nil
		}
		return oneValue, value
	}
	switch v := reflect.ValueOf(value); v.Kind() {
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return oneValue, value
		}
		return listValue, value
	case reflect.Pointer:
		if v.IsNil() {
			return nullValue, nil
		}
		return oneValue, value
	default:
		return oneValue, value
	}
}

func isNull(value any) bool {
	if value == nil {
		return true
	}
	if v := reflect.ValueOf(value); v.Kind() == reflect.Pointer && v.IsNil() {
		return true
	}
	if _, ok := value.(uuid.UUID); ok {
		return false
	}
	if valuer, ok := value.(driver.Valuer); ok {
		plain, err := valuer.Value()
		return err == nil && plain == nil
	}
	return false
}

// withoutNulls returns the list as it is bound, nil when no value is left, and
// whether there were NULLs in it.
func withoutNulls(value any) (list any, hasNull bool) {
	v := reflect.ValueOf(value)
	if v.Len() == 0 {
		return nil, false
	}
	elem := v.Type().Elem()
	if k := elem.Kind(); k == reflect.Pointer || k == reflect.Interface {
		kept := reflect.MakeSlice(v.Type(), 0, v.Len())
		for i := range v.Len() {
			if isNull(v.Index(i).Interface()) {
				hasNull = true
			} else {
				kept = reflect.Append(kept, v.Index(i))
			}
		}
		if kept.Len() == 0 {
			return nil, hasNull
		}
		return kept.Interface(), hasNull
	}
	return array(v), false
}

// array is a slice as it is bound for an array parameter. Slices of text are
// written as an array literal, which fits arrays of every type that is written
// as text, also of an enum or domain that the connection does not know.
func array(v reflect.Value) any {
	elem := v.Type().Elem()
	if elem.Kind() != reflect.String || elem.Implements(reflect.TypeFor[driver.Valuer]()) {
		return v.Interface()
	}
	size := 2
	for i := range v.Len() {
		size += v.Index(i).Len() + 3
	}
	literal := append(make([]byte, 0, size), '{')
	for i := range v.Len() {
		if i > 0 {
			literal = append(literal, ',')
		}
		literal = appendArrayElement(literal, v.Index(i).String())
	}
	return string(append(literal, '}'))
}

func appendArrayElement(literal []byte, text string) []byte {
	literal = append(literal, '"')
	for i := range len(text) {
		if c := text[i]; c == '"' || c == '\\' {
			literal = append(literal, '\\')
		}
		literal = append(literal, text[i])
	}
	return append(literal, '"')
}
