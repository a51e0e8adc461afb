package server_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/examples/shop/seed"
	"github.com/polarkit-go/polarkit/kit/kittest"
)

const customersPath = "/v1/customers/"

func acmeOwner(t *testing.T, s *shop, scopes ...credential.Scope) *kittest.Client {
	t.Helper()
	return s.user(t, seed.AcmeOwner, scopes...)
}

func TestCustomersList(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	c := acmeOwner(t, s, "customers:read")

	t.Run("only those of the user's organization", func(t *testing.T) {
		t.Parallel()
		c := c.In(t)
		page := kittest.Decode[listPage](c.Get(customersPath + "?limit=100").Want(http.StatusOK))
		require.Equal(t, 25, page.Pagination.TotalCount)
		require.Equal(t, 1, page.Pagination.MaxPage)
		require.Len(t, page.Items, 25)
		for _, item := range page.Items {
			require.Equal(t, seed.Acme.ID().String(), item["organization_id"])
		}
	})
	t.Run("ten by default, the newest first", func(t *testing.T) {
		t.Parallel()
		c := c.In(t)
		page := kittest.Decode[listPage](c.Get(customersPath).Want(http.StatusOK))
		require.Len(t, page.Items, 10)
		newest := seed.Customers(seed.Acme)[24]
		require.Equal(t, newest.ID.String(), page.Items[0]["id"])
		require.Equal(t, "2025-01-29T13:37:00Z", page.Items[0]["created_at"])
		require.Nil(t, page.Items[0]["updated_at"])
	})
	t.Run("limit=7 makes 4 pages", func(t *testing.T) {
		t.Parallel()
		c := c.In(t)
		page := kittest.Decode[listPage](c.Get(customersPath + "?limit=7").Want(http.StatusOK))
		require.Len(t, page.Items, 7)
		require.Equal(t, 4, page.Pagination.MaxPage)

		page = kittest.Decode[listPage](c.Get(customersPath + "?limit=7&page=4").Want(http.StatusOK))
		require.Len(t, page.Items, 4)

		reply := c.Get(customersPath + "?limit=7&page=5")
		require.Equal(t, "private, no-store", reply.Header.Get("Cache-Control"))
		require.JSONEq(t, `{"items":[],"pagination":{"total_count":25,"max_page":4}}`, string(reply.Body))
	})
	t.Run("a page beyond every number is empty", func(t *testing.T) {
		t.Parallel()
		c := c.In(t)
		page := kittest.Decode[listPage](c.Get(customersPath + "?limit=100&page=99999999999999999999999").Want(http.StatusOK))
		require.Empty(t, page.Items)
		require.Equal(t, 25, page.Pagination.TotalCount)
	})
	t.Run("a limit beyond 100 is 100", func(t *testing.T) {
		t.Parallel()
		c := c.In(t)
		page := kittest.Decode[listPage](c.Get(customersPath + "?limit=1000").Want(http.StatusOK))
		require.Equal(t, 1, page.Pagination.MaxPage)
	})
	t.Run("all pages together are the list", func(t *testing.T) {
		t.Parallel()
		c := c.In(t)
		seen := map[any]bool{}
		for _, path := range []string{"?limit=9&page=1", "?limit=9&page=2", "?limit=9&page=3"} {
			for _, item := range kittest.Decode[listPage](c.Get(customersPath + path + "&sorting=name").Want(http.StatusOK)).Items {
				seen[item["id"]] = true
			}
		}
		require.Len(t, seen, 25)
	})
	t.Run("sorted", func(t *testing.T) {
		t.Parallel()
		c := c.In(t)
		for _, query := range []string{"sorting=-created_at,email", "sorting=-created_at&sorting=email"} {
			page := kittest.Decode[listPage](c.Get(customersPath + "?" + query).Want(http.StatusOK))
			require.Equal(t, seed.Customers(seed.Acme)[24].ID.String(), page.Items[0]["id"], query)
		}
		page := kittest.Decode[listPage](c.Get(customersPath + "?sorting=email").Want(http.StatusOK))
		require.Equal(t, "alan.turing@acme-customers.example.com", page.Items[0]["email"])
		page = kittest.Decode[listPage](c.Get(customersPath + "?sorting=-email").Want(http.StatusOK))
		require.Equal(t, "tony.hoare@acme-customers.example.com", page.Items[0]["email"])
	})
	t.Run("sorted by what it cannot be sorted by", func(t *testing.T) {
		t.Parallel()
		c := c.In(t)
		c.Get(customersPath + "?sorting=nope").WantInvalid("enum query.sorting.0")
	})
	t.Run("two errors in one answer", func(t *testing.T) {
		t.Parallel()
		c := c.In(t)
		reply := c.Get(customersPath + "?page=0&limit=x")
		reply.WantInvalid("greater_than query.page", "int_parsing query.limit")
		require.JSONEq(t, `{"error":"PolarRequestValidationError","detail":[
			{"type":"greater_than","loc":["query","page"],"msg":"Input should be greater than 0","input":"0","ctx":{"gt":0}},
			{"type":"int_parsing","loc":["query","limit"],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"x"}]}`,
			string(reply.Body))
	})
}

// A criterion that comes again changes nothing.
func TestCustomersSortedTwice(t *testing.T) {
	t.Parallel()
	c := acmeOwner(t, newShop(t), "customers:read")
	once := kittest.Decode[listPage](c.Get(customersPath + "?sorting=name").Want(http.StatusOK))
	require.NotEmpty(t, once.Items)
	for _, query := range []string{"sorting=name&sorting=name", "sorting=name,name", "sorting=name&sorting=-name", "sorting=name" + strings.Repeat("&sorting=name", 100)} {
		require.Equal(t, once, kittest.Decode[listPage](c.Get(customersPath+"?"+query).Want(http.StatusOK)), query)
	}
}

func TestCustomersFilters(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	c := acmeOwner(t, s, "customers:read")
	both := s.user(t, seed.BothOwner, "customers:read")
	acme, globex := seed.Acme.ID().String(), seed.Globex.ID().String()

	for name, test := range map[string]struct {
		client *kittest.Client
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
			page := kittest.Decode[listPage](test.client.In(t).Get(customersPath + "?" + test.query).Want(http.StatusOK))
			require.Equal(t, test.total, page.Pagination.TotalCount)
			require.Len(t, page.Items, min(test.total, 10))
		})
	}

	t.Run("an organization that is no identifier", func(t *testing.T) {
		t.Parallel()
		c := c.In(t)
		reply := c.Get(customersPath + "?organization_id=acme")
		require.Equal(t, http.StatusUnprocessableEntity, reply.Status)
	})
	t.Run("metadata without a key", func(t *testing.T) {
		t.Parallel()
		c := c.In(t)
		for _, query := range []string{"metadata=free", "metadata=[object%20Object]", "metadata[]=free", "metadata[plan=free"} {
			reply := c.Get(customersPath + "?" + query)
			require.Equal(t, http.StatusUnprocessableEntity, reply.Status, query)
		}
	})
	t.Run("an organization out of reach reads as one that does not exist", func(t *testing.T) {
		t.Parallel()
		c := c.In(t)
		other := c.Get(customersPath + "?organization_id=" + globex)
		unknown := c.Get(customersPath + "?organization_id=" + uuid.NewString())
		require.Equal(t, string(unknown.Body), string(other.Body))
	})
}

func TestCustomersCreate(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	c := acmeOwner(t, s, "customers:write")

	created := kittest.Decode[object](c.Post(customersPath, map[string]any{
		"email": "new@example.com", "name": "New", "external_id": "new-1", "metadata": map[string]any{"plan": "pro", "seats": 3, "trial": false},
		"billing_address": map[string]any{"country": "FR", "city": "Paris"},
	}).Want(http.StatusCreated))
	require.Equal(t, "new@example.com", created["email"])
	require.Equal(t, "New", created["name"])
	require.Equal(t, "new-1", created["external_id"])
	require.Equal(t, false, created["email_verified"])
	require.Equal(t, seed.Acme.ID().String(), created["organization_id"])
	require.Equal(t, map[string]any{"plan": "pro", "seats": 3.0, "trial": false}, created["metadata"])
	require.Equal(t, map[string]any{"country": "FR", "line1": nil, "line2": nil, "postal_code": nil, "city": "Paris", "state": nil}, created["billing_address"])
	require.NotEmpty(t, created["created_at"])
	require.Nil(t, created["updated_at"])

	got := kittest.Decode[object](c.Get(customersPath + created["id"].(string)).Want(http.StatusOK))
	require.Equal(t, created, got)

	for name, test := range map[string]struct {
		body    string
		details []string
	}{
		"nothing":              {`{}`, []string{"missing body.email"}},
		"no body":              {``, []string{"missing body"}},
		"a list":               {`[]`, []string{"model_attributes_type body"}},
		"no address":           {`{"email":"nope"}`, []string{"value_error body.email"}},
		"null":                 {`{"email":null}`, []string{"string_type body.email"}},
		"a taken address":      {`{"email":"` + seed.SharedEmail + `"}`, []string{"value_error body.email"}},
		"a taken address, big": {`{"email":"Shared@customers.example.com"}`, []string{"value_error body.email"}},
		"a taken external ID":  {`{"email":"x@example.com","external_id":"usr_1001"}`, []string{"value_error body.external_id"}},
		"two things":           {`{"email":1,"name":2}`, []string{"string_type body.email", "string_type body.name"}},
		"a country of nowhere": {`{"email":"x@example.com","billing_address":{"country":"Atlantis"}}`, []string{"enum body.billing_address.country"}},
		"another organization": {`{"email":"x@example.com","organization_id":"` + seed.Globex.ID().String() + `"}`, []string{"value_error body.organization_id"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := c.In(t)
			c.Post(customersPath, test.body).WantInvalid(test.details...)
		})
	}
	t.Run("broken JSON", func(t *testing.T) {
		t.Parallel()
		c := c.In(t)
		reply := c.Post(customersPath, `{"email":`)
		require.Equal(t, http.StatusUnprocessableEntity, reply.Status)
	})
}

func TestCustomersOwners(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	acme, globex := seed.Acme.ID().String(), seed.Globex.ID().String()

	t.Run("the same address in the other organization", func(t *testing.T) {
		t.Parallel()
		const email = "same@example.com"
		one := kittest.Decode[object](acmeOwner(t, s, "customers:write").Post(customersPath, map[string]any{"email": email}).Want(http.StatusCreated))
		other := kittest.Decode[object](s.user(t, seed.GlobexOwner, "customers:write").Post(customersPath, map[string]any{"email": email}).Want(http.StatusCreated))
		require.Equal(t, acme, one["organization_id"])
		require.Equal(t, globex, other["organization_id"])
		acmeOwner(t, s, "customers:write").Post(customersPath, map[string]any{"email": email}).WantInvalid("value_error body.email")
	})
	t.Run("a user of two organizations names one", func(t *testing.T) {
		t.Parallel()
		both := s.user(t, seed.BothOwner, "customers:write")
		both.Post(customersPath, map[string]any{"email": "two@example.com"}).WantInvalid("missing body.organization_id")
		created := kittest.Decode[object](both.Post(customersPath, map[string]any{"email": "two@example.com", "organization_id": globex}).Want(http.StatusCreated))
		require.Equal(t, globex, created["organization_id"])
	})
	t.Run("an organization out of reach reads as one that does not exist", func(t *testing.T) {
		t.Parallel()
		c := acmeOwner(t, s, "customers:write")
		other := c.Post(customersPath, map[string]any{"email": "three@example.com", "organization_id": globex})
		nowhere := uuid.NewString()
		unknown := c.Post(customersPath, map[string]any{"email": "three@example.com", "organization_id": nowhere})
		other.WantInvalid("value_error body.organization_id")
		require.Equal(t, replace(unknown.Body, nowhere, globex), string(other.Body))
	})
	t.Run("an organization's token is for that organization", func(t *testing.T) {
		t.Parallel()
		c := s.organization(t, seed.Globex, "customers:write")
		created := kittest.Decode[object](c.Post(customersPath, map[string]any{"email": "four@example.com"}).Want(http.StatusCreated))
		require.Equal(t, globex, created["organization_id"])
		for _, named := range []string{acme, globex} {
			c.Post(customersPath, map[string]any{"email": "five@example.com", "organization_id": named}).WantInvalid("organization_token body.organization_id")
		}
	})
}

func TestCustomersUpdate(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	c := acmeOwner(t, s, "customers:write")
	path := customersPath + seed.Customers(seed.Acme)[2].ID.String()
	before := kittest.Decode[object](c.Get(path).Want(http.StatusOK))
	require.Equal(t, "Annie Easley", before["name"])
	require.Nil(t, before["updated_at"])

	unchanged := kittest.Decode[object](c.Patch(path, `{}`).Want(http.StatusOK))
	require.Equal(t, before, unchanged)

	renamed := kittest.Decode[object](c.Patch(path, `{"name":"Annie J. Easley"}`).Want(http.StatusOK))
	require.Equal(t, "Annie J. Easley", renamed["name"])
	require.NotNil(t, renamed["updated_at"])
	require.Equal(t, without(before, "name", "updated_at"), without(renamed, "name", "updated_at"))

	nameless := kittest.Decode[object](c.Patch(path, `{"name":null}`).Want(http.StatusOK))
	require.Nil(t, nameless["name"])
	require.Equal(t, nameless, kittest.Decode[object](c.Get(path).Want(http.StatusOK)))

	t.Run("what is not the client's to change", func(t *testing.T) {
		c := c.In(t)
		body := `{"id":"` + uuid.NewString() + `","organization_id":"` + seed.Globex.ID().String() + `","created_at":"2020-01-01T00:00:00Z","email_verified":true}`
		ignored := kittest.Decode[object](c.Patch(path, body).Want(http.StatusOK))
		require.Equal(t, nameless, ignored)
	})
	t.Run("null where there must be a value", func(t *testing.T) {
		c := c.In(t)
		c.Patch(path, `{"email":null}`).WantInvalid("string_type body.email")
	})
	t.Run("an address that is taken", func(t *testing.T) {
		c := c.In(t)
		c.Patch(path, `{"email":"`+seed.SharedEmail+`"}`).WantInvalid("value_error body.email")
	})
	t.Run("an external ID that is set", func(t *testing.T) {
		c := c.In(t)
		c.Patch(path, `{"external_id":"another"}`).WantInvalid("value_error body.external_id")
		same := kittest.Decode[object](c.Patch(path, `{"external_id":"usr_1003"}`).Want(http.StatusOK))
		require.Equal(t, "usr_1003", same["external_id"])
	})
	t.Run("an external ID that is not set", func(t *testing.T) {
		c := c.In(t)
		without := customersPath + seed.Customers(seed.Acme)[6].ID.String()
		set := kittest.Decode[object](c.Patch(without, `{"external_id":"usr_new"}`).Want(http.StatusOK))
		require.Equal(t, "usr_new", set["external_id"])
	})
	t.Run("metadata is replaced", func(t *testing.T) {
		c := c.In(t)
		replaced := kittest.Decode[object](c.Patch(path, `{"metadata":{"tier":"gold"}}`).Want(http.StatusOK))
		require.Equal(t, map[string]any{"tier": "gold"}, replaced["metadata"])
	})
	t.Run("the address", func(t *testing.T) {
		c := c.In(t)
		moved := kittest.Decode[object](c.Patch(path, `{"billing_address":{"country":"SE"}}`).Want(http.StatusOK))
		require.Equal(t, "SE", moved["billing_address"].(map[string]any)["country"])
		gone := kittest.Decode[object](c.Patch(path, `{"billing_address":null}`).Want(http.StatusOK))
		require.Nil(t, gone["billing_address"])
	})
}

func TestCustomersDelete(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	c := acmeOwner(t, s, "customers:write")
	path := customersPath + seed.Customers(seed.Acme)[0].ID.String()

	reply := c.Delete(path)
	require.Equal(t, http.StatusNoContent, reply.Status)
	require.Empty(t, reply.Body)

	c.Get(path).Want(http.StatusNotFound).WantError("ResourceNotFound")
	c.Patch(path, `{"name":"x"}`).Want(http.StatusNotFound).WantError("ResourceNotFound")
	c.Delete(path).Want(http.StatusNotFound).WantError("ResourceNotFound")
	require.Equal(t, 24, kittest.Decode[listPage](c.Get(customersPath).Want(http.StatusOK)).Pagination.TotalCount)

	// The address is free again.
	c.Post(customersPath, map[string]any{"email": seed.SharedEmail}).Want(http.StatusCreated)
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
		reply := c.Do(request.method, theirs, request.body)
		reply.Want(http.StatusNotFound).WantError("ResourceNotFound")
		require.Equal(t, string(c.Do(request.method, nowhere, request.body).Body), string(reply.Body))
	}
	row := kittest.Decode[object](s.user(t, seed.GlobexOwner, "customers:read").Get(theirs).Want(http.StatusOK))
	require.Equal(t, "Alan Turing", row["name"])
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	s := newShop(t)

	t.Run("none", func(t *testing.T) {
		t.Parallel()
		reply := s.client(t).Get(customersPath)
		reply.Want(http.StatusUnauthorized).WantError("Unauthorized")
		require.Equal(t, `Bearer realm="shop"`, reply.Header.Get("WWW-Authenticate"))
		require.Equal(t, "no-store", reply.Header.Get("Cache-Control"))
	})
	t.Run("none, with a broken body", func(t *testing.T) {
		t.Parallel()
		s.client(t).Post(customersPath, `{"email`).Want(http.StatusUnauthorized).WantError("Unauthorized")
	})
	t.Run("one that nobody issued", func(t *testing.T) {
		t.Parallel()
		c := s.client(t).Bearer("shop_pat_" + "x")
		reply := c.Get(customersPath)
		reply.Want(http.StatusUnauthorized).WantError("InvalidToken")
		require.Contains(t, reply.Header.Get("WWW-Authenticate"), `error="invalid_token"`)
	})
	t.Run("without the scope", func(t *testing.T) {
		t.Parallel()
		c := acmeOwner(t, s, "orders:read")
		reply := c.Get(customersPath)
		reply.Want(http.StatusForbidden).WantError("InsufficientScope")
		require.Contains(t, reply.Header.Get("WWW-Authenticate"), `scope="customers:read"`)

		reader := acmeOwner(t, s, "customers:read")
		reply = reader.Post(customersPath, map[string]any{"email": "x@example.com"})
		reply.Want(http.StatusForbidden).WantError("InsufficientScope")
		require.Contains(t, reply.Header.Get("WWW-Authenticate"), `scope="customers:write"`)
	})
	t.Run("writing implies reading", func(t *testing.T) {
		t.Parallel()
		acmeOwner(t, s, "customers:write").Get(customersPath).Want(http.StatusOK)
	})
	t.Run("of an organization", func(t *testing.T) {
		t.Parallel()
		page := kittest.Decode[listPage](s.organization(t, seed.Globex, "customers:read").Get(customersPath).Want(http.StatusOK))
		require.Equal(t, 25, page.Pagination.TotalCount)
		require.Equal(t, seed.Globex.ID().String(), page.Items[0]["organization_id"])
	})
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	s := newShop(t)

	t.Run("the slash", func(t *testing.T) {
		t.Parallel()
		reply := s.client(t).Get("/v1/customers?limit=3&sorting=name")
		require.Equal(t, http.StatusTemporaryRedirect, reply.Status)
		require.Equal(t, "/v1/customers/?limit=3&sorting=name", reply.Header.Get("Location"))
	})
	t.Run("unknown", func(t *testing.T) {
		t.Parallel()
		s.client(t).Get("/v1/nothing/").Want(http.StatusNotFound).WantError("RouteNotFound")
		s.client(t).Get("/nothing").Want(http.StatusNotFound).WantError("RouteNotFound")
	})
	t.Run("unknown method", func(t *testing.T) {
		t.Parallel()
		reply := s.client(t).Put(customersPath, "{}")
		reply.Want(http.StatusMethodNotAllowed).WantError("MethodNotAllowed")
		require.Equal(t, "GET, HEAD, POST", reply.Header.Get("Allow"))
	})
	t.Run("an identifier in a wrong form", func(t *testing.T) {
		t.Parallel()
		acmeOwner(t, s, "customers:read").Get(customersPath + "nope").WantInvalid("uuid_parsing path.id")
	})
	t.Run("health", func(t *testing.T) {
		t.Parallel()
		for _, path := range []string{"/healthz", "/readyz"} {
			reply := s.client(t).Get(path)
			require.Equal(t, http.StatusOK, reply.Status, path)
			require.JSONEq(t, `{"status":"ok"}`, string(reply.Body), path)
		}
	})
}
