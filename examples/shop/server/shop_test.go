package server_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"

	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// client calls a shop with one credential.
type client struct {
	shop  *shop
	token string
}

type reply struct {
	status int
	header http.Header
	body   []byte
}

func (c *client) get(t *testing.T, path string) reply {
	t.Helper()
	return c.send(t, http.MethodGet, path, "")
}

func (c *client) post(t *testing.T, path string, body any) reply {
	t.Helper()
	text, err := json.Marshal(body)
	require.NoError(t, err)
	return c.send(t, http.MethodPost, path, string(text))
}

func (c *client) send(t *testing.T, method, path, body string) reply {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, c.shop.url+path, strings.NewReader(body))
	require.NoError(t, err)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	return c.shop.do(t, request)
}

func (s *shop) do(t *testing.T, request *http.Request) reply {
	t.Helper()
	response, err := s.client.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return reply{status: response.StatusCode, header: response.Header, body: body}
}

// page is a list as it is on the wire.
type page struct {
	Items      []map[string]any
	Pagination struct {
		TotalCount int `json:"total_count"`
		MaxPage    int `json:"max_page"`
	}
}

func (r reply) list(t *testing.T, status int) page {
	t.Helper()
	require.Equal(t, status, r.status, string(r.body))
	var p page
	require.NoError(t, json.Unmarshal(r.body, &p))
	return p
}

func (r reply) object(t *testing.T, status int) map[string]any {
	t.Helper()
	require.Equal(t, status, r.status, string(r.body))
	var object map[string]any
	require.NoError(t, json.Unmarshal(r.body, &object))
	return object
}

// fails checks an error in the one shape.
func (r reply) fails(t *testing.T, status int, name string) {
	t.Helper()
	require.Equal(t, status, r.status, string(r.body))
	require.Equal(t, "application/json", r.header.Get("Content-Type"))
	var failure struct {
		Error  string
		Detail string
	}
	decoder := json.NewDecoder(strings.NewReader(string(r.body)))
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(&failure), string(r.body))
	require.Equal(t, name, failure.Error)
	require.NotEmpty(t, failure.Detail)
}

// detail is what is wrong, and where.
type detail struct {
	Type string
	Loc  []any
}

// invalid checks a 422 with exactly these errors.
func (r reply) invalid(t *testing.T, details ...detail) {
	t.Helper()
	require.Equal(t, http.StatusUnprocessableEntity, r.status, string(r.body))
	var failure struct {
		Error  string
		Detail []detail
	}
	require.NoError(t, json.Unmarshal(r.body, &failure))
	require.Equal(t, "PolarRequestValidationError", failure.Error)
	require.Equal(t, details, failure.Detail, string(r.body))
}

func without(object map[string]any, names ...string) map[string]any {
	rest := maps.Clone(object)
	for _, name := range names {
		delete(rest, name)
	}
	return rest
}

func replace(body []byte, old, replacement string) string {
	return strings.ReplaceAll(string(body), old, replacement)
}
