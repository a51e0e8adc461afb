package api_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/pagination"
)

// What follows breaks one guideline each.

type unpagedList struct {
	Email kit.Optional[string] `query:"email" doc:"Filter by exact email." example:"john@example.com"`
}

type defaultUpdate struct {
	kit.Schema `doc:"A change."`

	Name string `json:"name" default:"" doc:"The name." example:"John"`
}

type nestsBare struct {
	kit.TimestampedSchema `doc:"A customer."`

	Others []bare `json:"others" doc:"Others."`
}

type bareBody struct {
	Body struct {
		Name string `json:"name" doc:"The name." example:"John"`
	}
}

type omitsEmpty struct {
	kit.TimestampedSchema `doc:"A customer."`

	Name string `json:"name,omitempty" doc:"The name." example:"John"`
}

type mayBeAbsent struct {
	kit.TimestampedSchema `doc:"A customer."`

	Name kit.Optional[string] `json:"name" doc:"The name." example:"John"`
}

type ownTimes struct {
	kit.Schema `doc:"A customer."`

	CreatedAt time.Time `json:"created_at" doc:"Its beginning." example:"2025-01-03T13:37:00Z"`
}

type modifiedAt struct {
	kit.Schema `doc:"A customer."`

	ModifiedAt *time.Time `json:"modified_at" doc:"Its change." example:"2025-01-03T13:37:00Z"`
}

type camelCase struct {
	kit.TimestampedSchema `doc:"A customer."`

	FirstName string `json:"firstName" doc:"The name." example:"John"`
}

type camelQuery struct {
	pagination.Params

	FirstName kit.Optional[string] `query:"firstName" doc:"The name." example:"John"`
}

type upperHeader struct {
	Trace kit.Optional[string] `header:"X_Trace" doc:"The trace." example:"abc"`
}

type noDoc struct {
	kit.TimestampedSchema

	Name string `json:"name" doc:"The name." example:"John"`
}

type noFieldDoc struct {
	kit.TimestampedSchema `doc:"A customer."`

	Name string `json:"name" example:"John"`
}

type noQueryDoc struct {
	pagination.Params

	Name kit.Optional[string] `query:"name"`
}

type noExample struct {
	kit.TimestampedSchema `doc:"A customer."`

	Name string `json:"name" doc:"The name."`
}

type emptyExample struct {
	kit.TimestampedSchema `doc:"A customer."`

	Names []string `json:"names" doc:"The names." example:"string"`
}

type wrongExample struct {
	kit.TimestampedSchema `doc:"A customer."`

	OrganizationID *uuid.UUID `json:"organization_id" doc:"The organization." example:"12"`
}

type otherCustomer struct {
	kit.TimestampedSchema `doc:"A customer in full."`
}

type expands struct {
	ID     uuid.UUID            `path:"id" doc:"The ID."`
	Expand kit.Optional[string] `query:"expand" doc:"What to add." example:"orders"`
}

type customers = pagination.ListResource[customer]

func TestGuidelines(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		guideline api.Guideline
		mandatory bool
		register  func(g *api.Group)
		says      string
	}{
		{"list without pages", api.Paginated, true, func(g *api.Group) {
			api.List(g, "/customers/", canRead, does[unpagedList, customers])
		}, ": GET /v1/customers/: the input api_test.unpagedList of a list is not paginated; embed pagination.Params in it"},
		{"list by cursor with pages", api.Paginated, true, func(g *api.Group) {
			api.ListByCursor(g, "/customers/", canRead, does[listCustomers, pagination.CursorList[customer]])
		}, "the input api_test.listCustomers of a list is not paginated; embed pagination.CursorParams in it"},
		{"update with a required field", api.PartialUpdate, true, func(g *api.Group) {
			api.Update(g, "/customers/", canRead, does[strictUpdate, customer])
		}, "the field Name of the update schema api_test.strictUpdate is required; an update changes only what is sent, so make it kit.Optional[string]"},
		{"update with a default", api.PartialUpdate, true, func(g *api.Group) {
			api.Update(g, "/customers/", canRead, does[defaultUpdate, customer])
		}, "the field Name of the update schema api_test.defaultUpdate has a default, which would change what is not sent; make it kit.Optional[string] without one"},
		{"output without Schema", api.Schemas, true, func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[struct{}, bare])
		}, "the output holds api_test.bare, which is not a schema; embed kit.Schema in it"},
		{"Schema missing further in", api.Schemas, true, func(g *api.Group) {
			api.List(g, "/customers/", canRead, does[listCustomers, pagination.ListResource[nestsBare]])
		}, "the output holds api_test.bare, which is not a schema; embed kit.Schema in it"},
		{"body without Schema", api.Schemas, true, func(g *api.Group) {
			api.Create(g, "/customers/", canRead, does[bareBody, customer])
		}, "which is not a schema; embed kit.Schema in it"},
		{"output that leaves out", api.Complete, true, func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[struct{}, omitsEmpty])
		}, "the field Name of the output api_test.omitsEmpty is left out when it is empty; remove omitempty and omitzero from its json tag"},
		{"output that may be absent", api.Complete, true, func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[struct{}, mayBeAbsent])
		}, "the field Name of the output api_test.mayBeAbsent may be absent; clients rely on every field, so make it a pointer, which is null when there is no value"},
		{"own times", api.Timestamps, false, func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[struct{}, ownTimes])
		}, "the schema api_test.ownTimes declares created_at by hand; embed kit.TimestampedSchema, which has created_at and updated_at"},
		{"own name of a time", api.Timestamps, false, func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[struct{}, modifiedAt])
		}, "the schema api_test.modifiedAt declares modified_at by hand"},
		{"camelCase field", api.SnakeCase, false, func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[struct{}, camelCase])
		}, "the field FirstName of api_test.camelCase is \"firstName\" on the wire; name it in snake_case, such as `json:\"first_name\"`"},
		{"camelCase query", api.SnakeCase, false, func(g *api.Group) {
			api.List(g, "/customers/", canRead, does[camelQuery, customers])
		}, `the query parameter "firstName" of api_test.camelQuery must be snake_case, such as "first_name"`},
		{"upper case header", api.SnakeCase, false, func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[upperHeader, customer])
		}, "of api_test.upperHeader must be lower case with hyphens, such as x-request-id"},
		{"schema without description", api.Descriptions, false, func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[struct{}, noDoc])
		}, "the schema api_test.noDoc has no description; give the embedded Schema a doc tag"},
		{"field without description", api.Descriptions, false, func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[struct{}, noFieldDoc])
		}, "the field Name of api_test.noFieldDoc has no description; give it a doc tag"},
		{"parameter without description", api.Descriptions, false, func(g *api.Group) {
			api.List(g, "/customers/", canRead, does[noQueryDoc, customers])
		}, "the query parameter name of api_test.noQueryDoc has no description; give the field Name a doc tag"},
		{"field without example", api.Examples, false, func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[struct{}, noExample])
		}, "the field Name of api_test.noExample has no example; give it an example tag with a value that a client would see"},
		{"example without meaning", api.Examples, false, func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[struct{}, emptyExample])
		}, `the field Names of api_test.emptyExample has the example "string", which means nothing; give it a value that a client would see`},
		{"example of another type", api.Examples, false, func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[struct{}, wrongExample])
		}, `the field OrganizationID of api_test.wrongExample has the example "12", which is not a UUID`},
		{"singular list", api.PluralResources, false, func(g *api.Group) {
			api.List(g, "/customer/", canRead, service{}.List)
		}, `: GET /v1/customer/: the resource "customer" of /v1/customer is a singular; name it in the plural, such as "customers"`},
		{"singular item", api.PluralResources, false, func(g *api.Group) {
			api.Delete(g, "/customer-address/{id}", canRead, service{}.Delete)
		}, `the resource "customer-address" of /v1/customer-address is a singular`},
		{"list and get differ", api.OneShape, false, func(g *api.Group) {
			api.List(g, "/customers/", canRead, service{}.List)
			api.Get(g, "/customers/{id}", canRead, does[customerID, otherCustomer])
		}, ": GET /v1/customers/{id}: it gives api_test.otherCustomer and GET /v1/customers/ gives api_test.customer; a resource has the same shape in its list and alone, so use one read schema for both"},
		{"get and list differ", api.OneShape, false, func(g *api.Group) {
			api.Get(g, "/customers/{id}", canRead, does[customerID, otherCustomer])
			api.List(g, "/customers/", canRead, service{}.List)
		}, ": GET /v1/customers/: it gives api_test.customer and GET /v1/customers/{id} gives api_test.otherCustomer"},
		{"parameter that changes the shape", api.FixedShape, false, func(g *api.Group) {
			api.Get(g, "/customers/{id}", canRead, does[expands, customer])
		}, `the query parameter "expand" of api_test.expands changes the shape of the answer, which clients rely on; remove it, and add an endpoint where another shape is needed`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			register := func(root *api.Group) { c.register(root.Group("/v1")) }
			require.Contains(t, mistakes(t, register), c.says)

			relaxed := map[api.Guideline]string{c.guideline: "an API from before the guidelines"}
			if c.mandatory {
				text := panicText(t, func() { api.New(api.Config{Title: "Shop API", Relaxed: relaxed}, register) })
				require.Contains(t, text, "cannot be turned off; remove it from Relaxed")
				return
			}
			a := api.New(api.Config{Title: "Shop API", Relaxed: relaxed}, register)
			for _, report := range a.Guidelines() {
				if report.Guideline != c.guideline {
					require.Empty(t, report.Broken)
					require.Empty(t, report.Relaxed)
					continue
				}
				require.NotEmpty(t, report.Broken)
				require.Contains(t, report.Broken[len(report.Broken)-1], lastSentence(c.says))
				require.Equal(t, "an API from before the guidelines", report.Relaxed)
			}
		})
	}
}

func lastSentence(says string) string { return says[len(says)-20:] }

func TestGuidelinesReport(t *testing.T) {
	t.Parallel()
	reports := newOrders().Guidelines()
	require.Len(t, reports, 11)
	for _, report := range reports {
		require.Empty(t, report.Broken, report.Guideline)
		require.NotEmpty(t, report.Rule)
	}
}

func TestRelaxedMistakes(t *testing.T) {
	t.Parallel()
	text := panicText(t, func() {
		api.New(api.Config{Title: "x", Relaxed: map[api.Guideline]string{"nope": "why", api.Examples: " "}}, func(*api.Group) {})
	})
	require.Contains(t, text, `: New: Relaxed names the guideline "nope", which does not exist; use the constants of package api`)
	require.Contains(t, text, `: New: Relaxed turns off the guideline "examples" without a reason; write one`)
}

func TestPrivateSchemasNeedNoExample(t *testing.T) {
	t.Parallel()
	a := api.New(api.Config{Title: "Shop API"}, func(root *api.Group) {
		api.Get(root.Group("/v1", api.Private()), "/customers/{id}", canRead, func(context.Context, subject[admin], customerID) (noExample, error) {
			return noExample{}, nil
		})
	})
	require.NotContains(t, string(a.OpenAPI()), "/v1/customers")
	require.Equal(t, 200, call(a, "GET", "/v1/customers/"+anID, "").Code)
}

func TestPlurals(t *testing.T) {
	t.Parallel()
	for name, plural := range map[string]bool{
		"customers": true, "people": true, "metadata": true, "order-statuses": true, "menus": true, "custom_fields": true,
		"customer": false, "address": false, "status": false, "analysis": false, "child": false,
	} {
		register := func(root *api.Group) { api.List(root.Group("/v1"), "/"+name+"/", canRead, service{}.List) }
		if plural {
			api.New(api.Config{Title: "Shop API"}, register)
		} else {
			require.Contains(t, mistakes(t, register), "is a singular", name)
		}
	}
}
