package server_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/authtest"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/examples/shop/seed"
	"github.com/polarkit-go/polarkit/kit/kittest"
)

const (
	sessionsPath = "/v1/web-sessions/"
	tokensPath   = "/v1/personal-access-tokens/"
)

// browser sends requests with a cookie, from a page of an origin.
type browser struct {
	shop   *shop
	cookie string
	site   string // Sec-Fetch-Site
}

func (b *browser) send(t *testing.T, method, path string, body any) *kittest.Response {
	t.Helper()
	client := b.shop.client(t)
	if b.cookie != "" {
		client = client.As(authtest.Cookie("a browser", sessionCookie, b.cookie))
	}
	if b.site != "" {
		client = client.Header("Sec-Fetch-Site", b.site)
	}
	reply := client.Do(method, path, body)
	for _, line := range reply.Header.Values("Set-Cookie") {
		cookie, err := http.ParseSetCookie(line)
		require.NoError(t, err)
		if cookie.Name == sessionCookie {
			b.cookie = cookie.Value
		}
	}
	return reply
}

// requireBetween is for times that the service chose, to the microsecond.
func requireBetween(t *testing.T, from, got, to time.Time) {
	t.Helper()
	require.False(t, got.Before(from.Truncate(time.Microsecond)), "%s is before %s", got, from)
	require.False(t, got.After(to), "%s is after %s", got, to)
}

func signIn(t *testing.T, s *shop, user seed.User) *browser {
	t.Helper()
	b := &browser{shop: s, site: "same-origin"}
	reply := b.send(t, http.MethodPost, sessionsPath, `{"email":"`+user.Email+`","password":"`+seed.Password+`"}`)
	require.Equal(t, http.StatusNoContent, reply.Status, string(reply.Body))
	require.NotEmpty(t, b.cookie)
	return b
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	s := newShop(t)

	b := &browser{shop: s, site: "same-origin"}
	reply := b.send(t, http.MethodPost, sessionsPath, `{"email":"OWNER@acme.example.com","password":"`+seed.Password+`"}`)
	require.Equal(t, http.StatusNoContent, reply.Status, string(reply.Body))
	cookie, err := http.ParseSetCookie(reply.Header.Get("Set-Cookie"))
	require.NoError(t, err)
	require.Equal(t, sessionCookie, cookie.Name)
	require.True(t, cookie.Secure)
	require.True(t, cookie.HttpOnly)
	require.Equal(t, http.SameSiteLaxMode, cookie.SameSite)
	require.Equal(t, "/", cookie.Path)
	require.Equal(t, "no-store", reply.Header.Get("Cache-Control"))

	got := b.send(t, http.MethodGet, customersPath, nil)
	require.Equal(t, 25, kittest.Decode[listPage](got.Want(http.StatusOK)).Pagination.TotalCount)
	require.Contains(t, got.Header.Values("Vary"), "Cookie")

	t.Run("what is wrong reads the same", func(t *testing.T) {
		wrong := (&browser{shop: s}).send(t, http.MethodPost, sessionsPath, `{"email":"`+seed.AcmeOwner.Email+`","password":"wrong"}`)
		wrong.Want(http.StatusForbidden).WantError("WrongCredentials")
		nobody := (&browser{shop: s}).send(t, http.MethodPost, sessionsPath, `{"email":"nobody@example.com","password":"`+seed.Password+`"}`)
		require.Equal(t, string(wrong.Body), string(nobody.Body))
		require.Empty(t, wrong.Header.Get("Set-Cookie"))
	})
	t.Run("a user without a password", func(t *testing.T) {
		_, err := s.pool.Exec(t.Context(), `UPDATE users SET password_hash = NULL WHERE id = $1`, seed.GlobexOwner.ID())
		require.NoError(t, err)
		for _, password := range []string{seed.Password, "x"} {
			(&browser{shop: s}).send(t, http.MethodPost, sessionsPath, `{"email":"`+seed.GlobexOwner.Email+`","password":"`+password+`"}`).Want(http.StatusForbidden).WantError("WrongCredentials")
		}
	})
	t.Run("a password is never echoed", func(t *testing.T) {
		refused := (&browser{shop: s}).send(t, http.MethodPost, sessionsPath, `{"email":"x","password":"`+strings.Repeat("secret", 20)+`"}`)
		require.Equal(t, http.StatusUnprocessableEntity, refused.Status)
		require.NotContains(t, string(refused.Body), "secretsecret")
	})
	t.Run("from another site", func(t *testing.T) {
		other := &browser{shop: s, site: "cross-site"}
		other.send(t, http.MethodPost, sessionsPath, `{"email":"`+seed.AcmeOwner.Email+`","password":"`+seed.Password+`"}`).Want(http.StatusForbidden).WantError("CrossOrigin")
		require.Empty(t, other.cookie)
	})
	t.Run("with the cookie from another site", func(t *testing.T) {
		other := &browser{shop: s, cookie: b.cookie, site: "cross-site"}
		other.send(t, http.MethodPost, customersPath, `{"email":"forged@example.com"}`).Want(http.StatusForbidden).WantError("CrossOrigin")
		require.Equal(t, http.StatusOK, other.send(t, http.MethodGet, customersPath, nil).Status, "reading is safe")
		own := &browser{shop: s, cookie: b.cookie, site: "same-origin"}
		own.send(t, http.MethodPost, customersPath, `{"email":"own@example.com"}`).Want(http.StatusCreated)
	})
	t.Run("again ends the session before", func(t *testing.T) {
		before := signIn(t, s, seed.BothOwner)
		old := before.cookie
		require.Equal(t, http.StatusNoContent,
			before.send(t, http.MethodPost, sessionsPath, `{"email":"`+seed.BothOwner.Email+`","password":"`+seed.Password+`"}`).Status)
		require.NotEqual(t, old, before.cookie)
		(&browser{shop: s, cookie: old}).send(t, http.MethodGet, customersPath, nil).Want(http.StatusUnauthorized).WantError("InvalidToken")
	})
}

func TestSignOut(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	b := signIn(t, s, seed.AcmeOwner)
	cookie := b.cookie

	(&browser{shop: s, cookie: cookie, site: "cross-site"}).send(t, http.MethodDelete, sessionsPath+"current", nil).Want(http.StatusForbidden).WantError("CrossOrigin")
	require.Equal(t, http.StatusOK, b.send(t, http.MethodGet, customersPath, nil).Status)

	reply := b.send(t, http.MethodDelete, sessionsPath+"current", nil)
	require.Equal(t, http.StatusNoContent, reply.Status)
	require.Contains(t, reply.Header.Get("Set-Cookie"), "Max-Age=0")
	require.Empty(t, b.cookie)
	(&browser{shop: s, cookie: cookie}).send(t, http.MethodGet, customersPath, nil).Want(http.StatusUnauthorized).WantError("InvalidToken")
	require.Equal(t, http.StatusNoContent, b.send(t, http.MethodDelete, sessionsPath+"current", nil).Status, "once more does no harm")
}

func TestPersonalAccessTokens(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	b := signIn(t, s, seed.AcmeOwner)
	before := time.Now()

	created := kittest.Decode[object](b.send(t, http.MethodPost, tokensPath, `{"comment":"Nightly export","scopes":["customers:read"],"expires_in_days":30}`).Want(http.StatusCreated))
	token := created["personal_access_token"].(map[string]any)
	require.Regexp(t, `^shop_pat_`, created["token"])
	require.Equal(t, "Nightly export", token["comment"])
	require.Equal(t, []any{"customers:read"}, token["scopes"])
	expires, err := time.Parse(time.RFC3339, token["expires_at"].(string))
	require.NoError(t, err)
	requireBetween(t, before.Add(30*24*time.Hour), expires, time.Now().Add(30*24*time.Hour))

	c := s.client(t).Bearer(created["token"].(string))
	require.Equal(t, 25, kittest.Decode[listPage](c.Get(customersPath).Want(http.StatusOK)).Pagination.TotalCount)
	c.Get(ordersPath).Want(http.StatusForbidden).WantError("InsufficientScope")

	t.Run("only in a web session", func(t *testing.T) {
		c := c.In(t)
		c.Get(tokensPath).Want(http.StatusForbidden).WantError("WebSessionRequired")
		c.Post(tokensPath, map[string]any{"comment": "another", "scopes": []string{"customers:write"}}).Want(http.StatusForbidden).WantError("WebSessionRequired")
		s.client(t).Get(tokensPath).Want(http.StatusUnauthorized).WantError("Unauthorized")
		s.organization(t, seed.Acme, "customers:write").Get(tokensPath).Want(http.StatusUnauthorized).WantError("Unauthorized")
	})
	t.Run("only when signed in lately", func(t *testing.T) {
		stale, err := s.issuer.At(func() time.Time { return time.Now().Add(-16 * time.Minute) }).System("a test").Issue(t.Context(), auth.Issue{
			Type: auth.WebSession, Subject: auth.User{ID: seed.AcmeOwner.ID()}.Ref(), Limit: credential.Unrestricted(), Lifetime: time.Hour,
		})
		require.NoError(t, err)
		old := &browser{shop: s, cookie: stale.Token.Reveal(), site: "same-origin"}
		old.send(t, http.MethodPost, tokensPath, `{"comment":"x","scopes":["customers:read"]}`).Want(http.StatusForbidden).WantError("SessionNotFresh")
	})
	t.Run("with what is wrong", func(t *testing.T) {
		b.send(t, http.MethodPost, tokensPath, `{"comment":"","scopes":[],"expires_in_days":0}`).WantInvalid("string_too_short body.comment", "too_short body.scopes", "greater_than body.expires_in_days")
		b.send(t, http.MethodPost, tokensPath, `{"comment":"x","scopes":["customer_portal:read"]}`).WantInvalid("enum body.scopes.0")
	})
	t.Run("of one user alone", func(t *testing.T) {
		other := signIn(t, s, seed.BothOwner)
		require.Zero(t, kittest.Decode[listPage](other.send(t, http.MethodGet, tokensPath, nil).Want(http.StatusOK)).Pagination.TotalCount)
		theirs := other.send(t, http.MethodDelete, tokensPath+token["id"].(string), nil)
		theirs.Want(http.StatusNotFound).WantError("ResourceNotFound")
		nobodys := other.send(t, http.MethodDelete, tokensPath+uuid.NewString(), nil)
		require.Equal(t, string(nobodys.Body), string(theirs.Body))
	})

	require.Equal(t, http.StatusNoContent, b.send(t, http.MethodDelete, tokensPath+token["id"].(string), nil).Status)
	c.Get(customersPath).Want(http.StatusUnauthorized).WantError("InvalidToken")
	b.send(t, http.MethodDelete, tokensPath+token["id"].(string), nil).Want(http.StatusNotFound).WantError("ResourceNotFound")
	require.Zero(t, kittest.Decode[listPage](b.send(t, http.MethodGet, tokensPath, nil).Want(http.StatusOK)).Pagination.TotalCount)

	for range 3 {
		b.send(t, http.MethodPost, tokensPath, `{"comment":"many","scopes":["orders:read","customers:write"],"expires_in_days":null}`).Want(http.StatusCreated)
	}
	page := kittest.Decode[listPage](b.send(t, http.MethodGet, tokensPath+"?limit=2&page=2", nil).Want(http.StatusOK))
	require.Len(t, page.Items, 1)
	require.Equal(t, 2, page.Pagination.MaxPage)
	require.Nil(t, page.Items[0]["expires_at"])
}
