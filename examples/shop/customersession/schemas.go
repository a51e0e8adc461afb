package customersession

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/examples/shop/customer"
	"github.com/polarkit-go/polarkit/kit"
)

// CustomerSession is a token for a customer. It is shown once.
type CustomerSession struct {
	kit.TimestampedSchema `doc:"A session with which a customer is authenticated in the customer portal."`

	ID         uuid.UUID         `json:"id"          doc:"The ID of the session." example:"6c2f7b84-4f0e-4c53-a0c0-8a0a4f6b8f6e"`
	Token      string            `json:"token"       doc:"The token. It is shown only now." example:"shop_cst_…"`
	ExpiresAt  time.Time         `json:"expires_at"  doc:"When the session ends." example:"2025-01-03T14:37:00Z"`
	CustomerID uuid.UUID         `json:"customer_id" doc:"The ID of the customer." example:"992fae2a-2a17-4b7a-8d9e-e287cf90131b"`
	Customer   customer.Customer `json:"customer"    doc:"The customer."`
}

// CustomerSessionCreate names a customer in one of two ways.
type CustomerSessionCreate struct {
	kit.Schema `doc:"A customer to create a session for: by customer_id or by customer_external_id."`

	CustomerID         kit.Optional[uuid.UUID] `json:"customer_id"          doc:"The ID of the customer." example:"992fae2a-2a17-4b7a-8d9e-e287cf90131b"`
	CustomerExternalID kit.Optional[string]    `json:"customer_external_id" doc:"The ID of the customer in your system." example:"usr_1337"`
}

// Validate requires exactly one of the two ways.
func (in CustomerSessionCreate) Validate(context.Context) error {
	switch {
	case !in.CustomerID.IsSet() && !in.CustomerExternalID.IsSet():
		return errors.ValidationErrorAt(errors.Loc{"customer_id"}, "missing", "Field required", nil)
	case in.CustomerID.IsSet() && in.CustomerExternalID.IsSet():
		return errors.ValueErrorAt(errors.Loc{"customer_external_id"}, "Name the customer by customer_id or by customer_external_id, not by both.", nil)
	}
	return nil
}
