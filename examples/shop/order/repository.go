package order

import (
	"context"

	sq "github.com/Masterminds/squirrel"
	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/pagination"
	"github.com/polarkit-go/polarkit/repository"
)

// orders is the table of orders: who reaches a row, and how rows are sorted. No
// other package has it, so that none gives an order without what is computed.
var orders = repository.MustNew[Order]("orders", repository.Options{
	SoftDelete: "deleted_at",
	Owners:     repository.Owners{auth.OrganizationKind: "organization_id", auth.CustomerKind: "customer_id"},
	Sorting: repository.SortMap[SortProperty]{
		SortCreatedAt:     "created_at",
		SortStatus:        "status",
		SortInvoiceNumber: "invoice_number",
		SortAmount:        "subtotal_amount - discount_amount + tax_amount NOT NULL",
		SortNetAmount:     "subtotal_amount - discount_amount NOT NULL",
	},
})

// Page gives a page of the orders that somebody reaches, through these
// organizations if any are named.
func Page(ctx context.Context, db repository.Readable, by owner.Reacher, organizations []uuid.UUID, q repository.Query) (pagination.ListResource[Order], error) {
	page, err := orders.For(by).OwnedBy(auth.OrganizationKind, organizations).Page(ctx, db, q)
	return pagination.MapListResource(page, Order.computed), err
}

// filter is what the parameters of a list ask for, besides the organization.
func (in ListOrders) filter() sq.Sqlizer {
	return sq.And{
		repository.OneOf("customer_id", in.CustomerID),
		repository.OneOf("status", in.Status),
		repository.MetadataMatches("metadata", in.Metadata),
	}
}
