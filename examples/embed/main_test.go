package main

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/kittest"
)

func TestRoutes(t *testing.T) {
	t.Parallel()
	mux := routes()

	for name, test := range map[string]struct {
		target string
		status int
		want   string
	}{
		"a page": {"/books?limit=2&sorting=-year,title", http.StatusOK, `{
			"items":[{"id":4,"title":"The Practice of Programming","year":1999},
				{"id":2,"title":"Structure and Interpretation of Computer Programs","year":1985}],
			"pagination":{"total_count":5,"max_page":3}}`},
		"the last page": {"/books?limit=2&page=3", http.StatusOK, `{
			"items":[{"id":5,"title":"The Unix Programming Environment","year":1984}],
			"pagination":{"total_count":5,"max_page":3}}`},
		"a page beyond the end": {"/books?page=99999999999999999999", http.StatusOK,
			`{"items":[],"pagination":{"total_count":5,"max_page":1}}`},
		"all that is wrong at once": {"/books?page=0&sorting=nope", http.StatusUnprocessableEntity, `{
			"error":"PolarRequestValidationError","detail":[
				{"type":"greater_than","loc":["query","page"],"msg":"Input should be greater than 0","input":"0","ctx":{"gt":0}},
				{"type":"enum","loc":["query","sorting",0],"msg":"Input should be 'title', '-title', 'year' or '-year'","input":"nope",
					"ctx":{"expected":"'title', '-title', 'year' or '-year'"}}]}`},
		"one":     {"/books/3", http.StatusOK, `{"id":3,"title":"The C Programming Language","year":1978}`},
		"no book": {"/books/42", http.StatusNotFound, `{"error":"ResourceNotFound","detail":"Not found"}`},
		"no number": {"/books/x", http.StatusUnprocessableEntity, `{
			"error":"PolarRequestValidationError","detail":[{"type":"int_parsing","loc":["path","id"],
				"msg":"Input should be a valid integer, unable to parse string as an integer","input":"x"}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := kittest.NewClient(t, mux).Get(test.target).Want(test.status)
			require.Equal(t, "application/json", got.Header.Get("Content-Type"))
			require.JSONEq(t, test.want, string(got.Body))
		})
	}

	t.Run("what was there before", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, "200 pong\n", kittest.NewClient(t, mux).Get("/ping").String())
	})
}
