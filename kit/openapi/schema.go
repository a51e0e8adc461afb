package openapi

import "encoding/json"

// Schema is a JSON Schema (draft 2020-12) as OpenAPI 3.1 uses it. Fields are
// left out of the document while they are empty. The zero value takes every value.
type Schema struct {
	Ref              string         `json:"$ref,omitempty"`
	Type             Types          `json:"type,omitempty"`
	Format           string         `json:"format,omitempty"`
	ContentEncoding  string         `json:"contentEncoding,omitempty"`
	ContentMediaType string         `json:"contentMediaType,omitempty"`
	ContentSchema    *Schema        `json:"contentSchema,omitempty"`
	Title            string         `json:"title,omitempty"`
	Description      string         `json:"description,omitempty"`
	Const            any            `json:"const,omitempty"`
	Enum             []any          `json:"enum,omitempty"`
	Default          any            `json:"default,omitempty"`
	Examples         []any          `json:"examples,omitempty"`
	AnyOf            []*Schema      `json:"anyOf,omitempty"`
	OneOf            []*Schema      `json:"oneOf,omitempty"`
	Discriminator    *Discriminator `json:"discriminator,omitempty"`
	Items            *Schema        `json:"items,omitempty"`
	Properties       Properties     `json:"properties,omitempty"`
	Required         []string       `json:"required,omitempty"`
	PropertyNames    *Schema        `json:"propertyNames,omitempty"`
	Additional       *Schema        `json:"additionalProperties,omitempty"`
	MinLength        *int           `json:"minLength,omitempty"`
	MaxLength        *int           `json:"maxLength,omitempty"`
	Pattern          string         `json:"pattern,omitempty"`
	MinItems         *int           `json:"minItems,omitempty"`
	MaxItems         *int           `json:"maxItems,omitempty"`
	UniqueItems      bool           `json:"uniqueItems,omitempty"`
	MinProperties    *int           `json:"minProperties,omitempty"`
	MaxProperties    *int           `json:"maxProperties,omitempty"`
	Minimum          *float64       `json:"minimum,omitempty"`
	Maximum          *float64       `json:"maximum,omitempty"`
	ExclusiveMinimum *float64       `json:"exclusiveMinimum,omitempty"`
	ExclusiveMaximum *float64       `json:"exclusiveMaximum,omitempty"`
	MultipleOf       *float64       `json:"multipleOf,omitempty"`
	WriteOnly        bool           `json:"writeOnly,omitempty"`
	Deprecated       bool           `json:"deprecated,omitempty"`

	// Closed refuses further properties: additionalProperties is false.
	Closed bool `json:"-"`
	// Set says that repeated items count once. The document says that items are unique, as
	// FastAPI's does, and binding takes a list with repeated ones.
	Set bool `json:"-"`
}

// Ref refers to a schema of the components by its name.
func Ref(name string) *Schema { return &Schema{Ref: refPrefix + name} }

const refPrefix = "#/components/schemas/"

// MarshalJSON writes the schema with its fields in the order of the struct.
func (s *Schema) MarshalJSON() ([]byte, error) {
	type plain Schema
	if !s.Closed {
		return marshal((*plain)(s))
	}
	// The field of the outer struct replaces the one that it hides, and comes last.
	return marshal(struct {
		*plain
		Additional bool `json:"additionalProperties"`
	}{plain: (*plain)(s)})
}

// Types are the types of a schema: written as a text where there is one.
type Types []string

// MarshalJSON writes one type as a text, several as an array.
func (t Types) MarshalJSON() ([]byte, error) {
	if len(t) == 1 {
		return json.Marshal(t[0])
	}
	return json.Marshal([]string(t))
}

// Discriminator names the property whose value decides between the alternatives of OneOf.
type Discriminator struct {
	PropertyName string      `json:"propertyName"`
	Mapping      Map[string] `json:"mapping,omitempty"`
}

// Properties are the properties of an object, in their order.
type Properties []Property

// Property is one entry of [Properties].
type Property struct {
	Name   string
	Schema *Schema
}

// MarshalJSON writes an object with the properties in their order.
func (p Properties) MarshalJSON() ([]byte, error) {
	m := make(Map[*Schema], len(p))
	for i, property := range p {
		m[i] = Entry[*Schema]{Name: property.Name, Value: property.Schema}
	}
	return m.MarshalJSON()
}
