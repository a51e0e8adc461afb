package openapi_test

import (
	"encoding/json"
	"fmt"
	"strings"
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

func TestTypesReadBothForms(t *testing.T) {
	t.Parallel()
	var types openapi.Types
	require.NoError(t, json.Unmarshal([]byte(`"string"`), &types))
	require.Equal(t, openapi.Types{"string"}, types)
	require.NoError(t, json.Unmarshal([]byte(`["string","null"]`), &types))
	require.Equal(t, openapi.Types{"string", "null"}, types)
	require.Error(t, json.Unmarshal([]byte(`1`), &types))
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

// document is a small API, whose parts the cases replace.
func document(replacements ...string) []byte {
	text := `{"paths":{"/v1/pets/":{
		"get":{"operationId":"pets:list","parameters":[{"name":"kind","in":"query","schema":{"type":"string","enum":["cat","dog"]}}],
			"responses":{"200":{"content":{"application/json":{"schema":{"type":"array","items":{"$ref":"#/components/schemas/Pet"}}}}},"404":{}}},
		"post":{"operationId":"pets:create","requestBody":{"required":true,"content":{"application/json":{"schema":{"$ref":"#/components/schemas/New"}}}},
			"responses":{"201":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Pet"}}}}}}}},
	"components":{"schemas":{
		"Pet":{"type":"object","required":["name","parent","kind"],"properties":{
			"name":{"type":"string"},"kind":{"type":"string","enum":["cat","dog"]},"age":{"type":"integer"},
			"parent":{"anyOf":[{"$ref":"#/components/schemas/Pet"},{"type":"null"}]}}},
		"New":{"type":"object","required":["name"],"properties":{
			"name":{"type":["string","null"],"maxLength":10},"age":{"type":"number","minimum":0},"tags":{"type":"object","additionalProperties":{"type":"string"}},
			"owner":{"discriminator":{"propertyName":"type","mapping":{"man":"#/components/schemas/Man"}}}}},
		"Man":{"type":"object","properties":{"id":{"type":"string","format":"uuid"}}}}}}`
	for i := 0; i < len(replacements); i += 2 {
		if !strings.Contains(text, replacements[i]) {
			panic("nothing to replace: " + replacements[i])
		}
		text = strings.ReplaceAll(text, replacements[i], replacements[i+1])
	}
	return []byte(text)
}

func TestBreaking(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change []string
		want   []string
	}{
		{"nothing", nil, nil},
		{"a field of an answer gone", []string{`"age":{"type":"integer"},`, ``}, []string{
			"GET /v1/pets/ 200[]: the field age is gone",
		}},
		{"a field of an answer optional", []string{`"required":["name","parent","kind"]`, `"required":["name","kind"]`}, []string{
			"GET /v1/pets/ 200[]: the field parent may be absent now",
		}},
		{"a field of an answer may be null", []string{`"name":{"type":"string"}`, `"name":{"type":["string","null"]}`}, []string{
			"GET /v1/pets/ 200[] name: it may be null now",
		}},
		{"a field of an answer of another type", []string{`"age":{"type":"integer"}`, `"age":{"type":"string"}`}, []string{
			"GET /v1/pets/ 200[] age: it may be string now",
		}},
		{"a value of an answer more", []string{`"kind":{"type":"string","enum":["cat","dog"]}`, `"kind":{"type":"string","enum":["cat","dog","cow"]}`}, []string{
			"GET /v1/pets/ 200[] kind: the value cow is new, and clients know a closed set",
		}},
		{"a field of an answer more", []string{`"age":{"type":"integer"},`, `"age":{"type":"integer"},"more":{},`}, nil},
		{"an operation gone", []string{`"post":{`, `"put":{`}, []string{"POST /v1/pets/: the operation is gone"}},
		{"another path", []string{`/v1/pets/`, `/v1/animals/`}, []string{"GET /v1/pets/: the operation is gone", "POST /v1/pets/: the operation is gone"}},
		{"another operation ID", []string{`pets:create`, `pets:add`}, []string{
			"POST /v1/pets/: the operation ID changed from pets:create to pets:add, so generated clients name it otherwise",
		}},
		{"a parameter gone", []string{`"name":"kind"`, `"name":"sort"`}, []string{"GET /v1/pets/: the parameter query kind is gone"}},
		{"a parameter required", []string{`"in":"query"`, `"in":"query","required":true`}, []string{"GET /v1/pets/: the parameter query kind is required now"}},
		{"a value of a parameter gone", []string{`"schema":{"type":"string","enum":["cat","dog"]}`, `"schema":{"type":"string","enum":["cat"]}`}, []string{
			"GET /v1/pets/ query kind: the value dog is not taken any more",
		}},
		{"a value of a parameter more", []string{`"schema":{"type":"string","enum":["cat","dog"]}`, `"schema":{"type":"string","enum":["cat","dog","cow"]}`}, nil},
		{"a success gone", []string{`"201":{`, `"202":{`}, []string{"POST /v1/pets/: the answer 201 is gone"}},
		{"a failure gone", []string{`,"404":{}`, ``}, nil},
		{"another media type", []string{`"200":{"content":{"application/json"`, `"200":{"content":{"text/csv"`}, []string{"GET /v1/pets/ 200: the form application/json is gone"}},
		{"a field of a body required", []string{`"required":["name"],`, `"required":["name","age"],`}, []string{"POST /v1/pets/ body: the field age is required now"}},
		{"a field of a body optional", []string{`"required":["name"],`, ``}, nil},
		{"a field of a body gone", []string{`"age":{"type":"number","minimum":0},`, ``}, []string{"POST /v1/pets/ body: the field age is gone"}},
		{"null not taken", []string{`"name":{"type":["string","null"],"maxLength":10}`, `"name":{"type":"string","maxLength":10}`}, []string{"POST /v1/pets/ body name: null is not taken any more"}},
		{"a bound narrower", []string{`"maxLength":10`, `"maxLength":9`}, []string{"POST /v1/pets/ body name: the bound maxLength is narrower: 9"}},
		{"a bound wider", []string{`"maxLength":10`, `"maxLength":11`}, nil},
		{"a bound more", []string{`"minimum":0`, `"minimum":0,"maximum":5`}, []string{"POST /v1/pets/ body age: the bound maximum is narrower: 5"}},
		{"a pattern", []string{`"maxLength":10`, `"maxLength":10,"pattern":"^a"`}, []string{"POST /v1/pets/ body name: the pattern is another: ^a"}},
		{"integers instead of numbers", []string{`"type":"number"`, `"type":"integer"`}, []string{"POST /v1/pets/ body age: number is not taken any more"}},
		{"other values of a map", []string{`"additionalProperties":{"type":"string"}`, `"additionalProperties":{"type":"integer"}`}, []string{"POST /v1/pets/ body tags{}: string is not taken any more"}},
		{"a closed body", []string{`"New":{"type":"object",`, `"New":{"type":"object","additionalProperties":false,`}, []string{"POST /v1/pets/ body: unknown fields are refused now"}},
		{"another format", []string{`"format":"uuid"`, `"format":"uri"`}, []string{"POST /v1/pets/ body owner man id: the format changed from uuid to uri"}},
		{"a variant gone", []string{`"mapping":{"man":"#/components/schemas/Man"}`, `"mapping":{}`}, []string{"POST /v1/pets/ body owner: the variant man is not taken any more"}},
		{"a closed set", []string{`"id":{"type":"string"`, `"id":{"type":"string","enum":["a"]`}, []string{"POST /v1/pets/ body owner man id: only certain values are taken now"}},
		{"a body optional", []string{`"requestBody":{"required":true,`, `"requestBody":{`}, nil},
		{"no body", []string{`"requestBody":{"required":true,`, `"nothing":{`}, []string{"POST /v1/pets/: the body is gone"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			found, err := openapi.Breaking(document(), document(c.change...))
			require.NoError(t, err)
			require.Equal(t, c.want, found)
		})
	}
	found, err := openapi.Breaking(document(`"requestBody":{"required":true,`, `"nothing":{`), document())
	require.NoError(t, err)
	require.Equal(t, []string{"POST /v1/pets/: a body is required now"}, found)
	found, err = openapi.Breaking(document(`"requestBody":{"required":true,`, `"requestBody":{`), document())
	require.NoError(t, err)
	require.Equal(t, []string{"POST /v1/pets/: the body is required now"}, found)
}

func ExampleBreaking() {
	older := []byte(`{"paths":{"/v1/pets/":{"get":{"responses":{"200":{"content":{"application/json":{"schema":
		{"properties":{"name":{"type":"string"},"age":{"type":"integer"}}}}}}}}}}}`)
	newer := []byte(`{"paths":{"/v1/pets/":{"get":{"responses":{"200":{"content":{"application/json":{"schema":
		{"properties":{"name":{"type":["string","null"]}}}}}}}}}}}`)
	found, err := openapi.Breaking(older, newer)
	if err != nil {
		panic(err)
	}
	fmt.Println(strings.Join(found, "\n"))
	// Output:
	// GET /v1/pets/ 200: the field age is gone
	// GET /v1/pets/ 200 name: it may be null now
}

func FuzzBreaking(f *testing.F) {
	f.Add(document(), document(`"age":{"type":"integer"},`, ``))
	f.Add([]byte(`{"paths":{"/":{"get":{"requestBody":{"content":{"a":{"schema":{"$ref":"#/components/schemas/A"}}}}}}},"components":{"schemas":{"A":{"$ref":"#/components/schemas/A"}}}}`), document())
	f.Fuzz(func(t *testing.T, before, after []byte) {
		if _, err := openapi.Breaking(before, after); err != nil {
			return
		}
		found, err := openapi.Breaking(before, before)
		require.NoError(t, err)
		require.Empty(t, found)
	})
}
