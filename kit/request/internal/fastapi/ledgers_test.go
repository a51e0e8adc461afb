package fastapi

import (
	"math/big"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

// Python's int has no bounds, so a field without any is a big.Int.

type ledger struct {
	Amount kit.Decimal  `json:"amount" validate:"gt=0,max_digits=8,decimal_places=2"`
	Rate   *kit.Decimal `json:"rate" default:"null" validate:"gte=-1.5,lte=1.5"`
	Step   kit.Decimal  `json:"step" default:"0.25" validate:"multiple_of=0.25"`
	Safe   big.Int      `json:"safe" default:"0" validate:"gte=-9007199254740991,lte=9007199254740991"`
	Wide   int64        `json:"wide" default:"0"`
	Above  big.Int      `json:"above" default:"5000000000" validate:"gt=4294967296"`
}

var _ = theme("ledgers", request.Decode[ledger])
