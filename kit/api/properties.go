package api

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/polarkit-go/polarkit/kit/internal/plan"
	"github.com/polarkit-go/polarkit/kit/openapi"
)

func (d *describer) object(o *plan.ObjectPlan, dir direction, s *openapi.Schema, in component) {
	s.Type = openapi.Types{"object"}
	s.Description = o.Doc
	s.Closed = o.ForbidExtra && dir == input
	if o.Extra != nil {
		s.Additional = d.describe(o.Extra.Node.Elem, dir, in)
	}
	for _, f := range o.Fields {
		if f.Hidden {
			continue
		}
		property := d.property(f, dir, in)
		required := f.Required && dir == input || !f.Omits && dir == output
		name := f.Name
		if dir == input {
			name = f.InputName()
		}
		annotate(property, f, name, dir)
		if name == "" {
			inside(s, f.InputPath(), property, required)
			continue
		}
		addProperty(s, name, property, required)
	}
}

func addProperty(s *openapi.Schema, name string, property *openapi.Schema, required bool) {
	s.Properties = append(s.Properties, openapi.Property{Name: name, Schema: property})
	if required {
		s.Required = append(s.Required, name)
	}
}

// inside describes a field that is read from a path: a property of objects in the object.
// An item of a list, and what a field already describes, have no description of their own.
func inside(s *openapi.Schema, path []any, property *openapi.Schema, required bool) {
	for i, part := range path {
		name, isKey := part.(string)
		if !isKey || s.Ref != "" || len(s.Type) > 0 && !slices.Equal(s.Type, openapi.Types{"object"}) {
			return
		}
		if required {
			s.Type = openapi.Types{"object"}
		}
		at := slices.IndexFunc(s.Properties, func(p openapi.Property) bool { return p.Name == name })
		if at < 0 {
			at = len(s.Properties)
			next := property
			if i < len(path)-1 {
				next = &openapi.Schema{Title: titleCase(name)}
			}
			addProperty(s, name, next, false)
		}
		if required && !slices.Contains(s.Required, name) {
			s.Required = append(s.Required, name)
		}
		s = s.Properties[at].Schema
	}
}

// property is the schema of a field's value on the wire.
func (d *describer) property(f *plan.Field, dir direction, in component) *openapi.Schema {
	switch {
	case f.Quotes && dir == output:
		return describeQuoted(f.Node)
	case f.Optional && !f.Omits && !f.Node.Nullable && dir == output:
		return nullable(d.describe(f.Node, dir, in)) // an absent value is written as null
	default:
		return d.describe(f.Node, dir, in)
	}
}

// describeQuoted is the schema of the string option of a json tag: the JSON of
// the value, as a text.
func describeQuoted(n *plan.Node) *openapi.Schema {
	s := &openapi.Schema{Type: openapi.Types{"string"}}
	switch n.Kind {
	case plan.Bool:
		s.Enum = []any{"true", "false"}
	case plan.Integer:
		s.Pattern = integerText(n.Type)
	case plan.Enum, plan.Literal:
		for _, value := range n.Values {
			s.Enum = append(s.Enum, quotedText(value))
		}
	default:
	}
	if n.Nullable {
		return nullable(s)
	}
	return s
}

func quotedText(value any) string {
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(data)
}

// annotate adds what the tags of the field say: description, example and default.
func annotate(s *openapi.Schema, f *plan.Field, name string, dir direction) {
	if s.Ref == "" {
		s.Title = titleCase(cmp.Or(name, f.Name))
	}
	s.Description = f.Doc
	s.WriteOnly = f.Sensitive && dir == input
	s.Deprecated = f.Deprecated
	if f.Example != "" {
		s.Examples = []any{exampleValue(f.Node, f.Example)}
		if f.Quotes && dir == output {
			s.Examples[0] = quotedText(s.Examples[0])
		}
	}
	switch {
	case !f.HasDefault || dir == output:
	case f.In != "":
		s.Default = defaultValue(f)
	default:
		s.Description = withDefault(f)
	}
}

// withDefault is the description of a property followed by its default in words. The
// document has no keyword default here: some generators of clients take a property with a
// default for one that is always there, and then require it in requests.
func withDefault(f *plan.Field) string {
	data, err := json.Marshal(defaultValue(f))
	if err != nil {
		return f.Doc
	}
	var value string
	if json.Unmarshal(data, &value) != nil || value == "" {
		value = string(data) // no text, or an empty one
	}
	text := "Defaults to `" + value + "`."
	switch doc := strings.TrimSpace(f.Doc); {
	case doc == "":
		return text
	case strings.HasSuffix(doc, "."):
		return doc + " " + text
	default:
		return doc + ". " + text
	}
}

func defaultValue(f *plan.Field) any {
	data, err := json.Marshal(f.Default)
	if err != nil {
		return f.Tag.Get("default")
	}
	return json.RawMessage(data)
}

// exampleValue is the text of an example tag as a value of the node's kind.
func exampleValue(n *plan.Node, text string) any {
	switch n.Kind {
	case plan.Bool, plan.Integer, plan.Float, plan.Any, plan.Raw, plan.Custom, plan.Object, plan.Map, plan.Metadata, plan.Union:
		if json.Valid([]byte(text)) {
			return json.RawMessage(text)
		}
	case plan.List, plan.Set:
		if strings.HasPrefix(text, "[") && json.Valid([]byte(text)) {
			return json.RawMessage(text)
		}
		return []any{exampleValue(n.Elem, text)}
	case plan.Enum, plan.Literal:
		if i, err := strconv.ParseInt(text, 10, 64); err == nil && slices.Contains(n.Values, any(i)) {
			return i
		}
	default:
	}
	return text
}
