package kittest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// Response is the answer to a request.
type Response struct {
	Status int
	Header http.Header
	Body   []byte

	tb      testing.TB
	request string
}

// Want fails the test unless the status is the one given.
func (r *Response) Want(status int) *Response {
	r.tb.Helper()
	if r.Status != status {
		r.tb.Fatalf("%s: got status %d, want %d: %s", r.request, r.Status, status, r.Body)
	}
	return r
}

// WantError fails the test unless the answer is an error of that name, such as
// "ResourceNotFound", in the shape of every error: JSON with the members error
// and detail alone, and a detail that is not empty.
func (r *Response) WantError(name string) *Response {
	r.tb.Helper()
	if got := r.ErrorName(); got != name {
		r.tb.Fatalf("%s: got error %q (status %d), want %q: %s", r.request, got, r.Status, name, r.Body)
	}
	var failure struct {
		Error  string `json:"error"`
		Detail string `json:"detail"`
	}
	decoder := json.NewDecoder(bytes.NewReader(r.Body))
	decoder.DisallowUnknownFields()
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if decoder.Decode(&failure) != nil || failure.Detail == "" || media != "application/json" {
		r.tb.Fatalf("%s: the error %q is not in the shape of every error: %s %s", r.request, name, media, r.Body)
	}
	return r
}

// WantInvalid fails the test unless the answer is a 422 with exactly these
// errors, in this order, each as type and place: "missing body.email".
func (r *Response) WantInvalid(errors ...string) *Response {
	r.tb.Helper()
	r.Want(http.StatusUnprocessableEntity)
	var got []string
	for _, detail := range r.Invalid() {
		got = append(got, detail.String())
	}
	if !slices.Equal(got, errors) {
		r.tb.Fatalf("%s: got the errors %q, want %q", r.request, got, errors)
	}
	return r
}

// ErrorName is the "error" of the answer, empty when it has none.
func (r *Response) ErrorName() string {
	var body struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(r.Body, &body) != nil {
		return ""
	}
	return body.Error
}

// Invalid are the errors of a 422.
func (r *Response) Invalid() []Detail {
	r.tb.Helper()
	var body struct {
		Error  string   `json:"error"`
		Detail []Detail `json:"detail"`
	}
	if err := json.Unmarshal(r.Body, &body); err != nil || body.Error != "PolarRequestValidationError" {
		r.tb.Fatalf("%s: the answer is no validation error: %s", r.request, r)
	}
	return body.Detail
}

// Same reports whether two answers cannot be told apart: by status, headers
// other than Date, and body.
func (r *Response) Same(other *Response) bool {
	a, b := r.Header.Clone(), other.Header.Clone()
	a.Del("Date")
	b.Del("Date")
	return r.Status == other.Status && bytes.Equal(r.Body, other.Body) && fmt.Sprint(a) == fmt.Sprint(b)
}

// String is the status and the body, for messages.
func (r *Response) String() string { return fmt.Sprintf("%d %s", r.Status, r.Body) }

// Detail is one error of a 422.
type Detail struct {
	Type  string          `json:"type"`
	Loc   []any           `json:"loc"`
	Msg   string          `json:"msg"`
	Input json.RawMessage `json:"input"`
}

// String is type and place: "missing body.email".
func (d Detail) String() string {
	parts := make([]string, len(d.Loc))
	for i, part := range d.Loc {
		parts[i] = fmt.Sprint(part)
	}
	return d.Type + " " + strings.Join(parts, ".")
}

// Decode reads the answer as JSON.
func Decode[T any](r *Response) T {
	r.tb.Helper()
	var v T
	if err := json.Unmarshal(r.Body, &v); err != nil {
		r.tb.Fatalf("%s: the answer cannot be read as %T: %v: %s", r.request, v, err, r.Body)
	}
	return v
}
