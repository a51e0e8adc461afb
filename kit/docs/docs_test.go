package docs_test

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/docs"
	"github.com/polarkit-go/polarkit/kit/openapi"
)

type plan struct {
	kit.TimestampedSchema `doc:"A plan."`

	ID uuid.UUID `json:"id" doc:"The ID of the plan." example:"992fae2a-2a17-4b7a-8d9e-e287cf90131b"`
}

type getPlan struct {
	ID uuid.UUID `path:"id" doc:"The ID of the plan."`
}

func newAPI(title string, servers ...string) *api.API {
	config := api.Config{Title: title}
	for _, url := range servers {
		config.Servers = append(config.Servers, openapi.Server{URL: url})
	}
	return api.New(config, func(root *api.Group) {
		api.Get(root.Group("/v1/plans", api.Tag("plans")), "/{id}", api.Public("price list"), func(_ context.Context, _ api.NoSubject, in getPlan) (plan, error) {
			return plan{ID: in.ID}, nil
		}, api.Name("get"))
	})
}

func get(h http.Handler, method, target string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, http.NoBody)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestPage(t *testing.T) {
	t.Parallel()
	h := docs.Handler(newAPI(`Shop <script>alert("hi")</script>`))
	for _, path := range []string{"/docs/", "/", "/deep/below/docs/"} {
		w := get(h, "GET", path)
		require.Equal(t, 200, w.Code)
		require.Equal(t, "text/html; charset=utf-8", w.Header().Get("Content-Type"))
		require.Equal(t, "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "+
			"base-uri 'none'; form-action 'none'; frame-ancestors 'none'", w.Header().Get("Content-Security-Policy"))
		require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
		require.Contains(t, w.Body.String(), "<title>Shop &lt;script&gt;")
	}
}

// All that the page loads is relative, and there.
func TestPageLoadsOnlyItsOwnFiles(t *testing.T) {
	t.Parallel()
	h := docs.Handler(newAPI("Shop API"))
	page := get(h, "GET", "/docs/").Body.String()
	found := regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(page, -1)
	require.Len(t, found, 6)
	for _, match := range found {
		if match[1] == "data:," {
			continue
		}
		require.Regexp(t, `^[a-z.-]+$`, match[1])
		w := get(h, "GET", "/docs/"+match[1])
		require.Equal(t, 200, w.Code, match[1])
		require.NotZero(t, w.Body.Len())
	}
	require.NotContains(t, page, "://")
	require.Contains(t, get(h, "GET", "/docs/start.js").Body.String(), `url: "openapi.json"`)
	require.Contains(t, get(h, "GET", "/docs/openapi.json").Body.String(), `"plans:get"`)
}

func TestFiles(t *testing.T) {
	t.Parallel()
	h := docs.Handler(newAPI("Shop API"))
	plain := get(h, "GET", "/docs/swagger-ui-bundle.js")
	require.Equal(t, "text/javascript; charset=utf-8", plain.Header().Get("Content-Type"))
	require.Empty(t, plain.Header().Get("Content-Encoding"))

	compressed := get(h, "GET", "/docs/swagger-ui-bundle.js", "Accept-Encoding", "br, gzip;q=0.8")
	require.Equal(t, "gzip", compressed.Header().Get("Content-Encoding"))
	require.Less(t, compressed.Body.Len(), plain.Body.Len()/2)
	z, err := gzip.NewReader(compressed.Body)
	require.NoError(t, err)
	text, err := io.ReadAll(z)
	require.NoError(t, err)
	require.Equal(t, plain.Body.String(), string(text))

	require.Empty(t, get(h, "GET", "/docs/swagger-ui.css", "Accept-Encoding", "gzip;q=0").Header().Get("Content-Encoding"))
	w := get(h, "GET", "/docs/swagger-ui.css", "If-None-Match", get(h, "GET", "/docs/swagger-ui.css").Header().Get("ETag"))
	require.Equal(t, 304, w.Code)
	head := get(h, "HEAD", "/docs/")
	require.Equal(t, 200, head.Code)
	require.Zero(t, head.Body.Len())
}

func TestOtherPaths(t *testing.T) {
	t.Parallel()
	h := docs.Handler(newAPI("Shop API"))
	w := get(h, "GET", "/internal/docs")
	require.Equal(t, 307, w.Code)
	require.Equal(t, "./docs/", w.Header().Get("Location"))
	require.Equal(t, 404, get(h, "GET", "/docs/page.html").Code)
	require.Equal(t, 404, get(h, "GET", "/docs/..").Code)
	w = get(h, "POST", "/docs/")
	require.Equal(t, 405, w.Code)
	require.Equal(t, "GET, HEAD", w.Header().Get("Allow"))
}

// A browser that follows the redirection stays on the host, whatever the path is.
func TestRedirectionsStayOnTheHost(t *testing.T) {
	t.Parallel()
	h := docs.Handler(newAPI("Shop API"))
	for _, path := range []string{
		"/docs/https:evil%E3%80%82com", "/docs/https:%5C%5Cevil%E3%80%82com", "/docs/javascript:alert(1)", "/docs/%5C%5Cevil", "/docs/%2F%2Fevil",
		"/docs/%2Fevil%E3%80%82com", "//evil%E3%80%82com/docs", "/docs/%0D%0ALocation:x", "/docs/%EF%BC%8Fevil", "/docs/%09/evil", "/%5Cevil", "/docs/http:evil",
	} {
		w := get(h, "GET", path)
		location := w.Header().Get("Location")
		if w.Code != 307 {
			require.Empty(t, location)
			continue
		}
		require.True(t, strings.HasPrefix(location, "./"), "%s: %s", path, location)
		require.NotContains(t, strings.TrimPrefix(location, "./"), "//", path)
		require.NotContains(t, location, `\`, path)
		base, err := url.Parse("http://shop.example" + path)
		require.NoError(t, err)
		target, err := base.Parse(location)
		require.NoError(t, err)
		require.Equal(t, "shop.example", target.Host, "%s: %s", path, location)
		require.Equal(t, "http", target.Scheme, "%s: %s", path, location)
	}
}

func TestServersMayBeCalled(t *testing.T) {
	t.Parallel()
	h := docs.Handler(newAPI("Shop API", "https://api.example.com/x", "/sub", "https://api.example.com", "javascript:alert(1)", "https://sandbox.example.com:8443"))
	require.Contains(t, get(h, "GET", "/docs/").Header().Get("Content-Security-Policy"),
		"connect-src 'self' https://api.example.com https://sandbox.example.com:8443;")
}

// The embedded files are those of the version in assets/update.sh.
func TestAssets(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("sh", "assets/update.sh", "check").CombinedOutput()
	require.NoError(t, err, strings.TrimSpace(string(out)))
}
