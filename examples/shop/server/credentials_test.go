package server_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/examples/shop/seed"
	"github.com/polarkit-go/polarkit/examples/shop/shoptest"
	"github.com/polarkit-go/polarkit/kit/kittest"
)

// session is a browser whose session has these scopes and organizations.
func (s *shop) session(t *testing.T, user seed.User, limit credential.Limit, lifetime time.Duration, scopes ...credential.Scope) *browser {
	t.Helper()
	issued, err := s.issuer.System("a test").Issue(t.Context(), auth.Issue{
		Type: auth.WebSession, Subject: auth.User{ID: user.ID()}.Ref(), Scopes: scopes, Limit: limit, Lifetime: lifetime,
	})
	require.NoError(t, err)
	return &browser{shop: s, cookie: issued.Token.Reveal(), site: "same-origin"}
}

func TestTokensAreNotWiderThanTheSession(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	everywhere := credential.Unrestricted()
	narrow := s.session(t, seed.BothOwner, everywhere, time.Hour, "customers:read")
	create := func(b *browser, scopes string) *kittest.Response {
		return b.send(t, http.MethodPost, tokensPath, `{"comment":"x","scopes":[`+scopes+`]}`)
	}

	t.Run("scopes", func(t *testing.T) {
		refused := create(narrow, `"customers:write"`)
		refused.Want(http.StatusForbidden).WantError("InsufficientScope")
		require.Contains(t, refused.Header.Get("WWW-Authenticate"), `error="insufficient_scope"`)
		require.Contains(t, refused.Header.Get("WWW-Authenticate"), `scope="customers:write"`)
		for _, scopes := range []string{`"customers:read","customers:write"`, `"orders:read"`, `"customer_sessions:write"`} {
			create(narrow, scopes).Want(http.StatusForbidden).WantError("InsufficientScope")
		}
		create(s.session(t, seed.BothOwner, everywhere, time.Hour), `"customers:read"`).Want(http.StatusForbidden).WantError("InsufficientScope")
		create(narrow, `"unknown:read"`).WantInvalid("enum body.scopes.0")

		made := kittest.Decode[object](create(narrow, `"customers:read","customers:read"`).Want(http.StatusCreated))
		require.Equal(t, []any{"customers:read"}, made["personal_access_token"].(map[string]any)["scopes"])
		c := s.client(t).Bearer(made["token"].(string))
		c.Get(customersPath).Want(http.StatusOK)
		c.Post(customersPath, map[string]any{"email": "new@example.com"}).Want(http.StatusForbidden).WantError("InsufficientScope")
		implied := create(s.session(t, seed.BothOwner, everywhere, time.Hour, "customers:write"), `"customers:read"`)
		require.Equal(t, http.StatusCreated, implied.Status)
	})
	t.Run("organizations", func(t *testing.T) {
		acme := s.session(t, seed.BothOwner, credential.LimitedTo(seed.Acme.ID()), time.Hour, "customers:read")
		made := kittest.Decode[object](create(acme, `"customers:read"`).Want(http.StatusCreated))
		c := s.client(t).Bearer(made["token"].(string))
		require.Equal(t, 25, kittest.Decode[listPage](c.Get(customersPath).Want(http.StatusOK)).Pagination.TotalCount)
		require.Zero(t, kittest.Decode[listPage](c.Get(customersPath+"?organization_id="+seed.Globex.ID().String()).Want(http.StatusOK)).Pagination.TotalCount)
		none := kittest.Decode[object](create(s.session(t, seed.BothOwner, credential.LimitedTo(), time.Hour, "customers:read"), `"customers:read"`).Want(http.StatusCreated))
		c = s.client(t).Bearer(none["token"].(string))
		require.Zero(t, kittest.Decode[listPage](c.Get(customersPath).Want(http.StatusOK)).Pagination.TotalCount)
	})
	t.Run("revoking", func(t *testing.T) {
		wide := kittest.Decode[object](create(s.session(t, seed.BothOwner, everywhere, time.Hour, "customers:write"), `"customers:write"`).Want(http.StatusCreated))
		id := wide["personal_access_token"].(map[string]any)["id"].(string)
		narrow.send(t, http.MethodDelete, tokensPath+id, nil).Want(http.StatusForbidden).WantError("InsufficientScope")
		limited := s.session(t, seed.BothOwner, credential.LimitedTo(seed.Acme.ID()), time.Hour, "customers:write")
		limited.send(t, http.MethodDelete, tokensPath+id, nil).Want(http.StatusForbidden).WantError("NotPermitted")
		c := s.client(t).Bearer(wide["token"].(string))
		c.Get(customersPath).Want(http.StatusOK)
		// It is seen all the same, and a session that may do as much ends it.
		require.Contains(t, string(narrow.send(t, http.MethodGet, tokensPath, nil).Body), id)
		wider := s.session(t, seed.BothOwner, everywhere, time.Hour, "customers:write", "orders:read")
		require.Equal(t, http.StatusNoContent, wider.send(t, http.MethodDelete, tokensPath+id, nil).Status)
		c.Get(customersPath).Want(http.StatusUnauthorized).WantError("InvalidToken")
	})
}

func TestCustomerSessionsAreNotWiderThanTheirMaker(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	someone := seed.Customers(seed.Acme)[3]
	body := map[string]any{"customer_id": someone.ID}
	const path = "/v1/customer-sessions/"

	t.Run("both scopes", func(t *testing.T) {
		for _, scopes := range [][]credential.Scope{{"customer_sessions:write"}, {"customers:read"}, {"customers:write"}, {}} {
			refused := s.user(t, seed.AcmeOwner, scopes...).Post(path, body)
			refused.Want(http.StatusForbidden).WantError("InsufficientScope")
			require.NotContains(t, string(refused.Body), someone.Email)
		}
		for _, scope := range []credential.Scope{"customers:read", "customers:write"} {
			made := kittest.Decode[object](s.user(t, seed.AcmeOwner, "customer_sessions:write", scope).Post(path, body).Want(http.StatusCreated))
			require.Equal(t, someone.Email, made["customer"].(map[string]any)["email"])
		}
	})
	t.Run("life", func(t *testing.T) {
		issued, err := s.issuer.System("a test").Issue(t.Context(), auth.Issue{
			Type: auth.OrganizationAccessToken, Subject: auth.Organization{ID: seed.Acme.ID()}.Ref(), Limit: credential.Unrestricted(),
			Scopes: []credential.Scope{"customer_sessions:write", "customers:read"}, Lifetime: 10 * time.Minute,
		})
		require.NoError(t, err)
		made := kittest.Decode[object](s.client(t).Bearer(issued.Token.Reveal()).Post(path, body).Want(http.StatusCreated))
		expires, err := time.Parse(time.RFC3339Nano, made["expires_at"].(string))
		require.NoError(t, err)
		require.WithinDuration(t, *issued.Credential.ExpiresAt, expires, time.Second)
	})
}

// The database answers and takes no change: a replica, or a disk that is full.
func TestCredentialsThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	url := shoptest.URL(t)
	open := func(change func(*pgxpool.Config)) *shop {
		config, err := pgxpool.ParseConfig(url)
		require.NoError(t, err)
		change(config)
		pool, err := pgxpool.NewWithConfig(t.Context(), config)
		require.NoError(t, err)
		t.Cleanup(pool.Close)
		return newShopOn(t, pool)
	}
	writable := open(func(*pgxpool.Config) {})
	b := signIn(t, writable, seed.AcmeOwner)
	made := kittest.Decode[object](b.send(t, http.MethodPost, tokensPath, `{"comment":"x","scopes":["customers:read"]}`).Want(http.StatusCreated))
	id := made["personal_access_token"].(map[string]any)["id"].(string)
	organization := writable.credential(t, auth.OrganizationAccessToken, auth.Organization{ID: seed.Acme.ID()}.Ref(), "customer_sessions:write", "customers:read")

	for name, s := range map[string]*shop{
		"read only": open(func(c *pgxpool.Config) { c.ConnConfig.RuntimeParams["default_transaction_read_only"] = "on" }),
		"too slow":  open(func(c *pgxpool.Config) { c.ConnConfig.RuntimeParams["lock_timeout"] = "50ms" }),
	} {
		t.Run(name, func(t *testing.T) {
			if name == "too slow" {
				tx, err := writable.pool.Begin(t.Context())
				require.NoError(t, err)
				defer func() { require.NoError(t, tx.Rollback(t.Context())) }()
				_, err = tx.Exec(t.Context(), "LOCK TABLE auth_credentials IN SHARE MODE")
				require.NoError(t, err)
			}
			same := &browser{shop: s, cookie: b.cookie, site: "same-origin"}
			for what, got := range map[string]*kittest.Response{
				"sign-in":  (&browser{shop: s}).send(t, http.MethodPost, sessionsPath, `{"email":"`+seed.AcmeOwner.Email+`","password":"`+seed.Password+`"}`),
				"again":    same.send(t, http.MethodPost, sessionsPath, `{"email":"`+seed.AcmeOwner.Email+`","password":"`+seed.Password+`"}`),
				"create":   same.send(t, http.MethodPost, tokensPath, `{"comment":"x","scopes":["customers:read"]}`),
				"revoke":   same.send(t, http.MethodDelete, tokensPath+id, nil),
				"sign-out": same.send(t, http.MethodDelete, sessionsPath+"current", nil),
				"customer": s.client(t).As(organization).Post("/v1/customer-sessions/", map[string]any{"customer_id": seed.Customers(seed.Acme)[3].ID}),
			} {
				got.Want(http.StatusServiceUnavailable).WantError("ServiceUnavailable")
				require.NotEmpty(t, got.Header.Get("Retry-After"), what)
				require.Empty(t, got.Header.Get("Set-Cookie"), what)
			}
			// Reading goes on, though no use of the credential can be recorded.
			require.Equal(t, http.StatusOK, same.send(t, http.MethodGet, tokensPath, nil).Status)
			s.client(t).Bearer(made["token"].(string)).Get(customersPath).Want(http.StatusOK)
		})
	}
	b.send(t, http.MethodGet, tokensPath, nil).Want(http.StatusOK)
}

func TestNewEmailAddressIsNotVerified(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	c := acmeOwner(t, s, "customers:write")
	_, err := s.pool.Exec(t.Context(), `UPDATE customers SET email_verified = true WHERE organization_id = $1`, seed.Acme.ID())
	require.NoError(t, err)
	one := customersPath + seed.Customers(seed.Acme)[1].ID.String()
	email := seed.Customers(seed.Acme)[1].Email
	verified := func(body map[string]any) bool {
		t.Helper()
		_, err := s.pool.Exec(t.Context(), `UPDATE customers SET email_verified = true, email = $2 WHERE id = $1`, seed.Customers(seed.Acme)[1].ID, email)
		require.NoError(t, err)
		return kittest.Decode[object](c.Patch(one, body).Want(http.StatusOK))["email_verified"].(bool)
	}
	require.True(t, verified(map[string]any{"name": "Alan"}))
	require.True(t, verified(map[string]any{}))
	require.True(t, verified(map[string]any{"email": email}))
	require.True(t, verified(map[string]any{"email": "alan.turing@ACME-customers.example.com"}), "a domain has no case")
	require.False(t, verified(map[string]any{"email": "Alan.Turing@acme-customers.example.com"}), "a mailbox may have one")
	require.False(t, verified(map[string]any{"email": "another@example.com"}))
	require.False(t, verified(map[string]any{"email": "another@example.com", "name": "Alan"}))
	require.False(t, verified(map[string]any{"email": "another@example.com", "external_id": "usr_1002"}))
	// And one that was not verified does not become so.
	_, err = s.pool.Exec(t.Context(), `UPDATE customers SET email_verified = false WHERE id = $1`, seed.Customers(seed.Acme)[1].ID)
	require.NoError(t, err)
	require.Equal(t, false, kittest.Decode[object](c.Patch(one, map[string]any{"email": "another@example.com"}).Want(http.StatusOK))["email_verified"])
}
