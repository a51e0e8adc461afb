package openapi

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Breaking compares two documents of one API, the older one first, and says
// what a client of the older one would trip over, each in one line with its
// place: an operation, a field of an answer, a parameter or a value that is
// gone, a field that became required or may now be null, a bound that became
// narrower. What was added and harms nobody is not reported. Nil means that clients
// of the older document are safe. The error says that a document cannot be read.
func Breaking(before, after []byte) ([]string, error) {
	c := &comparison{seen: map[pair]bool{}}
	if err := json.Unmarshal(before, &c.before); err != nil {
		return nil, fmt.Errorf("openapi: the older document: %w", err)
	}
	if err := json.Unmarshal(after, &c.after); err != nil {
		return nil, fmt.Errorf("openapi: the newer document: %w", err)
	}
	c.paths()
	return c.found, nil
}

type object = map[string]any

type comparison struct {
	before, after object
	seen          map[pair]bool
	found         []string
}

// pair is a schema of each document that have been compared: recursive schemas
// end there.
type pair struct {
	before, after uintptr
	direction     direction
}

func (c *comparison) report(place, format string, args ...any) {
	line := place + ": " + fmt.Sprintf(format, args...)
	if !slices.Contains(c.found, line) {
		c.found = append(c.found, line)
	}
}

func (c *comparison) paths() {
	before, after := child(c.before, "paths"), child(c.after, "paths")
	for _, path := range slices.Sorted(maps.Keys(before)) {
		item, later := child(before, path), child(after, path)
		for _, method := range []string{"get", "post", "put", "patch", "delete"} {
			if item[method] == nil {
				continue
			}
			place := strings.ToUpper(method) + " " + path
			if later[method] == nil {
				c.report(place, "the operation is gone")
				continue
			}
			c.operation(place, child(item, method), child(later, method))
		}
	}
}

func (c *comparison) operation(place string, before, after object) {
	if was, is := before["operationId"], after["operationId"]; was != is {
		c.report(place, "the operation ID changed from %v to %v, so generated clients name it otherwise", was, is)
	}
	was, is := parameters(before), parameters(after)
	for _, name := range slices.Sorted(maps.Keys(was)) {
		if is[name] == nil {
			c.report(place, "the parameter %s is gone", name)
			continue
		}
		c.schema(place+" "+name, child(was[name], "schema"), child(is[name], "schema"), taken)
	}
	for _, name := range slices.Sorted(maps.Keys(is)) {
		if is[name]["required"] == true && (was[name] == nil || was[name]["required"] != true) {
			c.report(place, "the parameter %s is required now", name)
		}
	}
	c.bodies(place, child(before, "requestBody"), child(after, "requestBody"))
	answers, later := child(before, "responses"), child(after, "responses")
	for _, status := range slices.Sorted(maps.Keys(answers)) {
		if !strings.HasPrefix(status, "2") {
			continue
		}
		if later[status] == nil {
			c.report(place, "the answer %s is gone", status)
			continue
		}
		c.contents(place+" "+status, child(answers, status), child(later, status), given)
	}
}

func (c *comparison) bodies(place string, before, after object) {
	switch {
	case before == nil && after["required"] == true:
		c.report(place, "a body is required now")
	case before != nil && after == nil:
		c.report(place, "the body is gone")
	case before != nil:
		if before["required"] != true && after["required"] == true {
			c.report(place, "the body is required now")
		}
		c.contents(place+" body", before, after, taken)
	}
}

func (c *comparison) contents(place string, before, after object, d direction) {
	was, is := child(before, "content"), child(after, "content")
	for _, media := range slices.Sorted(maps.Keys(was)) {
		if is[media] == nil {
			c.report(place, "the form %s is gone", media)
			continue
		}
		c.schema(place, child(child(was, media), "schema"), child(child(is, media), "schema"), d)
	}
}

// direction tells what clients send from what they are sent: the one may take
// more than before, the other may give less.
type direction string

const (
	taken direction = "taken"
	given direction = "given"
)

func (c *comparison) schema(place string, before, after object, d direction) {
	if before == nil || after == nil {
		return
	}
	was, is := c.flatten(c.before, before, 0), c.flatten(c.after, after, 0)
	c.types(place, was, is, d)
	c.values(place, was, is, d)
	pair := pair{reflect.ValueOf(was.schema).Pointer(), reflect.ValueOf(is.schema).Pointer(), d}
	if c.seen[pair] {
		return
	}
	c.seen[pair] = true
	if d == taken {
		c.bounds(place, was.schema, is.schema)
	}
	c.properties(place, was.schema, is.schema, d)
	c.variants(place, was.schema, is.schema, d)
	if items, later := child(was.schema, "items"), child(is.schema, "items"); items != nil {
		c.schema(place+"[]", items, later, d)
	}
	if values, later := child(was.schema, "additionalProperties"), child(is.schema, "additionalProperties"); values != nil {
		c.schema(place+"{}", values, later, d)
	}
}

// flat is a schema without the indirections of null: the types that it allows,
// and the alternative that says the rest.
type flat struct {
	types  []string
	schema object
}

func (c *comparison) flatten(document, schema object, depth int) flat {
	schema = resolve(document, schema)
	f := flat{schema: schema}
	switch t := schema["type"].(type) {
	case string:
		f.types = []string{t}
	case []any:
		for _, one := range t {
			f.types = append(f.types, fmt.Sprint(one))
		}
	}
	if depth == deepest {
		return f
	}
	for _, alternative := range list(schema, "anyOf") {
		inner := c.flatten(document, alternative, depth+1)
		f.types = append(f.types, inner.types...)
		if !slices.Equal(inner.types, []string{"null"}) {
			f.schema = inner.schema
		}
	}
	slices.Sort(f.types)
	f.types = slices.Compact(f.types)
	return f
}

// deepest is how many alternatives inside of alternatives are followed.
const deepest = 8

func resolve(document, schema object) object {
	for range 100 { // no document needs more
		ref, ok := schema["$ref"].(string)
		if !ok {
			return schema
		}
		schema = child(child(child(document, "components"), "schemas"), strings.TrimPrefix(ref, refPrefix))
	}
	return schema
}

func (c *comparison) types(place string, was, is flat, d direction) {
	if len(was.types) == 0 && d == given || len(is.types) == 0 && d == taken {
		return // everything
	}
	narrow, wide := was.types, is.types
	if d == given {
		narrow, wide = is.types, was.types
	}
	for _, t := range narrow {
		if slices.Contains(wide, t) || t == "integer" && slices.Contains(wide, "number") {
			continue
		}
		if d == taken {
			c.report(place, "%s is not taken any more", t)
		} else {
			c.report(place, "it may be %s now", t)
		}
	}
	if was.schema["format"] != is.schema["format"] && slices.Equal(was.types, is.types) {
		c.report(place, "the format changed from %v to %v", named(was.schema["format"]), named(is.schema["format"]))
	}
}

func named(format any) any {
	if format == nil {
		return "none"
	}
	return format
}

func (c *comparison) values(place string, was, is flat, d direction) {
	before, after := closed(was.schema), closed(is.schema)
	switch {
	case d == taken && after != nil && before == nil:
		c.report(place, "only certain values are taken now")
	case d == taken && after != nil:
		for _, v := range before {
			if !slices.Contains(after, v) {
				c.report(place, "the value %s is not taken any more", v)
			}
		}
	case d == given && before != nil:
		for _, v := range after {
			if !slices.Contains(before, v) {
				c.report(place, "the value %s is new, and clients know a closed set", v)
			}
		}
	}
}

// closed are the values of a closed set as texts, nil where there is none.
func closed(schema object) []string {
	values, _ := schema["enum"].([]any)
	if v, ok := schema["const"]; ok {
		values = []any{v}
	}
	var texts []string
	for _, v := range values {
		texts = append(texts, fmt.Sprintf("%v", v))
	}
	return texts
}

func (c *comparison) bounds(place string, was, is object) {
	for _, name := range []string{"minLength", "minItems", "minProperties", "minimum", "exclusiveMinimum"} {
		if old, now, ok := numbers(was, is, name); ok && (old == nil || *now > *old) {
			c.report(place, "the bound %s is narrower: %v", name, *now)
		}
	}
	for _, name := range []string{"maxLength", "maxItems", "maxProperties", "maximum", "exclusiveMaximum"} {
		if old, now, ok := numbers(was, is, name); ok && (old == nil || *now < *old) {
			c.report(place, "the bound %s is narrower: %v", name, *now)
		}
	}
	if is["pattern"] != nil && is["pattern"] != was["pattern"] {
		c.report(place, "the pattern is another: %v", is["pattern"])
	}
	if is["additionalProperties"] == false && was["additionalProperties"] != false {
		c.report(place, "unknown fields are refused now")
	}
}

// numbers are the old value, if any, and the new one; not ok where there is no new one.
func numbers(was, is object, name string) (old, now *float64, ok bool) {
	if v, there := was[name].(float64); there {
		old = &v
	}
	if v, there := is[name].(float64); there {
		now = &v
	}
	return old, now, now != nil
}

func (c *comparison) properties(place string, was, is object, d direction) {
	before, after := child(was, "properties"), child(is, "properties")
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if after[name] == nil {
			c.report(place, "the field %s is gone", name)
			continue
		}
		c.schema(place+" "+name, child(before, name), child(after, name), d)
		if d == given && requires(was, name) && !requires(is, name) {
			c.report(place, "the field %s may be absent now", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if d == taken && requires(is, name) && !requires(was, name) {
			c.report(place, "the field %s is required now", name)
		}
	}
}

func requires(schema object, name string) bool {
	required, _ := schema["required"].([]any)
	return slices.Contains(required, any(name))
}

// variants compares the alternatives of a discriminator.
func (c *comparison) variants(place string, was, is object, d direction) {
	before, after := child(child(was, "discriminator"), "mapping"), child(child(is, "discriminator"), "mapping")
	for _, tag := range slices.Sorted(maps.Keys(before)) {
		if after[tag] == nil {
			if d == taken {
				c.report(place, "the variant %s is not taken any more", tag)
			}
			continue
		}
		c.schema(place+" "+tag, object{"$ref": before[tag]}, object{"$ref": after[tag]}, d)
	}
	for _, tag := range slices.Sorted(maps.Keys(after)) {
		if d == given && before != nil && before[tag] == nil {
			c.report(place, "the variant %s is new, and clients know a closed set", tag)
		}
	}
}

func child(o object, name string) object {
	c, _ := o[name].(object)
	return c
}

func list(o object, name string) []object {
	all, _ := o[name].([]any)
	var objects []object
	for _, one := range all {
		if o, ok := one.(object); ok {
			objects = append(objects, o)
		}
	}
	return objects
}

func parameters(operation object) map[string]object {
	found := map[string]object{}
	for _, p := range list(operation, "parameters") {
		found[fmt.Sprintf("%v %v", p["in"], p["name"])] = p
	}
	return found
}
