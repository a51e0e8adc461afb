package api_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/kittest"
)

// seatsChange and cancelChange are what an update of a subscription may be.
type seatsChange struct {
	kit.Schema `doc:"Another number of seats." extra:"forbid"`

	Seats int `json:"seats" validate:"min=1" doc:"How many." example:"3"`
}

type cancelChange struct {
	kit.Schema `doc:"The end of a subscription." extra:"forbid"`

	Cancel bool                         `json:"cancel" doc:"Whether it ends."`
	Reason kit.Optional[*string]        `json:"reason" validate:"max=9" doc:"Why." example:"price"`
	Notes  kit.Optional[map[string]any] `json:"notes" doc:"Anything."`
}

type change interface{ change() }

func (seatsChange) change()  {}
func (cancelChange) change() {}

var _ = kit.DefineSmartUnion[change](seatsChange{}, cancelChange{})

type updateSubscription struct {
	ID   uuid.UUID `path:"id" doc:"The ID."`
	Body change
}

// updateFigure changes a shape, whose type says what it is.
type figure interface{ figure() }

type circleChange struct {
	kit.Schema `doc:"A change of a circle."`

	Type   string                `json:"type" validate:"oneof=circle" doc:"What it is."`
	Radius kit.Optional[float64] `json:"radius" validate:"gt=0" doc:"Its radius." example:"1.5"`
}

type squareChange struct {
	kit.Schema `doc:"A change of a square."`

	Type string            `json:"type" validate:"oneof=square" doc:"What it is."`
	Side kit.Optional[int] `json:"side" validate:"min=1" doc:"Its side." example:"2"`
}

func (circleChange) figure() {}
func (squareChange) figure() {}

var _ = kit.DefineUnion[figure]("type", circleChange{}, squareChange{})

type updateFigure struct {
	ID   uuid.UUID `path:"id" doc:"The ID."`
	Body figure
}

type (
	wordOrNumber any
	moment       any
	pages        any
)

var (
	_ = kit.DefineSmartUnion[wordOrNumber]("", 0, false)
	_ = kit.DefineSmartUnion[moment](time.Time{}).Ruled(`validate:"oneof=now"`, "")
	_ = kit.DefineSmartUnion[pages](0).Ruled(`validate:"oneof=all"`, "")
)

type means interface{ means() }

type cardMeans interface {
	means
	card()
}

type visa struct {
	kit.Schema `doc:"A card of Visa."`

	Type  string `json:"type" validate:"oneof=card" doc:"What it is."`
	Brand string `json:"brand" validate:"oneof=visa" doc:"The brand."`
	Last4 string `json:"last4" validate:"len=4" doc:"The end of the number." example:"4242"`
}

type amex struct {
	kit.Schema `doc:"A card of American Express."`

	Type     string `json:"type" validate:"oneof=card" doc:"What it is."`
	Brand    string `json:"brand" validate:"oneof=amex" doc:"The brand."`
	Contract int    `json:"contract" doc:"The contract." example:"7"`
}

type transfer struct {
	kit.Schema `doc:"A transfer."`

	Type string `json:"type" validate:"oneof=bank" doc:"What it is."`
}

func (visa) means()     {}
func (visa) card()      {}
func (amex) means()     {}
func (amex) card()      {}
func (transfer) means() {}

var cardsMeans = kit.DefineUnion[cardMeans]("brand", visa{}, amex{})

var _ = kit.DefineUnion[means]("type").Nested(cardsMeans).Variants(transfer{})

type switched interface{ switched() }

type lit struct {
	kit.Schema `doc:"A lamp that is on."`

	On    bool `json:"on" validate:"oneof=true" doc:"Whether it is on."`
	Level int  `json:"level" validate:"oneof=1 2" doc:"How bright."`
}

type dark struct {
	kit.Schema `doc:"A lamp that is off."`

	On bool `json:"on" validate:"oneof=false" doc:"Whether it is on."`
}

func (lit) switched()  {}
func (dark) switched() {}

var _ = kit.DefineUnion[switched]("on", lit{}, dark{})

type gift interface{ gift() }

type linkGift struct {
	kit.Schema `doc:"A link." extra:"forbid"`

	URL string `json:"url" validate:"http_url" doc:"Where." example:"https://example.com/"`
}

type noteGift struct {
	kit.Schema `doc:"A note." extra:"forbid"`

	Text string `json:"text" doc:"What." example:"Hello"`
}

func (linkGift) gift() {}
func (noteGift) gift() {}

var _ = kit.DefineUnionBy[gift]("gift_tag", func(raw kit.Value) (string, bool) {
	switch {
	case raw.Has("url"):
		return "link", true
	case raw.Has("text"):
		return "note", true
	}
	return "", false
}).Tagged("link", linkGift{}).Tagged("note", noteGift{})

// node is a filter that holds filters.
type node any

type leaf struct {
	kit.Schema `doc:"A comparison." extra:"forbid"`

	Property string       `json:"property" doc:"What." example:"name"`
	Value    wordOrNumber `json:"value" doc:"The value."`
}

type branch struct {
	kit.Schema `doc:"Comparisons." extra:"forbid"`

	Nodes []node `json:"nodes" doc:"The parts."`
}

var _ = kit.DefineSmartUnion[node](leaf{}, branch{})

type unions struct {
	kit.Schema `doc:"One union of each sort."`

	Word   wordOrNumber      `json:"word" doc:"A word or a number."`
	Start  *moment           `json:"start" doc:"When."`
	Means  means             `json:"means" doc:"How."`
	Lamp   switched          `json:"lamp" doc:"The lamp."`
	Gifts  []gift            `json:"gifts" doc:"Gifts."`
	Filter map[string]branch `json:"filter" doc:"Filters by name."`
}

type listUnions struct {
	Pages kit.Optional[pages] `query:"pages" doc:"How many pages."`
}

func newUnions() *api.API {
	return api.New(api.Config{Title: "Unions"}, func(root *api.Group) {
		g := root.Group("/v1")
		api.Create(g.Group("/unions"), "/", canRead, does[unions, unions], api.Name("create"))
		api.Create(g.Group("/shapes"), "/", canRead, does[shape, shape], api.Name("create_shapes"))
		api.Update(g.Group("/subscriptions"), "/{id}", canRead, does[updateSubscription, customer], api.Name("update"))
		api.Update(g.Group("/figures"), "/{id}", canRead, does[updateFigure, customer], api.Name("update_figures"))
		api.Handle(g.Group("/pages"), "GET", "/", canRead, does[listUnions, customer], api.Name("pages"))
	})
}

func TestUnionsAgreeWithBinding(t *testing.T) {
	t.Parallel()
	kittest.Agreement(t, newUnions())
}

func TestUnionsAreDescribed(t *testing.T) {
	t.Parallel()

	d := newUnions().Document()
	for name, want := range map[string]string{
		"Change":       `{"title":"Change","anyOf":[{"$ref":"#/components/schemas/SeatsChange"},{"$ref":"#/components/schemas/CancelChange"}]}`,
		"WordOrNumber": `{"title":"WordOrNumber","anyOf":[{"type":"string"},{"type":"integer","format":"int64"},{"type":"boolean"}]}`,
		"Moment":       `{"title":"Moment","anyOf":[{"type":"string","format":"date-time"},{"type":"string","const":"now"}]}`,
		"Means": `{"title":"Means","oneOf":[{"$ref":"#/components/schemas/CardMeans"},{"$ref":"#/components/schemas/Transfer"}],
			"discriminator":{"propertyName":"type","mapping":{"card":"#/components/schemas/CardMeans","bank":"#/components/schemas/Transfer"}}}`,
		"Switched": `{"title":"Switched","oneOf":[{"$ref":"#/components/schemas/Lit"},{"$ref":"#/components/schemas/Dark"}],
			"discriminator":{"propertyName":"on","mapping":{"true":"#/components/schemas/Lit","false":"#/components/schemas/Dark"}}}`,
		"Gift": `{"title":"Gift","oneOf":[{"$ref":"#/components/schemas/LinkGift-Input"},{"$ref":"#/components/schemas/NoteGift-Input"}]}`,
	} {
		found := false
		for _, schema := range d.Components.Schemas {
			if schema.Name != name && schema.Name != name+"-Input" {
				continue
			}
			found = true
			data, err := json.Marshal(schema.Value)
			require.NoError(t, err)
			require.JSONEq(t, want, string(data), name)
		}
		require.True(t, found, name)
	}
}

// An update of a union is partial where what distinguishes its structs is all that they
// require.
func TestUpdatesOfUnions(t *testing.T) {
	t.Parallel()

	a := newUnions()
	w := call(a, "PATCH", "/v1/subscriptions/"+anID, `{"seats":0}`)
	require.Equal(t, 422, w.Code)
	require.JSONEq(t, `{"error":"PolarRequestValidationError","detail":[
		{"type":"greater_than_equal","loc":["body","SeatsChange","seats"],"msg":"Input should be greater than or equal to 1","input":0,"ctx":{"ge":1}},
		{"type":"missing","loc":["body","CancelChange","cancel"],"msg":"Field required","input":{"seats":0}},
		{"type":"extra_forbidden","loc":["body","CancelChange","seats"],"msg":"Extra inputs are not permitted","input":0}]}`, w.Body.String())
	require.Equal(t, 200, call(a, "PATCH", "/v1/subscriptions/"+anID, `{"cancel":true}`).Code)
	require.Equal(t, 200, call(a, "PATCH", "/v1/figures/"+anID, `{"type":"circle"}`).Code)
}
