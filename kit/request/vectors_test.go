package request_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/internal/recorded"
)

// exempt are vectors that are not matched, with the reason.
var exempt = map[string]string{
	"list/query/042": "sorting=name,-created_at in one parameter is accepted, as the API guidelines say",
}

func readVectors(t testing.TB) []recorded.Vector {
	t.Helper()
	vectors, err := recorded.ReadVectors("../testdata/vectors.jsonl")
	require.NoError(t, err)
	return vectors
}

func requestOf(t testing.TB, v *recorded.Vector) *http.Request {
	t.Helper()
	data, err := v.Data()
	require.NoError(t, err)
	r := httptest.NewRequest(v.Method, v.Target(), bytes.NewReader(data))
	if v.Type != nil {
		r.Header.Set("Content-Type", *v.Type)
	}
	return r
}

func TestVectors(t *testing.T) {
	t.Parallel()

	routes := vectorRoutes()
	type count struct{ passed, failed, exempt, flagged int }
	counts := map[string]*count{}
	var order []string
	for _, v := range readVectors(t) {
		c := counts[v.Endpoint]
		if c == nil {
			c = new(count)
			counts[v.Endpoint] = c
			order = append(order, v.Endpoint)
		}
		if _, ok := exempt[v.ID]; ok {
			c.exempt++
			continue
		}
		w := httptest.NewRecorder()
		routes.ServeHTTP(w, requestOf(t, &v))
		var filter func([]map[string]any) []map[string]any
		if v.Has("union-label") && v.Endpoint == "multi" {
			filter = withoutBranches
		}
		if difference := v.Difference(w.Code, w.Body.Bytes(), filter); difference != "" {
			c.failed++
			data, err := v.Data()
			require.NoError(t, err)
			t.Errorf("%s %v: %s\n  request  %s %.300q\n  FastAPI  %d %.600s\n  kit      %d %.600s",
				v.ID, v.Flags, difference, v.Target(), data, v.Status, v.Response, w.Code, w.Body)
			continue
		}
		c.passed++
		if len(v.Flags) > 0 {
			c.flagged++
		}
	}
	var total count
	for _, name := range order {
		c := counts[name]
		t.Logf("%-16s %4d passed (%d of them flagged), %d failed, %d exempt", name, c.passed, c.flagged, c.failed, c.exempt)
		total = count{total.passed + c.passed, total.failed + c.failed, total.exempt + c.exempt, total.flagged + c.flagged}
	}
	t.Logf("%-16s %4d passed (%d of them flagged), %d failed, %d exempt", "all", total.passed, total.flagged, total.failed, total.exempt)
}

// withoutBranches keeps, of the errors of a filter, which FastAPI reports once
// for one value and once for the list, those of the list, and takes the label
// of the branch out.
func withoutBranches(details []map[string]any) []map[string]any {
	var kept []map[string]any
	for _, e := range details {
		loc, _ := e["loc"].([]any)
		if len(loc) == 3 {
			if _, label := loc[2].(string); label {
				continue
			}
		}
		if len(loc) == 4 {
			e["loc"] = []any{loc[0], loc[1], loc[3]}
		}
		kept = append(kept, e)
	}
	return kept
}
