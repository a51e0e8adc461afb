package kit_test

import (
	"fmt"
	"strings"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

// A rule of one's own is made once, in a package variable, and named in tags.
var _ = kit.DefineRule("prefix", kit.Rule[string]{
	Type:  "invalid_prefix",
	Msg:   "The code should begin with {param}.",
	Check: strings.HasPrefix,
})

func ExampleDefineRule() {
	type Voucher struct {
		kit.Schema

		Code string `json:"code" validate:"prefix=GIFT-,max=20"`
	}
	_, err := request.Decode[Voucher](post(`{"code":"X-1"}`))
	if invalid, ok := errors.AsType[*errors.PolarRequestValidationError](err); ok {
		for _, e := range invalid.Details() {
			fmt.Println(e.Type, e.Loc, e.Msg, e.Input)
		}
	}
	// Output: invalid_prefix body.code The code should begin with GIFT-. X-1
}
