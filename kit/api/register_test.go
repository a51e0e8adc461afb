package api_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/reply"
	"github.com/polarkit-go/polarkit/pagination"
)

type bare struct {
	ID uuid.UUID `json:"id" doc:"The ID."`
}

type strictUpdate struct {
	kit.Schema `doc:"A change."`

	Email kit.Optional[string] `json:"email" doc:"The email address." example:"john@example.com"`
	Name  string               `json:"name"  doc:"The name."          example:"John"`
}

// does makes a handler of any types, for endpoints that are never called.
func does[In, Out any](context.Context, subject[admin], In) (Out, error) {
	var out Out
	return out, nil
}

func TestRegistrationMistakes(t *testing.T) {
	t.Parallel()
	none := (*requirement[admin])(nil)
	for _, c := range []struct {
		name     string
		register func(g *api.Group)
		says     string
	}{
		{"path without slash", func(g *api.Group) {
			api.Get(g, "customers", canRead, does[struct{}, customer])
		}, `api: GET /v1customers: the path of an endpoint must begin with a slash, or be empty for the path of its group`},
		{"empty segment", func(g *api.Group) {
			api.Get(g, "//customers", canRead, does[struct{}, customer])
		}, "api: GET /v1//customers: the path has an empty segment"},
		{"upper case in the path", func(g *api.Group) {
			api.Get(g, "/Customers", canRead, does[struct{}, customer])
		}, "must be lower-case letters"},
		{"half a parameter", func(g *api.Group) {
			api.Get(g, "/customers/{id}.json", canRead, does[customerID, customer])
		}, "must be one parameter with a snake_case name"},
		{"parameter twice", func(g *api.Group) {
			api.Get(g, "/customers/{id}/{id}", canRead, does[customerID, customer])
		}, "the path has two parameters named id"},
		{"parameter that is not in the path", func(g *api.Group) {
			api.Get(g, "/customers/me", canRead, does[customerID, customer])
		}, `reads the path parameter "id", which the path does not have; add {id} to the path or remove the field`},
		{"parameter that nobody reads", func(g *api.Group) {
			api.Get(g, "/customers/{id}", canRead, does[struct{}, customer])
		}, "the path parameter {id} is not read by the input struct {}; give it a field with the tag `path:\"id\"`"},
		{"no guard", func(g *api.Group) {
			api.Get(g, "/customers/{id}", none, service{}.Get)
		}, "api: GET /v1/customers/{id}: there is no guard; pass what the endpoint requires"},
		{"input that is no struct", func(g *api.Group) {
			api.Post(g, "/customers/", canRead, does[string, customer])
		}, "the input string must be a struct"},
		{"body on GET", func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[customerCreate, customer])
		}, "has a body, which GET does not take"},
		{"create without a body", func(g *api.Group) {
			api.Create(g, "/customers/", canRead, does[struct{}, customer])
		}, "of a create has no body; embed kit.Schema in it, or give it a field named Body"},
		{"update without a body", func(g *api.Group) {
			api.Update(g, "/customers/{id}", canRead, does[customerID, customer])
		}, "of an update has no body"},
		{"update with a required field", func(g *api.Group) {
			api.Update(g, "/customers/", canRead, does[strictUpdate, customer])
		}, "api: PATCH /v1/customers/: the field Name of the update schema api_test.strictUpdate is required; an update changes only what is sent, so make it kit.Optional[string]"},
		{"output without Schema", func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[struct{}, bare])
		}, "api: GET /v1/customers/: the output holds api_test.bare, which is no schema; embed kit.Schema in it"},
		{"output that is a map", func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[struct{}, map[string]any])
		}, "must be a struct that embeds kit.Schema"},
		{"get without content", func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[struct{}, api.NoContent])
		}, "get answers with a schema"},
		{"status of a verb", func(g *api.Group) {
			api.Create(g, "/customers/", canRead, service{}.Create, api.Status(200))
		}, "api.Status is for api.Post and api.Handle: create always answers 201"},
		{"status of an error", func(g *api.Group) {
			api.Post(g, "/customers/", canRead, service{}.Create, api.Status(404))
		}, "the status of a success is from 200 to 399"},
		{"204 with a body", func(g *api.Group) {
			api.Post(g, "/customers/", canRead, service{}.Create, api.Status(204))
		}, "let the handler return api.NoContent"},
		{"odd method", func(g *api.Group) {
			api.Handle(g, "BREW", "/customers/", canRead, service{}.Create)
		}, "the method must be one of GET, POST, PUT, PATCH, DELETE"},
		{"tag with a colon", func(g *api.Group) {
			api.Create(g, "/customers/", canRead, service{}.Create, api.Tag("a:b"))
		}, "a tag must be a name without a colon"},
		{"nil kind", func(g *api.Group) {
			api.Create(g, "/customers/", canRead, service{}.Create, api.Fails(nil))
		}, "api.Fails has a nil kind"},
		{"negative limit", func(g *api.Group) {
			api.Create(g, "/customers/", canRead, service{}.Create, api.MaxBody(-1))
		}, "api.MaxBody(-1) must be from 1 to request.MaxBodySize (10485760)"},
		{"negative timeout", func(g *api.Group) {
			api.Create(g, "/customers/", canRead, service{}.Create, api.Timeout(-1))
		}, "api.Timeout must not be negative"},
		{"action without a name", func(g *api.Group) {
			api.Post(g, "/customers/", canRead, func(context.Context, subject[admin], struct{}) (customer, error) { return customer{}, nil })
		}, "the handler is a function literal, so the operation has no name; give it one with api.Name"},
		{"name that is not snake_case", func(g *api.Group) {
			api.Create(g, "/customers/", canRead, service{}.Create, api.Name("createIt"))
		}, `the name "createIt" of the operation must be snake_case`},
		{"hook of another type", func(g *api.Group) {
			api.Create(g, "/customers/", canRead, service{}.Create, api.Bound(func(context.Context, subject[portal], customerCreate) error { return nil }))
		}, "the hook of api.Bound takes (api_test.subject"},
		{"same name twice", func(g *api.Group) {
			api.Create(g, "/customers/", canRead, service{}.Create)
			api.Create(g, "/clients/", canRead, service{}.Create)
		}, "api: POST /v1/clients/: the operation ID create is that of POST /v1/customers/ already; give one of them another name with api.Name"},
		{"same path twice", func(g *api.Group) {
			api.Get(g, "/customers/{id}", canRead, service{}.Get)
			api.Get(g, "/customers/{external_id}", canRead, service{}.GetExternal)
		}, "api: GET /v1/customers/{external_id}: GET /v1/customers/{id} is registered already"},
		{"group that ends with a slash", func(g *api.Group) {
			g.Group("/customers/")
		}, `api: Group("/customers/"): the path of a group must not end with a slash`},
		{"group without a slash", func(g *api.Group) {
			g.Group("customers")
		}, `api: Group("customers"): the path must begin with a slash`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			g := api.New(api.Config{Title: "Shop API"}).Group("/v1")
			require.Contains(t, panicText(t, func() { c.register(g) }), c.says)
		})
	}
}

// What is nil is found when the program starts, with the place.
func TestNilMistakes(t *testing.T) {
	t.Parallel()
	type in = customerID
	var (
		get        func(context.Context, subject[admin], in) (customer, error)
		list       func(context.Context, subject[admin], listCustomers) (pagination.ListResource[customer], error)
		byCursor   func(context.Context, subject[admin], struct{ pagination.CursorParams }) (pagination.CursorList[customer], error)
		create     func(context.Context, subject[admin], customerCreate) (customer, error)
		update     func(context.Context, subject[admin], updateCustomer) (customer, error)
		remove     func(context.Context, subject[admin], in) error
		guard      *requirement[admin]
		option     api.Option
		middleware func(http.Handler) http.Handler
		hook       func(context.Context, subject[admin], in) error
	)
	through := func(h http.Handler) http.Handler { return h }
	nowhere := func(http.Handler) http.Handler { return nil }
	nobody := func(http.Handler) http.Handler { return http.HandlerFunc(nil) }
	g := func() *api.Group { return api.New(api.Config{Title: "Shop API"}).Group("/v1/customers") }
	for _, c := range []struct {
		says string
		does func()
	}{
		{"api: GET /v1/customers/{id}: there is no handler; pass the function that answers", func() { api.Get(g(), "/{id}", canRead, get) }},
		{"api: GET /v1/customers/: there is no handler; pass the function that answers", func() { api.List(g(), "/", canRead, list) }},
		{"api: GET /v1/customers/: there is no handler; pass the function that answers", func() { api.ListByCursor(g(), "/", canRead, byCursor) }},
		{"api: POST /v1/customers/: there is no handler; pass the function that answers", func() { api.Create(g(), "/", canRead, create) }},
		{"api: PATCH /v1/customers/{id}: there is no handler; pass the function that answers", func() { api.Update(g(), "/{id}", canRead, update) }},
		{"api: DELETE /v1/customers/{id}: there is no handler; pass the function that answers", func() { api.Delete(g(), "/{id}", canRead, remove) }},
		{"api: POST /v1/customers/: there is no handler; pass the function that answers", func() { api.Post(g(), "/", canRead, create, api.Name("act")) }},
		{"api: PUT /v1/customers/{id}: there is no handler; pass the function that answers", func() { api.Handle(g(), "PUT", "/{id}", canRead, get) }},
		{"api: DELETE /v1/customers/{id}: there is no guard; pass what the endpoint requires of its caller", func() { api.Delete(g(), "/{id}", guard, service{}.Delete) }},
		{"api: GET /v1/customers/{id}: there is no guard; pass what the endpoint requires of its caller", func() { api.Get[subject[admin]](g(), "/{id}", nil, service{}.Get) }},
		{"api: GET /{id}: there is no group; make one with the Group method of an API", func() { api.Get(nil, "/{id}", canRead, service{}.Get) }},
		{"api: GET /v1/customers/{id}: the option with the index 1 is nil; leave it out", func() { api.Get(g(), "/{id}", canRead, service{}.Get, api.Private(), option) }},
		{`api: Group("/x"): the option with the index 0 is nil; leave it out`, func() { g().Group("/x", option) }},
		{"api: Use: the middleware with the index 1 is nil; leave it out", func() { api.Use(through, middleware) }},
		{"api: Bound: the hook is nil; leave the option out", func() { api.Bound(hook) }},
		{"api: Behind: there is no guard", func() { api.Behind(guard) }},
		{"api: New: Middleware: the middleware with the index 0 is nil; leave it out", func() {
			api.New(api.Config{Title: "x", Middleware: []func(http.Handler) http.Handler{middleware}})
		}},
		{"api: New: Middleware: the middleware with the index 1 returned no handler", func() {
			api.New(api.Config{Title: "x", Middleware: []func(http.Handler) http.Handler{through, nowhere}})
		}},
		{"api: GET /v1/customers/{id}: the middleware with the index 0 returned no handler", func() {
			api.Get(g(), "/{id}", canRead, service{}.Get, api.Use(nobody))
		}},
		{"reply: Handler: there is no function; pass the one that answers", func() { reply.Handler(nil) }},
		{"reply: Handler: there is no function; pass the one that answers", func() { reply.Renderer{}.Handler(nil) }},
	} {
		require.Contains(t, panicText(t, c.does), c.says)
	}
}

type withCallback struct {
	kit.Schema `doc:"A customer."`

	ID   uuid.UUID         `json:"id"   doc:"The ID."   example:"992fae2a-2a17-4b7a-8d9e-e287cf90131b"`
	Done map[string]func() `json:"done" doc:"A call."`
}

func TestOutputThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	g := api.New(api.Config{Title: "Shop API"}).Group("/v1/customers")
	require.Equal(t, "api: GET /v1/customers/{id}: the output api_test.withCallback: api_test.withCallback.Done[]: "+
		"a value of type func() cannot be written as JSON; leave the field out with the tag `json:\"-\"`",
		panicText(t, func() { api.Get(g, "/{id}", canRead, does[customerID, withCallback]) }))
	text := panicText(t, func() {
		api.Get(g, "/{id}", canRead, does[struct {
			customerID
			Query *string `query:"query" doc:"A part of the name." example:"jo"`
		}, customer])
	})
	require.Contains(t, text, ".Query: a parameter has no null that a *string could mean; use kit.Optional")
}

func TestNewMistakes(t *testing.T) {
	t.Parallel()
	require.Contains(t, panicText(t, func() { api.New(api.Config{}) }), "api: New: the configuration has no Title")
	require.Contains(t, panicText(t, func() { api.New(api.Config{Title: "x", MaxBody: -1}) }), "MaxBody must be from 1 to request.MaxBodySize (10485760)")
	require.Contains(t, panicText(t, func() { api.New(api.Config{Title: "x", Timeout: -1}) }), "Timeout must not be negative")
	require.Contains(t, panicText(t, func() { api.Public(" ") }), "say why the endpoint needs no credential")
}

func TestRegistrationAfterTheFirstRequest(t *testing.T) {
	t.Parallel()
	a := newShop(api.Config{})
	call(a, "GET", "/", "")
	text := panicText(t, func() {
		api.Get(a.Group("/v1"), "/lates/{id}", canRead, service{}.Get, api.Name("late"))
	})
	require.Equal(t, "api: GET /v1/lates/{id}: the API serves already; register all endpoints before the first request", text)
}

func TestGroupsShareOptionsWithoutLeaking(t *testing.T) {
	t.Parallel()
	a := api.New(api.Config{Title: "Shop API"})
	root := a.Group("/v1", api.Tag("a"), api.Tag("b"), api.Fails(errors.ResourceNotFound))
	one, two := root.Group("", api.Tag("one")), root.Group("", api.Tag("two"))
	first := api.Get(one, "/ones/{id}", canRead, service{}.Get)
	second := api.Get(two, "/twos/{id}", canRead, service{}.Get)
	require.Equal(t, "a:b:one:get", first.OperationID())
	require.Equal(t, "a:b:two:get", second.OperationID())
	require.Equal(t, http.MethodGet, first.Method())
}
