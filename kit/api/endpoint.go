package api

import (
	"context"
	"log/slog"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/plan"
	"github.com/polarkit-go/polarkit/kit/internal/response"
	"github.com/polarkit-go/polarkit/kit/openapi"
	"github.com/polarkit-go/polarkit/kit/request"
)

// Endpoint is one operation of an API, as the verbs register it. When [New] has
// returned the API, it is an [http.Handler] that can stand on another router alone,
// as long as that sets r.PathValue:
//
//	for _, e := range a.Endpoints() {
//		router.Method(e.Method(), e.Path(), e) // chi, or mux.Handle(e.Pattern(), e)
//	}
//
// It then runs with the middleware of its groups and its own, without that of
// [Config], which is around the API.
type Endpoint struct {
	api         *API
	at          place // of the registration
	broken      bool  // a mistake is noted
	verb        verb
	method      string
	path        string
	pattern     string
	pathOK      bool
	pathParams  []string
	settings    settings
	subject     reflect.Type
	input       reflect.Type
	output      reflect.Type
	handlerName string
	id          string
	ways        []way // the credentials that let a caller in; none for a public endpoint
	guardFails  []*errors.Kind
	plan        *plan.Input
	outputPlan  *plan.Node        // nil for NoContent and a Response
	response    *openapi.Response // of a Response that describes itself
	described   int               // its status
	operation   *openapi.Operation
	declared    []*errors.Kind // the kinds of error in the document

	handler http.Handler // middleware around answer
	serve   func(w http.ResponseWriter, r *http.Request) error
	bind    func(r *http.Request) error
}

// Method is the HTTP method.
func (e *Endpoint) Method() string { return e.method }

// Path is the whole path, with parameters in braces.
func (e *Endpoint) Path() string { return e.path }

// Pattern is method and path, in the form of http.ServeMux and of r.Pattern.
func (e *Endpoint) Pattern() string { return e.pattern }

// OperationID is the name of the operation in the document, such as
// "customers:list".
func (e *Endpoint) OperationID() string { return e.id }

// ServeHTTP answers a request. The caller has matched its path.
func (e *Endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	watching := response.Watch(w, r)
	defer watching.Done()
	w = watching
	if r.Method != e.method && (r.Method != http.MethodHead || e.method != http.MethodGet) {
		allow := e.method
		if allow == http.MethodGet {
			allow += ", " + http.MethodHead
		}
		e.api.renderer.Write(w, r, errors.MethodNotAllowed.New().WithHeader("Allow", allow))
		return
	}
	if r.Method == http.MethodHead {
		w = &headWriter{ResponseWriter: w}
	}
	if len(e.settings.middleware) > 0 {
		defer e.api.renderer.Recover(w, r)
	}
	e.handler.ServeHTTP(w, r)
}

// answer runs the endpoint inside of its middleware.
func (e *Endpoint) answer(w http.ResponseWriter, r *http.Request) {
	watching := response.Watch(w, r)
	defer watching.Done()
	w = watching
	if !e.plan.HasBody() {
		var done context.CancelFunc
		r, done = response.Unread(w, r)
		defer done()
	}
	defer e.api.renderer.Recover(w, r)
	limit := e.settings.maxBody
	if limit < request.MaxBodySize && r.Body != nil && r.Body != http.NoBody {
		r.Body = http.MaxBytesReader(w, r.Body, limit)
	}
	if e.settings.timeout > 0 {
		ctx, cancel := context.WithTimeout(r.Context(), e.settings.timeout)
		defer cancel()
		r = r.WithContext(ctx)
	}
	if err := e.serve(w, r); err != nil {
		e.api.renderer.Write(w, r, err)
	}
}

// serveFunc is the work of an endpoint: guard, binding, hooks, handler, reply.
// An error after the reply has begun cuts the connection.
func serveFunc[S, In, Out any](
	e *Endpoint, guard Guard[S], handler Handler[S, In, Out],
) func(w http.ResponseWriter, r *http.Request) error {
	reply, guardReply := replyFunc[Out](e), replyOf(guard)
	hooks, guards := e.settings.hooks, e.settings.guards
	return func(w http.ResponseWriter, r *http.Request) error {
		for i := range guards {
			if err := guards[i].authorize(r); err != nil {
				return err
			}
			guards[i].reply(r, w.Header())
		}
		subject, err := guard.Authorize(r)
		if err != nil {
			return err
		}
		guardReply(r, w.Header())
		// This comes after the guard: a caller without the right gets the guard's error,
		// whatever the size of the body.
		if r.ContentLength > e.settings.maxBody {
			return errors.RequestBodyTooLarge
		}
		if e.settings.timeout > 0 {
			response.LimitRead(w, e.settings.timeout) // the end of a context does not end a read
		}
		in, err := request.Bind[In](r)
		if err != nil {
			return err
		}
		for i := range hooks {
			if err := hooks[i].call(r.Context(), subject, in); err != nil {
				e.checkDeclared(r, err)
				return err
			}
		}
		out, err := handler(r.Context(), subject, in)
		if err == nil {
			response.Settle(w)
			err = reply(w, r, out)
		}
		if err != nil {
			e.checkDeclared(r, err)
		}
		return err
	}
}

// checkDeclared logs a kind of error that the document does not have: generated clients
// do not know the answer. A 500 and a 503 need no declaration, since they can happen at
// every endpoint.
func (e *Endpoint) checkDeclared(r *http.Request, err error) {
	kind := errors.KindOf(err)
	if e.settings.private || kind.Status() == http.StatusInternalServerError || kind.Status() == http.StatusServiceUnavailable || slices.Contains(e.declared, kind) {
		return
	}
	logger := e.api.config.Logger
	if logger == nil {
		logger = slog.Default()
	}
	logger.WarnContext(r.Context(), "the handler returned a kind of error that its endpoint does not declare; name it in api.Fails",
		slog.String("operation", e.id), slog.String("error", kind.Name()), slog.Int("status", kind.Status()))
}

// operationID is made of the tags and the name, as in Polar's document: customers:list.
func (e *Endpoint) operationID() string {
	return strings.Join(append(append([]string(nil), e.settings.tags...), e.name()), ":")
}

func (e *Endpoint) name() string {
	switch {
	case e.settings.name != "":
		return e.settings.name
	case e.handlerName != "":
		return e.handlerName
	default:
		return string(e.verb)
	}
}
