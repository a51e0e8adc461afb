package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/api"
)

// silent is a reply that costs nothing.
type silent struct{ header http.Header }

func (s *silent) Header() http.Header         { return s.header }
func (s *silent) Write(p []byte) (int, error) { return len(p), nil }
func (s *silent) WriteHeader(int)             {}

//nolint:paralleltest // allocations are counted for the whole process
func TestAllocations(t *testing.T) {
	a := newShop(api.Config{})
	for _, c := range []struct{ method, target, body string }{
		{"GET", "/v1/customers/?page=2&limit=20&email=a%40example.com", ""},
		{"GET", "/v1/customers/" + anID, ""},
		{"POST", "/v1/customers/", `{"email":"a@example.com"}`},
		{"PATCH", "/v1/customers/" + anID, `{"email":"a@example.com"}`},
		{"DELETE", "/v1/customers/" + anID, ""},
	} {
		w := &silent{header: http.Header{}}
		making := testing.AllocsPerRun(100, func() { newRequest(c.method, c.target, c.body) })
		all := testing.AllocsPerRun(100, func() {
			clear(w.header)
			a.ServeHTTP(w, newRequest(c.method, c.target, c.body))
		})
		t.Logf("%s %s: %.0f allocations", c.method, c.target, all-making)
		require.LessOrEqual(t, all-making, 60.0, "%s %s", c.method, c.target)
		require.Less(t, send(a, newRequest(c.method, c.target, c.body)).Code, 300)
	}
}
