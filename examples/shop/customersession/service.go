package customersession

import (
	"context"
	"time"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/examples/shop/access"
	"github.com/polarkit-go/polarkit/examples/shop/customer"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/repository"
)

// lifetime is how long a customer's session lives.
const lifetime = time.Hour

// Service is what can be done with customer sessions.
type Service struct {
	db     repository.Reader
	issuer *auth.Issuer
}

// NewService makes a service.
func NewService(db repository.Reader, issuer *auth.Issuer) *Service {
	return &Service{db: db, issuer: issuer}
}

// Create makes a session for a customer whom the subject reaches.
func (s *Service) Create(ctx context.Context, by access.Admin, in CustomerSessionCreate) (CustomerSession, error) {
	found, err := s.find(ctx, customer.Customers.For(by), in)
	if err != nil {
		return CustomerSession{}, err
	}
	issued, err := s.issuer.For(by).Issue(ctx, auth.Issue{
		Type:     auth.CustomerSession,
		Subject:  auth.Customer{ID: found.ID, OrganizationID: found.OrganizationID}.Ref(),
		Scopes:   access.CustomerScopes(),
		Limit:    credential.LimitedTo(found.OrganizationID),
		Lifetime: lifetime,
	})
	if err != nil {
		return CustomerSession{}, err
	}
	return CustomerSession{
		TimestampedSchema: kit.TimestampedSchema{CreatedAt: issued.Credential.CreatedAt},
		ID:                issued.Credential.ID,
		Token:             issued.Token.Reveal(),
		ExpiresAt:         *issued.Credential.ExpiresAt,
		CustomerID:        found.ID,
		Customer:          found,
	}, nil
}

// find answers the same for a customer who is absent and for one out of reach.
func (s *Service) find(ctx context.Context, customers repository.Rows[customer.Customer], in CustomerSessionCreate) (found customer.Customer, err error) {
	var (
		loc   errors.Loc
		input any
	)
	if id, ok := in.CustomerID.Get(); ok {
		loc, input = errors.Loc{"body", "customer_id"}, id
		found, err = customers.Get(ctx, s.db, id)
	} else {
		external := in.CustomerExternalID.Or("")
		loc, input = errors.Loc{"body", "customer_external_id"}, external
		found, err = customer.ByExternalID(ctx, s.db, customers, external)
	}
	if errors.Is(err, errors.ResourceNotFound) {
		return customer.Customer{}, errors.ValidationErrorAt(loc, "value_error", "Customer does not exist.", input)
	}
	return found, err
}
