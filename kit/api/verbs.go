package api

import (
	"context"
	"fmt"
	"net/http"
	"reflect"

	"github.com/polarkit-go/polarkit/kit/request"
	"github.com/polarkit-go/polarkit/pagination"
)

// Handler is the function that answers at an endpoint: a method of a service, which
// takes the caller and the bound input, and returns the output or an error.
//
//	func (s *Service) Get(ctx context.Context, subject auth.AuthSubject[auth.Admin], in GetCustomer) (Customer, error)
//
// It needs no conversion: api.Get(customers, "/{id}", canRead, s.Get) finds the types.
type Handler[S, In, Out any] func(ctx context.Context, subject S, in In) (Out, error)

// Procedure is a function without an output: the handler of [Delete] and the hook of
// [Bound].
type Procedure[S, In any] func(ctx context.Context, subject S, in In) error

// verb is what an endpoint does, and the name of an operation whose handler has none.
// Each of the functions below has one.
type verb string

const (
	verbNone   verb = "" // an action: the endpoint chooses
	verbList   verb = "list"
	verbGet    verb = "get"
	verbCreate verb = "create"
	verbUpdate verb = "update"
	verbDelete verb = "delete"
)

// verbs are the rules of the verbs. A new verb is a constant above, a line here, and a
// function beside the others.
var verbs = map[verb]verbRules{
	verbNone:   {status: http.StatusOK},
	verbList:   {method: http.MethodGet, status: http.StatusOK},
	verbGet:    {method: http.MethodGet, status: http.StatusOK},
	verbCreate: {method: http.MethodPost, status: http.StatusCreated, noBody: "embed kit.Schema in it, or give it a field named Body"},
	verbUpdate: {method: http.MethodPatch, status: http.StatusOK, noBody: "give it a field named Body"},
	verbDelete: {method: http.MethodDelete, status: http.StatusNoContent},
}

type verbRules struct {
	// method is the method of the verb.
	method string
	// status is the status of a success.
	status int
	// noBody says what to do when the input has no body. It is empty where the input
	// needs none.
	noBody string
}

// List registers GET of a page of resources. The handler returns a
// pagination.ListResource, and its input embeds pagination.Params, so there is no
// list without pages.
//
//	func (s *Service) List(ctx context.Context, subject auth.AuthSubject[auth.Admin], in ListCustomers) (pagination.ListResource[Customer], error)
func List[S, In, Item any](g *Group, path string, guard Guard[S], handler Handler[S, In, pagination.ListResource[Item]], options ...Option) *Endpoint {
	return register(g, verbList, verbs[verbList].method, path, guard, handlerName(handler), handler, options)
}

// ListByCursor is [List] for a list that is read with cursors: the input embeds
// pagination.CursorParams.
func ListByCursor[S, In, Item any](g *Group, path string, guard Guard[S], handler Handler[S, In, pagination.CursorList[Item]], options ...Option) *Endpoint {
	return register(g, verbList, verbs[verbList].method, path, guard, handlerName(handler), handler, options)
}

// Get registers GET of one resource: a read schema, the same type as that of
// the list of the resource.
func Get[S, In, Out any](g *Group, path string, guard Guard[S], handler Handler[S, In, Out], options ...Option) *Endpoint {
	return register(g, verbGet, verbs[verbGet].method, path, guard, handlerName(handler), handler, options)
}

// Create registers POST of a new resource: the input is the create schema, or
// a struct with a Body. It answers 201 with the read schema.
func Create[S, In, Out any](g *Group, path string, guard Guard[S], handler Handler[S, In, Out], options ...Option) *Endpoint {
	return register(g, verbCreate, verbs[verbCreate].method, path, guard, handlerName(handler), handler, options)
}

// Update registers PATCH of a resource: the Body of the input is the update
// schema, in which every field is kit.Optional. It answers with the read schema.
func Update[S, In, Out any](g *Group, path string, guard Guard[S], handler Handler[S, In, Out], options ...Option) *Endpoint {
	return register(g, verbUpdate, verbs[verbUpdate].method, path, guard, handlerName(handler), handler, options)
}

// Delete registers DELETE of a resource. It answers 204 without a body.
func Delete[S, In any](g *Group, path string, guard Guard[S], handler Procedure[S, In], options ...Option) *Endpoint {
	var answer Handler[S, In, NoContent]
	if handler != nil {
		answer = func(ctx context.Context, subject S, in In) (NoContent, error) {
			return NoContent{}, handler(ctx, subject, in)
		}
	}
	return register(g, verbDelete, verbs[verbDelete].method, path, guard, handlerName(handler), answer, options)
}

// Post registers an action, such as POST /v1/orders/{id}/refund. It is
// [Handle] for the method POST.
func Post[S, In, Out any](g *Group, path string, guard Guard[S], handler Handler[S, In, Out], options ...Option) *Endpoint {
	return register(g, verbNone, http.MethodPost, path, guard, handlerName(handler), handler, options)
}

// Handle registers what none of the verbs is: any method, an input with or
// without a body, and an output that is a schema, [NoContent], or a [Response]
// that writes itself.
func Handle[S, In, Out any](g *Group, method, path string, guard Guard[S], handler Handler[S, In, Out], options ...Option) *Endpoint {
	return register(g, verbNone, method, path, guard, handlerName(handler), handler, options)
}

// register makes an endpoint. Where that has a mistake, the mistake is noted, and
// New panics in the end.
func register[S, In, Out any](g *Group, v verb, method, path string, guard Guard[S], name string, handler Handler[S, In, Out], options []Option) *Endpoint {
	if g == nil {
		panic(fmt.Sprintf("api: %s %s: there is no group; register the endpoint in the function that api.New takes", method, path))
	}
	e := &Endpoint{
		api:         g.api,
		at:          callPlace(),
		verb:        v,
		method:      method,
		path:        g.prefix + path,
		pattern:     method + " " + g.prefix + path,
		subject:     reflect.TypeFor[S](),
		input:       reflect.TypeFor[In](),
		output:      reflect.TypeFor[Out](),
		handlerName: name,
	}
	g.api.mustBeOpen(e.pattern)
	var problems []string
	e.settings, problems = g.settings.with(options)
	for _, problem := range problems {
		e.mistake("%s", problem)
	}
	e.compilePath(path, g.broken)
	e.compileSettings(handler != nil)
	if isNil(guard) {
		e.mistake("there is no guard; pass what the endpoint requires of its caller, or api.Public with a reason")
	} else if err := checkGuard(guard); err != nil {
		e.mistake("its guard cannot be used: %v", err)
	} else {
		e.compileGuards(guard.Security(), guard.Fails())
	}
	e.compile()
	if !e.broken {
		e.serve = serveFunc(e, guard, handler)
		e.bind = func(r *http.Request) error {
			_, err := request.Bind[In](r)
			return err
		}
		var problem string
		if e.handler, problem = wrap(http.HandlerFunc(e.answer), e.settings.middleware); problem != "" {
			e.mistake("%s", problem)
		}
	}
	g.api.add(e)
	return e
}

func isNil(v any) bool {
	if v == nil {
		return true
	}
	rv := reflect.ValueOf(v)
	switch rv.Kind() {
	case reflect.Pointer, reflect.Func, reflect.Map, reflect.Slice:
		return rv.IsNil()
	default:
		return false
	}
}
