package api_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
)

type plan struct {
	kit.TimestampedSchema `doc:"A plan of the price list."`

	ID   uuid.UUID `json:"id" doc:"The ID of the plan." example:"992fae2a-2a17-4b7a-8d9e-e287cf90131b"`
	Name string    `json:"name" doc:"The name of the plan." example:"Team"`
}

type getPlan struct {
	ID uuid.UUID `path:"id" doc:"The ID of the plan."`
}

func findPlan(_ context.Context, _ api.NoSubject, in getPlan) (plan, error) {
	if in.ID == uuid.Nil {
		return plan{}, errors.ResourceNotFound.New()
	}
	return plan{ID: in.ID, Name: "Team"}, nil
}

// show prints the status and the body of the answer.
func show(h http.Handler, target string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, target, http.NoBody))
	fmt.Println(w.Code, strings.TrimSpace(w.Body.String()))
}

// An API is an http.Handler.
func Example() {
	a := api.New(api.Config{Title: "Shop API"}, func(root *api.Group) {
		plans := root.Group("/v1").Group("/plans", api.Tag("plans"))
		api.Get(plans, "/{id}", api.Public("price list"), findPlan, api.Name("get"))
	})

	show(a, "/v1/plans/992fae2a-2a17-4b7a-8d9e-e287cf90131b")
	show(a, "/v1/plans/00000000-0000-0000-0000-000000000000")
	show(a, "/v1/plans/team")
	// Output:
	// 200 {"created_at":"0001-01-01T00:00:00Z","updated_at":null,"id":"992fae2a-2a17-4b7a-8d9e-e287cf90131b","name":"Team"}
	// 404 {"error":"ResourceNotFound","detail":"Not found"}
	// 422 {"error":"PolarRequestValidationError","detail":[{"type":"uuid_parsing","loc":["path","id"],"msg":"Input should be a valid UUID, invalid character: found `t` at 1","input":"team","ctx":{"error":"invalid character: found `t` at 1"}}]}
}

// Each endpoint alone is an http.Handler for any router that sets
// http.Request.PathValue, such as chi.
func ExampleEndpoint() {
	a := api.New(api.Config{Title: "Shop API"}, func(root *api.Group) {
		api.Get(root.Group("/v1/plans"), "/{id}", api.Public("price list"), findPlan)
	})

	router := chi.NewRouter()
	for _, e := range a.Endpoints() {
		router.Method(e.Method(), e.Path(), e)
	}

	show(router, "/v1/plans/992fae2a-2a17-4b7a-8d9e-e287cf90131b")
	// Output:
	// 200 {"created_at":"0001-01-01T00:00:00Z","updated_at":null,"id":"992fae2a-2a17-4b7a-8d9e-e287cf90131b","name":"Team"}
}

// A guideline can be turned off for an API, with a reason.
func ExampleConfig_relaxed() {
	a := api.New(api.Config{
		Title:   "Shop API",
		Relaxed: map[api.Guideline]string{api.PluralResources: "clients know these paths since 2019"},
	}, func(root *api.Group) {
		api.Get(root.Group("/v1/plan", api.Tag("plans")), "/{id}", api.Public("price list"), findPlan, api.Name("get"))
	})
	for _, e := range a.Endpoints() {
		fmt.Println(e.Pattern(), e.OperationID())
	}
	// Output:
	// GET /v1/plan/{id} plans:get
}

// A group names its resource where the words of the path are not enough.
func ExampleResource() {
	a := api.New(api.Config{Title: "Shop API"}, func(root *api.Group) {
		keys := root.Group("/v1/api-keys", api.Resource("API Key", "API Keys"))
		api.Get(keys, "/{id}", api.Public("an example"), findPlan, api.Name("get"))
		plans := root.Group("/v1/plans", api.Tag("plans"))
		api.Get(plans, "/{id}", api.Public("price list"), findPlan, api.Name("get"))
	})
	for _, path := range a.Document().Paths {
		fmt.Println(path.Name, path.Value.Get.Summary)
	}
	// Output:
	// /v1/api-keys/{id} Get API Key
	// /v1/plans/{id} Get Plan
}

// A hook sees the bound input of every endpoint of a group.
func ExampleBound() {
	a := api.New(api.Config{Title: "Shop API"}, func(root *api.Group) {
		plans := root.Group("/v1/plans", api.Bound(func(_ context.Context, _ api.NoSubject, in any) error {
			fmt.Printf("%+v\n", in)
			return nil
		}))
		api.Get(plans, "/{id}", api.Public("price list"), findPlan)
	})
	show(a, "/v1/plans/00000000-0000-0000-0000-000000000000")
	// Output:
	// {ID:00000000-0000-0000-0000-000000000000}
	// 404 {"error":"ResourceNotFound","detail":"Not found"}
}

// sunset is a guard that says when its endpoints end (RFC 8594).
type sunset struct{ api.Guard[api.NoSubject] }

func (sunset) ReplyHeader(_ *http.Request, header http.Header) {
	header.Set("Sunset", "Thu, 31 Dec 2026 23:59:59 GMT")
}

// A guard adds headers to the replies to callers that it lets in.
func ExampleReplyGuard() {
	a := api.New(api.Config{Title: "Shop API"}, func(root *api.Group) {
		plans := root.Group("/v1/plans", api.Tag("plans"))
		api.Get(plans, "/{id}", sunset{api.Public("price list")}, findPlan, api.Name("get"))
	})
	w := httptest.NewRecorder()
	a.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/v1/plans/992fae2a-2a17-4b7a-8d9e-e287cf90131b", http.NoBody))
	fmt.Println(w.Code, w.Header().Get("Sunset"))
	// Output:
	// 200 Thu, 31 Dec 2026 23:59:59 GMT
}

// Rows of an export are sent while they are read.
func ExampleCSV() {
	export := func(context.Context, api.NoSubject, struct{}) (api.CSV, error) {
		return api.CSV{
			Filename: "plans.csv",
			Header:   []string{"id", "name"},
			Rows: func(yield func([]string, error) bool) {
				for i, name := range []string{"Solo", "Team"} {
					if !yield([]string{fmt.Sprint(i + 1), name}, nil) {
						return
					}
				}
			},
		}, nil
	}
	a := api.New(api.Config{Title: "Shop API"}, func(root *api.Group) {
		api.Handle(root.Group("/v1/plans"), http.MethodGet, "/export", api.Public("price list"), export, api.Name("export"))
	})
	w := httptest.NewRecorder()
	a.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/v1/plans/export", http.NoBody))
	for line := range strings.Lines(w.Body.String()) {
		fmt.Println(strings.TrimSuffix(line, "\r\n"))
	}
	// Output:
	// id,name
	// 1,Solo
	// 2,Team
}
