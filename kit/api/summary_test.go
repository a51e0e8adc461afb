package api_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/api"
)

// The default of a summary is the verb and the resource of the path.
func TestSummaries(t *testing.T) {
	t.Parallel()
	s := service{}
	summary := func(register func(v1 *api.Group)) string {
		a := api.New(api.Config{Title: "Shop API", Relaxed: map[api.Guideline]string{api.PluralResources: "a test"}}, func(root *api.Group) {
			register(root.Group("/v1"))
		})
		return a.Document().Paths[0].Value.Operations()[0].Operation.Summary
	}
	get := func(path string, options ...api.Option) func(v1 *api.Group) {
		return func(v1 *api.Group) { api.Get(v1, path, canRead, s.Get, options...) }
	}
	me := func(path string) func(v1 *api.Group) {
		return func(v1 *api.Group) { api.Get(v1, path, canRead, does[struct{}, customer], api.Name("get")) }
	}
	list := func(path string, options ...api.Option) func(v1 *api.Group) {
		return func(v1 *api.Group) { api.List(v1, path, canRead, s.List, options...) }
	}
	people := api.Resource("Person of Interest", "People of Interest")
	for _, c := range []struct {
		register func(v1 *api.Group)
		want     string
	}{
		{list("/customers/"), "List Customers"},
		{get("/customers/{id}"), "Get Customer"},
		{func(v1 *api.Group) { api.Create(v1, "/customers/", canRead, s.Create) }, "Create Customer"},
		{func(v1 *api.Group) { api.Update(v1, "/customers/{id}", canRead, s.Update) }, "Update Customer"},
		{func(v1 *api.Group) { api.Delete(v1, "/customers/{id}", canRead, s.Delete) }, "Delete Customer"},
		{func(v1 *api.Group) {
			api.Get(v1, "/customers/{id}", canRead, func(context.Context, subject[admin], customerID) (customer, error) { return customer{}, nil })
		}, "Get Customer"},

		// Another name says more, and so does an option.
		{func(v1 *api.Group) { api.Get(v1, "/customers/external/{external_id}", canRead, s.GetExternal) }, "Get External"},
		{func(v1 *api.Group) { api.Post(v1, "/customers/{id}/merge", canRead, s.Merge) }, "Merge"},
		{func(v1 *api.Group) { api.Post(v1, "/customers/", canRead, s.Create) }, "Create"},
		{get("/customers/{id}", api.Name("find")), "Find"},
		{get("/customers/{id}", api.Summary("Find a Customer")), "Find a Customer"},

		// The place of the resource in the path.
		{get("/organizations/{id}/"), "Get Organization"},
		{me("/customers/me"), "Get Customer"},
		{me("/settings"), "Get Settings"},
		{me("/me"), "Get"},
		{get("/customers/external/{id}"), "Get"},
		{list("/customer/"), "List"},

		// Singulars.
		{get("/personal-access-tokens/{id}"), "Get Personal Access Token"},
		{list("/personal-access-tokens/"), "List Personal Access Tokens"},
		{get("/addresses/{id}"), "Get Address"},
		{get("/categories/{id}"), "Get Category"},
		{get("/order-statuses/{id}"), "Get Order Status"},
		{get("/warehouses/{id}"), "Get Warehouse"},
		{get("/tax_boxes/{id}"), "Get Tax Box"},
		{get("/branches/{id}"), "Get Branch"},
		{get("/licenses/{id}"), "Get License"},
		{get("/menus/{id}"), "Get Menu"},
		{get("/people/{id}"), "Get Person"},
		{get("/media/{id}"), "Get Media"},
		{get("/people/{id}", people), "Get Person of Interest"},
		{list("/people/", people), "List People of Interest"},
		{func(v1 *api.Group) { get("/{id}")(v1.Group("/people", people)) }, "Get Person of Interest"},
	} {
		require.Equal(t, c.want, summary(c.register))
	}
	mistakes(t, "Resource: one name", func(root *api.Group) { root.Group("/v1", api.Resource("Person", "")) })
}
