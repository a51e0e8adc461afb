package kit_test

import (
	"fmt"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

// Price is one of several kinds of price. The field "type" distinguishes them.
type Price interface{ price() }

type FixedPrice struct {
	kit.Schema `doc:"A price that is always the same."`

	Type   string `json:"type" validate:"oneof=fixed"`
	Amount int64  `json:"amount" validate:"gte=0"`
}

type FreePrice struct {
	kit.Schema `doc:"No price at all."`

	Type string `json:"type" validate:"oneof=free"`
}

func (FixedPrice) price() {}
func (FreePrice) price()  {}

var _ = kit.DefineUnion[Price]("type", FixedPrice{}, FreePrice{})

func ExampleDefineUnion() {
	type ProductCreate struct {
		kit.Schema

		Prices []Price `json:"prices" validate:"min=1"`
	}
	product, err := request.Decode[ProductCreate](post(`{"prices":[{"type":"fixed","amount":990},{"type":"free"}]}`))
	for _, price := range product.Prices {
		switch price := price.(type) {
		case FixedPrice:
			fmt.Println("fixed", price.Amount)
		case FreePrice:
			fmt.Println("free")
		}
	}
	fmt.Println(err)

	_, err = request.Decode[ProductCreate](post(`{"prices":[{"type":"fixed","amount":-1},{"type":"gold"}]}`))
	fmt.Println(err)
	// Output:
	// fixed 990
	// free
	// <nil>
	// PolarRequestValidationError: greater_than_equal at body.prices.0.fixed.amount and 1 more
}
