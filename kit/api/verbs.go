package api

import (
	"context"
	"fmt"
	"net/http"
	"reflect"

	"github.com/polarkit-go/polarkit/kit/openapi"
	"github.com/polarkit-go/polarkit/kit/request"
	"github.com/polarkit-go/polarkit/pagination"
)

// List registers GET of a page of resources. The handler gives a
// pagination.ListResource, and its input holds pagination.Params, so there is no
// list without pages.
//
//	func (s *Service) List(ctx context.Context, subject auth.AuthSubject[auth.Admin], in ListCustomers) (pagination.ListResource[Customer], error)
func List[S, In, Item any](
	g *Group, path string, guard Guard[S],
	handler func(ctx context.Context, subject S, in In) (pagination.ListResource[Item], error),
	options ...Option,
) *Endpoint {
	return register(g, verbList, http.MethodGet, path, guard, handler, options)
}

// ListByCursor is [List] for a list that is read with cursors: the input holds
// pagination.CursorParams.
func ListByCursor[S, In, Item any](
	g *Group, path string, guard Guard[S],
	handler func(ctx context.Context, subject S, in In) (pagination.CursorList[Item], error),
	options ...Option,
) *Endpoint {
	return register(g, verbList, http.MethodGet, path, guard, handler, options)
}

// Get registers GET of one resource: a read schema, the same type as that of
// the list of the resource.
func Get[S, In, Out any](
	g *Group, path string, guard Guard[S],
	handler func(ctx context.Context, subject S, in In) (Out, error),
	options ...Option,
) *Endpoint {
	return register(g, verbGet, http.MethodGet, path, guard, handler, options)
}

// Create registers POST of a new resource: the input is the create schema, or
// a struct with a Body. It answers 201 with the read schema.
func Create[S, In, Out any](
	g *Group, path string, guard Guard[S],
	handler func(ctx context.Context, subject S, in In) (Out, error),
	options ...Option,
) *Endpoint {
	return register(g, verbCreate, http.MethodPost, path, guard, handler, options)
}

// Update registers PATCH of a resource: the Body of the input is the update
// schema, in which every field is kit.Optional. It answers with the read schema.
func Update[S, In, Out any](
	g *Group, path string, guard Guard[S],
	handler func(ctx context.Context, subject S, in In) (Out, error),
	options ...Option,
) *Endpoint {
	return register(g, verbUpdate, http.MethodPatch, path, guard, handler, options)
}

// Delete registers DELETE of a resource. It answers 204 without a body.
func Delete[S, In any](
	g *Group, path string, guard Guard[S],
	handler func(ctx context.Context, subject S, in In) error,
	options ...Option,
) *Endpoint {
	var answer func(ctx context.Context, subject S, in In) (NoContent, error)
	if handler != nil {
		answer = func(ctx context.Context, subject S, in In) (NoContent, error) {
			return NoContent{}, handler(ctx, subject, in)
		}
	}
	return registerNamed(g, verbDelete, http.MethodDelete, path, guard, handlerName(handler), answer, options)
}

// Post registers an action, such as POST /v1/orders/{id}/refund. It is
// [Handle] for the method POST.
func Post[S, In, Out any](
	g *Group, path string, guard Guard[S],
	handler func(ctx context.Context, subject S, in In) (Out, error),
	options ...Option,
) *Endpoint {
	return register(g, verbNone, http.MethodPost, path, guard, handler, options)
}

// Handle registers what none of the verbs is: any method, an input with or
// without a body, and an output that is a schema, [NoContent], or a [Response]
// that writes itself.
func Handle[S, In, Out any](
	g *Group, method, path string, guard Guard[S],
	handler func(ctx context.Context, subject S, in In) (Out, error),
	options ...Option,
) *Endpoint {
	return register(g, verbNone, method, path, guard, handler, options)
}

// verb is what an endpoint does; it fixes the status and what is checked.
type verb string

const (
	verbNone   verb = ""
	verbList   verb = "list"
	verbGet    verb = "get"
	verbCreate verb = "create"
	verbUpdate verb = "update"
	verbDelete verb = "delete"
)

func (v verb) status() int {
	switch v {
	case verbCreate:
		return http.StatusCreated
	case verbDelete:
		return http.StatusNoContent
	default:
		return http.StatusOK
	}
}

func register[S, In, Out any](
	g *Group, v verb, method, path string, guard Guard[S],
	handler func(ctx context.Context, subject S, in In) (Out, error), options []Option,
) *Endpoint {
	return registerNamed(g, v, method, path, guard, handlerName(handler), handler, options)
}

func registerNamed[S, In, Out any](
	g *Group, v verb, method, path string, guard Guard[S], name string,
	handler func(ctx context.Context, subject S, in In) (Out, error), options []Option,
) *Endpoint {
	if g == nil {
		panic(fmt.Sprintf("api: %s %s: there is no group; make one with the Group method of an API", method, path))
	}
	checkOptions(method+" "+g.prefix+path, options)
	e := &Endpoint{
		api:         g.api,
		verb:        v,
		method:      method,
		path:        g.prefix + path,
		pattern:     method + " " + g.prefix + path,
		settings:    g.settings.with(options),
		subject:     reflect.TypeFor[S](),
		input:       reflect.TypeFor[In](),
		output:      reflect.TypeFor[Out](),
		handlerName: name,
	}
	if path != "" && path[0] != '/' {
		e.fail("the path of an endpoint must begin with a slash, or be empty for the path of its group")
	}
	if handler == nil {
		e.fail("there is no handler; pass the function that answers")
	}
	if isNil(guard) {
		e.fail("there is no guard; pass what the endpoint requires of its caller, or api.Public with a reason")
	}
	var required []openapi.Security
	for _, shared := range e.settings.guards {
		required = append(required, shared.security)
		e.guardFails = append(e.guardFails, shared.fails...)
	}
	var possible bool
	if e.ways, possible = ways(append(required, guard.Security())...); !possible {
		e.fail("no request satisfies both the guard of api.Behind and the endpoint's own: they take no type of credential in common; move the endpoint out of the group, or let one of them take more")
	}
	e.guardFails = append(e.guardFails, guard.Fails()...)
	e.compile()
	e.serve = serveFunc(e, guard, handler)
	e.bind = func(r *http.Request) error {
		_, err := request.Bind[In](r)
		return err
	}
	e.handler = wrap(e.pattern, http.HandlerFunc(e.answer), e.settings.middleware)
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
