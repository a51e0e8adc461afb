package repository

import (
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/Masterminds/squirrel"

	"github.com/polarkit-go/polarkit/kit"
)

// OneOf is the predicate of a filter by a repeated parameter: the column is one of the
// values. Without values there is no condition. (squirrel.Eq with an empty list holds
// for no row.)
func OneOf[T any](column string, values kit.Filter[T]) squirrel.Sqlizer {
	if len(values) == 0 {
		return squirrel.And{}
	}
	return squirrel.Eq{column: []T(values)}
}

// IfSet is the predicate of a filter by one parameter: the column equals the value,
// which may be null. There is no condition where the value is absent.
func IfSet[T any](column string, value kit.Optional[T]) squirrel.Sqlizer {
	if v, ok := value.Get(); ok {
		return squirrel.Eq{column: v}
	}
	return squirrel.And{}
}

// Contains is the predicate of a text search: the column contains the text, in upper
// or lower case. No character of the text has a special meaning. There is no condition
// where it is absent or empty.
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

// MetadataMatches is the predicate of a [kit.MetadataFilter] on a jsonb column. The
// values of one key are alternatives. All keys must match. A value of the request is a
// text: it matches the same text, and the number or boolean with the same spelling. The
// test is containment (@>), for which a GIN index with jsonb_path_ops is used:
//
//	CREATE INDEX ON customers USING gin (metadata jsonb_path_ops);
//
// There is one search in the index for each alternative. So the cost grows with the
// sum of the alternatives of all keys, not with their product.
func MetadataMatches(column string, filter kit.MetadataFilter) squirrel.Sqlizer {
	// Keys with one alternative share a document: the index intersects what a document
	// holds. Two conditions that are each = ANY of an array would be one scan of the
	// index for each pair of their elements, so a key with several alternatives is an
	// OR, in which each of the two has scans of its own.
	common := map[string]any{}
	var several []squirrel.Sqlizer
	for _, criterion := range filter {
		switch values := alternatives(criterion); len(values) {
		case 0:
			return squirrel.Or{} // no row has one of no values
		case 1:
			if _, twice := common[criterion.Key]; !twice {
				common[criterion.Key] = values[0]
				continue
			}
			several = append(several, containing(column, document(criterion.Key, values[0])))
		default:
			others := make([]string, len(values)-1)
			for i, value := range values[1:] {
				others[i] = document(criterion.Key, value)
			}
			several = append(several, squirrel.Or{containing(column, document(criterion.Key, values[0])), containingAny(column, others)})
		}
	}
	if len(common) == 0 {
		return squirrel.And(several)
	}
	text, _ := json.Marshal(common) //nolint:errchkjson // texts, booleans and valid numbers
	return append(squirrel.And{containing(column, string(text))}, several...)
}

// containment is the predicate that a jsonb column contains a document, or one of
// an array of documents.
type containment struct {
	column        string
	before, after string // the placeholder
	value         any
}

func containing(column, document string) containment {
	return containment{column, " @> ", "::jsonb", document}
}

func containingAny(column string, documents []string) containment {
	return containment{column, " @> ANY(", "::jsonb[])", array(reflect.ValueOf(documents))}
}

// ToSql makes the predicate usable in squirrel's own builders.
//
//nolint:revive,staticcheck // the name is squirrel's
func (c containment) ToSql() (string, []any, error) {
	return c.column + c.before + "?" + c.after, []any{c.value}, nil
}

func (c containment) writeTo(s *statement) bool {
	s.key(c.column).write(c.before).bind(c.value).write(c.after)
	return true
}

func document(key string, value any) string {
	text, _ := json.Marshal(map[string]any{key: value}) //nolint:errchkjson // a text, a boolean or a valid number
	return string(text)
}

// alternatives are the values of a criterion, of which the metadata must have one: each
// text, and the number or boolean with the same spelling.
func alternatives(criterion kit.MetadataCriterion) []any {
	if size := utf8.RuneCountInString(criterion.Key); size == 0 || size > kit.MaxMetadataKeyLength || strings.Contains(criterion.Key, "\x00") {
		return nil
	}
	var found []any
	for _, value := range criterion.Values {
		if size := utf8.RuneCountInString(value); size == 0 || size > kit.MaxMetadataTextLength || strings.Contains(value, "\x00") {
			continue // no metadata has such a text, and jsonb holds no NUL
		}
		switch number, err := strconv.ParseFloat(value, 64); {
		case value == "true" || value == "false":
			found = append(found, value == "true")
		case err != nil || math.IsInf(number, 0) || math.IsNaN(number) || !json.Valid([]byte(value)):
		case number != 0:
			found = append(found, json.Number(value))
		case !strings.ContainsAny(significand(value), "123456789"):
			found = append(found, 0) // and not 0e99999, which is beyond the database's numbers, as are the smallest that become 0 here
		}
		found = append(found, value)
	}
	return found
}

func significand(number string) string {
	if i := strings.IndexAny(number, "eE"); i >= 0 {
		return number[:i]
	}
	return number
}
