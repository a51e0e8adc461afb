package api_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/openapi"
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

// knob is a parameter that reads itself. The tag names it.
type knob struct{}

func (*knob) CompileParameter(field kit.ParameterField) (kit.ParameterSpec, error) {
	return kit.ParameterSpec{Document: []openapi.Parameter{{
		Name: field.Tag.Get("knob"), In: "query", Description: "It changes something.", Schema: &openapi.Schema{},
	}}}, nil
}

func (*knob) BindParameter(*kit.ParameterInput) {}

type camelKnob struct {
	customerID

	Knob knob `knob:"perPage"`
}

type shapeKnob struct {
	customerID

	Knob knob `knob:"expand"`
}

type expands struct {
	ID     uuid.UUID            `path:"id" doc:"The ID."`
	Expand kit.Optional[string] `query:"expand" doc:"What to add." example:"orders"`
}

type strictShapeUpdate struct {
	Body shape
}

type customers = pagination.ListResource[customer]

func TestGuidelines(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		guideline api.Guideline
		mandatory bool
		register  func(g *api.Group)
	}{
		{"list without pages", api.Paginated, true, func(g *api.Group) {
			api.List(g, "/customers/", canRead, does[unpagedList, customers])
		}},
		{"list by cursor with pages", api.Paginated, true, func(g *api.Group) {
			api.ListByCursor(g, "/customers/", canRead, does[listCustomers, pagination.CursorList[customer]])
		}},
		{"update with a required field", api.PartialUpdate, true, func(g *api.Group) {
			api.Update(g, "/customers/", canRead, does[strictUpdate, customer])
		}},
		{"update with a default", api.PartialUpdate, true, func(g *api.Group) {
			api.Update(g, "/customers/", canRead, does[defaultUpdate, customer])
		}},
		{"update of a union with a required field", api.PartialUpdate, true, func(g *api.Group) {
			api.Update(g, "/shapes/", canRead, does[strictShapeUpdate, customer])
		}},
		{"output without Schema", api.Schemas, true, func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[struct{}, bare])
		}},
		{"Schema missing further in", api.Schemas, true, func(g *api.Group) {
			api.List(g, "/customers/", canRead, does[listCustomers, pagination.ListResource[nestsBare]])
		}},
		{"body without Schema", api.Schemas, true, func(g *api.Group) {
			api.Create(g, "/customers/", canRead, does[bareBody, customer])
		}},
		{"output that leaves out", api.Complete, true, func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[struct{}, omitsEmpty])
		}},
		{"output that may be absent", api.Complete, true, func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[struct{}, mayBeAbsent])
		}},
		{"own times", api.Timestamps, false, func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[struct{}, ownTimes])
		}},
		{"own name of a time", api.Timestamps, false, func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[struct{}, modifiedAt])
		}},
		{"camelCase field", api.SnakeCase, false, func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[struct{}, camelCase])
		}},
		{"camelCase query", api.SnakeCase, false, func(g *api.Group) {
			api.List(g, "/customers/", canRead, does[camelQuery, customers])
		}},
		{"camelCase parameter of its own type", api.SnakeCase, false, func(g *api.Group) {
			api.Get(g, "/customers/{id}", canRead, does[camelKnob, customer])
		}},
		{"upper case header", api.SnakeCase, false, func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[upperHeader, customer])
		}},
		{"schema without description", api.Descriptions, false, func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[struct{}, noDoc])
		}},
		{"field without description", api.Descriptions, false, func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[struct{}, noFieldDoc])
		}},
		{"parameter without description", api.Descriptions, false, func(g *api.Group) {
			api.List(g, "/customers/", canRead, does[noQueryDoc, customers])
		}},
		{"field without example", api.Examples, false, func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[struct{}, noExample])
		}},
		{"example without meaning", api.Examples, false, func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[struct{}, emptyExample])
		}},
		{"example of another type", api.Examples, false, func(g *api.Group) {
			api.Get(g, "/customers/", canRead, does[struct{}, wrongExample])
		}},
		{"singular list", api.PluralResources, false, func(g *api.Group) {
			api.List(g, "/customer/", canRead, service{}.List)
		}},
		{"singular item", api.PluralResources, false, func(g *api.Group) {
			api.Delete(g, "/customer-address/{id}", canRead, service{}.Delete)
		}},
		{"list and get differ", api.OneShape, false, func(g *api.Group) {
			api.List(g, "/customers/", canRead, service{}.List)
			api.Get(g, "/customers/{id}", canRead, does[customerID, otherCustomer])
		}},
		{"get and list differ", api.OneShape, false, func(g *api.Group) {
			api.Get(g, "/customers/{id}", canRead, does[customerID, otherCustomer])
			api.List(g, "/customers/", canRead, service{}.List)
		}},
		{"parameter that changes the shape", api.FixedShape, false, func(g *api.Group) {
			api.Get(g, "/customers/{id}", canRead, does[expands, customer])
		}},
		{"parameter of its own type that changes the shape", api.FixedShape, false, func(g *api.Group) {
			api.Get(g, "/customers/{id}", canRead, does[shapeKnob, customer])
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			register := func(root *api.Group) { c.register(root.Group("/v1")) }
			text := mistakes(t, "guideline: "+c.name, register)
			require.Contains(t, text, " (guideline "+c.guideline+")")

			relaxed := map[api.Guideline]string{c.guideline: "an API from before the guidelines"}
			if c.mandatory {
				require.Panics(t, func() { api.New(api.Config{Title: "Shop API", Relaxed: relaxed}, register) })
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
				require.Contains(t, text, report.Broken[len(report.Broken)-1]+" (guideline ")
				require.Equal(t, "an API from before the guidelines", report.Relaxed)
			}
		})
	}
}

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
	reported(t, "New: Relaxed", func() {
		api.New(api.Config{Title: "x", Relaxed: map[api.Guideline]string{
			"nope": "why", api.Examples: " ", api.Paginated: "x", api.PartialUpdate: "x", api.Schemas: "x", api.Complete: "x",
		}}, func(*api.Group) {})
	})
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
			mistakes(t, "the singular "+name, register)
		}
	}
}
