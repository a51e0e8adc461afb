package customer

import (
	"context"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/examples/shop/access"
	"github.com/polarkit-go/polarkit/pagination"
	"github.com/polarkit-go/polarkit/repository"
)

// Service is what can be done with customers.
type Service struct{ db repository.Writer }

// NewService makes a service.
func NewService(db repository.Writer) *Service { return &Service{db: db} }

// List gives a page of the customers that the subject reaches.
func (s *Service) List(ctx context.Context, by access.Admin, in ListCustomers) (pagination.ListResource[Customer], error) {
	return Customers.For(by).OwnedBy(auth.OrganizationKind, in.OrganizationID).
		Page(ctx, s.db, repository.Query{Where: in.filter(), Sorting: in.Sorting, Params: in.Params})
}

// Get gives a customer.
func (s *Service) Get(ctx context.Context, by access.Admin, in GetCustomer) (Customer, error) {
	return Customers.For(by).Get(ctx, s.db, in.ID)
}

// GetExternal gives the customer with an external ID.
func (s *Service) GetExternal(ctx context.Context, by access.Admin, in GetExternalCustomer) (Customer, error) {
	return ByExternalID(ctx, s.db, Customers.For(by).OwnedBy(auth.OrganizationKind, in.OrganizationID), in.ExternalID)
}

// Create makes a customer of an organization that the subject reaches.
func (s *Service) Create(ctx context.Context, by access.Admin, in CustomerCreate) (Customer, error) {
	owner, err := by.Own(ctx, in.OrganizationID)
	if err != nil {
		return Customer{}, err
	}
	return Customers.For(owner).Create(ctx, s.db, created(in))
}

// Update changes the fields that were sent.
func (s *Service) Update(ctx context.Context, by access.Admin, in UpdateCustomer) (updated Customer, err error) {
	customers := Customers.For(by)
	if !in.Body.ExternalID.IsSet() {
		return customers.Update(ctx, s.db, in.ID, changed(in.Body))
	}
	// Whether an external ID may be set depends on the one that is there.
	err = repository.InTx(ctx, s.db, func(tx repository.Tx) error {
		before, err := customers.Lock(ctx, tx, in.ID, repository.ForNoKeyUpdate)
		if err != nil {
			return err
		}
		if wanted := in.Body.ExternalID.Or(nil); before.ExternalID != nil && (wanted == nil || *wanted != *before.ExternalID) {
			return errors.ValidationErrorAt(errors.Loc{"body", "external_id"}, "value_error", "Customer external ID cannot be updated.", wanted)
		}
		updated, err = customers.Update(ctx, tx, in.ID, changed(in.Body))
		return err
	})
	return updated, err
}

// Delete deletes a customer. Its orders stay.
func (s *Service) Delete(ctx context.Context, by access.Admin, in GetCustomer) error {
	return Customers.For(by).SoftDelete(ctx, s.db, in.ID)
}
