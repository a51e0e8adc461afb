package bench

import (
	"context"
	"net/http"
	"testing"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/openapi"
	"github.com/polarkit-go/polarkit/kit/reply"
	"github.com/polarkit-go/polarkit/kit/request"
	"github.com/polarkit-go/polarkit/pagination"
)

// An endpoint of each verb, compared with the same endpoint built by hand: ServeMux,
// the guard, request.Bind, the handler, reply.JSON. Both have the same routes.

type account struct{}

// bearer is a guard that reads a header only. Other benchmarks measure auth.
type bearer struct{}

func (bearer) Authorize(r *http.Request) (account, error) {
	if r.Header.Get("Authorization") == "" {
		return account{}, errors.Unauthorized.New()
	}
	return account{}, nil
}

func (bearer) Security() openapi.Security { return openapi.Security{} }
func (bearer) Fails() []*errors.Kind      { return []*errors.Kind{errors.Unauthorized} }

type apiCustomer struct {
	kit.TimestampedSchema `doc:"A customer."`

	ID    uuid.UUID `json:"id"    doc:"The ID of the customer."            example:"992fae2a-2a17-4b7a-8d9e-e287cf90131b"`
	Email string    `json:"email" doc:"The email address of the customer." example:"john@example.com"`
	Name  *string   `json:"name"  doc:"The name of the customer."          example:"John Doe"`
}

type apiCreate struct {
	kit.Schema `doc:"A customer to create."`

	Email string                `json:"email" validate:"email"   doc:"The email address of the customer." example:"john@example.com"`
	Name  kit.Optional[*string] `json:"name"  validate:"max=256" doc:"The name of the customer."          example:"John Doe"`
}

type apiUpdate struct {
	ID   uuid.UUID `path:"id" doc:"The ID of the customer."`
	Body struct {
		kit.Schema `doc:"A change to a customer."`

		Email kit.Optional[string]  `json:"email" validate:"email"   doc:"The email address of the customer." example:"john@example.com"`
		Name  kit.Optional[*string] `json:"name"  validate:"max=256" doc:"The name of the customer."          example:"John Doe"`
	}
}

type apiID struct {
	ID uuid.UUID `path:"id" doc:"The ID of the customer."`
}

type apiList struct {
	pagination.Params

	Email kit.Optional[string] `query:"email" doc:"Filter by email." example:"john@example.com"`
}

func listCustomers(_ context.Context, _ account, in apiList) (pagination.ListResource[apiCustomer], error) {
	items := make([]apiCustomer, 10)
	return pagination.ListResource[apiCustomer]{Items: items, Pagination: pagination.Pagination{TotalCount: in.Page(), MaxPage: 1}}, nil
}

func getCustomer(_ context.Context, _ account, in apiID) (apiCustomer, error) {
	return apiCustomer{ID: in.ID}, nil
}

func createCustomer(_ context.Context, _ account, in apiCreate) (apiCustomer, error) {
	name, _ := in.Name.Get()
	return apiCustomer{Email: in.Email, Name: name}, nil
}

func updateCustomer(_ context.Context, _ account, in apiUpdate) (apiCustomer, error) {
	return apiCustomer{ID: in.ID, Email: in.Body.Email.Or("")}, nil
}

func deleteCustomer(context.Context, account, apiID) error { return nil }

func apiHandler() http.Handler {
	return api.New(api.Config{Title: "Bench"}, func(root *api.Group) {
		g := root.Group("/v1/customers", api.Tag("customers"))
		api.List(g, "/", bearer{}, listCustomers, api.Name("list"))
		api.Get(g, "/{id}", bearer{}, getCustomer, api.Name("get"))
		api.Create(g, "/", bearer{}, createCustomer, api.Name("create"))
		api.Update(g, "/{id}", bearer{}, updateCustomer, api.Name("update"))
		api.Delete(g, "/{id}", bearer{}, deleteCustomer, api.Name("delete"))
	})
}

// wired is an endpoint written without package api.
func wired[In, Out any](status int, handler func(context.Context, account, In) (Out, error)) http.Handler {
	return reply.Handler(func(w http.ResponseWriter, r *http.Request) error {
		subject, err := bearer{}.Authorize(r)
		if err != nil {
			return err
		}
		in, err := request.Bind[In](r)
		if err != nil {
			return err
		}
		out, err := handler(r.Context(), subject, in)
		if err != nil {
			return err
		}
		return reply.JSON(w, status, out)
	})
}

func wiredHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /v1/customers/{$}", wired(http.StatusOK, listCustomers))
	mux.Handle("GET /v1/customers/{id}", wired(http.StatusOK, getCustomer))
	mux.Handle("POST /v1/customers/{$}", wired(http.StatusCreated, createCustomer))
	mux.Handle("PATCH /v1/customers/{id}", wired(http.StatusOK, updateCustomer))
	mux.Handle("DELETE /v1/customers/{id}", wired(http.StatusNoContent, func(ctx context.Context, s account, in apiID) (struct{}, error) {
		return struct{}{}, deleteCustomer(ctx, s, in)
	}))
	return mux
}

func BenchmarkEndpoint(b *testing.B) {
	const id = "/v1/customers/992fae2a-2a17-4b7a-8d9e-e287cf90131b"
	for _, c := range []struct {
		verb, method, target, body string
		status                     int
	}{
		{"list", "GET", "/v1/customers/?page=2&limit=20&email=john%40example.com", "", 200},
		{"get", "GET", id, "", 200},
		{"create", "POST", "/v1/customers/", `{"email":"john@example.com","name":"John Doe"}`, 201},
		{"update", "PATCH", id, `{"email":"john@example.com"}`, 200},
		{"delete", "DELETE", id, "", 204},
	} {
		b.Run(c.verb+"/api", func(b *testing.B) { serveAs(b, apiHandler(), c.method, c.target, c.body, c.status) })
		b.Run(c.verb+"/hand", func(b *testing.B) { serveAs(b, wiredHandler(), c.method, c.target, c.body, c.status) })
	}
}

// serveAs is serve for a client that is logged in.
func serveAs(b *testing.B, handler http.Handler, method, target, body string, want int) {
	b.Helper()
	serve(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header["Authorization"] = token
		handler.ServeHTTP(w, r)
	}), method, target, body, want)
}

var token = []string{"Bearer x"}
