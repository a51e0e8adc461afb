package api

import (
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
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
	// Tags describe, in the document, the tags that endpoints have by [Tag]. Default: none.
	Tags []openapi.Tag
	// Webhooks are the webhooks of the document. Default: none.
	Webhooks openapi.Map[openapi.PathItem]
	// Relaxed turns guidelines off, each with a reason for the reader of the
	// code. Default: all guidelines hold.
	Relaxed map[Guideline]string
	// Logger gets what clients do not see: the cause of a 500, a panic.
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

// API is a set of endpoints with one document: an [http.Handler]. [New] makes one
// that is complete and free of mistakes. It is safe for concurrent use. APIs do not
// know of each other.
type API struct {
	config    Config
	router    *router
	renderer  reply.Renderer
	handler   http.Handler
	endpoints []*Endpoint
	byID      map[string]*Endpoint
	document  document

	// What follows is for New alone.
	describer *describer
	mistakes  []mistake
	finished  bool
}

// New makes an API with the endpoints that the function routes registers. Root is the
// group at the top. When New has returned, a further registration panics.
//
//	a := api.New(api.Config{Title: "Shop API"}, func(root *api.Group) {
//		customer.Routes(root.Group("/v1"), customers)
//	})
//
// New is for start-up. It panics when anything is wrong with the configuration, a
// group, an endpoint or a type of an endpoint, or when a [Guideline] is broken. The
// panic is a text with a line for each mistake: the place in the code, the endpoint,
// what is wrong and what to change.
func New(config Config, routes func(root *Group)) *API {
	a := &API{
		config:    config,
		router:    newRouter(),
		renderer:  reply.Renderer{Logger: config.Logger},
		byID:      map[string]*Endpoint{},
		describer: newDescriber(),
	}
	at := callPlace()
	wrong := func(format string, args ...any) {
		a.mistakes = append(a.mistakes, mistake{at: at, of: "New", says: fmt.Sprintf(format, args...)})
	}
	a.configure(wrong)
	if routes == nil {
		wrong("there are no routes; pass the function that registers the endpoints")
	} else {
		routes(&Group{api: a, settings: settings{maxBody: a.config.MaxBody, timeout: a.config.Timeout}})
	}
	a.finished = true
	a.checkGuidelines()
	var problem string
	if a.handler, problem = wrap(http.HandlerFunc(a.route), a.config.Middleware); problem != "" {
		wrong("Middleware: %s", problem)
	}
	if len(a.mistakes) == 0 {
		var err error
		if a.document, err = a.describe(); err != nil {
			wrong("the document cannot be written: %v", err)
		}
	}
	if len(a.mistakes) > 0 {
		panic(report(a.mistakes))
	}
	a.describer = nil
	return a
}

// configure checks the configuration and fills in the defaults. A wrong value is noted
// and replaced by the default.
func (a *API) configure(wrong func(format string, args ...any)) {
	c := &a.config
	if strings.TrimSpace(c.Title) == "" {
		wrong(`the configuration has no Title; name the API, such as Title: "Shop API"`)
	}
	if c.Version == "" {
		c.Version = "0.1.0"
	}
	if c.MaxBody < 0 || c.MaxBody > request.MaxBodySize {
		wrong("MaxBody must be from 1 to request.MaxBodySize (%d); leave it out for that", request.MaxBodySize)
		c.MaxBody = 0
	}
	if c.MaxBody == 0 {
		c.MaxBody = request.MaxBodySize
	}
	if c.Timeout < 0 {
		wrong("Timeout must not be negative; leave it out for no limit")
		c.Timeout = 0
	}
	checkRelaxed(c.Relaxed, wrong)
}

// Endpoints are the endpoints in the order of their registration.
func (a *API) Endpoints() []*Endpoint { return slices.Clone(a.endpoints) }

// Group is a part of an API. Its endpoints share options and the beginning of their
// paths. [New] makes the first one.
type Group struct {
	api      *API
	prefix   string
	settings settings
	broken   bool // its path is wrong, and that is noted
}

// Group makes a group inside of the group. Its path begins with a slash, or is
// empty for a group that only shares options.
func (g *Group) Group(path string, options ...Option) *Group {
	g.api.mustBeOpen(fmt.Sprintf("Group(%q)", path))
	at := callPlace()
	wrong := func(says string) {
		g.api.mistakes = append(g.api.mistakes, mistake{at: at, of: fmt.Sprintf("Group(%q)", path), says: says})
	}
	made := &Group{api: g.api, prefix: g.prefix + path, broken: g.broken}
	if path != "" {
		_, problems := splitPattern(path)
		if strings.HasSuffix(path, "/") {
			problems = append(problems, "the path of a group must not end with a slash; the paths of its endpoints begin with one")
		}
		for _, problem := range problems {
			made.broken = true
			wrong(problem)
		}
	}
	var problems []string
	made.settings, problems = g.settings.with(options)
	for _, problem := range problems {
		wrong(problem)
	}
	return made
}

// mustBeOpen panics when the API is finished.
func (a *API) mustBeOpen(of string) {
	if a.finished {
		panic(fmt.Sprintf("api: %s: the API is finished; register all endpoints inside the function that New takes", of))
	}
}

// ServeHTTP answers a request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	watching := response.Watch(w, r)
	defer watching.Done()
	if len(a.config.Middleware) > 0 {
		defer a.renderer.Recover(watching, r)
	}
	a.handler.ServeHTTP(watching, r)
}

// Validate finds the endpoint of a request and binds the request. The error is what is
// wrong with the request's data, or that there is no such endpoint. No middleware, guard,
// hook or handler is called. Validate is for tests, such as those of package kittest.
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

// Endpoint is the endpoint that a request is routed to, nil where there is none. It does
// not change the request. It is for tests and tools.
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

// wrap puts middleware around a handler, the first one outermost. The problem is
// the middleware that is nil or makes no handler.
func wrap(h http.Handler, middleware []func(http.Handler) http.Handler) (wrapped http.Handler, problem string) {
	for i := len(middleware) - 1; i >= 0; i-- {
		if middleware[i] == nil {
			return nil, fmt.Sprintf("the middleware with the index %d is nil; leave it out", i)
		}
		if h = middleware[i](h); isNil(h) {
			return nil, fmt.Sprintf("the middleware with the index %d returned no handler", i)
		}
	}
	return h, ""
}
