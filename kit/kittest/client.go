package kittest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// Client sends requests to a handler, without a network, or to a server. Its methods
// return copies, so tests can share a client.
type Client struct {
	tb         testing.TB
	handler    http.Handler // nil where there is a server
	url        string       // of the server
	header     http.Header
	credential Credential
}

// NewClient makes a client of a handler. A failure ends the test.
func NewClient(tb testing.TB, handler http.Handler) *Client {
	return &Client{tb: tb, handler: handler}
}

// NewRemoteClient makes a client of a server, for example with the URL of an
// [httptest.Server]. The client does not follow redirects.
func NewRemoteClient(tb testing.TB, serverURL string) *Client {
	return &Client{tb: tb, url: strings.TrimSuffix(serverURL, "/")}
}

// In returns the client for another test, such as a subtest. A failure ends that test.
func (c *Client) In(tb testing.TB) *Client {
	client := *c
	client.tb = tb
	return &client
}

// A Credential is the part of a request that identifies the sender, such as a token
// or a cookie. Package authtest has credentials of package auth.
type Credential interface {
	// AddTo adds the credential to the header of a request.
	AddTo(header http.Header)
}

// As returns a client whose requests carry this credential and no other. Nil is no
// credential.
func (c *Client) As(credential Credential) *Client {
	client := *c
	client.credential = credential
	return &client
}

// Bearer returns a client whose requests carry a token.
func (c *Client) Bearer(token string) *Client { return c.As(bearer(token)) }

type bearer string

func (token bearer) AddTo(header http.Header) { header.Set("Authorization", "Bearer "+string(token)) }

// Header returns a client that sends a header with each request.
func (c *Client) Header(name, value string) *Client {
	client := *c
	if client.header = c.header.Clone(); client.header == nil {
		client.header = http.Header{}
	}
	client.header.Set(name, value)
	return &client
}

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

// Do sends a request and reads the answer. The type of the body decides how it is
// sent:
//
//   - nil: without a body and a content type;
//   - a string, []byte, json.RawMessage or io.Reader: as it is, as application/json;
//   - url.Values: as application/x-www-form-urlencoded;
//   - any other value: encoded by encoding/json, as application/json.
//
// A header of the client replaces the content type.
func (c *Client) Do(method, target string, body any) *Response {
	c.tb.Helper()
	return c.Send(c.Request(method, target, body))
}

// Send sends a request of [Client.Request], which a test may have changed.
func (c *Client) Send(r *http.Request) *Response {
	c.tb.Helper()
	if c.handler != nil {
		recorder := httptest.NewRecorder()
		c.handler.ServeHTTP(recorder, r)
		return c.read(r, recorder.Result()) //nolint:bodyclose // read closes it
	}
	remote := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := remote.Do(r)
	if err != nil {
		c.tb.Fatalf("kittest: %v", err)
	}
	return c.read(r, response)
}

func (c *Client) read(r *http.Request, response *http.Response) *Response {
	c.tb.Helper()
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		c.tb.Fatalf("kittest: %s %s: the answer ends early: %v", r.Method, r.URL, err)
	}
	return &Response{Status: response.StatusCode, Header: response.Header, Body: body, tb: c.tb, request: r.Method + " " + r.URL.RequestURI()}
}

// Request makes the request that [Client.Do] sends.
func (c *Client) Request(method, target string, body any) *http.Request {
	c.tb.Helper()
	r, err := newRequest(c.handler == nil, method, c.url+target, body)
	if err != nil {
		c.tb.Fatalf("kittest: %s %s: %v", method, target, err)
	}
	for name, values := range c.header {
		r.Header[name] = append([]string(nil), values...)
	}
	if c.credential != nil {
		c.credential.AddTo(r.Header)
	}
	return r
}

func newRequest(remote bool, method, target string, body any) (r *http.Request, err error) {
	data, contentType, err := encode(body)
	if err != nil {
		return nil, err
	}
	defer func() {
		if p := recover(); p != nil {
			r, err = nil, fmt.Errorf("%v", p)
		}
		if err == nil && contentType != "" {
			r.Header.Set("Content-Type", contentType)
		}
	}()
	if remote {
		return http.NewRequestWithContext(context.Background(), method, target, bytes.NewReader(data))
	}
	// It panics for a target that is not a URL.
	r = httptest.NewRequestWithContext(context.Background(), method, target, bytes.NewReader(data))
	if len(data) == 0 {
		r.Body = http.NoBody
	}
	return r, nil
}

func encode(body any) (data []byte, contentType string, err error) {
	contentType = "application/json"
	switch b := body.(type) {
	case nil:
		return nil, "", nil
	case string:
		data = []byte(b)
	case []byte:
		data = b
	case json.RawMessage:
		data = b
	case url.Values:
		data, contentType = []byte(b.Encode()), "application/x-www-form-urlencoded"
	case io.Reader:
		if data, err = io.ReadAll(b); err != nil {
			return nil, "", fmt.Errorf("the body cannot be read: %w", err)
		}
	default:
		if data, err = json.Marshal(b); err != nil {
			return nil, "", fmt.Errorf("the body cannot be written as JSON: %w", err)
		}
	}
	return data, contentType, nil
}
