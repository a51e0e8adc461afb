package seed

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Customer is a demonstration customer.
type Customer struct {
	ID             uuid.UUID
	CreatedAt      time.Time
	ExternalID     *string
	Email          string
	EmailVerified  bool
	Name           *string
	BillingAddress map[string]any
	Metadata       map[string]any
}

// Order is a demonstration order.
type Order struct {
	ID             uuid.UUID
	CreatedAt      time.Time
	CustomerID     uuid.UUID
	InvoiceNumber  string
	Status         string
	BillingReason  string
	Currency       string
	SubtotalAmount int64
	DiscountAmount int64
	TaxAmount      int64
	RefundedAmount int64
	Metadata       map[string]any
}

var names = [CustomersEach]string{
	"Ada Lovelace", "Alan Turing", "Annie Easley", "Barbara Liskov", "Claude Shannon",
	"Donald Knuth", "Edsger Dijkstra", "Evelyn Boyd Granville", "Frances Allen", "Grace Hopper",
	"Hedy Lamarr", "Jean Bartik", "John McCarthy", "Karen Spärck Jones", "Katherine Johnson",
	"Kathleen Booth", "Ken Thompson", "Lynn Conway", "Margaret Hamilton", "Mary Kenneth Keller",
	"Niklaus Wirth", "Radia Perlman", "Robin Milner", "Sophie Wilson", "Tony Hoare",
}

var (
	plans     = [...]string{"free", "pro", "enterprise"}
	addresses = [...]map[string]any{
		{"country": "US", "line1": "1 Main Street", "line2": nil, "postal_code": "94105", "city": "San Francisco", "state": "US-CA"},
		{"country": "FR", "line1": "12 rue de la Paix", "line2": "Bâtiment B", "postal_code": "75002", "city": "Paris", "state": nil},
		{"country": "SE", "line1": "Drottninggatan 5", "line2": nil, "postal_code": "111 51", "city": "Stockholm", "state": nil},
	}
)

// Customers are the customers of an organization, the oldest first. The first customer
// has [SharedEmail]. Every fifth has no name, and every second has metadata.
func Customers(o Organization) []Customer {
	customers := make([]Customer, CustomersEach)
	for i := range customers {
		external := fmt.Sprintf("usr_%04d", 1001+i)
		c := Customer{
			ID:            id("customer", fmt.Sprintf("%s/%d", o.Slug, i)),
			CreatedAt:     epoch.Add(time.Duration(i) * 26 * time.Hour),
			ExternalID:    &external,
			Email:         address(names[i]) + "@" + o.Slug + "-customers.example.com",
			EmailVerified: i%3 == 0,
			Metadata:      map[string]any{},
		}
		if i == 0 {
			c.Email = SharedEmail
		}
		if i%5 != 4 {
			c.Name = &names[i]
		}
		if i%7 == 6 {
			c.ExternalID = nil
		}
		if i%2 == 0 {
			c.Metadata = map[string]any{"plan": plans[i%len(plans)], "seats": 1 + i, "trial": i%4 == 0}
		}
		if i%4 != 3 {
			c.BillingAddress = addresses[i%len(addresses)]
		}
		customers[i] = c
	}
	return customers
}

// address makes "karen.sparck.jones" of "Karen Spärck Jones".
func address(name string) string {
	return strings.NewReplacer(" ", ".", "ä", "a").Replace(strings.ToLower(name))
}

// Orders are the orders of an organization, the oldest first. A customer has up to three.
func Orders(o Organization) []Order {
	var orders []Order
	for i, c := range Customers(o) {
		for j := range i % 4 {
			n := len(orders)
			r := Order{
				ID:             id("order", fmt.Sprintf("%s/%d", o.Slug, n)),
				CreatedAt:      c.CreatedAt.Add(time.Duration(1+j) * 31 * time.Minute),
				CustomerID:     c.ID,
				InvoiceNumber:  fmt.Sprintf("%s-%04d", strings.ToUpper(o.Slug), 1+n),
				Status:         "paid",
				BillingReason:  "purchase",
				Currency:       "usd",
				SubtotalAmount: int64(1000 + 490*(n%9)),
				Metadata:       map[string]any{},
			}
			if n%3 == 0 {
				r.DiscountAmount = r.SubtotalAmount / 10
			}
			net := r.SubtotalAmount - r.DiscountAmount
			r.TaxAmount = net / 5
			switch n % 6 {
			case 3:
				r.Status = "pending"
			case 4:
				r.Status, r.RefundedAmount = "refunded", net
			case 5:
				r.Status, r.RefundedAmount = "partially_refunded", net/2
			}
			if j > 0 {
				r.BillingReason = "subscription_cycle"
			}
			orders = append(orders, r)
		}
	}
	return orders
}
