package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/kittest"
)

func TestQuickstart(t *testing.T) {
	t.Parallel()

	server := httptest.NewServer(newHandler())
	t.Cleanup(server.Close)
	client := kittest.NewRemoteClient(t, server.URL)

	require.Regexp(t, `^200 \{"items":\[\{"id":"[0-9a-f-]{36}","title":"Middlemarch"\}\],"pagination":\{"total_count":2,"max_page":2\}\}$`,
		client.Get("/v1/books/?limit=1&sorting=-title").String())
	require.Regexp(t, `^200 \{"items":\[\],"pagination":\{"total_count":2,"max_page":1\}\}$`,
		client.Get("/v1/books/?page=9223372036854775807").String())
	require.Equal(t, `422 {"error":"PolarRequestValidationError","detail":[{"type":"string_too_short","loc":["body","title"],`+
		`"msg":"String should have at least 1 character","input":"","ctx":{"min_length":1}}]}`,
		client.Post("/v1/books/", `{"title":""}`).String())
	require.Equal(t, `404 {"error":"ResourceNotFound","detail":"Not found"}`,
		client.Get("/v1/books/992fae2a-2a17-4b7a-8d9e-e287cf90131b").String())

	created := client.Post("/v1/books/", `{"title":"Persuasion"}`)
	require.Regexp(t, `^201 \{"id":"[0-9a-f-]{36}","title":"Persuasion"\}$`, created.String())
	book := kittest.Decode[Book](created)
	require.Equal(t, created.Body, client.Get("/v1/books/"+book.ID.String()).Want(http.StatusOK).Body)
	require.Contains(t, client.Get("/docs/").String(), "<html")
}

// The README shows this program, so it has to be this program.
func TestReadmeShowsThisProgram(t *testing.T) {
	t.Parallel()

	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	program, err := os.ReadFile("main.go")
	require.NoError(t, err)
	_, code, _ := strings.Cut(string(program), "package main")
	require.Contains(t, string(readme), "```go\npackage main"+code+"```")
}
