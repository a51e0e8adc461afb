package customerportal

import (
	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/examples/shop/customer"
	"github.com/polarkit-go/polarkit/examples/shop/order"
	"github.com/polarkit-go/polarkit/examples/shop/postal"
	"github.com/polarkit-go/polarkit/kit"
)

// CustomerPortalCustomer is a customer as the customer sees it: without the data that is
// for the organization only.
type CustomerPortalCustomer struct {
	kit.TimestampedSchema `doc:"The customer who is signed in to the portal."`

	ID             uuid.UUID       `json:"id"              doc:"The ID of the customer." example:"992fae2a-2a17-4b7a-8d9e-e287cf90131b"`
	Email          string          `json:"email"           doc:"The email address of the customer." example:"customer@example.com"`
	EmailVerified  bool            `json:"email_verified"  doc:"Whether the email address is known to be the customer's." example:"true"`
	Name           *string         `json:"name"            doc:"The name of the customer." example:"John Doe"`
	BillingAddress *postal.Address `json:"billing_address" doc:"The billing address of the customer."`
}

// CustomerPortalCustomerUpdate has the fields that customers may change.
type CustomerPortalCustomerUpdate struct {
	kit.Schema `doc:"A change of the customer's own data. Fields that are left out stay as they are."`

	Name           kit.Optional[*string]              `json:"name"            validate:"max=256" doc:"The name of the customer; null takes it away." example:"John Doe"`
	BillingAddress kit.Optional[*postal.AddressInput] `json:"billing_address" doc:"The billing address of the customer; null takes it away."`
}

// CustomerOrder is an order as the customer sees it.
type CustomerOrder struct {
	kit.TimestampedSchema `doc:"An order of the customer who is signed in to the portal."`

	ID             uuid.UUID                `json:"id"              doc:"The ID of the order." example:"57107b74-8400-4d80-a2fc-54c2b4239cb3"`
	Status         order.OrderStatus        `json:"status"          doc:"Where the order stands." example:"paid"`
	Paid           bool                     `json:"paid"            doc:"Whether the order has been paid for." example:"true"`
	SubtotalAmount int64                    `json:"subtotal_amount" doc:"Amount before discounts and taxes, in the smallest unit of the currency." example:"10000"`
	DiscountAmount int64                    `json:"discount_amount" doc:"Amount of the discount." example:"1000"`
	NetAmount      int64                    `json:"net_amount"      doc:"Amount after discounts, before taxes." example:"9000"`
	TaxAmount      int64                    `json:"tax_amount"      doc:"Amount of the taxes." example:"720"`
	TotalAmount    int64                    `json:"total_amount"    doc:"Amount after discounts and taxes." example:"9720"`
	RefundedAmount int64                    `json:"refunded_amount" doc:"Amount refunded, without taxes." example:"0"`
	Currency       string                   `json:"currency"        doc:"The currency, an ISO 4217 code in lower case." example:"usd"`
	BillingReason  order.OrderBillingReason `json:"billing_reason"  doc:"Why the order came to be." example:"purchase"`
	InvoiceNumber  string                   `json:"invoice_number"  doc:"The number of the invoice." example:"ACME-0001"`
}

func newCustomer(c customer.Customer) CustomerPortalCustomer {
	return CustomerPortalCustomer{
		TimestampedSchema: c.TimestampedSchema,
		ID:                c.ID,
		Email:             c.Email,
		EmailVerified:     c.EmailVerified,
		Name:              c.Name,
		BillingAddress:    c.BillingAddress,
	}
}

func newOrder(o order.Order) CustomerOrder {
	return CustomerOrder{
		TimestampedSchema: o.TimestampedSchema,
		ID:                o.ID,
		Status:            o.Status,
		Paid:              o.Paid,
		SubtotalAmount:    o.SubtotalAmount,
		DiscountAmount:    o.DiscountAmount,
		NetAmount:         o.NetAmount,
		TaxAmount:         o.TaxAmount,
		TotalAmount:       o.TotalAmount,
		RefundedAmount:    o.RefundedAmount,
		Currency:          o.Currency,
		BillingReason:     o.BillingReason,
		InvoiceNumber:     o.InvoiceNumber,
	}
}
