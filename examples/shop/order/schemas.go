package order

import (
	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/kit"
)

// OrderStatus is where an order stands.
type OrderStatus string

// The statuses.
const (
	Pending           OrderStatus = "pending"
	Paid              OrderStatus = "paid"
	Refunded          OrderStatus = "refunded"
	PartiallyRefunded OrderStatus = "partially_refunded"
)

// Values is the closed set.
func (OrderStatus) Values() []OrderStatus {
	return []OrderStatus{Pending, Paid, Refunded, PartiallyRefunded}
}

// OrderBillingReason is why an order came to be.
type OrderBillingReason string

// The billing reasons.
const (
	Purchase           OrderBillingReason = "purchase"
	SubscriptionCreate OrderBillingReason = "subscription_create"
	SubscriptionCycle  OrderBillingReason = "subscription_cycle"
	SubscriptionUpdate OrderBillingReason = "subscription_update"
)

// Values is the closed set.
func (OrderBillingReason) Values() []OrderBillingReason {
	return []OrderBillingReason{Purchase, SubscriptionCreate, SubscriptionCycle, SubscriptionUpdate}
}

// Order is the read schema, and the row of the table. What has no column is computed.
type Order struct {
	kit.TimestampedSchema `doc:"An order of a customer."`

	ID             uuid.UUID          `json:"id"              db:"id"              doc:"The ID of the order." example:"57107b74-8400-4d80-a2fc-54c2b4239cb3"`
	Status         OrderStatus        `json:"status"          db:"status"          doc:"Where the order stands." example:"paid"`
	Paid           bool               `json:"paid"            db:"-"               doc:"Whether the order has been paid for." example:"true"`
	SubtotalAmount int64              `json:"subtotal_amount" db:"subtotal_amount" doc:"Amount before discounts and taxes, in the smallest unit of the currency." example:"10000"`
	DiscountAmount int64              `json:"discount_amount" db:"discount_amount" doc:"Amount of the discount." example:"1000"`
	NetAmount      int64              `json:"net_amount"      db:"-"               doc:"Amount after discounts, before taxes." example:"9000"`
	TaxAmount      int64              `json:"tax_amount"      db:"tax_amount"      doc:"Amount of the taxes." example:"720"`
	TotalAmount    int64              `json:"total_amount"    db:"-"               doc:"Amount after discounts and taxes." example:"9720"`
	RefundedAmount int64              `json:"refunded_amount" db:"refunded_amount" doc:"Amount refunded, without taxes." example:"0"`
	Currency       string             `json:"currency"        db:"currency"        doc:"The currency, an ISO 4217 code in lower case." example:"usd"`
	BillingReason  OrderBillingReason `json:"billing_reason"  db:"billing_reason"  doc:"Why the order came to be." example:"purchase"`
	InvoiceNumber  string             `json:"invoice_number"  db:"invoice_number"  doc:"The number of the invoice." example:"ACME-0001"`
	CustomerID     uuid.UUID          `json:"customer_id"     db:"customer_id"     doc:"The ID of the customer." example:"992fae2a-2a17-4b7a-8d9e-e287cf90131b"`
	OrganizationID uuid.UUID          `json:"organization_id" db:"organization_id" doc:"The ID of the organization that the order belongs to." example:"1dbfc517-0bbf-4301-9ba8-555ca42b9737"`
	Metadata       kit.Metadata       `json:"metadata"        db:"metadata"        doc:"Key-value pairs of your own." example:"{}"`
}

// computed is the order with the values that follow from others.
func (o Order) computed() Order {
	o.Paid = o.Status != Pending
	o.NetAmount = o.SubtotalAmount - o.DiscountAmount
	o.TotalAmount = o.NetAmount + o.TaxAmount
	return o
}
