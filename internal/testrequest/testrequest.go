// Package testrequest makes the requests that the test clients of the module
// send to a handler, so that all of them send the same.
package testrequest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
)

// New makes a request as a server receives it. What the body is decides how it is sent:
//
//   - nil: without a body and a content type;
//   - a string, []byte, json.RawMessage or io.Reader: as it is, as application/json;
//   - url.Values: as application/x-www-form-urlencoded;
//   - any other value: encoded by encoding/json, as application/json.
//
// The error says that the target is no URL, or that the body cannot be encoded
// or read.
func New(method, target string, body any) (r *http.Request, err error) {
	data, contentType, err := encode(body)
	if err != nil {
		return nil, err
	}
	defer func() {
		if p := recover(); p != nil {
			r, err = nil, fmt.Errorf("%v", p)
		}
	}()
	// It panics for a target that is no URL.
	r = httptest.NewRequestWithContext(context.Background(), method, target, bytes.NewReader(data))
	if len(data) == 0 {
		r.Body = http.NoBody
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
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
