package repository

import (
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/Masterminds/squirrel"

	"github.com/polarkit-go/polarkit/kit"
)

// OneOf is the predicate of a filter by a repeated parameter: the column is one
// of the values, and there is no condition where there are no values.
func OneOf[T any](column string, values kit.Filter[T]) squirrel.Sqlizer {
	if len(values) == 0 {
		return squirrel.And{}
	}
	return squirrel.Eq{column: []T(values)}
}

// IfSet is the predicate of a filter by one parameter: the column equals the
// value, null included, and there is no condition where it is absent.
func IfSet[T any](column string, value kit.Optional[T]) squirrel.Sqlizer {
	if v, ok := value.Get(); ok {
		return squirrel.Eq{column: v}
	}
	return squirrel.And{}
}

// Contains is the predicate of a text search: the column contains the text, in
// any case, with nothing in it special. There is no condition where it is
// absent or empty.
func Contains(column string, text kit.Optional[string]) squirrel.Sqlizer {
	v, ok := text.Get()
	if !ok || v == "" {
		return squirrel.And{}
	}
	pattern := make([]byte, 0, len(v)+2)
	pattern = append(pattern, '%')
	for i := range len(v) {
		if c := v[i]; c == '%' || c == '_' || c == '\\' {
			pattern = append(pattern, '\\')
		}
		pattern = append(pattern, v[i])
	}
	return squirrel.ILike{column: string(append(pattern, '%'))}
}

const (
	// maxMetadataKey and maxMetadataValue are the lengths beyond which no
	// metadata can match, in characters (Polar guideline), so that nothing
	// longer is sent to the database.
	maxMetadataKey   = 40
	maxMetadataValue = 500
)

// MetadataMatches is the predicate of a [kit.MetadataFilter] on a jsonb
// column: the values of one key are alternatives, different keys must all
// match. A value in the request is text and matches the text, and also the
// number or boolean that is written so. The test is containment (@>), which a
// GIN index with jsonb_path_ops serves:
//
//	CREATE INDEX ON customers USING gin (metadata jsonb_path_ops);
func MetadataMatches(column string, filter kit.MetadataFilter) squirrel.Sqlizer {
	return metadataPredicate{column: column, filter: filter}
}

type metadataPredicate struct {
	column string
	filter kit.MetadataFilter
}

// ToSql makes the predicate usable in squirrel's own builders.
//
//nolint:revive,staticcheck // the name is squirrel's
func (m metadataPredicate) ToSql() (string, []any, error) {
	and := squirrel.And{}
	for _, criterion := range m.filter {
		or := squirrel.Or{}
		for _, document := range documents(criterion) {
			or = append(or, squirrel.Expr(m.column+" @> ?::jsonb", document))
		}
		and = append(and, or)
	}
	return and.ToSql()
}

func (m metadataPredicate) writeTo(s *statement) bool {
	if len(m.filter) == 0 {
		return false
	}
	s.write("(")
	for i, criterion := range m.filter {
		if i > 0 {
			s.write(" AND ")
		}
		alternatives := documents(criterion)
		if len(alternatives) == 0 {
			s.write("false")
			continue
		}
		// One text for any number of alternatives.
		s.key(m.column).write(" @> ANY(").bind(array(reflect.ValueOf(alternatives))).write("::jsonb[])")
	}
	s.write(")")
	return true
}

// documents are the objects one of which the metadata must contain: the key
// with the value as text, and as the number or boolean that is written so.
func documents(criterion kit.MetadataCriterion) []string {
	if size := len([]rune(criterion.Key)); size == 0 || size > maxMetadataKey {
		return nil
	}
	var found []string
	add := func(value any) {
		if text, err := json.Marshal(map[string]any{criterion.Key: value}); err == nil {
			found = append(found, string(text))
		}
	}
	for _, value := range criterion.Values {
		if size := len([]rune(value)); size == 0 || size > maxMetadataValue || hasNUL(value) || hasNUL(criterion.Key) {
			continue // jsonb holds no NUL, and metadata no text so long
		}
		add(value)
		switch number, err := strconv.ParseFloat(value, 64); {
		case value == "true" || value == "false":
			add(value == "true")
		case err != nil || math.IsInf(number, 0) || math.IsNaN(number) || !json.Valid([]byte(value)):
		case number != 0:
			add(json.Number(value))
		case !strings.ContainsAny(significand(value), "123456789"):
			add(0) // and not 0e99999, which is beyond the database's numbers, as are the smallest that become 0 here
		}
	}
	return found
}

func significand(number string) string {
	if i := strings.IndexAny(number, "eE"); i >= 0 {
		return number[:i]
	}
	return number
}

func hasNUL(text string) bool {
	for i := range len(text) {
		if text[i] == 0 {
			return true
		}
	}
	return false
}
