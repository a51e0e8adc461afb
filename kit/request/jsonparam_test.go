package request_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

type textClause struct {
	kit.Schema

	Property string `json:"property"`
	Value    int    `json:"value"`
	Token    string `json:"token" default:"" sensitive:"true"`
}

type textFilter struct {
	kit.Schema

	Conjunction string       `json:"conjunction" validate:"oneof=and or"`
	Clauses     []textClause `json:"clauses"`
}

type textParameters struct {
	Filter  kit.Optional[textFilter] `query:"filter"  content:"json"`
	Counts  []int                    `query:"counts"  content:"json" default:"[1,2]" validate:"max=3"`
	Pet     *pet                     `query:"pet"     content:"json" default:"null"`
	Options map[string]bool          `header:"x-options" content:"json" default:"{}"`
	Body    struct {
		kit.Schema

		Name string `json:"name"`
	}
}

// The text of a parameter may be JSON. It has the rules and the errors of a body, at the
// place of the parameter.
func TestJSONParameters(t *testing.T) {
	t.Parallel()
	bind := func(query url.Values, options string) (textParameters, error) {
		r := httptest.NewRequest(http.MethodPost, "/?"+query.Encode(), strings.NewReader(`{"name":"n"}`))
		r.Header.Set("Content-Type", "application/json")
		if options != "" {
			r.Header.Set("X-Options", options)
		}
		return request.Bind[textParameters](r)
	}
	in, err := bind(url.Values{
		"filter": {`{"conjunction":"and","clauses":[{"property":"é","value":"7"}]}`}, "counts": {"[9]", "[3, 4]"}, "pet": {`{"type":"cat","lives":9}`},
	}, `{"a":true}`)
	require.NoError(t, err)
	require.Equal(t, textFilter{Conjunction: "and", Clauses: []textClause{{Property: "é", Value: 7}}}, in.Filter.Or(textFilter{}))
	require.Equal(t, []int{3, 4}, in.Counts)
	require.Equal(t, cat{Type: "cat", Lives: 9}, *in.Pet)
	require.Equal(t, map[string]bool{"a": true}, in.Options)
	require.Equal(t, "n", in.Body.Name)

	in, err = bind(nil, "")
	require.NoError(t, err)
	require.False(t, in.Filter.IsSet())
	require.Equal(t, []int{1, 2}, in.Counts)
	require.Nil(t, in.Pet)

	_, err = bind(url.Values{
		"filter": {`{"conjunction":"xor","clauses":[{"value":null,"token":5},7]}`}, "counts": {"[1,2,3,4]"}, "pet": {`null`},
	}, `{"a":5}`)
	require.Equal(t, []string{
		`literal_error ["query","filter","conjunction"] "xor" {"expected":"'and' or 'or'"}`,
		`missing ["query","filter","clauses",0,"property"] {"value":null,"token":"**********"}`,
		`int_type ["query","filter","clauses",0,"value"] null`,
		`string_type ["query","filter","clauses",0,"token"] "**********"`,
		`model_attributes_type ["query","filter","clauses",1] 7`,
		`too_long ["query","counts"] [1,2,3,4] {"field_type":"List","max_length":3,"actual_length":4}`,
		`model_attributes_type ["query","pet"] null`,
		`bool_parsing ["header","x-options","a"] 5`,
	}, reported(t, err))

	_, err = bind(url.Values{"filter": {`{"conjunction":`}, "counts": {""}, "pet": {strings.Repeat("[", 600)}}, "")
	require.Equal(t, []string{
		`json_invalid ["query","filter"] "**********" {"error":"Expecting value at character 15"}`,
		`json_invalid ["query","counts"] "" {"error":"Expecting value at character 0"}`,
		fmt.Sprintf(`json_invalid ["query","pet"] %q {"error":"it nests too deep, or has too long an integer"}`, strings.Repeat("[", 600)),
	}, reported(t, err))
}

type mistakenJSON struct {
	AnotherContent textFilter      `query:"another"  content:"xml"`
	Path           textFilter      `path:"path"      content:"json"`
	Filter         kit.Filter[int] `query:"filter"   content:"json"`
	RequiredNull   *textFilter     `query:"required" content:"json"`
	Default        []int           `query:"default"  content:"json" default:"[\"x\"]"`
	Body           struct {
		WithoutAPlace []int `json:"without" content:"json"`
	}
}

func TestJSONParametersAreChecked(t *testing.T) {
	t.Parallel()
	sentence.Equal(t, "Check: JSON parameters", request.Check[mistakenJSON]())
}
