package pagination_test

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/pagination"
)

// bind compiles a parameter under a tag and binds it to a query.
func bind(t *testing.T, into kit.Parameter, tag reflect.StructTag, query string) []errors.ValidationError {
	t.Helper()
	field := kit.ParameterField{Tag: tag}
	spec, err := into.CompileParameter(field)
	require.NoError(t, err)
	var failed []errors.ValidationError
	into.BindParameter(kit.NewParameterInput(field, spec.State, kit.ParseQuery(query), func(err errors.ValidationError) { failed = append(failed, err) }))
	return failed
}

func TestParams(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		query       string
		tag         reflect.StructTag
		page, limit int64
		offset      int64
	}{
		{query: "", page: 1, limit: 10},
		{query: "page=3&limit=7", page: 3, limit: 7, offset: 14},
		{query: "page=1&page=2", page: 2, limit: 10, offset: 10},
		{query: "limit=100", page: 1, limit: 100},
		{query: "limit=101", page: 1, limit: 100},
		{query: "limit=999999999999999999999999999999", page: 1, limit: 100},
		{query: "page=%202%20&limit=1_0", page: 2, limit: 10, offset: 10},
		{query: "limit=5.0", page: 1, limit: 5},
		{query: "page=999999999999999999999999999999", page: math.MaxInt64, limit: 10, offset: 1 << 62},
		{query: "page=922337203685477580&limit=100", page: 922337203685477580, limit: 100, offset: 1 << 62},
		{tag: `default_limit:"50" max_limit:"1000"`, query: "", page: 1, limit: 50},
		{tag: `default_limit:"50" max_limit:"1000"`, query: "limit=2000", page: 1, limit: 1000},
		{tag: `max_limit:"5"`, query: "", page: 1, limit: 5},
	} {
		t.Run(test.query+" "+string(test.tag), func(t *testing.T) {
			t.Parallel()
			var params pagination.Params
			require.Empty(t, bind(t, &params, test.tag, test.query))
			require.Equal(t, test.page, params.Page())
			require.Equal(t, test.limit, params.Limit())
			require.Equal(t, test.offset, params.Offset())
		})
	}
}

func TestParamsInvalid(t *testing.T) {
	t.Parallel()
	greater := func(name, input string) errors.ValidationError {
		return errors.ValidationError{
			Type: "greater_than", Loc: errors.Loc{"query", name}, Msg: "Input should be greater than 0",
			Input: input, Ctx: errors.Ctx{{Name: "gt", Value: 0}},
		}
	}
	parsing := func(name, input string) errors.ValidationError {
		return errors.ValidationError{
			Type: "int_parsing", Loc: errors.Loc{"query", name}, Input: input,
			Msg: "Input should be a valid integer, unable to parse string as an integer",
		}
	}
	for query, want := range map[string][]errors.ValidationError{
		"page=0":                           {greater("page", "0")},
		"limit=-1":                         {greater("limit", "-1")},
		"limit=x&page=0":                   {greater("page", "0"), parsing("limit", "x")},
		"page=&limit=":                     {parsing("page", ""), parsing("limit", "")},
		"page=1.5":                         {parsing("page", "1.5")},
		"page=1&page=nil":                  {parsing("page", "nil")},
		"page=-99999999999999999999999999": {greater("page", "-99999999999999999999999999")},
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			var params pagination.Params
			require.Equal(t, want, bind(t, &params, "", query))
		})
	}
}

func TestLimitsAreCheckedAtStart(t *testing.T) {
	t.Parallel()
	for _, tag := range []reflect.StructTag{`max_limit:"0"`, `default_limit:"x"`, `default_limit:"20" max_limit:"10"`, `default_limit:"101"`} {
		_, err := new(pagination.Params).CompileParameter(kit.ParameterField{Tag: tag})
		sentence.Equal(t, string(tag), err)
		_, err = new(pagination.CursorParams).CompileParameter(kit.ParameterField{Tag: tag})
		sentence.Equal(t, string(tag), err)
	}
}

func TestParamsDocument(t *testing.T) {
	t.Parallel()
	spec, err := new(pagination.Params).CompileParameter(kit.ParameterField{Tag: `max_limit:"50"`})
	require.NoError(t, err)
	text, err := json.Marshal(spec.Document)
	require.NoError(t, err)
	require.JSONEq(t, `[
		{"name":"page","in":"query","required":false,"description":"Page number, defaults to 1.",
		 "schema":{"type":"integer","exclusiveMinimum":0,"default":1,"description":"Page number, defaults to 1."}},
		{"name":"limit","in":"query","required":false,"description":"Size of a page, defaults to 10. Maximum is 50.",
		 "schema":{"type":"integer","exclusiveMinimum":0,"default":10,"description":"Size of a page, defaults to 10. Maximum is 50."}}
	]`, string(text))
}

func TestMaxPage(t *testing.T) {
	t.Parallel()
	params := pagination.NewParams(1, 7)
	for total, want := range map[int64]int64{-1: 0, 0: 0, 1: 1, 7: 1, 8: 2, 25: 4, math.MaxInt64: math.MaxInt64 / 7} {
		require.Equal(t, want, params.MaxPage(total), total)
	}
	require.Equal(t, int64(10), pagination.NewParams(-3, -3).Limit())
	require.Equal(t, int64(1), pagination.NewParams(-3, -3).Page())
	require.Equal(t, int64(500), pagination.NewParams(1, 500).Limit(), "no upper bound in Go")
}

func TestListResourceOnTheWire(t *testing.T) {
	t.Parallel()
	list := pagination.NewListResource[int](nil, 0, pagination.Params{})
	text, err := json.Marshal(list)
	require.NoError(t, err)
	require.Equal(t, `{"items":[],"pagination":{"total_count":0,"max_page":0}}`, string(text))

	list = pagination.NewListResource([]int{1, 2}, 25, pagination.NewParams(1, 10))
	list.Pagination.TotalCountIsCapped = true
	text, err = json.Marshal(pagination.MapListResource(list, func(n int) string { return string(rune('a' + n)) }))
	require.NoError(t, err)
	require.Equal(t, `{"items":["b","c"],"pagination":{"total_count":25,"max_page":3,"total_count_is_capped":true}}`, string(text))
}
