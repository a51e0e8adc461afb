package fastapi

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/internal/recorded"
	"github.com/polarkit-go/polarkit/kit/reply"
)

// notModelled are the themes that no handler reads, with the reason.
var notModelled = map[string]string{}

// exempt are vectors that are not matched, with the reason. Files of themes add to it
// by the function except.
var exempt = map[string]string{}

// handlers are the handlers of the themes. Files of themes add to them by the function
// theme.
var handlers = map[string]http.Handler{}

// theme adds a handler, which reads a request and replies with what was read:
//
//	var _ = theme("ledgers", request.Decode[ledger])
//
// The reply has the names of the fields in Python. Where the wire names are others, the
// function read returns a map.
func theme[T any](name string, read func(*http.Request) (T, error)) struct{} {
	if handlers[name] != nil {
		panic("the theme " + name + " has two handlers")
	}
	handlers[name] = reply.Handler(func(w http.ResponseWriter, r *http.Request) error {
		value, err := read(r)
		if err != nil {
			return err
		}
		return reply.JSON(w, http.StatusOK, value)
	})
	return struct{}{}
}

// except says that vectors are not matched, and why.
func except(reason string, ids ...string) struct{} {
	for _, id := range ids {
		exempt[id] = reason
	}
	return struct{}{}
}

func readVectors(t testing.TB) []recorded.Vector {
	t.Helper()
	vectors, err := recorded.ReadVectors("../../../testdata/vectors2.jsonl")
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
	for _, header := range v.Headers {
		r.Header.Add(header[0], header[1])
	}
	return r
}

func TestVectors(t *testing.T) {
	t.Parallel()

	type count struct{ all, passed, flagged, failed, exempt, skipped int }
	counts := map[string]*count{}
	var order []string
	ids := map[string]bool{}
	for _, v := range readVectors(t) {
		ids[v.ID] = true
		c := counts[v.Endpoint]
		if c == nil {
			c = new(count)
			counts[v.Endpoint] = c
			order = append(order, v.Endpoint)
		}
		c.all++
		handler := handlers[v.Endpoint]
		switch {
		case handler == nil:
			c.skipped++
			continue
		case exempt[v.ID] != "":
			c.exempt++
			continue
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, requestOf(t, &v))
		if difference := v.Difference(w.Code, w.Body.Bytes(), nil); difference != "" {
			c.failed++
			data, err := v.Data()
			require.NoError(t, err)
			t.Errorf("%s %v: %s\n  request  %s %v %.300q\n  FastAPI  %d %.600s\n  kit      %d %.600s",
				v.ID, v.Flags, difference, v.Target(), v.Headers, data, v.Status, v.Response, w.Code, w.Body)
			continue
		}
		c.passed++
		if len(v.Flags) > 0 {
			c.flagged++
		}
	}
	total := new(count)
	for _, name := range order {
		c := counts[name]
		if c.skipped > 0 {
			require.NotEmpty(t, notModelled[name], "the theme %s has no handler; add its models, or say why not", name)
		} else {
			require.Empty(t, notModelled[name], "the theme %s has a handler; take it from the list", name)
		}
		logCount(t, name, c.all, c.passed, c.flagged, c.failed, c.exempt, c.skipped)
		total.all += c.all
		total.passed += c.passed
		total.flagged += c.flagged
		total.failed += c.failed
		total.exempt += c.exempt
		total.skipped += c.skipped
	}
	logCount(t, "all", total.all, total.passed, total.flagged, total.failed, total.exempt, total.skipped)
	for name := range handlers {
		require.NotNil(t, counts[name], "no vector has the theme %s", name)
	}
	for id := range exempt {
		require.True(t, ids[id], "no vector has the id %s", id)
	}
}

func logCount(t *testing.T, name string, all, passed, flagged, failed, exempt, skipped int) {
	t.Helper()
	t.Logf("%-12s %4d vectors: %4d passed (%d of them flagged), %d failed, %d exempt, %d not modelled", name, all, passed, flagged, failed, exempt, skipped)
}
