package kit_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
)

// post is a request with a body, for the examples.
func post(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return r
}
