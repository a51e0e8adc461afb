package api_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
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

// subject and requirement have the shape of auth.AuthSubject and
// *auth.Requirement, which this package must not import.
type subject[S any] struct{ Subject S }

type admin interface{ isAdmin() }

type user struct{ name string }

func (user) isAdmin() {}

type portal struct{}

type requirement[S any] struct{ subject S }

func (q *requirement[S]) Authorize(r *http.Request) (subject[S], error) {
	if r.Header.Get("Authorization") == "" {
		return subject[S]{}, errors.Unauthorized.New().WithHeader("WWW-Authenticate", "Bearer")
	}
	return subject[S]{Subject: q.subject}, nil
}

func (q *requirement[S]) Security() openapi.Security {
	return openapi.Security{Alternatives: []openapi.SecurityAlternative{{
		Name:   "pat",
		Scheme: openapi.SecurityScheme{Type: "http", Scheme: "bearer"},
		Scopes: []string{"customers:read"},
	}}}
}

func (q *requirement[S]) Fails() []*errors.Kind { return []*errors.Kind{errors.Unauthorized} }

var canRead = &requirement[admin]{subject: user{name: "ada"}}

type customer struct {
	kit.TimestampedSchema `doc:"A customer of an organization."`

	ID    uuid.UUID `json:"id"    doc:"The ID of the customer."            example:"992fae2a-2a17-4b7a-8d9e-e287cf90131b"`
	Email string    `json:"email" doc:"The email address of the customer." example:"john@example.com"`
}

type customerCreate struct {
	kit.Schema `doc:"A customer to create."`

	Email string `json:"email" validate:"email" doc:"The email address of the customer." example:"john@example.com"`
}

type customerUpdate struct {
	kit.Schema `doc:"A change to a customer."`

	Email kit.Optional[string] `json:"email" validate:"email" doc:"The email address of the customer." example:"john@example.com"`
}

type listCustomers struct {
	pagination.Params

	Email kit.Optional[string] `query:"email" doc:"Filter by exact email." example:"john@example.com"`
}

type customerID struct {
	ID uuid.UUID `path:"id" doc:"The ID of the customer."`
}

type updateCustomer struct {
	ID   uuid.UUID `path:"id" doc:"The ID of the customer."`
	Body customerUpdate
}

type externalID struct {
	ExternalID string `path:"external_id" doc:"The ID of the customer elsewhere."`
}

// service is a service as an application writes it.
type service struct{}

func (service) List(_ context.Context, s subject[admin], _ listCustomers) (pagination.ListResource[customer], error) {
	return pagination.ListResource[customer]{
		Items:      []customer{{Email: s.Subject.(user).name}},
		Pagination: pagination.Pagination{TotalCount: 1, MaxPage: 1},
	}, nil
}

func (service) Get(_ context.Context, _ subject[admin], in customerID) (customer, error) {
	return customer{ID: in.ID, Email: "get"}, nil
}

func (service) GetExternal(_ context.Context, _ subject[admin], in externalID) (customer, error) {
	return customer{Email: in.ExternalID}, nil
}

func (service) Create(_ context.Context, _ subject[admin], in customerCreate) (customer, error) {
	return customer{Email: in.Email}, nil
}

func (service) Update(_ context.Context, _ subject[admin], in updateCustomer) (customer, error) {
	return customer{ID: in.ID, Email: in.Body.Email.Or("unchanged")}, nil
}

func (service) Delete(context.Context, subject[admin], customerID) error { return nil }

func (service) Merge(_ context.Context, _ subject[admin], in customerID) (customer, error) {
	return customer{ID: in.ID, Email: "merged"}, nil
}

// newShop is an API with every verb.
func newShop(config api.Config) *api.API { return newShopAnd(config, func(*api.Group) {}) }

// newShopAnd is newShop with more endpoints.
func newShopAnd(config api.Config, more func(root *api.Group)) *api.API {
	if config.Title == "" {
		config.Title = "Shop API"
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	return api.New(config, func(root *api.Group) {
		s := service{}
		customers := root.Group("/v1").Group("/customers", api.Tag("customers"))
		api.List(customers, "/", canRead, s.List)
		api.Get(customers, "/{id}", canRead, s.Get)
		api.Get(customers, "/external/{external_id}", canRead, s.GetExternal)
		api.Create(customers, "/", canRead, s.Create)
		api.Update(customers, "/{id}", canRead, s.Update)
		api.Delete(customers, "/{id}", canRead, s.Delete)
		api.Post(customers, "/{id}/merge", canRead, s.Merge)
		more(root)
	})
}

const anID = "992fae2a-2a17-4b7a-8d9e-e287cf90131b"

// call sends a request as a client that is logged in.
func call(h http.Handler, method, target, body string) *httptest.ResponseRecorder {
	return send(h, newRequest(method, target, body))
}

func newRequest(method, target, body string) *http.Request {
	var reader io.Reader = http.NoBody
	if body != "" {
		reader = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, target, reader)
	r.Header.Set("Authorization", "Bearer x")
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

func send(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// mistakes compares the report on an API, without the places, with the file of sentences.
// It returns the report.
func mistakes(t *testing.T, key string, routes func(root *api.Group)) string {
	t.Helper()
	return reported(t, key, func() { api.New(api.Config{Title: "Shop API"}, routes) })
}

// reported is mistakes for a call of New.
func reported(t *testing.T, key string, newAPI func()) string {
	t.Helper()
	text := panicText(t, newAPI)
	sentence.Equal(t, key, places.ReplaceAllString(text, ""))
	return text
}

// places are the beginnings of the lines of a report.
var places = regexp.MustCompile(`(?m)^[a-z_]+_test\.go:(\d+): `)

// panicText is the text of a panic.
func panicText(t *testing.T, fn func()) (text string) {
	t.Helper()
	defer func() {
		v := recover()
		require.NotNil(t, v, "nothing failed")
		var ok bool
		text, ok = v.(string)
		require.True(t, ok, "the panic is not a text: %v", v)
	}()
	fn()
	return ""
}
