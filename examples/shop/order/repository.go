package order

import (
	sq "github.com/Masterminds/squirrel"
	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/repository"
)

// Row is an order as the database has it.
type Row struct {
	repository.Record

	OrganizationID uuid.UUID          `db:"organization_id"`
	CustomerID     uuid.UUID          `db:"customer_id"`
	InvoiceNumber  string             `db:"invoice_number"`
	Status         OrderStatus        `db:"status"`
	BillingReason  OrderBillingReason `db:"billing_reason"`
	Currency       string             `db:"currency"`
	SubtotalAmount int64              `db:"subtotal_amount"`
	DiscountAmount int64              `db:"discount_amount"`
	TaxAmount      int64              `db:"tax_amount"`
	RefundedAmount int64              `db:"refunded_amount"`
	Metadata       kit.Metadata       `db:"metadata"`
}

// Repository is the table of orders: who reaches a row, and how rows are sorted.
var Repository = repository.MustNew[Row]("orders", repository.Options{
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

// Schema is the order as the API gives it.
func (r Row) Schema() Order {
	net := r.SubtotalAmount - r.DiscountAmount
	return Order{
		TimestampedSchema: kit.TimestampedSchema{CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt},
		ID:                r.ID,
		Status:            r.Status,
		Paid:              r.Status != Pending,
		SubtotalAmount:    r.SubtotalAmount,
		DiscountAmount:    r.DiscountAmount,
		NetAmount:         net,
		TaxAmount:         r.TaxAmount,
		TotalAmount:       net + r.TaxAmount,
		RefundedAmount:    r.RefundedAmount,
		Currency:          r.Currency,
		BillingReason:     r.BillingReason,
		InvoiceNumber:     r.InvoiceNumber,
		CustomerID:        r.CustomerID,
		OrganizationID:    r.OrganizationID,
		Metadata:          r.Metadata,
	}
}

// filter is what the parameters of a list ask for, besides the organization.
func (in ListOrders) filter() sq.Sqlizer {
	return sq.And{
		repository.OneOf("customer_id", in.CustomerID),
		repository.OneOf("status", in.Status),
		repository.MetadataMatches("metadata", in.Metadata),
	}
}
