package api_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/kittest"
)

type eventClause struct {
	kit.Schema `doc:"A condition."`

	Property string `json:"property" doc:"What is compared." example:"name" validate:"min=1"`
	Value    int    `json:"value"    doc:"What it is compared with." example:"1"`
}

type eventFilter struct {
	kit.Schema `doc:"Conditions."`

	Clauses []eventClause `json:"clauses" doc:"The conditions." validate:"max=3"`
}

type eventQuery struct {
	Filter kit.Optional[eventFilter] `query:"filter" content:"json" doc:"Events that fit." example:"{\"clauses\":[]}"`
	Sizes  []int                     `query:"sizes"  content:"json" doc:"Sizes." default:"[1,2]"`
	Shape  shape                     `query:"shape"  content:"json" doc:"A shape."`
}

// A parameter whose text is JSON is described as FastAPI describes Json[T], and the
// document agrees with binding.
func TestJSONParameters(t *testing.T) {
	t.Parallel()
	a := api.New(api.Config{Title: "Events"}, func(root *api.Group) {
		api.Get(root.Group("/v1/events", api.Tag("events")), "/", canRead, does[eventQuery, eventFilter], api.Name("find"))
	})
	want := map[string]string{
		"filter": `{"type":"string","contentMediaType":"application/json","contentSchema":{"$ref":"#/components/schemas/EventFilter"},
			"title":"Filter","description":"Events that fit.","examples":["{\"clauses\":[]}"]}`,
		"sizes": `{"type":"string","contentMediaType":"application/json","contentSchema":{"type":"array","items":{"type":"integer","format":"int64"}},
			"title":"Sizes","description":"Sizes.","default":"[1,2]"}`,
		"shape": `{"type":"string","contentMediaType":"application/json","contentSchema":{"$ref":"#/components/schemas/Shape"},
			"title":"Shape","description":"A shape."}`,
	}
	for _, path := range a.Document().Paths {
		for _, o := range path.Value.Operations() {
			for _, p := range o.Operation.Parameters {
				data, err := json.Marshal(p.Schema)
				require.NoError(t, err)
				require.JSONEq(t, want[p.Name], string(data), p.Name)
				delete(want, p.Name)
			}
		}
	}
	require.Empty(t, want)
	kittest.Agreement(t, a)
}
