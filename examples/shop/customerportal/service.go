package customerportal

import (
	"context"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/examples/shop/customer"
	"github.com/polarkit-go/polarkit/examples/shop/order"
	"github.com/polarkit-go/polarkit/pagination"
	"github.com/polarkit-go/polarkit/repository"
)

// Service is what customers can do with their own data.
type Service struct {
	reader repository.Reader
	writer repository.Writer
}

// NewService makes a service.
func NewService(reader repository.Reader, writer repository.Writer) *Service {
	return &Service{reader: reader, writer: writer}
}

// Get gives the customer.
func (s *Service) Get(ctx context.Context, subject auth.AuthSubject[auth.Customer], _ GetMe) (CustomerPortalCustomer, error) {
	reach, err := subject.Reach(ctx)
	if err != nil {
		return CustomerPortalCustomer{}, err
	}
	found, err := customer.Repository.For(reach).Get(ctx, s.reader, subject.Subject().ID)
	if err != nil {
		return CustomerPortalCustomer{}, err
	}
	return newCustomer(found), nil
}

var sent = repository.ChangesOf[CustomerPortalCustomerUpdate](customer.Repository)

// Update changes the fields that were sent.
func (s *Service) Update(ctx context.Context, subject auth.AuthSubject[auth.Customer], in UpdateMe) (CustomerPortalCustomer, error) {
	reach, err := subject.Reach(ctx)
	if err != nil {
		return CustomerPortalCustomer{}, err
	}
	changes := sent(in.Body)
	if address, ok := in.Body.BillingAddress.Get(); ok {
		changes = changes.Set("billing_address", address.Address())
	}
	updated, err := customer.Repository.For(reach).Update(ctx, s.writer, subject.Subject().ID, changes)
	if err != nil {
		return CustomerPortalCustomer{}, err
	}
	return newCustomer(updated), nil
}

// ListOrders gives a page of the customer's orders.
func (s *Service) ListOrders(ctx context.Context, subject auth.AuthSubject[auth.Customer], in ListOrders) (pagination.ListResource[CustomerOrder], error) {
	reach, err := subject.Reach(ctx)
	if err != nil {
		return pagination.ListResource[CustomerOrder]{}, err
	}
	page, err := order.Repository.For(reach).Page(ctx, s.reader, repository.Query{
		Where: repository.OneOf("status", in.Status), Sorting: in.Sorting, Params: in.Params,
	})
	if err != nil {
		return pagination.ListResource[CustomerOrder]{}, err
	}
	return pagination.MapListResource(page, newOrder), nil
}
