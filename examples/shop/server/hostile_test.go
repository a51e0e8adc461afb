package server_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever a client sends, it is the client's mistake or finds nothing.
func TestHostileParameters(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	c := acmeOwner(t, s, "customers:write", "orders:read")
	for _, path := range []string{
		customersPath + "?query=%00", customersPath + "?email=%00", customersPath + "?query=%ff%fe", customersPath + "?query=",
		customersPath + "?metadata[plan]=%00", customersPath + "?metadata[%00]=x", customersPath + "?metadata[%ff]=x", customersPath + "?metadata[a][b]=x",
		customersPath + "external/%00", customersPath + "external/%ff", customersPath + "external/a%2Fb",
		customersPath + "?limit=9223372036854775808&page=9223372036854775807",
		customersPath + "?sorting=", customersPath + "?sorting=name,name,name,name,name,name,name",
		ordersPath + "?status=", ordersPath + "?customer_id=", ordersPath + "?page=%00",
		"/v1/customers/%2e%2e/orders/", "/v1//customers/",
	} {
		reply := c.Get(path)
		require.Less(t, reply.Status, http.StatusInternalServerError, "%s: %s", path, reply.Body)
	}
	for _, body := range []string{
		`{"email":"a\u0000b@example.com"}`, `{"email":"x@example.com","name":"\u0000"}`, `{"email":"x@example.com","metadata":{"\u0000":"x"}}`,
		`{"email":"x@example.com","metadata":{"a":"\u0000"}}`, `{"email":"x@example.com","external_id":"\u0000"}`,
		`{"email":"x@example.com","name":"\ud800"}`, `{"email":"x@example.com","billing_address":{"country":"US","city":"\u0000"}}`,
		`{"email":"x@example.com","metadata":{"a":1e400}}`,
		`[[[[[[`, `"`, `nul`, `{"email":"x@example.com","organization_id":"%s"}`,
	} {
		reply := c.Post(customersPath, body)
		require.GreaterOrEqual(t, reply.Status, http.StatusBadRequest, "%s: %s", body, reply.Body)
		require.Less(t, reply.Status, http.StatusInternalServerError, "%s: %s", body, reply.Body)
	}
}
