package kit_test

import (
	"fmt"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

func ExampleSet() {
	type ProductCreate struct {
		kit.Schema

		Tags   kit.Set[string] `json:"tags"   validate:"max=2,dive,min=2"`
		Limits map[string]int  `json:"limits" default:"{}" key_pattern:"^[a-z]+$"`
	}
	product, err := request.Decode[ProductCreate](post(`{"tags":["new","old","new"]}`))
	fmt.Println(product.Tags.Has("new"), len(product.Tags), err)

	_, err = request.Decode[ProductCreate](post(`{"tags":["aa","bb","cc"]}`))
	fmt.Println(err)
	// Output:
	// true 2 <nil>
	// PolarRequestValidationError: too_long at body.tags
}
