package kittest

import (
	"bytes"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/polarkit-go/polarkit/kit/openapi"
)

// sampler makes values that a schema allows and values that it does not.
type sampler struct{ document *openapi.Document }

// deepest is the depth down to which values are varied. Below it there is one value,
// so that recursive schemas end.
const deepest = 4

func (s *sampler) resolve(schema *openapi.Schema) *openapi.Schema {
	for schema.Ref != "" {
		next, ok := s.document.Components.Schemas.Get(strings.TrimPrefix(schema.Ref, "#/components/schemas/"))
		if !ok {
			return &openapi.Schema{}
		}
		schema = next
	}
	return schema
}

// one returns a value that the schema allows. It is the example, if there is one.
func (s *sampler) one(schema *openapi.Schema, depth int) any {
	valid, _ := s.of(schema, max(depth, deepest))
	return valid[0]
}

// of returns values that the schema allows, at least one, and values that it does
// not allow.
func (s *sampler) of(schema *openapi.Schema, depth int) (valid, invalid []any) {
	if len(schema.Examples) > 0 {
		valid = append(valid, plain(schema.Examples[0]))
	}
	schema = s.resolve(schema)
	var made []any
	switch {
	case len(schema.AnyOf) > 0:
		made, invalid = s.alternatives(schema.AnyOf, depth)
	case len(schema.OneOf) > 0 && schema.Discriminator != nil:
		made, invalid = s.union(schema, depth)
	case len(schema.OneOf) > 0:
		made, invalid = s.alternatives(schema.OneOf, depth)
	case schema.Const != nil:
		made, invalid = []any{plain(schema.Const)}, []any{"no such value", []any{}, map[string]any{}}
	case len(schema.Enum) > 0:
		for _, v := range schema.Enum {
			made = append(made, plain(v))
		}
		invalid = []any{"no such value", []any{}, map[string]any{}}
	case len(schema.Type) == 0:
		made = []any{"anything", 1, nil}
	default:
		for _, t := range schema.Type {
			if t == "null" {
				made = append(made, nil)
				continue
			}
			var ok []any
			ok, invalid = s.ofType(t, schema, depth)
			made = append(ok, made...)
		}
		if !slices.Contains(schema.Type, "null") {
			invalid = append(invalid, nil)
		}
	}
	return append(valid, made...), invalid
}

// plain returns a value as encoding/json reads it.
func plain(v any) any {
	data, err := json.Marshal(v)
	if err != nil {
		return v
	}
	var read any
	if json.Unmarshal(data, &read) != nil {
		return v
	}
	return read
}

// alternatives returns the values that one of the schemas allows, and the values
// that all of them refuse.
func (s *sampler) alternatives(schemas []*openapi.Schema, depth int) (valid, invalid []any) {
	if depth > 2*deepest {
		valid, _ = s.of(s.lowest(schemas), depth+1)
		return valid, nil
	}
	for i, alternative := range schemas {
		ok, wrong := s.of(alternative, depth+1)
		valid = append(valid, ok...)
		if i == 0 {
			invalid = wrong
			continue
		}
		invalid = slices.DeleteFunc(slices.Clone(invalid), func(v any) bool {
			if isNull(alternative) {
				return v == nil
			}
			return !slices.ContainsFunc(wrong, func(w any) bool { return same(v, w) })
		})
	}
	return valid, invalid
}

// union returns values of a union with a discriminator. A value that is wrong for a
// variant is wrong for the union while the discriminator names that variant.
func (s *sampler) union(schema *openapi.Schema, depth int) (valid, invalid []any) {
	tag := schema.Discriminator.PropertyName
	if depth > 2*deepest {
		valid, _ = s.of(s.lowest(schema.OneOf), depth+1)
		return valid, nil
	}
	for _, variant := range schema.OneOf {
		ok, wrong := s.of(variant, depth+1)
		valid = append(valid, ok...)
		tagOf := func(v any) any {
			object, _ := v.(map[string]any)
			return object[tag]
		}
		for _, w := range wrong {
			if tagOf(w) != nil && same(tagOf(w), tagOf(ok[0])) {
				invalid = append(invalid, w)
			}
		}
	}
	return valid, append(invalid, "nope", []any{}, nil, map[string]any{}, map[string]any{tag: "no such value"})
}

// lowest returns the alternative whose smallest value is the least nested, so that the values
// of a recursive schema end.
func (s *sampler) lowest(schemas []*openapi.Schema) *openapi.Schema {
	return slices.MinFunc(schemas, func(a, b *openapi.Schema) int {
		return s.height(a, map[*openapi.Schema]bool{}) - s.height(b, map[*openapi.Schema]bool{})
	})
}

// endless is the height of a schema whose values hold themselves.
const endless = 1 << 20

// height is how deep the smallest value of a schema is nested. Above are the schemas around
// it.
func (s *sampler) height(schema *openapi.Schema, above map[*openapi.Schema]bool) int {
	schema = s.resolve(schema)
	if above[schema] {
		return endless
	}
	above[schema] = true
	defer delete(above, schema)
	height := 0
	switch {
	case len(schema.AnyOf) > 0 || len(schema.OneOf) > 0:
		height = endless
		for _, each := range append(schema.AnyOf[:len(schema.AnyOf):len(schema.AnyOf)], schema.OneOf...) {
			height = min(height, s.height(each, above))
		}
	case schema.Items != nil && schema.MinItems != nil && *schema.MinItems > 0:
		height = 1 + s.height(schema.Items, above)
	case len(schema.Properties) > 0:
		for _, p := range schema.Properties {
			if slices.Contains(schema.Required, p.Name) {
				height = max(height, 1+s.height(p.Schema, above))
			}
		}
	}
	return min(height, endless)
}

func isNull(s *openapi.Schema) bool { return len(s.Type) == 1 && s.Type[0] == "null" }

func same(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

func (s *sampler) ofType(t string, schema *openapi.Schema, depth int) (valid, invalid []any) {
	switch t {
	case "string":
		if schema.ContentSchema != nil {
			return s.ofJSON(schema.ContentSchema, depth)
		}
		return ofString(schema)
	case "integer", "number":
		return ofNumber(t, schema)
	case "boolean":
		return []any{true, false}, []any{"maybe", 2, []any{}, map[string]any{}}
	case "array":
		return s.ofArray(schema, depth)
	default:
		return s.ofObject(schema, depth)
	}
}

// ofJSON returns texts of JSON with values for the schema, and with values that are wrong
// for it.
func (s *sampler) ofJSON(schema *openapi.Schema, depth int) (valid, invalid []any) {
	text := func(v any) any {
		data, err := json.Marshal(v)
		if err != nil {
			return nil
		}
		return string(data)
	}
	valid, invalid = s.of(schema, depth)
	for i := range valid {
		valid[i] = text(valid[i])
	}
	for i := range invalid {
		invalid[i] = text(invalid[i])
	}
	return valid, append(invalid, "{", 1)
}

// formats are texts that have the format.
var formats = map[string]string{
	"uuid":      "992fae2a-2a17-4b7a-8d9e-e287cf90131b",
	"uuid4":     "992fae2a-2a17-4b7a-8d9e-e287cf90131b",
	"date-time": "2025-01-03T13:37:00Z",
	"date":      "2025-01-03",
	"duration":  "PT1H30M",
	"email":     "john@example.com",
	"uri":       "https://example.com/",
}

// longest is the length of the longest text that is tried.
const longest = 1 << 16

// long is the length of the text that is tried where the schema sets no limit.
const long = 1000

func ofString(schema *openapi.Schema) (valid, invalid []any) {
	invalid = []any{true, []any{}, map[string]any{}}
	if text, ok := formats[schema.Format]; ok {
		switch schema.Format {
		case "date-time", "date": // a number is a time
		case "duration": // a number is one of seconds, and a boolean is a number
			invalid = []any{[]any{}, map[string]any{}}
		default:
			invalid = append(invalid, 12)
		}
		return []any{text}, append(invalid, "nope")
	}
	invalid = append(invalid, 12)
	if schema.Pattern != "" {
		if len(schema.Examples) == 0 {
			valid = []any{"0"}
		}
		return valid, append(invalid, "\u2603 \u2603")
	}
	least, most := 0, -1
	if schema.MinLength != nil {
		least = *schema.MinLength
	}
	if schema.MaxLength != nil {
		most = *schema.MaxLength
	}
	if most < 0 || most >= 4 && least <= 4 {
		valid = append(valid, "text")
	}
	if most < 0 {
		valid = append(valid, strings.Repeat("ä", max(least, long)))
	}
	valid = append(valid, strings.Repeat("ä", least))
	if least > 0 {
		invalid = append(invalid, strings.Repeat("ä", least-1))
	}
	if most >= 0 && most < longest {
		valid = append(valid, strings.Repeat("ä", most))
		invalid = append(invalid, strings.Repeat("ä", most+1))
	}
	return valid, invalid
}

// wideIntegers are the last integer of a format and the next one. Both are the same
// float64.
var wideIntegers = map[string]struct{ last, beyond json.Number }{
	"int64":  {"9223372036854775807", "9223372036854775808"},
	"uint64": {"18446744073709551615", "18446744073709551616"},
}

func ofNumber(t string, schema *openapi.Schema) (valid, invalid []any) {
	invalid = []any{"nope", []any{}, map[string]any{}}
	step := 1.0
	if t == "integer" {
		invalid = append(invalid, 1.5)
		if ends, ok := wideIntegers[schema.Format]; ok {
			invalid = append(invalid, ends.beyond)
			if schema.Maximum == nil && schema.ExclusiveMaximum == nil && schema.MultipleOf == nil {
				valid = append(valid, ends.last)
			}
		}
	} else {
		step = 0.001
	}
	if schema.MultipleOf != nil {
		step = *schema.MultipleOf
		invalid = append(invalid, step/2)
	}
	low, high := math.Inf(-1), math.Inf(1)
	if schema.Minimum != nil {
		low = *schema.Minimum
		invalid = append(invalid, low-step)
	}
	if schema.ExclusiveMinimum != nil {
		invalid = append(invalid, *schema.ExclusiveMinimum)
		low = max(low, *schema.ExclusiveMinimum+step)
	}
	if schema.Maximum != nil {
		high = *schema.Maximum
		invalid = append(invalid, high+step)
	}
	if schema.ExclusiveMaximum != nil {
		invalid = append(invalid, *schema.ExclusiveMaximum)
		high = min(high, *schema.ExclusiveMaximum-step)
	}
	up, down := math.Ceil(low/step)*step, math.Floor(high/step)*step
	if schema.MultipleOf == nil {
		up, down = low, high
	}
	if !math.IsInf(low, -1) {
		valid = append(valid, up)
	}
	if !math.IsInf(high, 1) {
		valid = append(valid, down)
	}
	if low <= 0 && high >= 0 {
		valid = append(valid, 0)
	}
	if len(valid) == 0 {
		valid = []any{0}
	}
	return valid, invalid
}

func (s *sampler) ofArray(schema *openapi.Schema, depth int) (valid, invalid []any) {
	invalid = []any{"nope", map[string]any{}, 12}
	if depth > 2*deepest && (schema.MinItems == nil || *schema.MinItems == 0) {
		return []any{[]any{}}, invalid
	}
	items, wrong := s.of(schema.Items, depth+1)
	least, most := 0, math.MaxInt
	if schema.MinItems != nil {
		least = *schema.MinItems
	}
	if schema.MaxItems != nil {
		most = *schema.MaxItems
	}
	list := func(n int, item any) []any {
		all := make([]any, n)
		for i := range all {
			all[i] = items[i%len(items)]
		}
		if n > 0 {
			all[n-1] = item
		}
		return all
	}
	n := max(1, least)
	if most == 0 {
		return []any{[]any{}}, append(invalid, list(1, items[0]))
	}
	if schema.UniqueItems && n > len(items) {
		return []any{list(n, items[0])}, invalid // there may be too few different items
	}
	for _, item := range items {
		if !schema.UniqueItems || n == 1 {
			valid = append(valid, list(n, item))
		}
	}
	if schema.UniqueItems {
		valid = append(valid, slices.Clone(items[:n]))
	}
	if schema.UniqueItems && !schema.Set {
		invalid = append(invalid, []any{items[0], items[0]})
	}
	if least == 0 {
		valid = append(valid, []any{})
	} else {
		invalid = append(invalid, list(least-1, items[0]))
	}
	if most < 1000 && schema.Set && most < len(items) {
		invalid = append(invalid, slices.Clone(items[:most+1]))
	} else if most < 1000 && !schema.Set {
		invalid = append(invalid, list(most+1, items[0]))
	}
	if depth < deepest {
		for _, item := range wrong {
			invalid = append(invalid, list(n, item))
		}
	}
	return valid, invalid
}

func (s *sampler) ofObject(schema *openapi.Schema, depth int) (valid, invalid []any) {
	invalid = []any{"nope", []any{}, 12}
	if len(schema.Properties) == 0 && schema.Additional != nil {
		v, wrong := s.ofMap(schema, depth)
		return v, append(invalid, wrong...)
	}
	least, full := map[string]any{}, map[string]any{}
	for _, p := range schema.Properties {
		required := slices.Contains(schema.Required, p.Name)
		if !required && depth >= deepest {
			continue
		}
		value := s.one(p.Schema, depth+1)
		full[p.Name] = value
		if required {
			least[p.Name] = value
		}
	}
	if depth >= deepest {
		return []any{least}, invalid
	}
	valid = []any{full, least}
	for _, p := range schema.Properties {
		ok, wrong := s.of(p.Schema, depth+1)
		for _, v := range ok {
			valid = append(valid, with(full, p.Name, v))
		}
		for _, v := range wrong {
			invalid = append(invalid, with(full, p.Name, v))
		}
	}
	for _, name := range schema.Required {
		without := maps.Clone(full)
		delete(without, name)
		invalid = append(invalid, without)
	}
	if schema.Closed {
		return valid, append(invalid, with(full, "no_such_property", 1))
	}
	further := schema.Additional
	if further == nil {
		further = &openapi.Schema{} // any value
	}
	ok, wrong := s.of(further, depth+1)
	for _, v := range ok {
		valid = append(valid, with(full, "no_such_property", v))
	}
	for _, v := range wrong {
		invalid = append(invalid, with(full, "no_such_property", v))
	}
	return valid, invalid
}

func (s *sampler) ofMap(schema *openapi.Schema, depth int) (valid, invalid []any) {
	if depth > 2*deepest && (schema.MinProperties == nil || *schema.MinProperties == 0) {
		return []any{map[string]any{}}, nil
	}
	values, wrong := s.of(schema.Additional, depth+1)
	if schema.MinProperties == nil || *schema.MinProperties == 0 {
		valid = append(valid, map[string]any{})
	}
	key := "key"
	if schema.PropertyNames != nil {
		keys, wrongKeys := s.of(schema.PropertyNames, depth+1)
		if text, ok := keys[0].(string); ok {
			key = text
		}
		for _, k := range wrongKeys {
			if text, ok := k.(string); ok {
				invalid = append(invalid, map[string]any{text: values[0]})
			}
		}
	}
	for _, v := range values {
		valid = append(valid, map[string]any{key: v})
	}
	for _, v := range wrong {
		invalid = append(invalid, map[string]any{key: v})
	}
	if schema.MaxProperties != nil && *schema.MaxProperties < 1000 {
		many := map[string]any{}
		for i := range *schema.MaxProperties + 1 {
			many[strings.Repeat("k", i%20+1)+string(rune('a'+i/20))] = values[0]
		}
		invalid = append(invalid, many)
	}
	return valid, invalid
}

func with(object map[string]any, name string, value any) map[string]any {
	changed := maps.Clone(object)
	changed[name] = value
	return changed
}
