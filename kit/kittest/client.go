// Package kittest helps to test an API:
//
//	func TestAPI(t *testing.T) {
//		a := newAPI()
//		kittest.Guidelines(t, a) // a report on Polar's guidelines
//		kittest.Agreement(t, a)  // the document and the binding of requests say the same
//
//		client := kittest.NewClient(t, a).Bearer(token)
//		created := kittest.Decode[Customer](client.Post("/v1/customers/", `{"email":"john@example.com"}`).Want(http.StatusCreated))
//		client.Get("/v1/customers/" + created.ID.String()).Want(http.StatusOK)
//		client.Post("/v1/customers/", `{}`).WantInvalid("missing body.email")
//	}
//
// [Answers] checks that every answer of a test's server is in the document.
//
// It uses the standard package testing alone.
package kittest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/polarkit-go/polarkit/internal/testrequest"
)

// Client sends requests to a handler without a network. Its methods make
// copies, so a client can be shared.
type Client struct {
	tb      testing.TB
	handler http.Handler
	header  http.Header
}

// NewClient makes a client of a handler. What goes wrong fails the test.
func NewClient(tb testing.TB, handler http.Handler) *Client {
	return &Client{tb: tb, handler: handler, header: http.Header{}}
}

// Header is a client that sends a header with each request.
func (c *Client) Header(name, value string) *Client {
	header := c.header.Clone()
	header.Set(name, value)
	return &Client{tb: c.tb, handler: c.handler, header: header}
}

// Bearer is a client that sends a token with each request.
func (c *Client) Bearer(token string) *Client { return c.Header("Authorization", "Bearer "+token) }

// Get sends GET. The target is a path with an optional query.
func (c *Client) Get(target string) *Response {
	c.tb.Helper()
	return c.Do(http.MethodGet, target, nil)
}

// Post sends POST with a body, as [Client.Do] takes it.
func (c *Client) Post(target string, body any) *Response {
	c.tb.Helper()
	return c.Do(http.MethodPost, target, body)
}

// Put sends PUT with a body, as [Client.Do] takes it.
func (c *Client) Put(target string, body any) *Response {
	c.tb.Helper()
	return c.Do(http.MethodPut, target, body)
}

// Patch sends PATCH with a body, as [Client.Do] takes it.
func (c *Client) Patch(target string, body any) *Response {
	c.tb.Helper()
	return c.Do(http.MethodPatch, target, body)
}

// Delete sends DELETE.
func (c *Client) Delete(target string) *Response {
	c.tb.Helper()
	return c.Do(http.MethodDelete, target, nil)
}

// Do sends a request. A body that is a string, []byte, json.RawMessage or
// io.Reader is sent as it is, as application/json; url.Values are sent as a form;
// nil is no body; any other value is encoded as JSON. A header of the client
// replaces the content type.
func (c *Client) Do(method, target string, body any) *Response {
	c.tb.Helper()
	r, err := testrequest.New(method, target, body)
	if err != nil {
		c.tb.Fatalf("kittest: %s %s: %v", method, target, err)
	}
	for name, values := range c.header {
		r.Header[name] = slices.Clone(values)
	}
	recorder := httptest.NewRecorder()
	c.handler.ServeHTTP(recorder, r)
	return &Response{
		Status:  recorder.Code,
		Header:  recorder.Header(),
		Body:    recorder.Body.Bytes(),
		tb:      c.tb,
		request: method + " " + target,
	}
}

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
// "ResourceNotFound".
func (r *Response) WantError(name string) *Response {
	r.tb.Helper()
	if got := r.ErrorName(); got != name {
		r.tb.Fatalf("%s: got error %q (status %d), want %q: %s", r.request, got, r.Status, name, r.Body)
	}
	return r
}

// WantInvalid fails the test unless the answer is a 422 with exactly these
// errors, in any order, each as type and place: "missing body.email".
func (r *Response) WantInvalid(errors ...string) *Response {
	r.tb.Helper()
	r.Want(http.StatusUnprocessableEntity)
	var got []string
	for _, detail := range r.Invalid() {
		got = append(got, detail.String())
	}
	want := slices.Sorted(slices.Values(errors))
	slices.Sort(got)
	if !slices.Equal(got, want) {
		r.tb.Fatalf("%s: got the errors %q, want %q", r.request, got, want)
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
		Detail []Detail `json:"detail"`
	}
	if err := json.Unmarshal(r.Body, &body); err != nil {
		r.tb.Fatalf("%s: the answer is no validation error: %v: %s", r.request, err, r.Body)
	}
	return body.Detail
}

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
