package server_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/examples/shop/seed"
)

const customersPath = "/v1/customers/"

func acmeOwner(t *testing.T, s *shop, scopes ...string) *client {
	t.Helper()
	return s.user(t, seed.AcmeOwner, scopes...)
}

func TestCustomersList(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	c := acmeOwner(t, s, "customers:read")

	t.Run("only those of the user's organization", func(t *testing.T) {
		t.Parallel()
		page := c.get(t, customersPath+"?limit=100").list(t, http.StatusOK)
		require.Equal(t, 25, page.Pagination.TotalCount)
		require.Equal(t, 1, page.Pagination.MaxPage)
		require.Len(t, page.Items, 25)
		for _, item := range page.Items {
			require.Equal(t, seed.Acme.ID().String(), item["organization_id"])
		}
	})
	t.Run("ten by default, the newest first", func(t *testing.T) {
		t.Parallel()
		page := c.get(t, customersPath).list(t, http.StatusOK)
		require.Len(t, page.Items, 10)
		newest := seed.Customers(seed.Acme)[24]
		require.Equal(t, newest.ID.String(), page.Items[0]["id"])
		require.Equal(t, "2025-01-29T13:37:00Z", page.Items[0]["created_at"])
		require.Nil(t, page.Items[0]["updated_at"])
	})
	t.Run("limit=7 makes 4 pages", func(t *testing.T) {
		t.Parallel()
		page := c.get(t, customersPath+"?limit=7").list(t, http.StatusOK)
		require.Len(t, page.Items, 7)
		require.Equal(t, 4, page.Pagination.MaxPage)

		page = c.get(t, customersPath+"?limit=7&page=4").list(t, http.StatusOK)
		require.Len(t, page.Items, 4)

		reply := c.get(t, customersPath+"?limit=7&page=5")
		require.Equal(t, "private, no-store", reply.header.Get("Cache-Control"))
		require.JSONEq(t, `{"items":[],"pagination":{"total_count":25,"max_page":4}}`, string(reply.body))
	})
	t.Run("a page beyond every number is empty", func(t *testing.T) {
		t.Parallel()
		page := c.get(t, customersPath+"?limit=100&page=99999999999999999999999").list(t, http.StatusOK)
		require.Empty(t, page.Items)
		require.Equal(t, 25, page.Pagination.TotalCount)
	})
	t.Run("a limit beyond 100 is 100", func(t *testing.T) {
		t.Parallel()
		page := c.get(t, customersPath+"?limit=1000").list(t, http.StatusOK)
		require.Equal(t, 1, page.Pagination.MaxPage)
	})
	t.Run("all pages together are the list", func(t *testing.T) {
		t.Parallel()
		seen := map[any]bool{}
		for _, path := range []string{"?limit=9&page=1", "?limit=9&page=2", "?limit=9&page=3"} {
			for _, item := range c.get(t, customersPath+path+"&sorting=name").list(t, http.StatusOK).Items {
				seen[item["id"]] = true
			}
		}
		require.Len(t, seen, 25)
	})
	t.Run("sorted", func(t *testing.T) {
		t.Parallel()
		for _, query := range []string{"sorting=-created_at,email", "sorting=-created_at&sorting=email"} {
			page := c.get(t, customersPath+"?"+query).list(t, http.StatusOK)
			require.Equal(t, seed.Customers(seed.Acme)[24].ID.String(), page.Items[0]["id"], query)
		}
		page := c.get(t, customersPath+"?sorting=email").list(t, http.StatusOK)
		require.Equal(t, "alan.turing@acme-customers.example.com", page.Items[0]["email"])
		page = c.get(t, customersPath+"?sorting=-email").list(t, http.StatusOK)
		require.Equal(t, "tony.hoare@acme-customers.example.com", page.Items[0]["email"])
	})
	t.Run("sorted by what it cannot be sorted by", func(t *testing.T) {
		t.Parallel()
		c.get(t, customersPath+"?sorting=nope").invalid(t, detail{"enum", []any{"query", "sorting", 0.0}})
	})
	t.Run("two errors in one answer", func(t *testing.T) {
		t.Parallel()
		reply := c.get(t, customersPath+"?page=0&limit=x")
		reply.invalid(t,
			detail{"greater_than", []any{"query", "page"}},
			detail{"int_parsing", []any{"query", "limit"}})
		require.JSONEq(t, `{"error":"PolarRequestValidationError","detail":[
			{"type":"greater_than","loc":["query","page"],"msg":"Input should be greater than 0","input":"0","ctx":{"gt":0}},
			{"type":"int_parsing","loc":["query","limit"],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"x"}]}`,
			string(reply.body))
	})
}

// A criterion that comes again changes nothing.
func TestCustomersSortedTwice(t *testing.T) {
	t.Parallel()
	c := acmeOwner(t, newShop(t), "customers:read")
	once := c.get(t, customersPath+"?sorting=name").list(t, http.StatusOK)
	require.NotEmpty(t, once.Items)
	for _, query := range []string{"sorting=name&sorting=name", "sorting=name,name", "sorting=name&sorting=-name", "sorting=name" + strings.Repeat("&sorting=name", 100)} {
		require.Equal(t, once, c.get(t, customersPath+"?"+query).list(t, http.StatusOK), query)
	}
}

func TestCustomersFilters(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	c := acmeOwner(t, s, "customers:read")
	both := s.user(t, seed.BothOwner, "customers:read")
	acme, globex := seed.Acme.ID().String(), seed.Globex.ID().String()

	for name, test := range map[string]struct {
		client *client
		query  string
		total  int
	}{
		"the shared address":                     {c, "email=" + seed.SharedEmail, 1},
		"an address in other letters":            {c, "email=SHARED@customers.example.com", 1},
		"the shared address, of both":            {both, "email=" + seed.SharedEmail, 2},
		"an address of the other organization":   {c, "email=alan.turing@globex-customers.example.com", 0},
		"an address nobody has":                  {c, "email=nobody@example.com", 0},
		"both organizations":                     {both, "", 50},
		"one of both organizations":              {both, "organization_id=" + globex, 25},
		"both organizations, named":              {both, "organization_id=" + globex + "&organization_id=" + acme, 50},
		"the other organization":                 {c, "organization_id=" + globex, 0},
		"an organization that does not exist":    {c, "organization_id=" + uuid.NewString(), 0},
		"the own organization and the other one": {c, "organization_id=" + acme + "&organization_id=" + globex, 25},
		"text in a name":                         {c, "query=HOPPER", 1},
		"text in an address":                     {c, "query=acme-customers", 24},
		"text that only the other one has":       {c, "query=globex-customers", 0},
		"a percent sign is text":                 {c, "query=%25", 0},
		"an underscore is text":                  {c, "query=_", 0},
		"a backslash is text":                    {c, "query=%5C", 0},
		"metadata, text":                         {c, "metadata[plan]=free", 5},
		"metadata, one of two":                   {c, "metadata[plan]=free&metadata[plan]=pro", 9},
		"metadata, two keys":                     {c, "metadata[plan]=free&metadata[trial]=true", 3},
		"metadata, a number":                     {c, "metadata[seats]=7", 1},
		"metadata, a key nobody has":             {c, "metadata[nope]=free", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page := test.client.get(t, customersPath+"?"+test.query).list(t, http.StatusOK)
			require.Equal(t, test.total, page.Pagination.TotalCount)
			require.Len(t, page.Items, min(test.total, 10))
		})
	}

	t.Run("an organization that is no identifier", func(t *testing.T) {
		t.Parallel()
		reply := c.get(t, customersPath+"?organization_id=acme")
		require.Equal(t, http.StatusUnprocessableEntity, reply.status)
	})
	t.Run("metadata without a key", func(t *testing.T) {
		t.Parallel()
		for _, query := range []string{"metadata=free", "metadata=[object%20Object]", "metadata[]=free", "metadata[plan=free"} {
			reply := c.get(t, customersPath+"?"+query)
			require.Equal(t, http.StatusUnprocessableEntity, reply.status, query)
		}
	})
	t.Run("an organization out of reach reads as one that does not exist", func(t *testing.T) {
		t.Parallel()
		other := c.get(t, customersPath+"?organization_id="+globex)
		unknown := c.get(t, customersPath+"?organization_id="+uuid.NewString())
		require.Equal(t, string(unknown.body), string(other.body))
	})
}

func TestCustomersCreate(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	c := acmeOwner(t, s, "customers:write")

	created := c.post(t, customersPath, map[string]any{
		"email": "new@example.com", "name": "New", "external_id": "new-1", "metadata": map[string]any{"plan": "pro", "seats": 3, "trial": false},
		"billing_address": map[string]any{"country": "FR", "city": "Paris"},
	}).object(t, http.StatusCreated)
	require.Equal(t, "new@example.com", created["email"])
	require.Equal(t, "New", created["name"])
	require.Equal(t, "new-1", created["external_id"])
	require.Equal(t, false, created["email_verified"])
	require.Equal(t, seed.Acme.ID().String(), created["organization_id"])
	require.Equal(t, map[string]any{"plan": "pro", "seats": 3.0, "trial": false}, created["metadata"])
	require.Equal(t, map[string]any{"country": "FR", "line1": nil, "line2": nil, "postal_code": nil, "city": "Paris", "state": nil}, created["billing_address"])
	require.NotEmpty(t, created["created_at"])
	require.Nil(t, created["updated_at"])

	got := c.get(t, customersPath+created["id"].(string)).object(t, http.StatusOK)
	require.Equal(t, created, got)

	for name, test := range map[string]struct {
		body    string
		details []detail
	}{
		"nothing":              {`{}`, []detail{{"missing", []any{"body", "email"}}}},
		"no body":              {``, []detail{{"missing", []any{"body"}}}},
		"a list":               {`[]`, []detail{{"model_attributes_type", []any{"body"}}}},
		"no address":           {`{"email":"nope"}`, []detail{{"value_error", []any{"body", "email"}}}},
		"null":                 {`{"email":null}`, []detail{{"string_type", []any{"body", "email"}}}},
		"a taken address":      {`{"email":"` + seed.SharedEmail + `"}`, []detail{{"value_error", []any{"body", "email"}}}},
		"a taken address, big": {`{"email":"Shared@customers.example.com"}`, []detail{{"value_error", []any{"body", "email"}}}},
		"a taken external ID":  {`{"email":"x@example.com","external_id":"usr_1001"}`, []detail{{"value_error", []any{"body", "external_id"}}}},
		"two things":           {`{"email":1,"name":2}`, []detail{{"string_type", []any{"body", "email"}}, {"string_type", []any{"body", "name"}}}},
		"a country of nowhere": {`{"email":"x@example.com","billing_address":{"country":"Atlantis"}}`, []detail{{"enum", []any{"body", "billing_address", "country"}}}},
		"another organization": {`{"email":"x@example.com","organization_id":"` + seed.Globex.ID().String() + `"}`, []detail{{"value_error", []any{"body", "organization_id"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.send(t, http.MethodPost, customersPath, test.body).invalid(t, test.details...)
		})
	}
	t.Run("broken JSON", func(t *testing.T) {
		t.Parallel()
		reply := c.send(t, http.MethodPost, customersPath, `{"email":`)
		require.Equal(t, http.StatusUnprocessableEntity, reply.status)
	})
}

func TestCustomersOwners(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	acme, globex := seed.Acme.ID().String(), seed.Globex.ID().String()

	t.Run("the same address in the other organization", func(t *testing.T) {
		t.Parallel()
		const email = "same@example.com"
		one := acmeOwner(t, s, "customers:write").post(t, customersPath, map[string]any{"email": email}).object(t, http.StatusCreated)
		other := s.user(t, seed.GlobexOwner, "customers:write").post(t, customersPath, map[string]any{"email": email}).object(t, http.StatusCreated)
		require.Equal(t, acme, one["organization_id"])
		require.Equal(t, globex, other["organization_id"])
		acmeOwner(t, s, "customers:write").post(t, customersPath, map[string]any{"email": email}).
			invalid(t, detail{"value_error", []any{"body", "email"}})
	})
	t.Run("a user of two organizations names one", func(t *testing.T) {
		t.Parallel()
		both := s.user(t, seed.BothOwner, "customers:write")
		both.post(t, customersPath, map[string]any{"email": "two@example.com"}).
			invalid(t, detail{"missing", []any{"body", "organization_id"}})
		created := both.post(t, customersPath, map[string]any{"email": "two@example.com", "organization_id": globex}).object(t, http.StatusCreated)
		require.Equal(t, globex, created["organization_id"])
	})
	t.Run("an organization out of reach reads as one that does not exist", func(t *testing.T) {
		t.Parallel()
		c := acmeOwner(t, s, "customers:write")
		other := c.post(t, customersPath, map[string]any{"email": "three@example.com", "organization_id": globex})
		nowhere := uuid.NewString()
		unknown := c.post(t, customersPath, map[string]any{"email": "three@example.com", "organization_id": nowhere})
		other.invalid(t, detail{"value_error", []any{"body", "organization_id"}})
		require.Equal(t, replace(unknown.body, nowhere, globex), string(other.body))
	})
	t.Run("an organization's token is for that organization", func(t *testing.T) {
		t.Parallel()
		c := s.organization(t, seed.Globex, "customers:write")
		created := c.post(t, customersPath, map[string]any{"email": "four@example.com"}).object(t, http.StatusCreated)
		require.Equal(t, globex, created["organization_id"])
		for _, named := range []string{acme, globex} {
			c.post(t, customersPath, map[string]any{"email": "five@example.com", "organization_id": named}).
				invalid(t, detail{"organization_token", []any{"body", "organization_id"}})
		}
	})
}

func TestCustomersUpdate(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	c := acmeOwner(t, s, "customers:write")
	path := customersPath + seed.Customers(seed.Acme)[2].ID.String()
	before := c.get(t, path).object(t, http.StatusOK)
	require.Equal(t, "Annie Easley", before["name"])
	require.Nil(t, before["updated_at"])

	unchanged := c.send(t, http.MethodPatch, path, `{}`).object(t, http.StatusOK)
	require.Equal(t, before, unchanged)

	renamed := c.send(t, http.MethodPatch, path, `{"name":"Annie J. Easley"}`).object(t, http.StatusOK)
	require.Equal(t, "Annie J. Easley", renamed["name"])
	require.NotNil(t, renamed["updated_at"])
	require.Equal(t, without(before, "name", "updated_at"), without(renamed, "name", "updated_at"))

	nameless := c.send(t, http.MethodPatch, path, `{"name":null}`).object(t, http.StatusOK)
	require.Nil(t, nameless["name"])
	require.Equal(t, nameless, c.get(t, path).object(t, http.StatusOK))

	t.Run("what is not the client's to change", func(t *testing.T) {
		body := `{"id":"` + uuid.NewString() + `","organization_id":"` + seed.Globex.ID().String() + `","created_at":"2020-01-01T00:00:00Z","email_verified":true}`
		ignored := c.send(t, http.MethodPatch, path, body).object(t, http.StatusOK)
		require.Equal(t, nameless, ignored)
	})
	t.Run("null where there must be a value", func(t *testing.T) {
		c.send(t, http.MethodPatch, path, `{"email":null}`).invalid(t, detail{"string_type", []any{"body", "email"}})
	})
	t.Run("an address that is taken", func(t *testing.T) {
		c.send(t, http.MethodPatch, path, `{"email":"`+seed.SharedEmail+`"}`).invalid(t, detail{"value_error", []any{"body", "email"}})
	})
	t.Run("an external ID that is set", func(t *testing.T) {
		c.send(t, http.MethodPatch, path, `{"external_id":"another"}`).invalid(t, detail{"value_error", []any{"body", "external_id"}})
		same := c.send(t, http.MethodPatch, path, `{"external_id":"usr_1003"}`).object(t, http.StatusOK)
		require.Equal(t, "usr_1003", same["external_id"])
	})
	t.Run("an external ID that is not set", func(t *testing.T) {
		without := customersPath + seed.Customers(seed.Acme)[6].ID.String()
		set := c.send(t, http.MethodPatch, without, `{"external_id":"usr_new"}`).object(t, http.StatusOK)
		require.Equal(t, "usr_new", set["external_id"])
	})
	t.Run("metadata is replaced", func(t *testing.T) {
		replaced := c.send(t, http.MethodPatch, path, `{"metadata":{"tier":"gold"}}`).object(t, http.StatusOK)
		require.Equal(t, map[string]any{"tier": "gold"}, replaced["metadata"])
	})
	t.Run("the address", func(t *testing.T) {
		moved := c.send(t, http.MethodPatch, path, `{"billing_address":{"country":"SE"}}`).object(t, http.StatusOK)
		require.Equal(t, "SE", moved["billing_address"].(map[string]any)["country"])
		gone := c.send(t, http.MethodPatch, path, `{"billing_address":null}`).object(t, http.StatusOK)
		require.Nil(t, gone["billing_address"])
	})
}

func TestCustomersDelete(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	c := acmeOwner(t, s, "customers:write")
	path := customersPath + seed.Customers(seed.Acme)[0].ID.String()

	reply := c.send(t, http.MethodDelete, path, "")
	require.Equal(t, http.StatusNoContent, reply.status)
	require.Empty(t, reply.body)

	c.get(t, path).fails(t, http.StatusNotFound, "ResourceNotFound")
	c.send(t, http.MethodPatch, path, `{"name":"x"}`).fails(t, http.StatusNotFound, "ResourceNotFound")
	c.send(t, http.MethodDelete, path, "").fails(t, http.StatusNotFound, "ResourceNotFound")
	require.Equal(t, 24, c.get(t, customersPath).list(t, http.StatusOK).Pagination.TotalCount)

	// The address is free again.
	c.post(t, customersPath, map[string]any{"email": seed.SharedEmail}).object(t, http.StatusCreated)
}

func TestCustomersOutOfReach(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	c := acmeOwner(t, s, "customers:write")
	theirs := customersPath + seed.Customers(seed.Globex)[1].ID.String()
	nowhere := customersPath + uuid.NewString()

	for _, request := range []struct{ method, body string }{
		{http.MethodGet, ""}, {http.MethodPatch, `{"name":"mine"}`}, {http.MethodDelete, ""},
	} {
		reply := c.send(t, request.method, theirs, request.body)
		reply.fails(t, http.StatusNotFound, "ResourceNotFound")
		require.Equal(t, string(c.send(t, request.method, nowhere, request.body).body), string(reply.body))
	}
	row := s.user(t, seed.GlobexOwner, "customers:read").get(t, theirs).object(t, http.StatusOK)
	require.Equal(t, "Alan Turing", row["name"])
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	s := newShop(t)

	t.Run("none", func(t *testing.T) {
		t.Parallel()
		reply := s.anonymous().get(t, customersPath)
		reply.fails(t, http.StatusUnauthorized, "Unauthorized")
		require.Equal(t, `Bearer realm="shop"`, reply.header.Get("WWW-Authenticate"))
		require.Equal(t, "no-store", reply.header.Get("Cache-Control"))
	})
	t.Run("none, with a broken body", func(t *testing.T) {
		t.Parallel()
		s.anonymous().send(t, http.MethodPost, customersPath, `{"email`).fails(t, http.StatusUnauthorized, "Unauthorized")
	})
	t.Run("one that nobody issued", func(t *testing.T) {
		t.Parallel()
		c := &client{shop: s, token: "shop_pat_" + "x"}
		reply := c.get(t, customersPath)
		reply.fails(t, http.StatusUnauthorized, "InvalidToken")
		require.Contains(t, reply.header.Get("WWW-Authenticate"), `error="invalid_token"`)
	})
	t.Run("without the scope", func(t *testing.T) {
		t.Parallel()
		c := acmeOwner(t, s, "orders:read")
		reply := c.get(t, customersPath)
		reply.fails(t, http.StatusForbidden, "InsufficientScope")
		require.Contains(t, reply.header.Get("WWW-Authenticate"), `scope="customers:read"`)

		reader := acmeOwner(t, s, "customers:read")
		reply = reader.post(t, customersPath, map[string]any{"email": "x@example.com"})
		reply.fails(t, http.StatusForbidden, "InsufficientScope")
		require.Contains(t, reply.header.Get("WWW-Authenticate"), `scope="customers:write"`)
	})
	t.Run("writing implies reading", func(t *testing.T) {
		t.Parallel()
		acmeOwner(t, s, "customers:write").get(t, customersPath).list(t, http.StatusOK)
	})
	t.Run("of an organization", func(t *testing.T) {
		t.Parallel()
		page := s.organization(t, seed.Globex, "customers:read").get(t, customersPath).list(t, http.StatusOK)
		require.Equal(t, 25, page.Pagination.TotalCount)
		require.Equal(t, seed.Globex.ID().String(), page.Items[0]["organization_id"])
	})
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	s := newShop(t)

	t.Run("the slash", func(t *testing.T) {
		t.Parallel()
		reply := s.anonymous().get(t, "/v1/customers?limit=3&sorting=name")
		require.Equal(t, http.StatusTemporaryRedirect, reply.status)
		require.Equal(t, "/v1/customers/?limit=3&sorting=name", reply.header.Get("Location"))
	})
	t.Run("unknown", func(t *testing.T) {
		t.Parallel()
		s.anonymous().get(t, "/v1/nothing/").fails(t, http.StatusNotFound, "RouteNotFound")
		s.anonymous().get(t, "/nothing").fails(t, http.StatusNotFound, "RouteNotFound")
	})
	t.Run("unknown method", func(t *testing.T) {
		t.Parallel()
		reply := s.anonymous().send(t, http.MethodPut, customersPath, "{}")
		reply.fails(t, http.StatusMethodNotAllowed, "MethodNotAllowed")
		require.Equal(t, "GET, HEAD, POST", reply.header.Get("Allow"))
	})
	t.Run("an identifier that is none", func(t *testing.T) {
		t.Parallel()
		acmeOwner(t, s, "customers:read").get(t, customersPath+"nope").invalid(t, detail{"uuid_parsing", []any{"path", "id"}})
	})
	t.Run("health", func(t *testing.T) {
		t.Parallel()
		for _, path := range []string{"/healthz", "/readyz"} {
			reply := s.anonymous().get(t, path)
			require.Equal(t, http.StatusOK, reply.status, path)
			require.JSONEq(t, `{"status":"ok"}`, string(reply.body), path)
		}
	})
}
