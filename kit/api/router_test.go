package api_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/api"
)

func TestVerbs(t *testing.T) {
	t.Parallel()
	a := newShop(api.Config{})
	for _, c := range []struct {
		name, method, target, body string
		status                     int
		contains                   string
	}{
		{"list", "GET", "/v1/customers/", "", 200, `"pagination":{"total_count":1,"max_page":1}`},
		{"get", "GET", "/v1/customers/" + anID, "", 200, `"id":"` + anID + `"`},
		{"create", "POST", "/v1/customers/", `{"email":"a@example.com"}`, 201, `"email":"a@example.com"`},
		{"update", "PATCH", "/v1/customers/" + anID, `{"email":"b@example.com"}`, 200, `"email":"b@example.com"`},
		{"update nothing", "PATCH", "/v1/customers/" + anID, `{}`, 200, `"email":"unchanged"`},
		{"delete", "DELETE", "/v1/customers/" + anID, "", 204, ""},
		{"action", "POST", "/v1/customers/" + anID + "/merge", "", 200, `"email":"merged"`},
		{"literal beats parameter", "GET", "/v1/customers/external/x%20y", "", 200, `"email":"x y"`},
		{"parameter in another type", "GET", "/v1/customers/nope", "", 422, `"loc":["path","id"]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := call(a, c.method, c.target, c.body)
			require.Equal(t, c.status, w.Code, w.Body)
			require.Contains(t, w.Body.String(), c.contains)
			if c.status == http.StatusNoContent {
				require.Zero(t, w.Body.Len())
			}
		})
	}
}

func TestUnknownRoutes(t *testing.T) {
	t.Parallel()
	a := newShop(api.Config{})
	for _, target := range []string{
		"/", "/v1", "/v1/", "/v1/Customers/", "/v2/customers/",
		"/v1/customers//", "//v1/customers/", "/v1//customers/", "/v1/customers//merge",
		"/v1/customers/external/a/b", "/v1/customers/" + anID + "/merge/x",
		"/v1/customers%2F", "/v1%2fcustomers/", "/v1/customers/external/a%2Fb",
	} {
		w := call(a, "GET", target, "")
		require.Equal(t, 404, w.Code, target)
		require.JSONEq(t, `{"error":"RouteNotFound","detail":"Not Found"}`, w.Body.String(), target)
	}
}

func TestEncodedParameterIsDecodedOnce(t *testing.T) {
	t.Parallel()
	a := newShop(api.Config{})
	w := call(a, "GET", "/v1/customers/external/a%252Fb%2Bc", "")
	require.Equal(t, 200, w.Code)
	require.Contains(t, w.Body.String(), `"email":"a%2Fb+c"`)
}

func TestMethodNotAllowed(t *testing.T) {
	t.Parallel()
	a := newShop(api.Config{})
	for _, c := range []struct{ method, target, allow string }{
		{"PUT", "/v1/customers/", "GET, HEAD, POST"},
		{"DELETE", "/v1/customers/", "GET, HEAD, POST"},
		{"OPTIONS", "/v1/customers/", "GET, HEAD, POST"},
		{"BREW", "/v1/customers/", "GET, HEAD, POST"},
		{"POST", "/v1/customers/" + anID, "GET, HEAD, PATCH, DELETE"},
		{"POST", "/v1/customers/nope", "GET, HEAD, PATCH, DELETE"},
		{"GET", "/v1/customers/" + anID + "/merge", "POST"},
		{"HEAD", "/v1/customers/" + anID + "/merge", "POST"},
	} {
		w := call(a, c.method, c.target, "")
		require.Equal(t, 405, w.Code, "%s %s", c.method, c.target)
		require.Equal(t, c.allow, w.Header().Get("Allow"), "%s %s", c.method, c.target)
		if c.method != "HEAD" {
			require.JSONEq(t, `{"error":"MethodNotAllowed","detail":"Method Not Allowed"}`, w.Body.String())
		}
	}
}

func TestTrailingSlash(t *testing.T) {
	t.Parallel()
	a := newShop(api.Config{})
	for _, c := range []struct{ target, location string }{
		{"/v1/customers", "/v1/customers/"},
		{"/v1/customers?page=2&limit=7", "/v1/customers/?page=2&limit=7"},
		{"/v1/customers?email=a%2Bb%20c", "/v1/customers/?email=a%2Bb%20c"},
		{"/v1/customers/" + anID + "/", "/v1/customers/" + anID},
		{"/v1/customers/" + anID + "/?a=b", "/v1/customers/" + anID + "?a=b"},
		{"/v1/customers/external/x%20y/", "/v1/customers/external/x%20y"},
		{"/v1/customers/external/", "/v1/customers/external"}, // as an {id}, like FastAPI
	} {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} {
			w := call(a, method, c.target, "")
			require.Equal(t, 307, w.Code, "%s %s", method, c.target)
			require.Equal(t, c.location, w.Header().Get("Location"), "%s %s", method, c.target)
			require.Zero(t, w.Body.Len())
		}
	}
}

func TestTrailingSlashBelowAPrefix(t *testing.T) {
	t.Parallel()
	a := newShop(api.Config{})
	w := call(http.StripPrefix("/api", a), "GET", "/api/v1/customers?page=2", "")
	require.Equal(t, 307, w.Code)
	require.Equal(t, "/api/v1/customers/?page=2", w.Header().Get("Location"))

}

// What the client wrote before the part of the path that the API sees cannot
// lead a browser to another host.
func TestRedirectionsStayOnTheHost(t *testing.T) {
	t.Parallel()
	a := newShop(api.Config{})
	for uri, location := range map[string]string{
		"/shop/v1/customers":            "/shop/v1/customers/",
		"//evil.example/v1/customers":   "",
		`/\evil.example/v1/customers`:   "/%5Cevil.example/v1/customers/",
		"/%5Cevil.example/v1/customers": "/%5Cevil.example/v1/customers/",
		"/%2Fevil.example/v1/customers": "/%2Fevil.example/v1/customers/",
		"/\t/evil.example/v1/customers": "/%09/evil.example/v1/customers/",
		"/\r\nX: y/v1/customers":        "/%0D%0AX:%20y/v1/customers/",
		"/a/..//evil/v1/customers":      "/a/..//evil/v1/customers/",
		"/evil。com/v1/customers":        "/evil%E3%80%82com/v1/customers/",
		"https://evil/v1/customers":     "/v1/customers/",
		"https:evil/v1/customers":       "/v1/customers/",
		`\\evil/v1/customers`:           "/v1/customers/",
		"":                              "/v1/customers/",
	} {
		r := newRequest("GET", "/v1/customers", "")
		r.RequestURI = uri
		w := send(a, r)
		require.Equal(t, location, w.Header().Get("Location"), "%q", uri)
		if location == "" {
			require.Equal(t, 404, w.Code, "%q", uri)
			continue
		}
		require.Equal(t, 307, w.Code, "%q", uri)
		requireSameHost(t, location)
	}
	r := newRequest("GET", "/v1/customers", "")
	r.URL.RawQuery = "a=\r\nb&c=\\é"
	require.Equal(t, "/v1/customers/?a=%0D%0Ab&c=%5C%C3%A9", send(a, r).Header().Get("Location"))
}

// requireSameHost holds a target against the rules of RFC 3986 and of browsers,
// which read a backslash as a slash and drop tabs and line ends.
func requireSameHost(t *testing.T, location string) {
	t.Helper()
	require.Regexp(t, `^/($|[^/\\])[!-\[\]-~]*$`, location)
	base, err := url.Parse("http://shop.example/v1/")
	require.NoError(t, err)
	target, err := base.Parse(location)
	require.NoError(t, err, location)
	require.Equal(t, "http://shop.example", target.Scheme+"://"+target.Host, location)
}

func TestHead(t *testing.T) {
	t.Parallel()
	a := newShop(api.Config{})
	get, head := call(a, "GET", "/v1/customers/", ""), call(a, "HEAD", "/v1/customers/", "")
	require.Equal(t, 200, head.Code)
	require.Zero(t, head.Body.Len())
	require.Equal(t, get.Header(), head.Header())
}

func TestPatternAndPathValues(t *testing.T) {
	t.Parallel()
	var pattern, value string
	watch := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r)
			pattern, value = r.Pattern, r.PathValue("id")
		})
	}
	a := newShop(api.Config{Middleware: []func(http.Handler) http.Handler{watch}})
	require.Equal(t, 200, call(a, "GET", "/v1/customers/"+anID, "").Code)
	require.Equal(t, "GET /v1/customers/{id}", pattern)
	require.Equal(t, anID, value)
}

func TestEndpointAlone(t *testing.T) {
	t.Parallel()
	var e *api.Endpoint
	api.New(api.Config{Title: "Shop API"}, func(root *api.Group) {
		e = api.Get(root.Group("/v1"), "/customers/{id}", canRead, service{}.Get)
	})
	require.Equal(t, "GET", e.Method())
	require.Equal(t, "/v1/customers/{id}", e.Path())

	mux := http.NewServeMux()
	mux.Handle(e.Pattern(), e)
	require.Contains(t, call(mux, "GET", "/v1/customers/"+anID, "").Body.String(), anID)
	require.Equal(t, 200, call(mux, "HEAD", "/v1/customers/"+anID, "").Code)

	w := call(e, "POST", "/v1/customers/"+anID, "")
	require.Equal(t, 405, w.Code)
	require.Equal(t, "GET, HEAD", w.Header().Get("Allow"))
}

func TestTwoAPIsDoNotKnowOfEachOther(t *testing.T) {
	t.Parallel()
	one, two := newShop(api.Config{}), newShop(api.Config{})
	three := api.New(api.Config{Title: "Other"}, func(root *api.Group) {
		api.Get(root.Group("/v1"), "/plans/{id}", api.Public("price list"), func(context.Context, api.NoSubject, customerID) (customer, error) {
			return customer{Email: "plan"}, nil
		}, api.Tag("plans"))
	})
	require.Len(t, one.Endpoints(), len(two.Endpoints()))
	require.Len(t, three.Endpoints(), 1)
	require.Equal(t, 404, call(one, "GET", "/v1/plans/"+anID, "").Code)
	require.Equal(t, 404, call(three, "GET", "/v1/customers/", "").Code)
}

func TestOverTheWire(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(newShop(api.Config{}))
	t.Cleanup(server.Close)
	r, err := http.NewRequest("PATCH", server.URL+"/v1/customers/"+anID+"/?x=1", http.NoBody)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer x")
	resp, err := http.DefaultTransport.RoundTrip(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, 307, resp.StatusCode)
	require.Equal(t, "/v1/customers/"+anID+"?x=1", resp.Header.Get("Location"))
}

func FuzzRoute(f *testing.F) {
	for _, seed := range []string{"/v1/customers/", "/v1/customers", "//", "/v1/customers/%2F", "/v1/customers/external//", `/\evil.example.com/`, "/v1/customers/../x/"} {
		f.Add("GET", seed)
	}
	a := newShop(api.Config{})
	f.Fuzz(func(t *testing.T, method, path string) {
		r := newRequest("GET", "/", "")
		r.Method, r.RequestURI = method, path
		r.URL.Path, r.URL.RawPath = path, ""
		w := send(a, r)
		require.NotEqual(t, 500, w.Code)
		location := w.Header().Get("Location")
		if location != "" {
			require.Equal(t, 307, w.Code)
			requireSameHost(t, location)
		}
	})
}
