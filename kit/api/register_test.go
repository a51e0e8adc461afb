package api_test

import (
	"context"
	"math"
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/openapi"
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
		}, `: GET /v1customers: the path of an endpoint must begin with a slash, or be empty for the path of its group`},
		{"empty segment", func(g *api.Group) {
			api.Get(g, "//customers", canRead, does[struct{}, customer])
		}, ": GET /v1//customers: the path has an empty segment"},
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
		}, ": GET /v1/customers/{id}: there is no guard; pass what the endpoint requires"},
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
		}, ": PATCH /v1/customers/: the field Name of the update schema api_test.strictUpdate is required; an update changes only what is sent, so make it kit.Optional[string]"},
		{"output without Schema", func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[struct{}, bare])
		}, ": GET /v1/customers/: the output holds api_test.bare, which is not a schema; embed kit.Schema in it"},
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
		}, ": POST /v1/clients/: the operation ID create is that of POST /v1/customers/ already; give one of them another name with api.Name"},
		{"same path twice", func(g *api.Group) {
			api.Get(g, "/customers/{id}", canRead, service{}.Get)
			api.Get(g, "/customers/{external_id}", canRead, service{}.GetExternal)
		}, ": GET /v1/customers/{external_id}: GET /v1/customers/{id} is registered already"},
		{"group that ends with a slash", func(g *api.Group) {
			g.Group("/customers/")
		}, `: Group("/customers/"): the path of a group must not end with a slash`},
		{"group without a slash", func(g *api.Group) {
			g.Group("customers")
		}, `: Group("customers"): the path must begin with a slash`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, mistakes(t, func(root *api.Group) { c.register(root.Group("/v1")) }), c.says)
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
	text := mistakes(t, func(root *api.Group) {
		g := root.Group("/v1/customers")
		api.Get(g, "/1s/{id}", canRead, get)
		api.List(g, "/2s/", canRead, list)
		api.ListByCursor(g, "/3s/", canRead, byCursor)
		api.Create(g, "/4s/", canRead, create)
		api.Update(g, "/5s/{id}", canRead, update)
		api.Delete(g, "/6s/{id}", canRead, remove)
		api.Post(g, "/7s/", canRead, create)
		api.Handle(g, "PUT", "/8s/{id}", canRead, get)
		api.Delete(g, "/9s/{id}", guard, service{}.Delete, api.Name("a"))
		api.Get[subject[admin]](g, "/10s/{id}", nil, service{}.Get, api.Name("b"))
		api.Get(g, "/11s/{id}", canRead, service{}.Get, api.Name("c"), api.Private(), option)
		g.Group("/12", option, api.Use(through, middleware), api.Bound(hook), api.Behind(guard), api.Fails(nil))
		api.Get(g, "/13s/{id}", canRead, service{}.Get, api.Name("d"), api.Use(nobody))
		api.Get(g, "/14s/{id}", failsNil{canRead}, service{}.Get, api.Name("e"))
	})
	require.Equal(t, []string{
		"GET /v1/customers/1s/{id}: there is no handler; pass the function that answers",
		"GET /v1/customers/2s/: there is no handler; pass the function that answers",
		"GET /v1/customers/3s/: there is no handler; pass the function that answers",
		"POST /v1/customers/4s/: there is no handler; pass the function that answers",
		"PATCH /v1/customers/5s/{id}: there is no handler; pass the function that answers",
		"DELETE /v1/customers/6s/{id}: there is no handler; pass the function that answers",
		"POST /v1/customers/7s/: there is no handler; pass the function that answers",
		"PUT /v1/customers/8s/{id}: there is no handler; pass the function that answers",
		"DELETE /v1/customers/9s/{id}: there is no guard; pass what the endpoint requires of its caller, or api.Public with a reason",
		"GET /v1/customers/10s/{id}: there is no guard; pass what the endpoint requires of its caller, or api.Public with a reason",
		"GET /v1/customers/11s/{id}: the option with the index 2 is nil; leave it out",
		`Group("/12"): the option with the index 0 is nil; leave it out`,
		`Group("/12"): api.Use: the middleware with the index 1 is nil; leave it out`,
		`Group("/12"): api.Bound: the hook is nil; leave the option out`,
		`Group("/12"): api.Behind: there is no guard; leave the option out`,
		`Group("/12"): api.Fails has a nil kind; declare it with errors.DefineKind before the endpoint`,
		"GET /v1/customers/13s/{id}: the middleware with the index 0 returned no handler",
		"GET /v1/customers/14s/{id}: the Fails of its guard has a nil kind; declare it with errors.DefineKind before the guard",
	}, sentences(text))

	for _, c := range []struct {
		middleware func(http.Handler) http.Handler
		says       string
	}{
		{middleware, "New: Middleware: the middleware with the index 1 is nil; leave it out"},
		{nowhere, "New: Middleware: the middleware with the index 1 returned no handler"},
	} {
		text := panicText(t, func() {
			api.New(api.Config{Title: "x", Middleware: []func(http.Handler) http.Handler{through, c.middleware}}, func(*api.Group) {})
		})
		require.Equal(t, []string{c.says}, sentences(text))
	}
	require.Equal(t, "api: GET /{id}: there is no group; make one with the Group method of a group",
		panicText(t, func() { api.Get(nil, "/{id}", canRead, service{}.Get) }))
	require.Contains(t, panicText(t, func() { reply.Handler(nil) }), "reply: Handler: there is no function; pass the one that answers")
	require.Contains(t, panicText(t, func() { reply.Renderer{}.Handler(nil) }), "reply: Handler: there is no function; pass the one that answers")
}

// failsNil is a guard whose kind of error is declared too late.
type failsNil struct{ *requirement[admin] }

func (failsNil) Fails() []*errors.Kind { return []*errors.Kind{nil} }

type withCallback struct {
	kit.Schema `doc:"A customer."`

	ID   uuid.UUID         `json:"id"   doc:"The ID."   example:"992fae2a-2a17-4b7a-8d9e-e287cf90131b"`
	Done map[string]func() `json:"done" doc:"A call."`
}

func TestOutputThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	text := mistakes(t, func(root *api.Group) {
		g := root.Group("/v1/customers")
		api.Get(g, "/{id}", canRead, does[customerID, withCallback], api.Name("a"))
		api.Get(g, "/b/{id}", canRead, does[struct {
			customerID
			Query *string `query:"query" doc:"A part of the name." example:"jo"`
		}, customer], api.Name("b"))
	})
	require.Contains(t, text, ": GET /v1/customers/{id}: the output api_test.withCallback: api_test.withCallback.Done[]: "+
		"a value of type func() cannot be written as JSON; leave the field out with the tag `json:\"-\"`\n")
	require.Contains(t, text, ".Query: a parameter has no null that a *string could mean; use kit.Optional")
}

func TestNewMistakes(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{
		`New: the configuration has no Title; name the API, such as Title: "Shop API"`,
		"New: MaxBody must be from 1 to request.MaxBodySize (10485760); leave it out for that",
		"New: Timeout must not be negative; leave it out for no limit",
		"New: there are no routes; pass the function that registers the endpoints",
	}, sentences(panicText(t, func() { api.New(api.Config{MaxBody: -1, Timeout: -1}, nil) })))
	require.Equal(t, []string{"New: the document cannot be written: json: unsupported value: NaN"}, sentences(panicText(t, func() {
		bound := math.NaN()
		api.New(api.Config{Title: "x", Webhooks: openapi.Map[openapi.PathItem]{{Name: "paid", Value: openapi.PathItem{Post: &openapi.Operation{
			RequestBody: &openapi.RequestBody{Content: openapi.Map[openapi.MediaType]{{Name: "application/json", Value: openapi.MediaType{Schema: &openapi.Schema{Minimum: &bound}}}}},
		}}}}}, func(*api.Group) {})
	})))
	require.Contains(t, panicText(t, func() { api.Public(" ") }), "say why the endpoint needs no credential")
}

// A group that is kept for later takes no more endpoints.
func TestRegistrationAfterNew(t *testing.T) {
	t.Parallel()
	var kept *api.Group
	api.New(api.Config{Title: "Shop API"}, func(root *api.Group) { kept = root.Group("/v1") })
	require.Equal(t, "api: GET /v1/lates/{id}: the API is finished; register all endpoints inside the function that New takes",
		panicText(t, func() { api.Get(kept, "/lates/{id}", canRead, service{}.Get) }))
	require.Equal(t, `api: Group("/lates"): the API is finished; register all endpoints inside the function that New takes`,
		panicText(t, func() { kept.Group("/lates") }))
}

func TestGroupsShareOptionsWithoutLeaking(t *testing.T) {
	t.Parallel()
	var first, second *api.Endpoint
	api.New(api.Config{Title: "Shop API"}, func(root *api.Group) {
		v1 := root.Group("/v1", api.Tag("a"), api.Tag("b"), api.Fails(errors.ResourceNotFound))
		one, two := v1.Group("", api.Tag("one")), v1.Group("", api.Tag("two"))
		first = api.Get(one, "/ones/{id}", canRead, service{}.Get)
		second = api.Get(two, "/twos/{id}", canRead, service{}.Get)
	})
	require.Equal(t, "a:b:one:get", first.OperationID())
	require.Equal(t, "a:b:two:get", second.OperationID())
	require.Equal(t, http.MethodGet, first.Method())
}
