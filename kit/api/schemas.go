package api

import (
	"fmt"
	"reflect"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/internal/plan"
	"github.com/polarkit-go/polarkit/kit/openapi"
)

// describe is the schema of a node. From is the component that has the schema in it.
func (d *describer) describe(n *plan.Node, dir direction, from component) *openapi.Schema {
	s := d.describeValue(n, dir, from)
	if n.Nullable {
		return nullable(s)
	}
	return s
}

// nullable is a schema that also takes null: by a further type where the types are the
// whole schema, else by an alternative.
func nullable(s *openapi.Schema) *openapi.Schema {
	if len(s.Type) > 0 && s.Enum == nil && s.Const == nil {
		s.Type = append(s.Type, "null")
		return s
	}
	null := &openapi.Schema{Type: openapi.Types{"null"}}
	if s.Ref == "" && len(s.AnyOf) > 0 {
		s.AnyOf = append(s.AnyOf, null)
		return s
	}
	return &openapi.Schema{AnyOf: []*openapi.Schema{s, null}}
}

func (d *describer) describeValue(n *plan.Node, dir direction, from component) *openapi.Schema {
	s := &openapi.Schema{}
	switch n.Kind {
	case plan.Bool:
		s.Type = openapi.Types{"boolean"}
	case plan.Integer:
		s.Type = openapi.Types{"integer"}
		integerBounds(n, s)
	case plan.Float:
		s.Type = openapi.Types{"number"}
		if n.Type.Kind() == reflect.Float32 {
			s.Format = "float" // its range is not that of a float64
		}
		numberBounds(n, s)
	case plan.Decimal:
		return describeDecimal(n, dir)
	case plan.String, plan.Text:
		s.Type = openapi.Types{"string"}
		s.MinLength, s.MaxLength, s.Pattern = n.MinLength, n.MaxLength, n.Pattern
	case plan.UUID:
		s.Type, s.Format = openapi.Types{"string"}, "uuid"
		if n.Format != "" {
			s.Format = n.Format
		}
	case plan.Datetime:
		s.Type, s.Format = openapi.Types{"string"}, "date-time"
	case plan.Date:
		s.Type, s.Format = openapi.Types{"string"}, "date"
	case plan.Duration:
		s.Type, s.Format = openapi.Types{"string"}, "duration"
	case plan.Email:
		s.Type, s.Format = openapi.Types{"string"}, "email"
		s.MinLength, s.MaxLength = n.MinLength, n.MaxLength
	case plan.URL:
		s.Type, s.Format = openapi.Types{"string"}, "uri"
		s.MinLength, s.MaxLength = n.MinLength, n.MaxLength
	case plan.Enum:
		return d.component(n, dir, from, func(s *openapi.Schema, _ component) { closedSet(s, n.Values) })
	case plan.Literal:
		closedSet(s, n.Values)
		if len(n.Values) == 1 {
			s.Const, s.Enum = n.Values[0], nil
		}
	case plan.List, plan.Set:
		s.Type = openapi.Types{"array"}
		s.Items = d.describe(n.Elem, dir, from)
		s.MinItems, s.MaxItems, s.UniqueItems = n.MinLength, n.MaxLength, n.Unique
		s.Set = n.Kind == plan.Set
	case plan.Map:
		s.Type = openapi.Types{"object"}
		s.Additional = d.describe(n.Elem, dir, from)
		s.MinProperties, s.MaxProperties = n.MinLength, n.MaxLength
		s.PropertyNames = d.propertyNames(n.Key, dir, from)
	case plan.File:
		s.Type, s.ContentMediaType = openapi.Types{"string"}, "application/octet-stream"
	case plan.Bytes:
		if dir == input {
			s.Type, s.ContentMediaType = openapi.Types{"string"}, "application/octet-stream"
			break
		}
		s.Type, s.ContentEncoding = openapi.Types{"string"}, "base64"
	case plan.Metadata:
		return describeMetadata()
	case plan.Object:
		return d.component(n, dir, from, func(s *openapi.Schema, in component) { d.object(n.Object, dir, s, in) })
	case plan.Union:
		return d.component(n, dir, from, func(s *openapi.Schema, in component) { d.union(n.Union, dir, s, in) })
	case plan.Any, plan.Raw, plan.Custom:
	}
	return s
}

// propertyNames is the schema of the keys of a map, nil where any key fits. Keys are
// texts on the wire, whatever their type in Go is.
func (d *describer) propertyNames(key *plan.Node, dir direction, from component) *openapi.Schema {
	switch key.Kind {
	case plan.String:
		if key.MinLength == nil && key.MaxLength == nil && key.Pattern == "" {
			return nil
		}
	case plan.Integer:
		return &openapi.Schema{Type: openapi.Types{"string"}, Pattern: integerText(key.Type)}
	case plan.Enum, plan.Literal:
		if key.Type.Kind() == reflect.String {
			break
		}
		names := &openapi.Schema{Type: openapi.Types{"string"}}
		for _, value := range key.Values {
			names.Enum = append(names.Enum, fmt.Sprint(value))
		}
		return names
	case plan.UUID, plan.Date, plan.Datetime, plan.Duration, plan.Email, plan.URL:
	default:
		return nil
	}
	return d.describe(key, dir, from)
}

// union describes a union by tag as oneOf with a discriminator, one by function as oneOf, and
// any other as anyOf.
func (d *describer) union(u *plan.UnionPlan, dir direction, s *openapi.Schema, in component) {
	variants := make([]*openapi.Schema, len(u.Variants))
	for i, v := range u.Variants {
		variants[i] = d.describe(v.Node, dir, in)
	}
	if u.Tries() {
		s.AnyOf = variants
		return
	}
	s.OneOf = variants
	if !u.IsTagged() {
		return
	}
	mapping := openapi.Map[string]{}
	for _, v := range u.Variants {
		for _, tag := range v.Tags {
			mapping = append(mapping, openapi.Entry[string]{Name: fmt.Sprint(tag)})
		}
	}
	i := 0
	for _, v := range u.Variants {
		for range v.Tags {
			d.refs = append(d.refs, reference{place: &mapping[i].Value, to: component{v.Node.Type, dir}, from: in})
			i++
		}
	}
	s.Discriminator = &openapi.Discriminator{PropertyName: u.Tag, Mapping: mapping}
}

func closedSet(s *openapi.Schema, values []any) {
	s.Type = openapi.Types{"string"}
	if len(values) > 0 {
		switch values[0].(type) {
		case int64:
			s.Type = openapi.Types{"integer"}
		case bool:
			s.Type = openapi.Types{"boolean"}
		}
	}
	s.Enum = values
}

func describeMetadata() *openapi.Schema {
	return &openapi.Schema{
		Type:          openapi.Types{"object"},
		MaxProperties: new(kit.MaxMetadataKeys),
		PropertyNames: &openapi.Schema{Type: openapi.Types{"string"}, MinLength: new(1), MaxLength: new(kit.MaxMetadataKeyLength)},
		Additional: &openapi.Schema{AnyOf: []*openapi.Schema{
			{Type: openapi.Types{"string"}, MinLength: new(1), MaxLength: new(kit.MaxMetadataTextLength)},
			{Type: openapi.Types{"integer"}},
			{Type: openapi.Types{"number"}},
			{Type: openapi.Types{"boolean"}},
		}},
	}
}
