package request_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// vector is one request and FastAPI's answer to it.
type vector struct {
	ID         string          `json:"id"`
	Endpoint   string          `json:"endpoint"`
	Method     string          `json:"method"`
	Path       string          `json:"path"`
	Query      string          `json:"query"`
	Type       *string         `json:"content_type"`
	Body       *string         `json:"body"`
	BodyBase64 string          `json:"body_base64"`
	Status     int             `json:"status"`
	Response   json.RawMessage `json:"response"`
	Values     json.RawMessage `json:"values"`
	Flags      []string        `json:"flags"`
}

// exempt are vectors that are not matched, with the reason.
var exempt = map[string]string{
	"list/query/042": "sorting=name,-created_at in one parameter is accepted, as the API guidelines say",
}

func readVectors(t testing.TB) []vector {
	t.Helper()
	data, err := os.ReadFile("../testdata/vectors.jsonl")
	require.NoError(t, err)
	var vectors []vector
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var v vector
		require.NoError(t, json.Unmarshal(lines.Bytes(), &v))
		vectors = append(vectors, v)
	}
	require.NoError(t, lines.Err())
	return vectors
}

func (v vector) request(t testing.TB) *http.Request {
	t.Helper()
	var data []byte
	if v.Body != nil {
		data = []byte(*v.Body)
	} else {
		var err error
		data, err = base64.StdEncoding.DecodeString(v.BodyBase64)
		require.NoError(t, err)
	}
	target := v.Path
	if v.Query != "" {
		target += "?" + v.Query
	}
	r := httptest.NewRequest(v.Method, target, bytes.NewReader(data))
	if v.Type != nil {
		r.Header.Set("Content-Type", *v.Type)
	}
	return r
}

func (v vector) has(flag string) bool { return slices.Contains(v.Flags, flag) }

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
		routes.ServeHTTP(w, v.request(t))
		if difference := v.compare(w); difference != "" {
			c.failed++
			sent := v.BodyBase64
			if v.Body != nil {
				sent = *v.Body
			}
			t.Errorf("%s %v: %s\n  request  %s?%s %.300q\n  FastAPI  %d %.600s\n  kit      %d %.600s",
				v.ID, v.Flags, difference, v.Path, v.Query, sent, v.Status, v.Response, w.Code, w.Body)
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

// compare is empty when the answer is what the vector asks for.
func (v vector) compare(w *httptest.ResponseRecorder) string {
	if v.has("status-500") {
		if w.Code == http.StatusOK || w.Code >= 500 {
			return "status"
		}
		return ""
	}
	if w.Code != v.Status {
		return "status"
	}
	switch {
	case v.Status == http.StatusOK && v.has("python-repr"):
		return ""
	case v.Status == http.StatusOK:
		if !same(parse(v.Values), parse(w.Body.Bytes())) {
			return "values"
		}
		return ""
	case v.Status != http.StatusUnprocessableEntity:
		return ""
	}
	want, got := v.details(v.Response), v.details(w.Body.Bytes())
	if len(want) != len(got) {
		return "number of errors"
	}
	for i := range want {
		for _, key := range []string{"type", "loc", "msg", "input", "ctx"} {
			if !same(want[i][key], got[i][key]) {
				return fmt.Sprintf("%s of error %d", key, i)
			}
		}
	}
	return ""
}

// details are the errors of a reply, without what the vector's flags exclude.
func (v vector) details(data []byte) []map[string]any {
	var reply struct {
		Detail []map[string]any `json:"detail"`
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	_ = decoder.Decode(&reply)
	var details []map[string]any
	for _, e := range reply.Detail {
		if v.has("python-repr") {
			delete(e, "input")
			delete(e, "ctx")
		}
		if v.has("json-message") {
			e = map[string]any{"type": e["type"]}
		}
		details = append(details, e)
	}
	if v.has("union-label") && v.Endpoint == "multi" {
		return withoutBranches(details)
	}
	return details
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

func parse(data []byte) any {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return err
	}
	return value
}

// same compares JSON: numbers as numbers, and times as points in time, since Go
// has no time without a zone and reads such a text as UTC.
func same(a, b any) bool {
	switch a := a.(type) {
	case json.Number:
		b, ok := b.(json.Number)
		if !ok {
			return false
		}
		if a == b {
			return true
		}
		x, errX := a.Float64()
		y, errY := b.Float64()
		return errX == nil && errY == nil && x == y && math.Signbit(x) == math.Signbit(y)
	case string:
		b, ok := b.(string)
		if !ok {
			return false
		}
		return a == b || sameTime(a, b)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, same)
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for key, value := range a {
			other, ok := b[key]
			if !ok || !same(value, other) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(a, b)
}

func sameTime(a, b string) bool {
	x, okX := readTime(a)
	y, okY := readTime(b)
	return okX && okY && x.Equal(y)
}

func readTime(s string) (time.Time, bool) {
	if !strings.Contains(s, "T") {
		return time.Time{}, false
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if at, err := time.Parse(layout, s); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}
