package customerportal

import (
	"context"

	"github.com/polarkit-go/polarkit/examples/shop/access"
	"github.com/polarkit-go/polarkit/examples/shop/customer"
	"github.com/polarkit-go/polarkit/examples/shop/order"
	"github.com/polarkit-go/polarkit/examples/shop/postal"
	"github.com/polarkit-go/polarkit/pagination"
	"github.com/polarkit-go/polarkit/repository"
)

// Service is what customers can do with their own data. What the API gives here
// is less than what the tables hold, so each row becomes a schema of its own.
type Service struct{ db repository.Writer }

// NewService makes a service.
func NewService(db repository.Writer) *Service { return &Service{db: db} }

// Get gives the customer.
func (s *Service) Get(ctx context.Context, by access.Customer, _ GetMe) (CustomerPortalCustomer, error) {
	found, err := customer.Customers.For(by).Get(ctx, s.db, by.Subject().ID)
	return newCustomer(found), err
}

var changed = repository.ChangesOf[CustomerPortalCustomerUpdate](customer.Customers, postal.Column)

// Update changes the fields that were sent.
func (s *Service) Update(ctx context.Context, by access.Customer, in UpdateMe) (CustomerPortalCustomer, error) {
	updated, err := customer.Customers.For(by).Update(ctx, s.db, by.Subject().ID, changed(in.Body))
	return newCustomer(updated), err
}

// ListOrders gives a page of the customer's orders.
func (s *Service) ListOrders(ctx context.Context, by access.Customer, in ListOrders) (pagination.ListResource[CustomerOrder], error) {
	page, err := order.Page(ctx, s.db, by, nil, repository.Query{Where: repository.OneOf("status", in.Status), Sorting: in.Sorting, Params: in.Params})
	return pagination.MapListResource(page, newOrder), err
}
