// Package openapi is the model of an OpenAPI 3.1 document. It is a leaf: it
// imports nothing of this module.
package openapi

// Schema is a JSON Schema (draft 2020-12) as OpenAPI 3.1 uses it. Fields are
// left out of the document while they are empty.
type Schema struct {
	Ref              string     `json:"$ref,omitempty"`
	Type             []string   `json:"type,omitempty"`
	Format           string     `json:"format,omitempty"`
	Title            string     `json:"title,omitempty"`
	Description      string     `json:"description,omitempty"`
	Const            any        `json:"const,omitempty"`
	Enum             []any      `json:"enum,omitempty"`
	Default          any        `json:"default,omitempty"`
	Examples         []any      `json:"examples,omitempty"`
	AnyOf            []*Schema  `json:"anyOf,omitempty"`
	OneOf            []*Schema  `json:"oneOf,omitempty"`
	Items            *Schema    `json:"items,omitempty"`
	Properties       Properties `json:"properties,omitempty"`
	Required         []string   `json:"required,omitempty"`
	Additional       *Schema    `json:"additionalProperties,omitempty"`
	MinLength        *int       `json:"minLength,omitempty"`
	MaxLength        *int       `json:"maxLength,omitempty"`
	Pattern          string     `json:"pattern,omitempty"`
	MinItems         *int       `json:"minItems,omitempty"`
	MaxItems         *int       `json:"maxItems,omitempty"`
	Minimum          *float64   `json:"minimum,omitempty"`
	Maximum          *float64   `json:"maximum,omitempty"`
	ExclusiveMinimum *float64   `json:"exclusiveMinimum,omitempty"`
	ExclusiveMaximum *float64   `json:"exclusiveMaximum,omitempty"`
}

// Properties are the properties of an object, in their order.
type Properties []Property

// Property is one entry of [Properties].
type Property struct {
	Name   string
	Schema *Schema
}

// Parameter is a parameter of an operation.
type Parameter struct {
	Name        string  `json:"name"`
	In          string  `json:"in"`
	Required    bool    `json:"required"`
	Description string  `json:"description,omitempty"`
	Style       string  `json:"style,omitempty"`
	Explode     *bool   `json:"explode,omitempty"`
	Schema      *Schema `json:"schema"`
}

// Security is what a guard requires of a caller. The zero value requires
// nothing: the operation is public.
type Security struct {
	// Alternatives are the ways in, any one of which will do.
	Alternatives []SecurityAlternative
}

// SecurityAlternative is one way in: a scheme by its name, and the scopes of
// which it needs all.
type SecurityAlternative struct {
	Name   string
	Scheme SecurityScheme
	Scopes []string
}

// SecurityScheme describes a kind of credential.
type SecurityScheme struct {
	Type         string `json:"type"`
	Description  string `json:"description,omitempty"`
	Name         string `json:"name,omitempty"`
	In           string `json:"in,omitempty"`
	Scheme       string `json:"scheme,omitempty"`
	BearerFormat string `json:"bearerFormat,omitempty"`
}
