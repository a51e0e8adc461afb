package api

import (
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/response"
	"github.com/polarkit-go/polarkit/kit/openapi"
	"github.com/polarkit-go/polarkit/kit/reply"
	"github.com/polarkit-go/polarkit/kit/request"
)

// Config is the configuration of an [API].
type Config struct {
	// Title is the name of the API in its document. It is required.
	Title string
	// Version is the version of the API in its document. Default: "0.1.0", as
	// with FastAPI.
	Version string
	// Description says in the document what the API is for, in Markdown. Default: none.
	Description string
	// Servers are the addresses in the document. Default: none, which means the
	// address that the document is read from.
	Servers []openapi.Server
	// Tags describe in the document the tags that [Tag] gives to endpoints. Default: none.
	Tags []openapi.Tag
	// Webhooks are the webhooks of the document. Default: none.
	Webhooks openapi.Map[openapi.PathItem]
	// Relaxed turns guidelines off, each with a reason for the reader of the
	// code. Default: all guidelines hold.
	Relaxed map[Guideline]string
	// Logger takes what clients are not told: the cause of a 500, a panic.
	// Default: slog.Default().
	Logger *slog.Logger
	// Middleware runs around the whole API, also around the answers to unknown
	// routes. The first one is the outermost. Default: none.
	Middleware []func(http.Handler) http.Handler
	// MaxBody limits the size of a request's body in bytes. Default, and the most
	// that is possible: request.MaxBodySize. [MaxBody] sets it per group and endpoint.
	MaxBody int64
	// Timeout ends the context of a handler after a time. Default: no limit.
	// [Timeout] sets it per group and endpoint.
	Timeout time.Duration
}

// API is a set of endpoints with one document: an [http.Handler]. Make one with
// [New], register the endpoints, then serve; it is safe for concurrent use from
// then on. APIs do not know of each other.
type API struct {
	config    Config
	root      Group
	router    *router
	renderer  reply.Renderer
	handler   http.Handler
	endpoints []*Endpoint
	byID      map[string]*Endpoint
	serving   atomic.Bool

	describer *describer
	once      sync.Once
	document  document
}

// New makes an API without endpoints. It panics when the configuration does
// not fit: it is for start-up.
func New(config Config) *API {
	if strings.TrimSpace(config.Title) == "" {
		panic(`api: New: the configuration has no Title; name the API, such as Title: "Shop API"`)
	}
	if config.Version == "" {
		config.Version = "0.1.0"
	}
	if config.MaxBody == 0 {
		config.MaxBody = request.MaxBodySize
	}
	if config.MaxBody < 0 || config.MaxBody > request.MaxBodySize {
		panic(fmt.Sprintf("api: New: MaxBody must be from 1 to request.MaxBodySize (%d); leave it out for that", request.MaxBodySize))
	}
	if config.Timeout < 0 {
		panic("api: New: Timeout must not be negative; leave it out for no limit")
	}
	checkRelaxed(config.Relaxed)
	if problem := checkMiddleware(config.Middleware); problem != "" {
		panic("api: New: Middleware: " + problem)
	}
	a := &API{
		config:    config,
		router:    newRouter(),
		renderer:  reply.Renderer{Logger: config.Logger},
		byID:      map[string]*Endpoint{},
		describer: newDescriber(),
	}
	a.root = Group{api: a, settings: settings{maxBody: config.MaxBody, timeout: config.Timeout}}
	a.handler = wrap("New: Middleware", http.HandlerFunc(a.route), config.Middleware)
	return a
}

// Endpoints are the endpoints in the order of their registration.
func (a *API) Endpoints() []*Endpoint { return append([]*Endpoint(nil), a.endpoints...) }

// Group makes a group at the top of the API.
func (a *API) Group(path string, options ...Option) *Group { return a.root.Group(path, options...) }

// Group is a part of an API whose endpoints share the beginning of their path
// and options.
type Group struct {
	api      *API
	prefix   string
	settings settings
}

// Group makes a group inside of the group. Its path begins with a slash, or is
// empty for a group that only shares options.
func (g *Group) Group(path string, options ...Option) *Group {
	if path != "" {
		if _, problem := splitPattern(path); problem != "" {
			panic(fmt.Sprintf("api: Group(%q): %s", path, problem))
		}
		if strings.HasSuffix(path, "/") {
			panic(fmt.Sprintf("api: Group(%q): the path of a group must not end with a slash; the paths of its endpoints begin with one", path))
		}
	}
	checkOptions("Group("+strconv.Quote(path)+")", options)
	return &Group{api: g.api, prefix: g.prefix + path, settings: g.settings.with(options)}
}

// ServeHTTP answers a request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !a.serving.Load() {
		a.serving.Store(true)
	}
	watching := response.Watch(w, r)
	defer watching.Done()
	if len(a.config.Middleware) > 0 {
		defer a.renderer.Recover(watching, r)
	}
	a.handler.ServeHTTP(watching, r)
}

// Validate routes and binds a request and forgets the result: the error is what
// is wrong with the request's data, or that there is no such endpoint. Neither
// middleware nor guard, hook or handler is called. It is for tests, such as those of
// package kittest.
func (a *API) Validate(r *http.Request) error {
	if !routable(r) {
		return errors.RouteNotFound
	}
	e := a.router.find(r.Method, r.URL.Path, r)
	if e == nil {
		return errors.RouteNotFound
	}
	return e.bind(r)
}

// Endpoint is the endpoint that a request goes to, nil where there is none. It is
// for tests and tools; the request stays as it is.
func (a *API) Endpoint(r *http.Request) *Endpoint {
	if !routable(r) {
		return nil
	}
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	return a.router.find(method, r.URL.Path, nil)
}

// route hands the request to its endpoint.
func (a *API) route(w http.ResponseWriter, r *http.Request) {
	if !routable(r) {
		a.renderer.Write(w, r, errors.RouteNotFound)
		return
	}
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	if e := a.router.find(method, r.URL.Path, r); e != nil {
		e.ServeHTTP(w, r)
		return
	}
	if allowed := a.router.allowed(r.URL.Path); allowed != nil {
		err := errors.MethodNotAllowed.New().WithHeader("Allow", strings.Join(allowed, ", "))
		a.renderer.Write(w, r, err)
		return
	}
	if other := slashed(r.URL.Path); other != "" && a.router.allowed(other) != nil {
		if target := redirection(r); target != "" {
			w.Header().Set("Location", target)
			w.WriteHeader(http.StatusTemporaryRedirect)
			return
		}
	}
	a.renderer.Write(w, r, errors.RouteNotFound)
}

// wrap puts middleware around a handler, the first one outermost. It panics
// where one of them makes no handler.
func wrap(place string, h http.Handler, middleware []func(http.Handler) http.Handler) http.Handler {
	for i := len(middleware) - 1; i >= 0; i-- {
		if h = middleware[i](h); isNil(h) {
			panic(fmt.Sprintf("api: %s: the middleware with the index %d returned no handler", place, i))
		}
	}
	return h
}

// checkMiddleware says which middleware is missing; empty when all are there.
func checkMiddleware(middleware []func(http.Handler) http.Handler) string {
	for i, each := range middleware {
		if each == nil {
			return fmt.Sprintf("the middleware with the index %d is nil; leave it out", i)
		}
	}
	return ""
}
