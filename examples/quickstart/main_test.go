package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestQuickstart(t *testing.T) {
	t.Parallel()

	server := httptest.NewServer(newHandler())
	t.Cleanup(server.Close)

	require.Regexp(t, `^200 \{"items":\[\{"id":"[0-9a-f-]{36}","title":"Middlemarch"\}\],"pagination":\{"total_count":2,"max_page":2\}\}$`,
		call(t, http.MethodGet, server.URL+"/v1/books/?limit=1&sorting=-title", ""))
	require.Regexp(t, `^200 \{"items":\[\],"pagination":\{"total_count":2,"max_page":1\}\}$`,
		call(t, http.MethodGet, server.URL+"/v1/books/?page=9223372036854775807", ""))
	require.Equal(t, `422 {"error":"PolarRequestValidationError","detail":[{"type":"string_too_short","loc":["body","title"],`+
		`"msg":"String should have at least 1 character","input":"","ctx":{"min_length":1}}]}`,
		call(t, http.MethodPost, server.URL+"/v1/books/", `{"title":""}`))
	require.Equal(t, `404 {"error":"ResourceNotFound","detail":"Not found"}`,
		call(t, http.MethodGet, server.URL+"/v1/books/992fae2a-2a17-4b7a-8d9e-e287cf90131b", ""))

	created := call(t, http.MethodPost, server.URL+"/v1/books/", `{"title":"Persuasion"}`)
	require.Regexp(t, `^201 \{"id":"[0-9a-f-]{36}","title":"Persuasion"\}$`, created)
	body := strings.TrimPrefix(created, "201 ")
	var book Book
	require.NoError(t, json.Unmarshal([]byte(body), &book))
	require.Equal(t, "200 "+body, call(t, http.MethodGet, server.URL+"/v1/books/"+book.ID.String(), ""))
	require.Contains(t, call(t, http.MethodGet, server.URL+"/docs/", ""), "<html")
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

func call(t *testing.T, method, url, body string) string {
	t.Helper()

	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return fmt.Sprintf("%d %s", res.StatusCode, text)
}
