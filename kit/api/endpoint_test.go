package api_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/request"
)

func TestGuardComesBeforeTheBody(t *testing.T) {
	t.Parallel()
	a := newShop(api.Config{})
	r := newRequest("POST", "/v1/customers/", `{"email":`)
	r.Header.Del("Authorization")
	w := send(a, r)
	require.Equal(t, 401, w.Code)
	require.Equal(t, "Bearer", w.Header().Get("WWW-Authenticate"))
	require.JSONEq(t, `{"error":"Unauthorized","detail":"Unauthorized"}`, w.Body.String())

	r = newRequest("POST", "/v1/customers/", `{"email":`)
	r.Header.Del("Authorization")
	r.ContentLength = 1 << 40
	require.Equal(t, 401, send(a, r).Code, "a huge body is not looked at either")

	require.Equal(t, 422, call(a, "POST", "/v1/customers/", `{"email":`).Code)
	require.Equal(t, 404, send(a, newRequest("GET", "/v1/nothing", "")).Code)
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	body := `{"email":"a@example.com"}`
	for _, chunked := range []bool{false, true} {
		for limit, status := range map[int64]int{int64(len(body)): 201, int64(len(body)) - 1: 413} {
			r := newRequest("POST", "/v1/customers/", body)
			if chunked {
				r.ContentLength = -1
			}
			w := send(newShop(api.Config{MaxBody: limit}), r)
			require.Equal(t, status, w.Code, "limit %d, chunked %v: %s", limit, chunked, w.Body)
			if status == 413 {
				require.Contains(t, w.Body.String(), `"error":"RequestBodyTooLarge"`)
			}
		}
	}
}

func TestBodyLimitOfAnEndpoint(t *testing.T) {
	t.Parallel()
	a := api.New(api.Config{Title: "Shop API"}, func(root *api.Group) {
		g := root.Group("/v1", api.MaxBody(10))
		api.Create(g, "/smalls/", canRead, service{}.Create, api.Name("small"))
		api.Create(g, "/larges/", canRead, service{}.Create, api.Name("large"), api.MaxBody(request.MaxBodySize))
	})
	body := `{"email":"a@example.com","more":"` + strings.Repeat("x", 1<<20) + `"}`
	require.Equal(t, 413, call(a, "POST", "/v1/smalls/", `{"email":"a@example.com"}`).Code)
	require.Equal(t, 201, call(a, "POST", "/v1/larges/", body).Code)
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	a := api.New(api.Config{Title: "Shop API", Logger: slog.New(slog.DiscardHandler)}, func(root *api.Group) {
		g := root.Group("/v1", api.Timeout(time.Millisecond))
		api.Post(g, "/slow", canRead, func(ctx context.Context, _ subject[admin], _ struct{}) (customer, error) {
			<-ctx.Done()
			return customer{}, fmt.Errorf("query: %w", ctx.Err())
		}, api.Name("slow"))
		api.Post(g, "/unhurried", canRead, func(ctx context.Context, _ subject[admin], _ struct{}) (customer, error) {
			_, limited := ctx.Deadline()
			return customer{Email: fmt.Sprint(limited)}, nil
		}, api.Name("unhurried"), api.Timeout(0))
	})
	w := call(a, "POST", "/v1/slow", "")
	require.Equal(t, 503, w.Code)
	require.Contains(t, w.Body.String(), `"error":"ServiceUnavailable"`)
	require.Contains(t, call(a, "POST", "/v1/unhurried", "").Body.String(), `"email":"false"`)
}

func TestPanics(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	a := api.New(api.Config{Title: "Shop API", Logger: slog.New(slog.NewTextHandler(&log, nil))}, func(root *api.Group) {
		g := root.Group("/v1")
		api.Post(g, "/handler", canRead, func(context.Context, subject[admin], struct{}) (customer, error) {
			panic("the cat is out")
		}, api.Name("handler"))
		api.Post(g, "/middleware", canRead, service{}.Nothing, api.Name("middleware"), api.Use(func(http.Handler) http.Handler {
			return http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("the dog is out") })
		}))
		api.Post(g, "/begun", canRead, service{}.Nothing, api.Name("begun"), api.Use(func(http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(200)
				panic("too late")
			})
		}))
		api.Post(g, "/abort", canRead, func(context.Context, subject[admin], struct{}) (customer, error) {
			panic(http.ErrAbortHandler)
		}, api.Name("abort"))
	})

	for path, text := range map[string]string{"/v1/handler": "the cat is out", "/v1/middleware": "the dog is out"} {
		log.Reset()
		w := call(a, "POST", path, "")
		require.Equal(t, 500, w.Code)
		require.JSONEq(t, `{"error":"InternalServerError","detail":"Internal Server Error"}`, w.Body.String())
		require.Contains(t, log.String(), text)
		require.Contains(t, log.String(), "endpoint_test.go", "the log says where")
	}
	for _, path := range []string{"/v1/begun", "/v1/abort"} {
		require.PanicsWithValue(t, http.ErrAbortHandler, func() { call(a, "POST", path, "") })
	}
}

// Nothing is an action without an input.
func (service) Nothing(context.Context, subject[admin], struct{}) (customer, error) {
	return customer{}, nil
}

func TestMiddlewareOrder(t *testing.T) {
	t.Parallel()
	var order []string
	note := func(name string) func(http.Handler) http.Handler {
		return func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				order = append(order, name)
				next.ServeHTTP(w, r)
			})
		}
	}
	var e *api.Endpoint
	a := api.New(api.Config{Title: "Shop API", Middleware: []func(http.Handler) http.Handler{note("api 1"), note("api 2")}}, func(root *api.Group) {
		outer := root.Group("/v1", api.Use(note("outer")))
		inner := outer.Group("/customers", api.Use(note("inner 1"), note("inner 2")))
		e = api.Get(inner, "/{id}", canRead, service{}.Get, api.Use(note("endpoint")),
			api.Bound(func(context.Context, subject[admin], customerID) error {
				order = append(order, "hook")
				return nil
			}))
		api.Get(outer, "/others/{id}", canRead, service{}.Get, api.Name("other"))
	})

	require.Equal(t, 200, call(a, "GET", "/v1/customers/"+anID, "").Code)
	require.Equal(t, []string{"api 1", "api 2", "outer", "inner 1", "inner 2", "endpoint", "hook"}, order)

	order = nil
	require.Equal(t, 200, call(a, "GET", "/v1/others/"+anID, "").Code)
	require.Equal(t, []string{"api 1", "api 2", "outer"}, order)

	order = nil
	require.Equal(t, 404, call(a, "GET", "/nothing", "").Code)
	require.Equal(t, []string{"api 1", "api 2"}, order)

	order = nil
	mux := http.NewServeMux()
	mux.Handle(e.Pattern(), e)
	require.Equal(t, 200, call(mux, "GET", "/v1/customers/"+anID, "").Code)
	require.Equal(t, []string{"outer", "inner 1", "inner 2", "endpoint", "hook"}, order)
}

func TestHook(t *testing.T) {
	t.Parallel()
	a := api.New(api.Config{Title: "Shop API"}, func(root *api.Group) {
		g := root.Group("/v1", api.Bound(func(_ context.Context, s subject[admin], in any) error {
			if c, ok := in.(customerCreate); ok && c.Email == "full@example.com" {
				return errors.NotPermitted.WithDetail(s.Subject.(user).name + " has no customers left")
			}
			return nil
		}))
		api.Create(g, "/customers/", canRead, service{}.Create)
	})
	require.Equal(t, 201, call(a, "POST", "/v1/customers/", `{"email":"a@example.com"}`).Code)
	w := call(a, "POST", "/v1/customers/", `{"email":"full@example.com"}`)
	require.Equal(t, 403, w.Code)
	require.JSONEq(t, `{"error":"NotPermitted","detail":"ada has no customers left"}`, w.Body.String())
}

func TestOperationIDs(t *testing.T) {
	t.Parallel()
	var ids []string
	for _, e := range newShop(api.Config{}).Endpoints() {
		ids = append(ids, e.OperationID())
	}
	require.Equal(t, []string{
		"customers:list", "customers:get", "customers:get_external", "customers:create",
		"customers:update", "customers:delete", "customers:merge",
	}, ids)
}
