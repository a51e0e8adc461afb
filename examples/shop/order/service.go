package order

import (
	"context"

	"github.com/polarkit-go/polarkit/examples/shop/access"
	"github.com/polarkit-go/polarkit/pagination"
	"github.com/polarkit-go/polarkit/repository"
)

// Service is what can be done with orders.
type Service struct{ db repository.Reader }

// NewService makes a service.
func NewService(db repository.Reader) *Service { return &Service{db: db} }

// List gives a page of the orders that the subject reaches.
func (s *Service) List(ctx context.Context, by access.Admin, in ListOrders) (pagination.ListResource[Order], error) {
	return Page(ctx, s.db, by, in.OrganizationID, repository.Query{Where: in.filter(), Sorting: in.Sorting, Params: in.Params})
}

// Get gives an order.
func (s *Service) Get(ctx context.Context, by access.Admin, in GetOrder) (Order, error) {
	found, err := orders.For(by).Get(ctx, s.db, in.ID)
	return found.computed(), err
}
