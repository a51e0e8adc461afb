package fastapi

import (
	"context"
	"math/big"
	"regexp"
	"unicode/utf8"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/jsonio"
	"github.com/polarkit-go/polarkit/kit/request"
)

var codeText = regexp.MustCompile(`^[A-Z0-9]+$`)

var _ = kit.DefineRule("coupon_code", kit.Rule[string]{
	Validate: func(value, _ string) error {
		if !codeText.MatchString(value) {
			return errors.ValueError("A code is made of capitals and digits.")
		}
		return nil
	},
})

var _ = kit.DefineRule("coupon_positive", kit.Rule[big.Int]{
	Validate: func(value big.Int, _ string) error {
		if value.Sign() <= 0 {
			return errors.CustomError("not_positive", "A discount must be positive, not {value}",
				errors.Ctx{{Name: "value", Value: &value}})
		}
		return nil
	},
})

var _ = kit.DefineRule("coupon_regions", kit.Rule[[]string]{
	Validate: func(value []string, _ string) error {
		for _, region := range value {
			if utf8.RuneCountInString(region) != 2 {
				return errors.CustomError("region", "Region '{region}' of {count} has no two letters",
					errors.Ctx{{Name: "region", Value: region}, {Name: "count", Value: len(value)}})
			}
		}
		return nil
	},
})

// uses is how often a coupon may be used. It has a word for no limit.
type uses struct{ number big.Int }

func (u *uses) UnmarshalJSON(data []byte) (err error) {
	u.number, err = jsonio.Parse[big.Int](context.Background(), data)
	return err
}

func (u uses) MarshalJSON() ([]byte, error) { return u.number.MarshalJSON() }

func (uses) BeforeValidate(_ context.Context, raw kit.Value) (any, error) {
	switch text, _ := raw.Text(); text {
	case "unlimited":
		return 0, nil
	case "never":
		return nil, errors.ValueError("A coupon that is never used")
	}
	return raw, nil
}

type coupon struct {
	Code    string   `json:"code" validate:"min=3,max=12,coupon_code"`
	Percent *big.Int `json:"percent" default:"null" validate:"coupon_positive"`
	Cents   *big.Int `json:"cents" default:"null" validate:"coupon_positive"`
	Uses    uses     `json:"uses" default:"1"`
	Starts  big.Int  `json:"starts" default:"0"`
	Ends    big.Int  `json:"ends" default:"100"`
	Regions []string `json:"regions" default:"[]" validate:"coupon_regions"`
}

// Validate is about the discount first, and then about the period.
func (c *coupon) Validate(context.Context) error {
	switch {
	case (c.Percent == nil) == (c.Cents == nil):
		return errors.ValueError("Give either percent or cents.")
	case c.Ends.Cmp(&c.Starts) < 0:
		return errors.CustomError("period", "ends ({ends}) is before starts", errors.Ctx{{Name: "ends", Value: &c.Ends}})
	}
	return nil
}

var _ = theme("coupons", request.Decode[coupon])
