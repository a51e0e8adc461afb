package kit_test

import (
	"context"
	"fmt"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
)

// Stay has a rule over two fields, which no tag can say.
type Stay struct {
	kit.Schema

	From  kit.Date `json:"from"`
	Until kit.Date `json:"until"`
}

// Validate runs once both dates are valid.
func (s Stay) Validate(context.Context) error {
	if s.Until.Compare(s.From) <= 0 {
		return errors.Invalid(errors.Loc{"until"}, "value_error", "The stay has to end after it begins.", nil)
	}
	return nil
}

func ExampleValidator() {
	type Booking struct {
		kit.Schema

		Stays []Stay `json:"stays"`
	}
	_, err := kit.Decode[Booking](post(`{"stays":[{"from":"2025-05-01","until":"2025-04-01"}]}`))
	if invalid, ok := errors.AsType[*errors.PolarRequestValidationError](err); ok {
		for _, e := range invalid.Details() {
			fmt.Println(e.Type, e.Loc, e.Msg, e.Input)
		}
	}
	// Output: value_error body.stays.0.until The stay has to end after it begins. 2025-04-01
}
