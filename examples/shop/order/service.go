package order

import (
	"context"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/pagination"
	"github.com/polarkit-go/polarkit/repository"
)

// Service is what can be done with orders.
type Service struct {
	reader repository.Reader
}

// NewService makes a service.
func NewService(reader repository.Reader) *Service {
	return &Service{reader: reader}
}

// List gives a page of the orders that the subject reaches.
func (s *Service) List(ctx context.Context, subject auth.AuthSubject[auth.Admin], in ListOrders) (pagination.ListResource[Order], error) {
	reach, err := subject.Reach(ctx)
	if err != nil {
		return pagination.ListResource[Order]{}, err
	}
	if len(in.OrganizationID) > 0 {
		reach = reach.Restrict(auth.OrganizationKind, in.OrganizationID...)
	}
	page, err := Repository.For(reach).Page(ctx, s.reader, repository.Query{
		Where: in.filter(), Sorting: in.Sorting, Params: in.Params,
	})
	if err != nil {
		return pagination.ListResource[Order]{}, err
	}
	return pagination.MapListResource(page, Row.Schema), nil
}

// Get gives an order.
func (s *Service) Get(ctx context.Context, subject auth.AuthSubject[auth.Admin], in GetOrder) (Order, error) {
	reach, err := subject.Reach(ctx)
	if err != nil {
		return Order{}, err
	}
	found, err := Repository.For(reach).Get(ctx, s.reader, in.ID)
	if err != nil {
		return Order{}, err
	}
	return found.Schema(), nil
}
