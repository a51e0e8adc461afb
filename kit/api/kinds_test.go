package api_test

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/kittest"
	"github.com/polarkit-go/polarkit/kit/openapi"
)

type shape interface{ shape() }

type circle struct {
	kit.Schema `doc:"A circle."`

	Type   string  `json:"type" validate:"oneof=circle" doc:"What it is."`
	Radius float64 `json:"radius" validate:"gt=0" doc:"Its radius." example:"1.5"`
}

type square struct {
	kit.Schema `doc:"A square."`

	Type string `json:"type" validate:"oneof=square block" doc:"What it is."`
	Side int    `json:"side" validate:"min=1" doc:"Its side." example:"2"`
}

func (circle) shape() {}
func (square) shape() {}

var _ = kit.DefineUnion[shape]("type", circle{}, square{})

type level int

func (level) Values() []level { return []level{1, 2, 3} }

// inner is taken and given in two forms: a default is not required.
type inner struct {
	kit.Schema `doc:"What is inside."`

	Note string `json:"note" default:"none" doc:"A note." example:"fragile"`
}

// kinds holds a field of every kind.
type kinds struct {
	kit.Schema `doc:"One of each."`

	Shape    shape            `json:"shape" doc:"Its shape."`
	Shapes   []shape          `json:"shapes" validate:"max=2" doc:"More shapes."`
	Price    kit.Decimal      `json:"price" validate:"min=0,max_digits=8,decimal_places=2" doc:"The price." example:"1.50"`
	Day      *kit.Date        `json:"day" doc:"The day." example:"2025-01-03"`
	Page     string           `json:"page" validate:"http_url" doc:"Its page." example:"https://example.com/"`
	Level    level            `json:"level" default:"2" doc:"How high."`
	Status   *orderStatus     `json:"status" doc:"Where it stands."`
	Unit     string           `json:"unit" validate:"oneof=cm in" default:"cm" doc:"The unit."`
	Inner    inner            `json:"inner" doc:"What is inside."`
	Inners   map[string]inner `json:"inners" doc:"More inside, by name."`
	Parent   *inner           `json:"parent" doc:"What is around."`
	Anything any              `json:"anything" doc:"Anything."`
	Raw      json.RawMessage  `json:"raw" doc:"Anything, as it is."`
	Token    uuid.UUID        `json:"token" validate:"uuid4" doc:"A random ID." example:"992fae2a-2a17-4b7a-8d9e-e287cf90131b"`
	Ratio    float64          `json:"ratio" validate:"gt=0,lt=1" default:"0.5" doc:"A ratio." example:"0.25"`
	Flags    []bool           `json:"flags" default:"[true]" doc:"Flags."`
}

func newKinds() *api.API {
	a := api.New(api.Config{Title: "Kinds"}, func(root *api.Group) {
		api.Create(root.Group("/v1/kinds", api.Tag("kinds")), "/", canRead, does[kinds, kinds], api.Name("create"))
	})
	return a
}

func TestEveryKindIsDescribed(t *testing.T) {
	t.Parallel()
	for place, want := range map[string]string{
		"Kinds-Input shape":    `{"$ref":"#/components/schemas/Shape","description":"Its shape."}`,
		"Kinds-Input shapes":   `{"type":"array","title":"Shapes","description":"More shapes.","items":{"$ref":"#/components/schemas/Shape"},"maxItems":2}`,
		"Kinds-Output price":   `{"type":"string","title":"Price","description":"The price.","examples":["1.50"],"pattern":"^-?(0*\\d{1,6}(\\.\\d{0,2}0*)?|\\d(\\.\\d+)?E[+-]\\d+)$"}`,
		"Kinds-Input day":      `{"type":["string","null"],"format":"date","title":"Day","description":"The day.","examples":["2025-01-03"]}`,
		"Kinds-Input level":    `{"$ref":"#/components/schemas/Level","description":"How high. Defaults to ` + "`2`" + `."}`,
		"Kinds-Output level":   `{"$ref":"#/components/schemas/Level","description":"How high."}`,
		"Kinds-Input status":   `{"title":"Status","description":"Where it stands.","anyOf":[{"$ref":"#/components/schemas/OrderStatus"},{"type":"null"}]}`,
		"Kinds-Input unit":     `{"type":"string","title":"Unit","description":"The unit. Defaults to ` + "`cm`" + `.","enum":["cm","in"]}`,
		"Kinds-Input inner":    `{"$ref":"#/components/schemas/Inner-Input","description":"What is inside."}`,
		"Kinds-Output inner":   `{"$ref":"#/components/schemas/Inner-Output","description":"What is inside."}`,
		"Kinds-Output inners":  `{"type":"object","title":"Inners","description":"More inside, by name.","additionalProperties":{"$ref":"#/components/schemas/Inner-Output"}}`,
		"Kinds-Input parent":   `{"title":"Parent","description":"What is around.","anyOf":[{"$ref":"#/components/schemas/Inner-Input"},{"type":"null"}]}`,
		"Kinds-Input anything": `{"title":"Anything","description":"Anything."}`,
		"Kinds-Input raw":      `{"title":"Raw","description":"Anything, as it is."}`,
		"Kinds-Input token":    `{"type":"string","format":"uuid4","title":"Token","description":"A random ID.","examples":["992fae2a-2a17-4b7a-8d9e-e287cf90131b"]}`,
		"Kinds-Input flags":    `{"type":"array","title":"Flags","description":"Flags. Defaults to ` + "`[true]`" + `.","items":{"type":"boolean"}}`,
		"Circle type":          `{"type":"string","title":"Type","description":"What it is.","const":"circle"}`,
		"Square type":          `{"type":"string","title":"Type","description":"What it is.","enum":["square","block"]}`,
	} {
		data, err := json.Marshal(property(t, newKinds().Document(), place))
		require.NoError(t, err)
		require.JSONEq(t, want, string(data), place)
	}
	d := newKinds().Document()
	for name, want := range map[string]string{
		"Level": `{"type":"integer","title":"Level","enum":[1,2,3]}`,
		"Shape": `{"title":"Shape","oneOf":[{"$ref":"#/components/schemas/Circle"},{"$ref":"#/components/schemas/Square"}],
			"discriminator":{"propertyName":"type","mapping":{
				"circle":"#/components/schemas/Circle","square":"#/components/schemas/Square","block":"#/components/schemas/Square"}}}`,
	} {
		s, ok := d.Components.Schemas.Get(name)
		require.True(t, ok, name)
		data, err := json.Marshal(s)
		require.NoError(t, err)
		require.JSONEq(t, want, string(data))
	}
}

func property(t *testing.T, d *openapi.Document, place string) *openapi.Schema {
	t.Helper()
	for _, schema := range d.Components.Schemas {
		for _, p := range schema.Value.Properties {
			if schema.Name+" "+p.Name == place {
				return p.Schema
			}
		}
	}
	require.Fail(t, "there is no "+place)
	return nil
}

func TestEveryKindAgreesWithBinding(t *testing.T) {
	t.Parallel()
	kittest.Agreement(t, newKinds())
}
