// Package postal has the addresses of customers.
package postal

import (
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/repository"
)

// Address is a billing address as the API gives it.
type Address struct {
	kit.Schema `doc:"A billing address."`

	Country    Country `json:"country"     doc:"The country, an ISO 3166-1 alpha-2 code." example:"US"`
	Line1      *string `json:"line1"       doc:"The first line: street and number."       example:"1 Main Street"`
	Line2      *string `json:"line2"       doc:"The second line."                         example:"Suite 5"`
	PostalCode *string `json:"postal_code" doc:"The postal code."                         example:"94105"`
	City       *string `json:"city"        doc:"The city."                                example:"San Francisco"`
	State      *string `json:"state"       doc:"The state or region, an ISO 3166-2 code in the United States and Canada." example:"US-CA"`
}

// AddressInput is a billing address as the API takes it: only the country is needed.
type AddressInput struct {
	kit.Schema `doc:"A billing address to set."`

	Country    Country               `json:"country"     doc:"The country, an ISO 3166-1 alpha-2 code." example:"US"`
	Line1      kit.Optional[*string] `json:"line1"       validate:"max=256"          doc:"The first line: street and number."       example:"1 Main Street"`
	Line2      kit.Optional[*string] `json:"line2"       validate:"max=256"          doc:"The second line."                         example:"Suite 5"`
	PostalCode kit.Optional[*string] `json:"postal_code" validate:"max=32"           doc:"The postal code."                         example:"94105"`
	City       kit.Optional[*string] `json:"city"        validate:"max=256"          doc:"The city."                                example:"San Francisco"`
	State      kit.Optional[*string] `json:"state"       validate:"max=64"           doc:"The state or region, an ISO 3166-2 code in the United States and Canada." example:"US-CA"`
}

// Column returns the value of a column for the address of a request.
var Column = repository.Convert((*AddressInput).Address)

// Address is the address that the input describes, nil for nil.
func (in *AddressInput) Address() *Address {
	if in == nil {
		return nil
	}
	return &Address{
		Country:    in.Country,
		Line1:      in.Line1.Or(nil),
		Line2:      in.Line2.Or(nil),
		PostalCode: in.PostalCode.Or(nil),
		City:       in.City.Or(nil),
		State:      in.State.Or(nil),
	}
}
