package server_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/examples/shop/seed"
	"github.com/polarkit-go/polarkit/examples/shop/shoptest"
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
	create := func(b *browser, scopes string) reply {
		return b.send(t, http.MethodPost, tokensPath, `{"comment":"x","scopes":[`+scopes+`]}`)
	}

	t.Run("scopes", func(t *testing.T) {
		refused := create(narrow, `"customers:write"`)
		refused.fails(t, http.StatusForbidden, "InsufficientScope")
		require.Contains(t, refused.header.Get("WWW-Authenticate"), `error="insufficient_scope"`)
		require.Contains(t, refused.header.Get("WWW-Authenticate"), `scope="customers:write"`)
		for _, scopes := range []string{`"customers:read","customers:write"`, `"orders:read"`, `"customer_sessions:write"`} {
			create(narrow, scopes).fails(t, http.StatusForbidden, "InsufficientScope")
		}
		create(s.session(t, seed.BothOwner, everywhere, time.Hour), `"customers:read"`).fails(t, http.StatusForbidden, "InsufficientScope")
		create(narrow, `"unknown:read"`).invalid(t, detail{"enum", []any{"body", "scopes", 0.0}})

		made := create(narrow, `"customers:read","customers:read"`).object(t, http.StatusCreated)
		require.Equal(t, []any{"customers:read"}, made["personal_access_token"].(map[string]any)["scopes"])
		c := &client{shop: s, token: made["token"].(string)}
		c.get(t, customersPath).list(t, http.StatusOK)
		c.post(t, customersPath, map[string]any{"email": "new@example.com"}).fails(t, http.StatusForbidden, "InsufficientScope")
		implied := create(s.session(t, seed.BothOwner, everywhere, time.Hour, "customers:write"), `"customers:read"`)
		require.Equal(t, http.StatusCreated, implied.status)
	})
	t.Run("organizations", func(t *testing.T) {
		acme := s.session(t, seed.BothOwner, credential.LimitedTo(seed.Acme.ID()), time.Hour, "customers:read")
		made := create(acme, `"customers:read"`).object(t, http.StatusCreated)
		c := &client{shop: s, token: made["token"].(string)}
		require.Equal(t, 25, c.get(t, customersPath).list(t, http.StatusOK).Pagination.TotalCount)
		require.Zero(t, c.get(t, customersPath+"?organization_id="+seed.Globex.ID().String()).list(t, http.StatusOK).Pagination.TotalCount)
		none := create(s.session(t, seed.BothOwner, credential.LimitedTo(), time.Hour, "customers:read"), `"customers:read"`).object(t, http.StatusCreated)
		c = &client{shop: s, token: none["token"].(string)}
		require.Zero(t, c.get(t, customersPath).list(t, http.StatusOK).Pagination.TotalCount)
	})
	t.Run("revoking", func(t *testing.T) {
		wide := create(s.session(t, seed.BothOwner, everywhere, time.Hour, "customers:write"), `"customers:write"`).object(t, http.StatusCreated)
		id := wide["personal_access_token"].(map[string]any)["id"].(string)
		narrow.send(t, http.MethodDelete, tokensPath+id, "").fails(t, http.StatusForbidden, "InsufficientScope")
		limited := s.session(t, seed.BothOwner, credential.LimitedTo(seed.Acme.ID()), time.Hour, "customers:write")
		limited.send(t, http.MethodDelete, tokensPath+id, "").fails(t, http.StatusForbidden, "NotPermitted")
		c := &client{shop: s, token: wide["token"].(string)}
		c.get(t, customersPath).list(t, http.StatusOK)
		// It is seen all the same, and a session that may do as much ends it.
		require.Contains(t, string(narrow.send(t, http.MethodGet, tokensPath, "").body), id)
		wider := s.session(t, seed.BothOwner, everywhere, time.Hour, "customers:write", "orders:read")
		require.Equal(t, http.StatusNoContent, wider.send(t, http.MethodDelete, tokensPath+id, "").status)
		c.get(t, customersPath).fails(t, http.StatusUnauthorized, "InvalidToken")
	})
}

func TestCustomerSessionsAreNotWiderThanTheirMaker(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	someone := seed.Customers(seed.Acme)[3]
	body := map[string]any{"customer_id": someone.ID}
	const path = "/v1/customer-sessions/"

	t.Run("both scopes", func(t *testing.T) {
		for _, scopes := range [][]string{{"customer_sessions:write"}, {"customers:read"}, {"customers:write"}, {}} {
			refused := s.user(t, seed.AcmeOwner, scopes...).post(t, path, body)
			refused.fails(t, http.StatusForbidden, "InsufficientScope")
			require.NotContains(t, string(refused.body), someone.Email)
		}
		for _, scope := range []string{"customers:read", "customers:write"} {
			made := s.user(t, seed.AcmeOwner, "customer_sessions:write", scope).post(t, path, body).object(t, http.StatusCreated)
			require.Equal(t, someone.Email, made["customer"].(map[string]any)["email"])
		}
	})
	t.Run("life", func(t *testing.T) {
		issued, err := s.issuer.System("a test").Issue(t.Context(), auth.Issue{
			Type: auth.OrganizationAccessToken, Subject: auth.Organization{ID: seed.Acme.ID()}.Ref(), Limit: credential.Unrestricted(),
			Scopes: []credential.Scope{"customer_sessions:write", "customers:read"}, Lifetime: 10 * time.Minute,
		})
		require.NoError(t, err)
		made := (&client{shop: s, token: issued.Token.Reveal()}).post(t, path, body).object(t, http.StatusCreated)
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
	made := b.send(t, http.MethodPost, tokensPath, `{"comment":"x","scopes":["customers:read"]}`).object(t, http.StatusCreated)
	id := made["personal_access_token"].(map[string]any)["id"].(string)
	organization := writable.organization(t, seed.Acme, "customer_sessions:write", "customers:read")

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
			for what, got := range map[string]reply{
				"sign-in":  (&browser{shop: s}).send(t, http.MethodPost, sessionsPath, `{"email":"`+seed.AcmeOwner.Email+`","password":"`+seed.Password+`"}`),
				"again":    same.send(t, http.MethodPost, sessionsPath, `{"email":"`+seed.AcmeOwner.Email+`","password":"`+seed.Password+`"}`),
				"create":   same.send(t, http.MethodPost, tokensPath, `{"comment":"x","scopes":["customers:read"]}`),
				"revoke":   same.send(t, http.MethodDelete, tokensPath+id, ""),
				"sign-out": same.send(t, http.MethodDelete, sessionsPath+"current", ""),
				"customer": (&client{shop: s, token: organization.token}).post(t, "/v1/customer-sessions/", map[string]any{"customer_id": seed.Customers(seed.Acme)[3].ID}),
			} {
				got.fails(t, http.StatusServiceUnavailable, "ServiceUnavailable")
				require.NotEmpty(t, got.header.Get("Retry-After"), what)
				require.Empty(t, got.header.Get("Set-Cookie"), what)
			}
			// Reading goes on, though no use of the credential can be recorded.
			require.Equal(t, http.StatusOK, same.send(t, http.MethodGet, tokensPath, "").status)
			(&client{shop: s, token: made["token"].(string)}).get(t, customersPath).list(t, http.StatusOK)
		})
	}
	b.send(t, http.MethodGet, tokensPath, "").list(t, http.StatusOK)
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
		return c.patch(t, one, body).object(t, http.StatusOK)["email_verified"].(bool)
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
	require.Equal(t, false, c.patch(t, one, map[string]any{"email": "another@example.com"}).object(t, http.StatusOK)["email_verified"])
}

func (c *client) patch(t *testing.T, path string, body any) reply {
	t.Helper()
	text, err := json.Marshal(body)
	require.NoError(t, err)
	return c.send(t, http.MethodPatch, path, string(text))
}
