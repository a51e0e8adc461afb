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
		}, "api.MaxBody(-1) must be from 1 to kit.MaxBodySize (10485760)"},
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

func TestNewMistakes(t *testing.T) {
	t.Parallel()
	require.Contains(t, panicText(t, func() { api.New(api.Config{}) }), "api: New: the configuration has no Title")
	require.Contains(t, panicText(t, func() { api.New(api.Config{Title: "x", MaxBody: -1}) }), "MaxBody must be from 1 to kit.MaxBodySize (10485760)")
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
