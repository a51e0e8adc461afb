// Package customerportal is the API of the customer portal, where customers see their own
// data. It takes customer sessions only.
package customerportal

import (
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/examples/shop/order"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/pagination"
	"github.com/polarkit-go/polarkit/sorting"
)

// Routes registers the endpoints.
func Routes(g *api.Group, s *Service) {
	portal := g.Group("/customer-portal", api.Tag("customer_portal"))

	customers := portal.Group("/customers", api.Tag("customers"))
	api.Get(customers, "/me", canRead, s.Get, api.Fails(errors.ResourceNotFound))
	api.Update(customers, "/me", canWrite, s.Update, api.Fails(errors.ResourceNotFound))

	orders := portal.Group("/orders", api.Tag("orders"))
	api.List(orders, "/", canRead, s.ListOrders, api.Name("list"))
}

// GetMe has no parameters: the credential identifies the customer.
type GetMe struct{}

// UpdateMe is a change of the customer's own data.
type UpdateMe struct {
	Body CustomerPortalCustomerUpdate
}

// ListOrders are the parameters of a list of the customer's orders.
type ListOrders struct {
	pagination.Params
	Sorting sorting.By[order.SortProperty] `query:"sorting" default:"-created_at"`
	Status  kit.Filter[order.OrderStatus]  `query:"status" doc:"Filter by order status." example:"paid"`
}
