package customersession

import (
	"context"
	"time"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/auth/owner"
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
	reader repository.Reader
	issuer *auth.Issuer
}

// NewService makes a service.
func NewService(reader repository.Reader, issuer *auth.Issuer) *Service {
	return &Service{reader: reader, issuer: issuer}
}

// Create makes a session for a customer whom the subject reaches.
func (s *Service) Create(ctx context.Context, subject auth.AuthSubject[auth.Admin], in CustomerSessionCreate) (CustomerSession, error) {
	reach, err := subject.Reach(ctx)
	if err != nil {
		return CustomerSession{}, err
	}
	found, err := s.find(ctx, reach, in)
	if err != nil {
		return CustomerSession{}, err
	}
	issued, err := s.issuer.For(subject).Issue(ctx, auth.Issue{
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
		Customer:          found.Schema(),
	}, nil
}

// find answers the same for a customer who is absent and for one out of reach.
func (s *Service) find(ctx context.Context, reach owner.Reach, in CustomerSessionCreate) (customer.Row, error) {
	var (
		found customer.Row
		loc   errors.Loc
		input any
		err   error
	)
	if id, ok := in.CustomerID.Get(); ok {
		loc, input = errors.Loc{"body", "customer_id"}, id
		found, err = customer.Repository.For(reach).Get(ctx, s.reader, id)
	} else {
		external := in.CustomerExternalID.Or("")
		loc, input = errors.Loc{"body", "customer_external_id"}, external
		found, err = customer.ByExternalID(ctx, s.reader, reach, external)
	}
	if errors.Is(err, errors.ResourceNotFound) {
		return customer.Row{}, errors.ValidationErrorAt(loc, "value_error", "Customer does not exist.", input)
	}
	return found, err
}
