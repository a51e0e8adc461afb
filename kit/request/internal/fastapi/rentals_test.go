package fastapi

import (
	"context"
	"math/big"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

type period struct {
	FirstDay big.Int `json:"first_day"`
	LastDay  big.Int `json:"last_day"`
}

func (p *period) Validate(context.Context) error {
	if p.LastDay.Cmp(&p.FirstDay) < 0 {
		return errors.ValueError("last_day must not be before first_day")
	}
	return nil
}

type contact struct {
	Email *string `json:"email" default:"null"`
	Phone *string `json:"phone" default:"null"`
}

func (c contact) Validate(context.Context) error {
	if (c.Email == nil || *c.Email == "") && (c.Phone == nil || *c.Phone == "") {
		return errors.ValueError("An email or a phone number is needed")
	}
	return nil
}

var _ = kit.DefineRule("adult", kit.Rule[big.Int]{
	Validate: func(value big.Int, _ string) error {
		if value.Cmp(big.NewInt(18)) < 0 {
			return errors.ValueError("Too young: " + value.String())
		}
		return nil
	},
})

type driver struct {
	Name  string  `json:"name"`
	Age   big.Int `json:"age" validate:"adult"`
	Since big.Int `json:"since" default:"0"`
}

func (d *driver) Validate(context.Context) error {
	if d.Since.Cmp(&d.Age) > 0 {
		return errors.ValueError("A licence older than its driver")
	}
	return nil
}

// rental has its fields in the order of Python, where those of the last base are first.
type rental struct {
	rentalBases

	Driver  driver            `json:"driver"`
	Others  []driver          `json:"others" default:"[]"`
	BySeat  map[string]driver `json:"by_seat" default:"{}"`
	Deposit big.Int           `json:"deposit" default:"0"`
}

type rentalBases struct {
	period
	contact
}

func (r *rental) Validate(context.Context) error {
	if len(r.Others) > 0 && r.Deposit.Sign() == 0 {
		return errors.ValueError("Further drivers need a deposit")
	}
	return nil
}

var _ = theme("rentals", request.Decode[rental])
