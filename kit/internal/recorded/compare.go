package recorded

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// Comparison is how the vectors of a file are compared with what handlers answer.
type Comparison struct {
	// Handler is the handler of an endpoint, or nil where there is none.
	Handler func(endpoint string) http.Handler
	// Exempt are the IDs of vectors that are not matched, with the reason.
	Exempt map[string]string
	// Filters change the errors of both answers before they are compared, for the vectors
	// of an endpoint with the flag union-label.
	Filters map[string]func([]map[string]any) []map[string]any
}

// count is how many vectors there are of each result.
type count struct{ passed, flagged, failed, exempt int }

// Compare sends the vectors of a file to the handlers, and returns the endpoints in their
// order. The test fails for each answer that differs from FastAPI's, for an endpoint without
// a handler, and for an exemption without a vector.
func (c Comparison) Compare(t *testing.T, file string) []string {
	t.Helper()
	counts := map[string]*count{}
	var order []string
	ids := map[string]bool{}
	for _, v := range ReadVectors(t, file) {
		ids[v.ID] = true
		n := counts[v.Endpoint]
		if n == nil {
			n = new(count)
			counts[v.Endpoint] = n
			order = append(order, v.Endpoint)
			if c.Handler(v.Endpoint) == nil {
				t.Fatalf("the endpoint %s has no handler", v.Endpoint)
			}
		}
		c.send(t, &v, n)
	}
	var total count
	for _, name := range order {
		n := counts[name]
		n.log(t, name)
		total = count{total.passed + n.passed, total.flagged + n.flagged, total.failed + n.failed, total.exempt + n.exempt}
	}
	total.log(t, "all")
	for id := range c.Exempt {
		if !ids[id] {
			t.Errorf("no vector has the ID %s", id)
		}
	}
	return order
}

// send sends one vector and counts its result.
func (c Comparison) send(t *testing.T, v *Vector, n *count) {
	t.Helper()
	if c.Exempt[v.ID] != "" {
		n.exempt++
		return
	}
	w := httptest.NewRecorder()
	c.Handler(v.Endpoint).ServeHTTP(w, v.Request(t))
	var filter func([]map[string]any) []map[string]any
	if v.Has("union-label") {
		filter = c.Filters[v.Endpoint]
	}
	if difference := v.difference(w.Code, w.Body.Bytes(), filter); difference != "" {
		n.failed++
		t.Errorf("%s %v: %s\n  request  %s %v %.300q\n  FastAPI  %d %.600s\n  here     %d %.600s",
			v.ID, v.Flags, difference, v.target(), v.Headers, v.Data(t), v.Status, v.Response, w.Code, w.Body)
		return
	}
	n.passed++
	if len(v.Flags) > 0 {
		n.flagged++
	}
}

func (n *count) log(t *testing.T, name string) {
	t.Helper()
	t.Logf("%-16s %4d passed (%d of them flagged), %d failed, %d exempt", name, n.passed, n.flagged, n.failed, n.exempt)
}
