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

// Keys and different values are counted. A repeated value counts once.
func TestMetadataFilterHasBounds(t *testing.T) {
	t.Parallel()
	type standard struct {
		Metadata kit.MetadataFilter `query:"metadata"`
	}
	type narrow struct {
		Metadata kit.MetadataFilter `query:"metadata" max_keys:"2" max_values:"3"`
	}
	bind := func(query string) (kit.MetadataFilter, error) {
		in, err := request.Bind[narrow](httptest.NewRequest(http.MethodGet, "/?"+query, nil))
		return in.Metadata, err
	}
	filter, err := bind("metadata[a]=1&metadata[b]=1&metadata[a]=2")
	require.NoError(t, err)
	require.Equal(t, kit.MetadataFilter{{Key: "a", Values: []string{"1", "2"}}, {Key: "b", Values: []string{"1"}}}, filter)

	_, err = bind("metadata[a]=1&metadata[b]=%22%3C&metadata[a]=2&metadata[c]=x")
	require.Equal(t, []string{`too_long ["query","metadata"] {"a":["1","2"],"b":"\"<","c":"x"} {"field_type":"Dictionary","max_length":2,"actual_length":3}`}, reported(t, err))
	_, err = bind("metadata[a]=1&metadata[b]=1&metadata[a]=2&metadata[a]=3")
	require.Equal(t, []string{`too_long ["query","metadata"] {"a":["1","2","3"],"b":"1"} {"field_type":"List","max_length":3,"actual_length":4}`}, reported(t, err))

	filter, err = bind(strings.Repeat("metadata[a]=1&", 1000))
	require.NoError(t, err)
	require.Equal(t, kit.MetadataFilter{{Key: "a", Values: []string{"1"}}}, filter)

	for _, test := range []struct {
		keys, values int
		fails        string
	}{
		{50, 1, ""},
		{51, 1, `{"field_type":"Dictionary","max_length":50,"actual_length":51}`},
		{3, 30, ""},
		{1, 100, ""},
		{1, 101, `{"field_type":"List","max_length":100,"actual_length":101}`},
		{10, 11, `{"field_type":"List","max_length":100,"actual_length":110}`},
	} {
		query := url.Values{}
		for k := range test.keys {
			for v := range test.values {
				query.Add(fmt.Sprintf("metadata[k%d]", k), fmt.Sprint(v))
			}
		}
		in, err := request.Bind[standard](httptest.NewRequest(http.MethodGet, "/?"+query.Encode(), nil))
		if test.fails == "" {
			require.NoError(t, err)
			require.Len(t, in.Metadata, test.keys)
			continue
		}
		require.Len(t, reported(t, err), 1)
		require.True(t, strings.HasPrefix(reported(t, err)[0], `too_long ["query","metadata"] {"k0":`), reported(t, err)[0])
		require.True(t, strings.HasSuffix(reported(t, err)[0], test.fails), reported(t, err)[0])
	}
}

func TestMetadataFilterBoundsAreChecked(t *testing.T) {
	t.Parallel()
	type wrong struct {
		Metadata kit.MetadataFilter `query:"metadata" max_keys:"0"`
	}
	sentence.Equal(t, "Check: bounds of a metadata filter", request.Check[wrong]())
}

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
