package authtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/internal/testrequest"
)

// Caller sends requests with a credential, or without. The zero value has none.
type Caller struct {
	// Name is for the messages of failed tests; it holds no secret.
	Name   string
	header http.Header
	issued auth.Issued
}

// Nobody is a caller without a credential.
func Nobody() Caller { return Caller{Name: "nobody"} }

// Bearer is a caller with a token, for services that issue their own.
func Bearer(name, token string) Caller {
	return Caller{Name: name, header: http.Header{"Authorization": {"Bearer " + token}}}
}

// Cookie is a caller with a session's cookie.
func Cookie(name, cookie, value string) Caller {
	return Caller{Name: name, header: http.Header{"Cookie": {cookie + "=" + value}}}
}

func (c Caller) of(issued auth.Issued) Caller {
	c.issued = issued
	return c
}

// Issued is the credential of a caller that a [World] made.
func (c Caller) Issued() auth.Issued { return c.issued }

// With is the caller with one more header line in each request.
func (c Caller) With(name, value string) Caller {
	c.header = c.header.Clone()
	if c.header == nil {
		c.header = http.Header{}
	}
	c.header.Add(name, value)
	return c
}

// Request makes a request to a handler. A body that is a string, []byte,
// json.RawMessage or io.Reader is sent as it is, as application/json; url.Values
// are sent as a form; nil is no body; any other value is encoded as JSON. It
// panics for a target that is no URL and for a body that cannot be encoded or read.
func (c Caller) Request(method, target string, body any) *http.Request {
	r, err := testrequest.New(method, target, body)
	if err != nil {
		panic(fmt.Sprintf("authtest: %s %s: %v", method, target, err)) //nolint:forbidigo // a mistake of the test, as httptest.NewRequest treats it
	}
	for name, values := range c.header {
		r.Header[name] = append([]string(nil), values...)
	}
	return r
}

// Do sends a request to a handler and returns what it answered.
func (c Caller) Do(handler http.Handler, method, target string, body any) *Response {
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, c.Request(method, target, body))
	return &Response{Status: recorder.Code, Header: recorder.Header(), Body: recorder.Body.Bytes()}
}

// Response is an answer, read.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// ErrorName is the name of the error that was answered, such as "InvalidToken";
// empty where the body is no error.
func (r *Response) ErrorName() string {
	var body struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(r.Body, &body) != nil {
		return ""
	}
	return body.Error
}

// Same reports whether two answers cannot be told apart: status, headers other
// than Date, and body.
func (r *Response) Same(other *Response) bool {
	a, b := r.Header.Clone(), other.Header.Clone()
	a.Del("Date")
	b.Del("Date")
	return r.Status == other.Status && bytes.Equal(r.Body, other.Body) && fmt.Sprint(a) == fmt.Sprint(b)
}

// String is the status and the body, for messages.
func (r *Response) String() string { return fmt.Sprintf("%d %s", r.Status, r.Body) }
