package customer

import (
	"context"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/pagination"
	"github.com/polarkit-go/polarkit/repository"
)

// Service is what can be done with customers.
type Service struct {
	reader repository.Reader
	writer repository.Writer
}

// NewService makes a service.
func NewService(reader repository.Reader, writer repository.Writer) *Service {
	return &Service{reader: reader, writer: writer}
}

// List gives a page of the customers that the subject reaches.
func (s *Service) List(ctx context.Context, subject auth.AuthSubject[auth.Admin], in ListCustomers) (pagination.ListResource[Customer], error) {
	reach, err := subject.Reach(ctx)
	if err != nil {
		return pagination.ListResource[Customer]{}, err
	}
	if len(in.OrganizationID) > 0 {
		reach = reach.Restrict(auth.OrganizationKind, in.OrganizationID...)
	}
	page, err := Repository.For(reach).Page(ctx, s.reader, repository.Query{
		Where: in.filter(), Sorting: in.Sorting, Params: in.Params,
	})
	if err != nil {
		return pagination.ListResource[Customer]{}, err
	}
	return pagination.MapListResource(page, Row.Schema), nil
}

// Get gives a customer.
func (s *Service) Get(ctx context.Context, subject auth.AuthSubject[auth.Admin], in GetCustomer) (Customer, error) {
	reach, err := subject.Reach(ctx)
	if err != nil {
		return Customer{}, err
	}
	found, err := Repository.For(reach).Get(ctx, s.reader, in.ID)
	if err != nil {
		return Customer{}, err
	}
	return found.Schema(), nil
}

// GetExternal gives the customer with an external ID.
func (s *Service) GetExternal(ctx context.Context, subject auth.AuthSubject[auth.Admin], in GetExternalCustomer) (Customer, error) {
	reach, err := subject.Reach(ctx)
	if err != nil {
		return Customer{}, err
	}
	if len(in.OrganizationID) > 0 {
		reach = reach.Restrict(auth.OrganizationKind, in.OrganizationID...)
	}
	found, err := ByExternalID(ctx, s.reader, reach, in.ExternalID)
	if err != nil {
		return Customer{}, err
	}
	return found.Schema(), nil
}

// Create makes a customer of an organization that the subject reaches.
func (s *Service) Create(ctx context.Context, subject auth.AuthSubject[auth.Admin], in CustomerCreate) (Customer, error) {
	owner, err := subject.Own(ctx, in.OrganizationID)
	if err != nil {
		return Customer{}, err
	}
	created, err := Repository.For(owner).Create(ctx, s.writer, in.row())
	if err != nil {
		return Customer{}, err
	}
	return created.Schema(), nil
}

// Update changes the fields that were sent.
func (s *Service) Update(ctx context.Context, subject auth.AuthSubject[auth.Admin], in UpdateCustomer) (Customer, error) {
	reach, err := subject.Reach(ctx)
	if err != nil {
		return Customer{}, err
	}
	scope := Repository.For(reach)
	if !in.Body.ExternalID.IsSet() {
		updated, err := scope.Update(ctx, s.writer, in.ID, in.Body.changes())
		if err != nil {
			return Customer{}, err
		}
		return updated.Schema(), nil
	}

	// Whether an external ID may be set depends on the one that is there.
	var updated Row
	err = repository.InTx(ctx, s.writer, func(tx repository.Tx) error {
		before, err := scope.Lock(ctx, tx, in.ID, repository.ForNoKeyUpdate)
		if err != nil {
			return err
		}
		if wanted := in.Body.ExternalID.Or(nil); before.ExternalID != nil && (wanted == nil || *wanted != *before.ExternalID) {
			return errors.ValidationErrorAt(errors.Loc{"body", "external_id"}, "value_error", "Customer external ID cannot be updated.", wanted)
		}
		updated, err = scope.Update(ctx, tx, in.ID, in.Body.changes())
		return err
	})
	if err != nil {
		return Customer{}, err
	}
	return updated.Schema(), nil
}

// Delete deletes a customer. Its orders stay.
func (s *Service) Delete(ctx context.Context, subject auth.AuthSubject[auth.Admin], in GetCustomer) error {
	reach, err := subject.Reach(ctx)
	if err != nil {
		return err
	}
	return Repository.For(reach).SoftDelete(ctx, s.writer, in.ID)
}
