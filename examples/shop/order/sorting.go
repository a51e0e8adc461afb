package order

// SortProperty is what a list of orders can be sorted by.
type SortProperty string

// The sort properties.
const (
	SortCreatedAt     SortProperty = "created_at"
	SortStatus        SortProperty = "status"
	SortInvoiceNumber SortProperty = "invoice_number"
	SortAmount        SortProperty = "amount"
	SortNetAmount     SortProperty = "net_amount"
)

// Values is the closed set, in the order of its documentation.
func (SortProperty) Values() []SortProperty {
	return []SortProperty{SortCreatedAt, SortStatus, SortInvoiceNumber, SortAmount, SortNetAmount}
}
