package server_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

// A request whose target is no path has an answer in the shape of every error.
func TestTargetsThatAreNoPath(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for method, target := range map[string]url.URL{
		http.MethodConnect: {Host: "example.com:443"},
		http.MethodGet:     {Path: "*"},
	} {
		r := httptest.NewRequest(method, "/", nil)
		r.URL, r.RequestURI, r.Host = &target, target.Host+target.Path, "example.com:443"
		w := httptest.NewRecorder()
		s.server.ServeHTTP(w, r)
		require.Equal(t, http.StatusNotFound, w.Code, method)
		require.JSONEq(t, `{"error":"RouteNotFound","detail":"Not Found"}`, w.Body.String(), method)
	}
}
