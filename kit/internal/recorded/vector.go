package recorded

import (
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
)

// Vector is one request and FastAPI's answer to it.
type Vector struct {
	ID       string `json:"id"`
	Endpoint string `json:"endpoint"`
	Method   string `json:"method"`
	// Path and Query are as they were sent, and may be malformed.
	Path  string `json:"path"`
	Query string `json:"query"`
	// Type is the content type, or nil for a request without one.
	Type *string `json:"content_type"`
	// Headers are the names and values of the other headers, in their order.
	Headers [][2]string `json:"headers"`
	// Body is the body as text. It is nil where one of the others holds it in base64.
	Body       *string `json:"body"`
	BodyBase64 string  `json:"body_base64"`
	BodyB64    string  `json:"body_b64"`
	// Status and Response are the answer.
	Status   int             `json:"status"`
	Response json.RawMessage `json:"response"`
	// Values are the values that were read, for the status 200.
	Values json.RawMessage `json:"values"`
	// Flags say what an exact match is not asked for: python-repr (integers and numbers
	// as Python prints them), json-message (the text of a syntax error), status-500
	// (FastAPI fails itself), union-label (loc names the branches of a union).
	Flags []string `json:"flags"`
}

// ReadVectors reads a file with a vector on each line.
func ReadVectors(tb testing.TB, file string) []Vector {
	tb.Helper()
	data, err := os.ReadFile(file) //nolint:gosec // a recording in the tree
	if err != nil {
		tb.Fatal(err)
	}
	var vectors []Vector
	for text := range bytes.Lines(data) {
		var v Vector
		if err := json.Unmarshal(text, &v); err != nil {
			tb.Fatal(err)
		}
		vectors = append(vectors, v)
	}
	return vectors
}

// Data is the body of the request.
func (v *Vector) Data(tb testing.TB) []byte {
	tb.Helper()
	if v.Body != nil {
		return []byte(*v.Body)
	}
	data, err := base64.StdEncoding.DecodeString(v.BodyBase64 + v.BodyB64)
	if err != nil {
		tb.Fatalf("%s: %v", v.ID, err)
	}
	return data
}

// Request is the request.
func (v *Vector) Request(tb testing.TB) *http.Request {
	tb.Helper()
	r := httptest.NewRequestWithContext(tb.Context(), v.Method, v.target(), bytes.NewReader(v.Data(tb)))
	if v.Type != nil {
		r.Header.Set("Content-Type", *v.Type)
	}
	for _, header := range v.Headers {
		r.Header.Add(header[0], header[1])
	}
	return r
}

// target is the path with the query.
func (v *Vector) target() string {
	if v.Query == "" {
		return v.Path
	}
	return v.Path + "?" + v.Query
}

// Has reports whether the vector has a flag.
func (v *Vector) Has(flag string) bool { return slices.Contains(v.Flags, flag) }

// difference says in which part an answer differs from FastAPI's; it is empty if it
// does not. A filter, which may be nil, changes the errors of both answers before they are
// compared.
func (v *Vector) difference(status int, body []byte, filter func([]map[string]any) []map[string]any) string {
	if v.Has("status-500") {
		if status == http.StatusOK || status >= 500 {
			return "status"
		}
		return ""
	}
	if status != v.Status {
		return "status"
	}
	switch {
	case v.Status == http.StatusOK && v.Has("python-repr"):
		return ""
	case v.Status == http.StatusOK:
		if !same(parse(v.Values), parse(body)) {
			return "values"
		}
		return ""
	case v.Status != http.StatusUnprocessableEntity:
		return ""
	}
	want, got := v.details(v.Response), v.details(body)
	if filter != nil {
		want, got = filter(want), filter(got)
	}
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

// details are the errors of an answer, without what the vector's flags exclude.
func (v *Vector) details(data []byte) []map[string]any {
	var reply struct {
		Detail []map[string]any `json:"detail"`
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	_ = decoder.Decode(&reply)
	var details []map[string]any
	for _, e := range reply.Detail {
		if v.Has("python-repr") {
			delete(e, "input")
			delete(e, "ctx")
		}
		if v.Has("json-message") {
			e = map[string]any{"type": e["type"]}
		}
		details = append(details, e)
	}
	return details
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

// same compares JSON, parsed with json.Number: numbers as numbers, and times as points in
// time, since Go has no time without a zone and reads such a text as UTC.
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
