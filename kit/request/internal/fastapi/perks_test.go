package fastapi

import (
	"math/big"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

type perk interface{ perk() }

type linkPerk struct {
	_ struct{} `extra:"forbid"`

	URL string `json:"url" validate:"http_url"`
}

type notePerk struct {
	_ struct{} `extra:"forbid"`

	Text string `json:"text" validate:"max=5"`
}

type creditPerk struct {
	_ struct{} `extra:"forbid"`

	Units    big.Int `json:"units" validate:"gt=0"`
	Rollover bool    `json:"rollover" default:"false"`
}

func (linkPerk) perk()   {}
func (notePerk) perk()   {}
func (creditPerk) perk() {}

var _ = kit.DefineUnionBy[perk]("perk_tag", perkTag).
	Tagged("link", linkPerk{}).
	Tagged("note", notePerk{}).
	Tagged("credit", creditPerk{})

func perkTag(raw kit.Value) (tag string, ok bool) {
	switch {
	case raw.Has("url"):
		return "link", true
	case raw.Has("text"):
		return "note", true
	case raw.Has("units"):
		return "credit", true
	default:
		return "unknown", raw.Has("type")
	}
}

type perks struct {
	Perk   perk            `json:"perk"`
	Perks  []perk          `json:"perks" default:"[]"`
	Spare  *perk           `json:"spare" default:"null"`
	ByPlan map[string]perk `json:"by_plan" default:"{}"`
}

var _ = theme("perks", request.Decode[perks])
