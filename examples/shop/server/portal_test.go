package server_test

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/examples/shop/seed"
	"github.com/polarkit-go/polarkit/kit/kittest"
)

func TestCustomerSessions(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	before := time.Now()
	c := acmeOwner(t, s, "customer_sessions:write", "customers:read") // for an hour
	ada := seed.Customers(seed.Acme)[3]

	t.Run("by ID", func(t *testing.T) {
		t.Parallel()
		c := c.In(t)
		created := kittest.Decode[object](c.Post("/v1/customer-sessions/", map[string]any{"customer_id": ada.ID}).Want(http.StatusCreated))
		require.Regexp(t, `^shop_cst_[0-9A-Za-z]{43}$`, created["token"])
		require.Equal(t, ada.ID.String(), created["customer_id"])
		require.Equal(t, ada.ID.String(), created["customer"].(map[string]any)["id"])
		expires, err := time.Parse(time.RFC3339, created["expires_at"].(string))
		require.NoError(t, err)
		requireBetween(t, before.Add(time.Hour), expires, time.Now().Add(time.Hour))

		portal := s.client(t).Bearer(created["token"].(string))
		me := kittest.Decode[object](portal.Get("/v1/customer-portal/customers/me").Want(http.StatusOK))
		require.Equal(t, ada.ID.String(), me["id"])
	})
	t.Run("by external ID", func(t *testing.T) {
		t.Parallel()
		c := c.In(t)
		created := kittest.Decode[object](c.Post("/v1/customer-sessions/", map[string]any{"customer_external_id": "usr_1004"}).Want(http.StatusCreated))
		require.Equal(t, ada.ID.String(), created["customer_id"])
	})
	t.Run("by an external ID that both organizations know", func(t *testing.T) {
		t.Parallel()
		both := s.user(t, seed.BothOwner, "customer_sessions:write", "customers:read")
		both.Post("/v1/customer-sessions/", map[string]any{"customer_external_id": "usr_1004"}).Want(http.StatusConflict).WantError("ResourceConflict")
	})
	t.Run("in no way, and in both", func(t *testing.T) {
		t.Parallel()
		c := c.In(t)
		c.Post("/v1/customer-sessions/", map[string]any{}).WantInvalid("missing body.customer_id")
		c.Post("/v1/customer-sessions/", map[string]any{"customer_id": ada.ID, "customer_external_id": "usr_1004"}).WantInvalid("value_error body.customer_external_id")
	})
	t.Run("a customer out of reach reads as one that does not exist", func(t *testing.T) {
		t.Parallel()
		c := c.In(t)
		theirs, nobody := seed.Customers(seed.Globex)[3].ID.String(), uuid.NewString()
		other := c.Post("/v1/customer-sessions/", map[string]any{"customer_id": theirs})
		other.WantInvalid("value_error body.customer_id")
		unknown := c.Post("/v1/customer-sessions/", map[string]any{"customer_id": nobody})
		require.Equal(t, replace(unknown.Body, nobody, theirs), string(other.Body))
		c.Post("/v1/customer-sessions/", map[string]any{"customer_external_id": "nobody"}).WantInvalid("value_error body.customer_external_id")
	})
	t.Run("without the scope", func(t *testing.T) {
		t.Parallel()
		acmeOwner(t, s, "customers:write").Post("/v1/customer-sessions/", map[string]any{"customer_id": ada.ID}).Want(http.StatusForbidden).WantError("InsufficientScope")
	})
}

func TestCustomerPortal(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	// The same address in both organizations: two customers, who know nothing of each other.
	mine, theirs := seed.Customers(seed.Acme)[0], seed.Customers(seed.Globex)[0]
	c := s.customer(t, mine, seed.Acme, "customer_portal:write")
	other := s.customer(t, theirs, seed.Globex, "customer_portal:read")

	me := kittest.Decode[object](c.Get("/v1/customer-portal/customers/me").Want(http.StatusOK))
	require.Equal(t, mine.ID.String(), me["id"])
	require.Equal(t, seed.SharedEmail, me["email"])
	for _, name := range []string{"metadata", "external_id", "organization_id"} {
		require.NotContains(t, me, name, "what the organization keeps for itself")
	}

	changed := kittest.Decode[object](c.Patch("/v1/customer-portal/customers/me", `{"name":"Countess","billing_address":{"country":"GB"},"email":"new@example.com","email_verified":true,"metadata":{"plan":"free"}}`).Want(http.StatusOK))
	require.Equal(t, "Countess", changed["name"])
	require.Equal(t, "GB", changed["billing_address"].(map[string]any)["country"])
	require.Equal(t, seed.SharedEmail, changed["email"], "not the customer's to change")
	require.Equal(t, "Ada Lovelace", kittest.Decode[object](other.Get("/v1/customer-portal/customers/me").Want(http.StatusOK))["name"])
	row := kittest.Decode[object](acmeOwner(t, s, "customers:read").Get(customersPath + mine.ID.String()).Want(http.StatusOK))
	require.Equal(t, "Countess", row["name"])
	require.Equal(t, map[string]any{"plan": "free", "seats": 1.0, "trial": true}, row["metadata"])

	t.Run("reading does not imply writing", func(t *testing.T) {
		other := other.In(t)
		other.Patch("/v1/customer-portal/customers/me", `{"name":"x"}`).Want(http.StatusForbidden).WantError("InsufficientScope")
	})
	t.Run("a customer is no admin, and an admin is no customer", func(t *testing.T) {
		c := c.In(t)
		c.Get(customersPath).Want(http.StatusUnauthorized).WantError("Unauthorized")
		acmeOwner(t, s, "customer_portal:read").Get("/v1/customer-portal/customers/me").Want(http.StatusUnauthorized).WantError("Unauthorized")
	})
	t.Run("a deleted customer is nobody", func(t *testing.T) {
		gone := s.customer(t, seed.Customers(seed.Acme)[5], seed.Acme, "customer_portal:read")
		gone.Get("/v1/customer-portal/customers/me").Want(http.StatusOK)
		deleted := acmeOwner(t, s, "customers:write").Delete(customersPath + seed.Customers(seed.Acme)[5].ID.String())
		require.Equal(t, http.StatusNoContent, deleted.Status)
		gone.Get("/v1/customer-portal/customers/me").Want(http.StatusUnauthorized).WantError("InvalidToken")
	})
}

func TestCustomerPortalOrders(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	c := s.customer(t, seed.Customers(seed.Acme)[3], seed.Acme, "customer_portal:read")

	page := kittest.Decode[listPage](c.Get("/v1/customer-portal/orders/").Want(http.StatusOK))
	require.Equal(t, 3, page.Pagination.TotalCount, "those of the customer, not those of the organization")
	for _, item := range page.Items {
		require.NotContains(t, item, "metadata")
		require.NotContains(t, item, "organization_id")
	}
	var paid int
	for _, order := range seed.Orders(seed.Acme) {
		if order.CustomerID == seed.Customers(seed.Acme)[3].ID && order.Status == "paid" {
			paid++
		}
	}
	require.Equal(t, paid, kittest.Decode[listPage](c.Get("/v1/customer-portal/orders/?status=paid").Want(http.StatusOK)).Pagination.TotalCount)
	none := s.customer(t, seed.Customers(seed.Acme)[4], seed.Acme, "customer_portal:read")
	require.Zero(t, kittest.Decode[listPage](none.Get("/v1/customer-portal/orders/").Want(http.StatusOK)).Pagination.TotalCount)
}

func TestCustomersExternal(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	c := acmeOwner(t, s, "customers:read")
	got := kittest.Decode[object](c.Get(customersPath + "external/usr_1004").Want(http.StatusOK))
	require.Equal(t, seed.Customers(seed.Acme)[3].ID.String(), got["id"])
	c.Get(customersPath + "external/nobody").Want(http.StatusNotFound).WantError("ResourceNotFound")

	both := s.user(t, seed.BothOwner, "customers:read")
	both.Get(customersPath + "external/usr_1004").Want(http.StatusConflict).WantError("ResourceConflict")
	got = kittest.Decode[object](both.Get(customersPath + "external/usr_1004?organization_id=" + seed.Globex.ID().String()).Want(http.StatusOK))
	require.Equal(t, seed.Customers(seed.Globex)[3].ID.String(), got["id"])
}

func TestCustomersExport(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	// More than one batch, of one organization.
	const more = 2500
	_, err := s.pool.Exec(t.Context(), `
		INSERT INTO customers (id, created_at, organization_id, email)
		SELECT gen_random_uuid(), now(), $1, 'many' || n || '@example.com' FROM generate_series(1, $2::int) n`, seed.Acme.ID(), more)
	require.NoError(t, err)

	lines := func(c *kittest.Client, query string) [][]string {
		t.Helper()
		reply := c.Get(customersPath + "export" + query)
		require.Equal(t, http.StatusOK, reply.Status, string(reply.Body))
		require.Equal(t, "text/csv; charset=utf-8", reply.Header.Get("Content-Type"))
		lines, err := csv.NewReader(strings.NewReader(string(reply.Body))).ReadAll()
		require.NoError(t, err)
		require.Equal(t, []string{"id", "created_at", "updated_at", "external_id", "email", "email_verified", "name", "organization_id"}, lines[0])
		return lines[1:]
	}
	acme, globex := seed.Acme.ID().String(), seed.Globex.ID().String()
	c := acmeOwner(t, s, "customers:read")
	all := lines(c, "")
	require.Len(t, all, 25+more)
	seen := map[string]bool{}
	for _, line := range all {
		require.Equal(t, acme, line[7])
		require.False(t, seen[line[0]])
		seen[line[0]] = true
	}
	require.Equal(t, seed.Customers(seed.Acme)[0].ID.String(), all[0][0])
	require.Empty(t, lines(c, "?organization_id="+globex))
	require.Len(t, lines(s.user(t, seed.BothOwner, "customers:read"), "?organization_id="+globex), 25)
	c.Get(customersPath + "export?organization_id=x").WantInvalid("uuid_parsing query.organization_id.0")
}
