package server_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/examples/shop/seed"
	"github.com/polarkit-go/polarkit/kit/kittest"
)

const ordersPath = "/v1/orders/"

func TestOrdersList(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	c := acmeOwner(t, s, "orders:read")
	both := s.user(t, seed.BothOwner, "orders:read")
	all := seed.Orders(seed.Acme)
	customers := seed.Customers(seed.Acme)

	count := func(matches func(seed.Order) bool) int {
		n := 0
		for _, o := range all {
			if matches(o) {
				n++
			}
		}
		return n
	}
	status := func(wanted ...string) int {
		return count(func(o seed.Order) bool { return slices.Contains(wanted, o.Status) })
	}
	require.Len(t, all, 36)

	for name, test := range map[string]struct {
		client *kittest.Client
		query  string
		total  int
	}{
		"all":                               {c, "", 36},
		"of both organizations":             {both, "", 72},
		"of one of both":                    {both, "organization_id=" + seed.Globex.ID().String(), 36},
		"of the other organization":         {c, "organization_id=" + seed.Globex.ID().String(), 0},
		"of a customer":                     {c, "customer_id=" + customers[3].ID.String(), 3},
		"of two customers":                  {c, "customer_id=" + customers[3].ID.String() + "&customer_id=" + customers[2].ID.String(), 5},
		"of a customer of the other one":    {c, "customer_id=" + seed.Customers(seed.Globex)[3].ID.String(), 0},
		"of a customer who does not exist":  {c, "customer_id=" + uuid.NewString(), 0},
		"paid":                              {c, "status=paid", status("paid")},
		"pending or refunded":               {c, "status=pending&status=refunded", status("pending", "refunded")},
		"paid, of a customer":               {c, "status=paid&customer_id=" + customers[3].ID.String(), count(func(o seed.Order) bool { return o.Status == "paid" && o.CustomerID == customers[3].ID })},
		"with metadata that no order holds": {c, "metadata[plan]=pro", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page := kittest.Decode[listPage](test.client.In(t).Get(ordersPath + "?" + test.query).Want(http.StatusOK))
			require.Equal(t, test.total, page.Pagination.TotalCount)
			require.Len(t, page.Items, min(test.total, 10))
		})
	}

	t.Run("an unknown status", func(t *testing.T) {
		t.Parallel()
		c := c.In(t)
		reply := c.Get(ordersPath + "?status=eaten")
		require.Equal(t, http.StatusUnprocessableEntity, reply.Status)
		require.Contains(t, string(reply.Body), `'pending', 'paid', 'refunded' or 'partially_refunded'`)
	})
	t.Run("sorted", func(t *testing.T) {
		t.Parallel()
		c := c.In(t)
		page := kittest.Decode[listPage](c.Get(ordersPath + "?limit=100&sorting=-amount,invoice_number").Want(http.StatusOK))
		require.Len(t, page.Items, 36)
		for i := 1; i < len(page.Items); i++ {
			before, after := page.Items[i-1]["total_amount"].(float64), page.Items[i]["total_amount"].(float64)
			require.GreaterOrEqual(t, before, after)
			if before == after {
				require.Less(t, page.Items[i-1]["invoice_number"], page.Items[i]["invoice_number"])
			}
		}
		page = kittest.Decode[listPage](c.Get(ordersPath + "?limit=1").Want(http.StatusOK))
		require.Equal(t, all[35].ID.String(), page.Items[0]["id"], "the newest first")
	})
	t.Run("without the scope", func(t *testing.T) {
		t.Parallel()
		reply := acmeOwner(t, s, "customers:write").Get(ordersPath)
		reply.Want(http.StatusForbidden).WantError("InsufficientScope")
		require.Contains(t, reply.Header.Get("WWW-Authenticate"), `scope="orders:read"`)
	})
}

func TestOrdersGet(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	c := acmeOwner(t, s, "orders:read")
	want := seed.Orders(seed.Acme)[0]

	got := kittest.Decode[object](c.Get(ordersPath + want.ID.String()).Want(http.StatusOK))
	require.Equal(t, map[string]any{
		"created_at": want.CreatedAt.Format("2006-01-02T15:04:05Z"), "updated_at": nil,
		"id": want.ID.String(), "status": "paid", "paid": true,
		"subtotal_amount": 1000.0, "discount_amount": 100.0, "net_amount": 900.0, "tax_amount": 180.0, "total_amount": 1080.0, "refunded_amount": 0.0,
		"currency": "usd", "billing_reason": "purchase", "invoice_number": "ACME-0001",
		"customer_id": want.CustomerID.String(), "organization_id": seed.Acme.ID().String(), "metadata": map[string]any{},
	}, got)

	theirs := c.Get(ordersPath + seed.Orders(seed.Globex)[0].ID.String())
	theirs.Want(http.StatusNotFound).WantError("ResourceNotFound")
	require.Equal(t, string(c.Get(ordersPath+uuid.NewString()).Body), string(theirs.Body))
}
