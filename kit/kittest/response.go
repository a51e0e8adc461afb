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

// Want ends the test unless the answer has the status.
func (r *Response) Want(status int) *Response {
	r.tb.Helper()
	if r.Status != status {
		r.tb.Fatalf("%s: got status %d, want %d: %s", r.request, r.Status, status, r.Body)
	}
	return r
}

// WantError ends the test unless the answer is an error of that name, such as
// "ResourceNotFound". An error is a JSON object with two members, error and detail,
// and its detail is not empty.
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
		r.tb.Fatalf("%s: the error %q must be application/json with error and detail alone: %s %s", r.request, name, media, r.Body)
	}
	return r
}

// WantInvalid ends the test unless the answer is a 422 with exactly these errors, in
// this order. Each is a type and a place: "missing body.email".
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

// ErrorName is the member error of the answer. It is empty if there is none.
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
		r.tb.Fatalf("%s: the answer is not a validation error: %s", r.request, r)
	}
	return body.Detail
}

// Same reports whether two answers are equal to a client: the status, all headers
// but Date, and the body.
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

// Decode decodes the JSON of the answer.
func Decode[T any](r *Response) T {
	r.tb.Helper()
	var v T
	if err := json.Unmarshal(r.Body, &v); err != nil {
		r.tb.Fatalf("%s: the answer cannot be read as %T: %v: %s", r.request, v, err, r.Body)
	}
	return v
}
