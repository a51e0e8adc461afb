package openapi_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/openapi"
)

func TestSchemaJSON(t *testing.T) {
	t.Parallel()
	for want, s := range map[string]*openapi.Schema{
		`{}`: {},
		`{"$ref":"#/components/schemas/Customer"}`:       openapi.Ref("Customer"),
		`{"type":"string","default":""}`:                 {Type: openapi.Types{"string"}, Default: ""},
		`{"type":["string","null"]}`:                     {Type: openapi.Types{"string", "null"}},
		`{"type":"object","additionalProperties":false}`: {Type: openapi.Types{"object"}, Closed: true},
		`{"additionalProperties":{"type":"string"}}`:     {Additional: &openapi.Schema{Type: openapi.Types{"string"}}},
		`{"description":"a < b & c"}`:                    {Description: "a < b & c"},
		`{"properties":{"z":{},"a":{"type":"integer"}}}`: {Properties: openapi.Properties{{Name: "z", Schema: &openapi.Schema{}}, {Name: "a", Schema: &openapi.Schema{Type: openapi.Types{"integer"}}}}},
		`{"minimum":0,"maximum":1}`:                      {Minimum: new(0.0), Maximum: new(1.0)},
		`{"properties":{"a\"<b":{"type":"string"}}}`:     {Properties: openapi.Properties{{Name: `a"<b`, Schema: &openapi.Schema{Type: openapi.Types{"string"}}}}},
		`{"discriminator":{"propertyName":"type","mapping":{"b":"x","a":"y"}}}`: {Discriminator: &openapi.Discriminator{
			PropertyName: "type", Mapping: openapi.Map[string]{{Name: "b", Value: "x"}, {Name: "a", Value: "y"}},
		}},
	} {
		d := openapi.Document{Components: openapi.Components{Schemas: openapi.Map[*openapi.Schema]{{Name: "S", Value: s}}}}
		data, err := d.JSON()
		require.NoError(t, err)
		require.Equal(t, `{"openapi":"","info":{"title":"","version":""},"paths":{},"components":{"schemas":{"S":`+want+`}}}`, string(data))
	}
}

func TestSecurity(t *testing.T) {
	t.Parallel()
	data, err := json.Marshal(openapi.Operation{OperationID: "x"})
	require.NoError(t, err)
	require.NotContains(t, string(data), "security")
	data, err = json.Marshal(openapi.Operation{OperationID: "x", Security: []openapi.Map[[]string]{}})
	require.NoError(t, err)
	require.Contains(t, string(data), `"security":[]`)
}

func TestPathItem(t *testing.T) {
	t.Parallel()
	var item openapi.PathItem
	for _, method := range []string{"DELETE", "PATCH", "PUT", "POST", "GET"} {
		item.Set(method, &openapi.Operation{OperationID: method})
	}
	var methods []string
	for _, o := range item.Operations() {
		require.Equal(t, o.Method, o.Operation.OperationID)
		methods = append(methods, o.Method)
	}
	require.Equal(t, []string{"GET", "POST", "PUT", "PATCH", "DELETE"}, methods)
}

func TestMap(t *testing.T) {
	t.Parallel()
	m := openapi.Map[int]{{Name: "b", Value: 1}, {Name: "a", Value: 2}}
	v, ok := m.Get("a")
	require.True(t, ok)
	require.Equal(t, 2, v)
	_, ok = m.Get("c")
	require.False(t, ok)
	_, err := openapi.Map[any]{{Name: "f", Value: func() {}}}.MarshalJSON()
	require.Error(t, err)
}
