package api_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/request"
)

type planName string

func (planName) Values() []planName { return []planName{"free", "pro"} }

type choosePlan struct {
	kit.Schema `doc:"A plan to choose."`

	Plan planName `json:"plan" doc:"The plan." example:"free"`
}

// What the API hands out is a copy: writing into it changes no later answer.
func TestWhatAnAPIHandsOutIsACopy(t *testing.T) {
	t.Parallel()
	a := api.New(api.Config{Title: "Shop API"}, func(root *api.Group) {
		g := root.Group("/v1/plans", api.Tag("plans"))
		api.Post(g, "/", api.Public("a test"), func(context.Context, api.NoSubject, choosePlan) (api.NoContent, error) {
			return api.NoContent{}, nil
		}, api.Name("choose"))
	})

	want := string(a.OpenAPI())
	clear(a.OpenAPI())
	require.Equal(t, want, string(a.OpenAPI()))
	require.Equal(t, want, send(a.DocumentHandler(), newRequest("GET", "/openapi.json", "")).Body.String())

	refused := func() string { return send(a, newRequest("POST", "/v1/plans/", `{"plan":"gold"}`)).Body.String() }
	first := refused()
	_, err := request.Bind[choosePlan](newRequest(http.MethodPost, "/v1/plans/", `{"plan":"gold"}`))
	invalid, ok := errors.AsType[*errors.PolarRequestValidationError](err)
	require.True(t, ok)
	invalid.Details()[0].Ctx[0].Value = "anything"
	require.Equal(t, first, refused(), "the rules are those of every request")
}
