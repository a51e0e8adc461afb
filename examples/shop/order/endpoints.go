package order

import (
	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/pagination"
	"github.com/polarkit-go/polarkit/sorting"
)

// Routes registers the endpoints of the admin API.
func Routes(g *api.Group, s *Service) {
	orders := g.Group("/orders", api.Tag("orders"))

	api.List(orders, "/", canRead, s.List)
	api.Get(orders, "/{id}", canRead, s.Get)
}

// ListOrders are the parameters of a list.
type ListOrders struct {
	pagination.Params
	Sorting        sorting.By[SortProperty] `query:"sorting" default:"-created_at"`
	OrganizationID kit.Filter[uuid.UUID]    `query:"organization_id" doc:"Filter by organization ID." example:"1dbfc517-0bbf-4301-9ba8-555ca42b9737"`
	CustomerID     kit.Filter[uuid.UUID]    `query:"customer_id" doc:"Filter by customer ID." example:"992fae2a-2a17-4b7a-8d9e-e287cf90131b"`
	Status         kit.Filter[OrderStatus]  `query:"status" doc:"Filter by order status." example:"paid"`
	Metadata       kit.MetadataFilter       `query:"metadata" doc:"Filter by metadata key-value pairs: metadata[key]=value."`
}

// GetOrder names an order.
type GetOrder struct {
	ID uuid.UUID `path:"id" doc:"The order ID." example:"57107b74-8400-4d80-a2fc-54c2b4239cb3"`
}
