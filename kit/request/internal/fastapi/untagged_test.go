package fastapi

import (
	"math/big"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

// The themes of untagged unions of models: deliveries, notes, plans, lookups, conditions.

type dispatch interface{ dispatch() }

type courier struct {
	_ struct{} `extra:"forbid"`

	Carrier string  `json:"carrier"`
	Weight  big.Int `json:"weight" validate:"gte=1"`
}

type pickup struct {
	_ struct{} `extra:"forbid"`

	Shop string `json:"shop" validate:"min=2"`
	Hour int    `json:"hour" validate:"gte=0,lte=23"`
}

type download struct {
	_ struct{} `extra:"forbid"`

	URL string `json:"url" validate:"http_url"`
}

func (courier) dispatch()  {}
func (pickup) dispatch()   {}
func (download) dispatch() {}

type (
	carried any // courier | pickup
	daily   any // courier | download
)

var (
	_ = kit.DefineSmartUnion[dispatch](courier{}, pickup{}, download{})
	_ = kit.DefineSmartUnion[carried](courier{}, pickup{})
	_ = kit.DefineSmartUnion[daily](courier{}, download{})
)

type delivery struct {
	Main  dispatch         `json:"main"`
	Spare *carried         `json:"spare" default:"null"`
	Stops []dispatch       `json:"stops" default:"[]"`
	ByDay map[string]daily `json:"by_day" default:"{}"`
}

var _ = theme("deliveries", request.Decode[delivery])

type plain struct {
	Text string `json:"text"`
}

type tagged struct {
	Text string `json:"text"`
	Tag  string `json:"tag"`
}

type rated struct {
	Text  string  `json:"text"`
	Tag   *string `json:"tag" default:"null"`
	Stars big.Int `json:"stars" default:"0"`
}

type (
	note        any
	orderedNote any
	widestNote  any
	listedNote  any
)

var (
	_ = kit.DefineSmartUnion[note](plain{}, tagged{}, rated{})
	_ = kit.DefineOrderedUnion[orderedNote](plain{}, tagged{}, rated{})
	_ = kit.DefineOrderedUnion[widestNote](rated{}, tagged{}, plain{})
	_ = kit.DefineSmartUnion[listedNote](rated{}, plain{})
)

type notes struct {
	Note    note         `json:"note"`
	Ordered *orderedNote `json:"ordered" default:"null"`
	Widest  *widestNote  `json:"widest" default:"null"`
	Notes   []listedNote `json:"notes" default:"[]"`
}

var _ = theme("notes", request.Decode[notes])

type flat struct {
	_ struct{} `extra:"forbid"`

	Price big.Int `json:"price"`
}

type tier struct {
	_ struct{} `extra:"forbid"`

	Upto  *big.Int    `json:"upto"`
	Price numberFirst `json:"price"`
}

type block struct {
	_ struct{} `extra:"forbid"`

	Size big.Int  `json:"size" validate:"gt=0"`
	Unit flatTier `json:"unit"`
}

type tiers struct {
	_ struct{} `extra:"forbid"`

	Tiers []flatTier `json:"tiers"`
}

type (
	flatTier  any
	pricing   any
	flatBlock any
	blockTier any
)

var (
	_ = kit.DefineSmartUnion[flatTier](flat{}, tier{})
	_ = kit.DefineSmartUnion[pricing](flat{}, block{}, tiers{})
	_ = kit.DefineSmartUnion[flatBlock](flat{}, block{})
	_ = kit.DefineSmartUnion[blockTier](block{}, tier{})
)

type plan struct {
	Pricing  pricing              `json:"pricing"`
	History  []flatBlock          `json:"history" default:"[]"`
	ByRegion map[string]blockTier `json:"by_region" default:"{}"`
}

var _ = theme("plans", request.Decode[plan])

type lookup interface{ lookup() }

type byNumber struct {
	_ struct{} `extra:"forbid"`

	Number big.Int `json:"number"`
}

type byEmail struct {
	_ struct{} `extra:"forbid"`

	Email  string `json:"email" validate:"min=3"`
	Active bool   `json:"active" default:"true"`
}

type byIDs struct {
	_ struct{} `extra:"forbid"`

	IDs []string `json:"ids" validate:"min=1,dive,uuid4"`
}

func (byNumber) lookup() {}
func (byEmail) lookup()  {}
func (byIDs) lookup()    {}

var _ = kit.DefineSmartUnion[lookup]().
	Variants(byNumber{}, byEmail{}).
	Tagged("ByIds", byIDs{})

var _ = theme("lookups", request.Decode[lookup])

type operator string

func (operator) Values() []operator { return []operator{"eq", "gt", "like"} }

type condition interface{ condition() }

type clause struct {
	Property string   `json:"property"`
	Operator operator `json:"operator"`
	Value    anyWord  `json:"value"`
}

type filter struct {
	Conjunction string      `json:"conjunction" validate:"oneof=and or"`
	Clauses     []condition `json:"clauses"`
}

func (clause) condition() {}
func (filter) condition() {}

var _ = kit.DefineSmartUnion[condition](clause{}, filter{})

var _ = theme("conditions", request.Decode[filter])
