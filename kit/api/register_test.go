package api_test

import (
	"context"
	"math"
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/openapi"
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
	}{
		{"path without slash", func(g *api.Group) {
			api.Get(g, "customers", canRead, does[struct{}, customer])
		}},
		{"empty segment", func(g *api.Group) {
			api.Get(g, "//customers", canRead, does[struct{}, customer])
		}},
		{"upper case in the path", func(g *api.Group) {
			api.Get(g, "/Customers", canRead, does[struct{}, customer])
		}},
		{"half a parameter", func(g *api.Group) {
			api.Get(g, "/customers/{id}.json", canRead, does[customerID, customer])
		}},
		{"parameter twice", func(g *api.Group) {
			api.Get(g, "/customers/{id}/{id}", canRead, does[customerID, customer])
		}},
		{"parameter that is not in the path", func(g *api.Group) {
			api.Get(g, "/customers/me", canRead, does[customerID, customer])
		}},
		{"parameter that nobody reads", func(g *api.Group) {
			api.Get(g, "/customers/{id}", canRead, does[struct{}, customer])
		}},
		{"no guard", func(g *api.Group) {
			api.Get(g, "/customers/{id}", none, service{}.Get)
		}},
		{"input that is not a struct", func(g *api.Group) {
			api.Post(g, "/customers/", canRead, does[string, customer])
		}},
		{"body on GET", func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[customerCreate, customer])
		}},
		{"create without a body", func(g *api.Group) {
			api.Create(g, "/customers/", canRead, does[struct{}, customer])
		}},
		{"update without a body", func(g *api.Group) {
			api.Update(g, "/customers/{id}", canRead, does[customerID, customer])
		}},
		{"update with a required field", func(g *api.Group) {
			api.Update(g, "/customers/", canRead, does[strictUpdate, customer])
		}},
		{"output without Schema", func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[struct{}, bare])
		}},
		{"output that is a map", func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[struct{}, map[string]any])
		}},
		{"get without content", func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[struct{}, api.NoContent])
		}},
		{"status of a verb", func(g *api.Group) {
			api.Create(g, "/customers/", canRead, service{}.Create, api.Status(200))
		}},
		{"status of an error", func(g *api.Group) {
			api.Post(g, "/customers/", canRead, service{}.Create, api.Status(404))
		}},
		{"204 with a body", func(g *api.Group) {
			api.Post(g, "/customers/", canRead, service{}.Create, api.Status(204))
		}},
		{"odd method", func(g *api.Group) {
			api.Handle(g, "BREW", "/customers/", canRead, service{}.Create)
		}},
		{"tag with a colon", func(g *api.Group) {
			api.Create(g, "/customers/", canRead, service{}.Create, api.Tag("a:b"))
		}},
		{"nil kind", func(g *api.Group) {
			api.Create(g, "/customers/", canRead, service{}.Create, api.Fails(nil))
		}},
		{"negative limit", func(g *api.Group) {
			api.Create(g, "/customers/", canRead, service{}.Create, api.MaxBody(-1))
		}},
		{"negative timeout", func(g *api.Group) {
			api.Create(g, "/customers/", canRead, service{}.Create, api.Timeout(-1))
		}},
		{"action without a name", func(g *api.Group) {
			api.Post(g, "/customers/", canRead, func(context.Context, subject[admin], struct{}) (customer, error) { return customer{}, nil })
		}},
		{"name that is not snake_case", func(g *api.Group) {
			api.Create(g, "/customers/", canRead, service{}.Create, api.Name("createIt"))
		}},
		{"hook of another type", func(g *api.Group) {
			api.Create(g, "/customers/", canRead, service{}.Create, api.Bound(func(context.Context, subject[portal], customerCreate) error { return nil }))
		}},
		{"same name twice", func(g *api.Group) {
			api.Create(g, "/customers/", canRead, service{}.Create)
			api.Create(g, "/clients/", canRead, service{}.Create)
		}},
		{"same path twice", func(g *api.Group) {
			api.Get(g, "/customers/{id}", canRead, service{}.Get)
			api.Get(g, "/customers/{external_id}", canRead, service{}.GetExternal)
		}},
		{"group that ends with a slash", func(g *api.Group) {
			g.Group("/customers/")
		}},
		{"group without a slash", func(g *api.Group) {
			g.Group("customers")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			mistakes(t, c.name, func(root *api.Group) { c.register(root.Group("/v1")) })
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
	mistakes(t, "nil mistakes", func(root *api.Group) {
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
	reported(t, "New: a nil middleware", func() {
		api.New(api.Config{Title: "x", Middleware: []func(http.Handler) http.Handler{through, middleware}}, func(*api.Group) {})
	})
	reported(t, "New: a middleware without a handler", func() {
		api.New(api.Config{Title: "x", Middleware: []func(http.Handler) http.Handler{through, nowhere}}, func(*api.Group) {})
	})
	sentence.Panics(t, "no group", func() { api.Get(nil, "/{id}", canRead, service{}.Get) })
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
	mistakes(t, "outputs and parameters without a form", func(root *api.Group) {
		g := root.Group("/v1/customers")
		api.Get(g, "/{id}", canRead, does[customerID, withCallback], api.Name("a"))
		api.Get(g, "/b/{id}", canRead, does[struct {
			customerID
			Query *string `query:"query" doc:"A part of the name." example:"jo"`
		}, customer], api.Name("b"))
	})
}

func TestNewMistakes(t *testing.T) {
	t.Parallel()
	reported(t, "New: the zero value", func() { api.New(api.Config{MaxBody: -1, Timeout: -1}, nil) })
	reported(t, "New: a webhook without JSON", func() {
		bound := math.NaN()
		api.New(api.Config{Title: "x", Webhooks: openapi.Map[openapi.PathItem]{{Name: "paid", Value: openapi.PathItem{Post: &openapi.Operation{
			RequestBody: &openapi.RequestBody{Content: openapi.Map[openapi.MediaType]{{Name: "application/json", Value: openapi.MediaType{Schema: &openapi.Schema{Minimum: &bound}}}}},
		}}}}}, func(*api.Group) {})
	})
	sentence.Panics(t, "Public: no reason", func() { api.Public(" ") })
}

// A group that is kept for later takes no more endpoints.
func TestRegistrationAfterNew(t *testing.T) {
	t.Parallel()
	var kept *api.Group
	api.New(api.Config{Title: "Shop API"}, func(root *api.Group) { kept = root.Group("/v1") })
	sentence.Panics(t, "an endpoint after New", func() { api.Get(kept, "/lates/{id}", canRead, service{}.Get) })
	sentence.Panics(t, "a group after New", func() { kept.Group("/lates") })
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
