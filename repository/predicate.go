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

// condition appends a predicate as one operand of AND or OR. It reports whether it
// appended a condition: an empty And or Eq has none.
//
// squirrel's comparisons are written here, because squirrel's own text has traps: it
// takes [16]byte for a list, has another text for each length of a list, and an empty
// Eq inside an Or matches every row. Every other Sqlizer writes itself.
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
		return s.comparisons(part, signLess)
	case squirrel.LtOrEq:
		return s.comparisons(part, signLessEqual)
	case squirrel.Gt:
		return s.comparisons(part, signGreater)
	case squirrel.GtOrEq:
		return s.comparisons(part, signGreaterEqual)
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

// writer is a predicate of this package. It writes itself.
type writer interface {
	writeTo(s *statement) bool
}

func (s *statement) and(parts []squirrel.Sqlizer) bool {
	return s.conjunction(len(parts), func(i int) bool { return s.condition(parts[i]) })
}

func (s *statement) conjunction(n int, part func(i int) bool) bool {
	return s.joined(" AND ", n, part)
}

// joined joins those of n parts that have a condition, in brackets, and reports
// whether there was one. A part without a condition appends nothing.
func (s *statement) joined(with string, n int, part func(i int) bool) bool {
	before := len(s.text)
	s.write("(")
	said := false
	for i := range n {
		mark := len(s.text)
		if said {
			s.write(with)
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
	return s.joined(" OR ", len(parts), func(i int) bool {
		if holdsForAll(parts[i]) {
			s.write("true")
			return true
		}
		return s.condition(parts[i])
	})
}

// holdsForAll reports whether a part of an Or is a NotEq with an empty list. As an
// operand of AND it is no condition. As an alternative it holds for every row.
func holdsForAll(part squirrel.Sqlizer) bool {
	entries, ok := part.(squirrel.NotEq)
	for _, value := range entries {
		kind, list := classify(value)
		if kind != listValue || reflect.ValueOf(list).Len() > 0 {
			return false
		}
	}
	return ok && len(entries) > 0
}

// Not is the predicate that holds where another does not. It is no condition where the
// other one is no condition. (In squirrel.Expr an absent filter would hold for every
// row, and its NOT for no row.)
func Not(part squirrel.Sqlizer) squirrel.Sqlizer { return negation{part} }

type negation struct{ part squirrel.Sqlizer }

// ToSql makes the predicate usable in squirrel's own builders.
//
//nolint:revive,staticcheck // the name is squirrel's
func (n negation) ToSql() (string, []any, error) {
	var probe statement
	if !probe.condition(n.part) {
		return squirrel.And{}.ToSql()
	}
	return squirrel.Expr("NOT (?)", n.part).ToSql()
}

func (n negation) writeTo(s *statement) bool {
	mark := len(s.text)
	s.write("NOT (")
	if !s.condition(n.part) {
		s.text = s.text[:mark]
		return false
	}
	s.write(")")
	return true
}

// rendered is a predicate of a type unknown here.
func (s *statement) rendered(part squirrel.Sqlizer) bool {
	if isNilPointer(part) {
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

// comparisons appends a comparison for each entry, in the order of the keys, so that
// the text is always the same.
func (s *statement) comparisons(entries map[string]any, by sign) bool {
	if len(entries) == 1 {
		for key, value := range entries {
			return s.compare(key, by, value)
		}
	}
	var room [8]string
	keys := room[:0]
	for key := range entries {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return s.conjunction(len(keys), func(i int) bool { return s.compare(keys[i], by, entries[keys[i]]) })
}

// operand is the left side of a comparison: a column or an expression of the
// program, never text of a request.
type operand struct {
	text    string
	named   named
	isName  bool
	numbers numbers // what kind of numbers it holds, if any
}

func (s *statement) operand(key string) operand {
	o := operand{text: key}
	o.named, o.isName = s.plan.resolve(key)
	o.numbers = unknownNumbers
	switch {
	case o.isName && o.named.column >= 0:
		o.numbers = s.plan.columns[o.named.column].numbers
	case strings.Contains(key, "->") || strings.Contains(key, "#>") || strings.Contains(key, "json"):
		o.numbers = noNumbers // what is compared with JSON is JSON
	}
	return o
}

// key appends the left side of a comparison.
func (s *statement) key(key string) *statement { return s.left(s.operand(key)) }

func (s *statement) left(o operand) *statement {
	if o.isName {
		return s.write(o.named.sql)
	}
	s.write("(")
	s.foreign(o.text, nil)
	return s.write(")")
}

type sign string

const (
	signEqual        sign = " = "
	signNotEqual     sign = " <> "
	signLess         sign = " < "
	signLessEqual    sign = " <= "
	signGreater      sign = " > "
	signGreaterEqual sign = " >= "
)

func (s *statement) compare(key string, by sign, value any) bool {
	switch {
	case by == signEqual:
		return s.equality(key, value, false)
	case by == signNotEqual:
		return s.equality(key, value, true)
	case isNull(value):
		s.fail("%s%sNULL holds for no row: use squirrel.Eq or NotEq with nil", key, by)
	default:
		s.one(s.operand(key), by, value)
	}
	return true
}

// equality appends the comparison of an Eq or a NotEq.
func (s *statement) equality(key string, value any, not bool) bool {
	o := s.operand(key)
	null, in, by := " IS NULL", " IN ", signEqual
	if not {
		null, in, by = " IS NOT NULL", " NOT IN ", signNotEqual
	}
	switch kind, value := classify(value); kind {
	case nullValue:
		s.left(o).write(null)
	case queryValue:
		s.left(o).write(in)
		s.rendered(value.(squirrel.Sqlizer)) //nolint:errcheck,forcetypeassert // classify says so
	case listValue:
		return s.equalityOfList(o, by, value)
	default:
		s.one(o, by, value)
	}
	return true
}

func (s *statement) equalityOfList(o operand, by sign, value any) bool {
	null, join := " IS NULL", " OR "
	if by == signNotEqual {
		null, join = " IS NOT NULL", " AND "
	}
	values, hasNull := withoutNulls(value)
	switch {
	case values.Len() == 0 && hasNull:
		s.left(o).write(null)
	case values.Len() == 0 && by == signNotEqual:
		return false // every row differs from all of no values
	case values.Len() == 0:
		s.write("false")
	case hasNull:
		s.write("(")
		s.list(o, by, values)
		s.write(join).left(o).write(null, ")")
	default:
		s.list(o, by, values)
	}
	return true
}

// list appends the comparison with all of a list, which is not empty. A list of
// one value is compared by = with that value; see oneOf.
func (s *statement) list(o operand, by sign, values reflect.Value) {
	first := values.Index(0)
	single := values.Len() == 1
	if !single && first.Comparable() && values.Type().Elem().Kind() != reflect.Pointer {
		single = true
		for i := 1; i < values.Len() && single; i++ {
			single = values.Index(i).Comparable() && values.Index(i).Equal(first)
		}
	}
	if single {
		s.one(o, by, first.Interface())
		return
	}
	list, cast, ok := o.numbers.list(values)
	switch {
	case !ok:
		list = array(values)
	case list == nil && by == signEqual:
		s.write("false") // no value of the list is one of the column
		return
	case list == nil:
		s.left(o).write(" IS NOT NULL")
		return
	}
	if by == signEqual {
		s.left(o).write(" = ANY(")
	} else {
		s.left(o).write(" <> ALL(")
	}
	s.bind(list).write(cast, ")")
}

// one appends the comparison with one value that is not NULL.
func (s *statement) one(o operand, by sign, value any) {
	by, value, cast, result := o.numbers.compare(by, value)
	switch result {
	case never:
		s.write("false")
	case always:
		s.left(o).write(" IS NOT NULL")
	case asked:
		s.left(o).write(string(by)).bind(value).write(cast)
	}
}

type valueKind int8

const (
	oneValue valueKind = iota
	nullValue
	listValue
	queryValue
)

// classify returns the meaning of a value in an Eq. Only slices are lists, and slices
// of bytes are not.
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
	if isNilPointer(value) {
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

// withoutNulls returns the values of a list that are not NULL, and whether there
// were NULLs in it.
func withoutNulls(value any) (list reflect.Value, hasNull bool) {
	v := reflect.ValueOf(value)
	if k := v.Type().Elem().Kind(); k != reflect.Pointer && k != reflect.Interface {
		return v, false
	}
	kept := reflect.MakeSlice(v.Type(), 0, v.Len())
	for i := range v.Len() {
		if isNull(v.Index(i).Interface()) {
			hasNull = true
		} else {
			kept = reflect.Append(kept, v.Index(i))
		}
	}
	return kept, hasNull
}

// array is a slice as it is bound for an array parameter. Slices of text are written as
// an array literal. It fits arrays of each type that is written as text, such as an enum
// or a domain that the connection does not know.
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
