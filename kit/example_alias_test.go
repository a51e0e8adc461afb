package kit_test

import (
	"fmt"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

// A body may have a field under several names, or deeper inside.
func Example_aliases() {
	type ProductCreate struct {
		kit.Schema

		ProductID int    `json:"product_id" alias:"product_id,productId,meta.ids.0"`
		Label     string `json:"label"      alias:"label,name"                      default:""`
	}
	for _, body := range []string{`{"productId":1,"name":"Mug"}`, `{"meta":{"ids":[2]}}`, `{"productId":"x"}`, `{}`} {
		product, err := request.Decode[ProductCreate](post(body))
		if invalid, ok := errors.AsType[*errors.PolarRequestValidationError](err); ok {
			fmt.Println(invalid.Details()[0].Type, invalid.Details()[0].Loc)
			continue
		}
		fmt.Printf("%d %q\n", product.ProductID, product.Label)
	}
	// Output:
	// 1 "Mug"
	// 2 ""
	// int_parsing body.productId
	// missing body.product_id
}
