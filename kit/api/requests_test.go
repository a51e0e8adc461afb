package api_test

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/kittest"
)

type showCart struct {
	Cart   uuid.UUID          `cookie:"cart" validate:"uuid4" doc:"The cart." example:"992fae2a-2a17-4b7a-8d9e-e287cf90131b"`
	Visits int                `cookie:"visits" default:"0" validate:"min=0" doc:"How often the caller came."`
	Theme  string             `cookie:"theme" default:"light" validate:"oneof=light dark" doc:"The colors."`
	Track  kit.Optional[bool] `cookie:"_track" doc:"Whether visits are counted."`
	Tags   []string           `header:"x-tag" default:"[]" validate:"max=2" doc:"Tags, a header for each."`
}

func newCarts() *api.API {
	return api.New(api.Config{Title: "Carts"}, func(root *api.Group) {
		api.Get(root.Group("/v1/carts", api.Tag("carts")), "/mine", canRead, does[showCart, customer], api.Name("mine"))
	})
}

func TestCookiesInTheDocument(t *testing.T) {
	t.Parallel()

	path, ok := newCarts().Document().Paths.Get("/v1/carts/mine")
	require.True(t, ok)
	data, err := json.Marshal(path.Operations()[0].Operation.Parameters)
	require.NoError(t, err)
	require.JSONEq(t, `[
		{"name":"x-tag","in":"header","required":false,"description":"Tags, a header for each.",
			"schema":{"type":"array","title":"X Tag","description":"Tags, a header for each.","items":{"type":"string"},"maxItems":2,"default":[]}},
		{"name":"cart","in":"cookie","required":true,"description":"The cart.",
			"schema":{"type":"string","format":"uuid4","title":"Cart","description":"The cart.","examples":["992fae2a-2a17-4b7a-8d9e-e287cf90131b"]}},
		{"name":"visits","in":"cookie","required":false,"description":"How often the caller came.",
			"schema":{"type":"integer","format":"int64","title":"Visits","description":"How often the caller came.","minimum":0,"default":0}},
		{"name":"theme","in":"cookie","required":false,"description":"The colors.",
			"schema":{"type":"string","title":"Theme","description":"The colors.","enum":["light","dark"],"default":"light"}},
		{"name":"_track","in":"cookie","required":false,"description":"Whether visits are counted.",
			"schema":{"type":"boolean","title":"Track","description":"Whether visits are counted."}}
	]`, string(data))
}

func TestCookiesAgreeWithBinding(t *testing.T) {
	t.Parallel()
	kittest.Agreement(t, newCarts())
}
