package request_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

// What looks like a metadata filter either filters or is refused.
func TestMetadataFilter(t *testing.T) {
	t.Parallel()

	type list struct {
		Metadata kit.MetadataFilter `query:"metadata"`
		Page     int                `query:"page" default:"1"`
	}
	bind := func(query string) (list, error) {
		r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
		r.URL.RawQuery = query
		return request.Bind[list](r)
	}
	for query, want := range map[string]kit.MetadataFilter{
		"":                                     nil,
		"metadata[a]=1":                        {{Key: "a", Values: []string{"1"}}},
		"metadata%5Ba%5D=1":                    {{Key: "a", Values: []string{"1"}}},
		"metadata[a]=":                         {{Key: "a", Values: []string{""}}},
		"metadata[a]":                          {{Key: "a", Values: []string{""}}},
		"metadata[ ]=1":                        {{Key: " ", Values: []string{"1"}}},
		"metadata[a][b]=1":                     {{Key: "a", Values: []string{"1"}}},
		"metadata[a]b=1":                       {{Key: "a", Values: []string{"1"}}},
		"metadata[[a]=1":                       {{Key: "[a", Values: []string{"1"}}},
		"metadata[a]=1&metadata[b]=2":          {{Key: "a", Values: []string{"1"}}, {Key: "b", Values: []string{"2"}}},
		"metadata[a]=1&metadata[a]=1":          {{Key: "a", Values: []string{"1"}}},
		"metadata[a]=1&metadata[a]=2":          {{Key: "a", Values: []string{"1", "2"}}},
		"metadatas=x&meta=x&x_metadata=x":      nil,
		"Metadata[a]=1&metadata_a=1&x[a]=1":    nil,
		"metadata%255Ba%255D=1&metadata-key=x": nil,
	} {
		in, err := bind(query)
		require.NoError(t, err, query)
		require.Equal(t, want, in.Metadata, query)
	}
	for query, want := range map[string][]string{
		"metadata=x":                         {`dict_type ["query","metadata"] "x"`},
		"metadata=[object Object]":           {`dict_type ["query","metadata"] "[object Object]"`},
		"metadata=[object%20Object]":         {`dict_type ["query","metadata"] "[object Object]"`},
		`metadata={"a":1}`:                   {`dict_type ["query","metadata"] "{\"a\":1}"`},
		"metadata":                           {`dict_type ["query","metadata"] ""`},
		"metadata=":                          {`dict_type ["query","metadata"] ""`},
		"metadata[]=x":                       {`dict_type ["query","metadata[]"] "x"`},
		"metadata[=x":                        {`dict_type ["query","metadata["] "x"`},
		"metadata[a=1":                       {`dict_type ["query","metadata[a"] "1"`},
		"metadata[][a]=1":                    {`dict_type ["query","metadata[][a]"] "1"`},
		"metadata.a=1":                       {`dict_type ["query","metadata.a"] "1"`},
		"metadata[a]=1&metadata=x":           {`dict_type ["query","metadata"] "x"`},
		"metadata=x&metadata=y":              {`dict_type ["query","metadata"] "x"`, `dict_type ["query","metadata"] "y"`},
		"page=zz&metadata=x&metadata[a]=1&b": {`dict_type ["query","metadata"] "x"`, `int_parsing ["query","page"] "zz"`},
	} {
		_, err := bind(query)
		require.Equal(t, want, reported(t, err), query)
	}

	_, err := bind(strings.Repeat("metadata=x&", 5000))
	require.Len(t, reported(t, err), 1000, "a reply has its bounds")
}
