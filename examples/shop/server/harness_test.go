package server_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/authtest"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/examples/shop/access"
	"github.com/polarkit-go/polarkit/examples/shop/seed"
	"github.com/polarkit-go/polarkit/examples/shop/server"
	"github.com/polarkit-go/polarkit/examples/shop/shoptest"
	"github.com/polarkit-go/polarkit/kit/kittest"
)

// shop is the service on a database of its own, called over HTTP.
type shop struct {
	url    string
	pool   *pgxpool.Pool
	issuer *auth.Issuer
	server *server.Server
	// checked is the server; an answer that its document does not have fails the test.
	checked http.Handler
}

func newShop(t *testing.T) *shop {
	t.Helper()
	return newShopOn(t, shoptest.Pool(t))
}

func newShopOn(t *testing.T, pool *pgxpool.Pool) *shop {
	t.Helper()
	keys, err := auth.NewKeys(auth.Key{ID: "test", Secret: []byte("a secret of thirty-two bytes or more")})
	require.NoError(t, err)
	handler, err := server.New(server.Config{
		Pool: pool, Keys: keys, Logger: slog.New(slog.DiscardHandler), PasswordCost: shoptest.PasswordCost,
	})
	require.NoError(t, err)
	checked := kittest.Answers(t, handler.API(), handler, shoptest.Schemas(t, handler.API().OpenAPI()))
	web := httptest.NewServer(checked)
	t.Cleanup(func() {
		web.Close()
		require.NoError(t, handler.Close(context.Background()))
	})
	store, err := access.NewStore(pool)
	require.NoError(t, err)
	issuer, err := auth.NewIssuer(access.Registry, keys, store)
	require.NoError(t, err)

	return &shop{url: web.URL, pool: pool, issuer: issuer, server: handler, checked: checked}
}

// client calls without a credential.
func (s *shop) client(t *testing.T) *kittest.Client {
	t.Helper()
	return kittest.NewRemoteClient(t, s.url)
}

// user calls with a personal access token.
func (s *shop) user(t *testing.T, user seed.User, scopes ...credential.Scope) *kittest.Client {
	t.Helper()
	return s.client(t).As(s.credential(t, auth.PersonalAccessToken, auth.User{ID: user.ID()}.Ref(), scopes...))
}

// organization calls with an organization access token.
func (s *shop) organization(t *testing.T, organization seed.Organization, scopes ...credential.Scope) *kittest.Client {
	t.Helper()
	return s.client(t).As(s.credential(t, auth.OrganizationAccessToken, auth.Organization{ID: organization.ID()}.Ref(), scopes...))
}

// customer calls with a customer session.
func (s *shop) customer(t *testing.T, customer seed.Customer, organization seed.Organization, scopes ...credential.Scope) *kittest.Client {
	t.Helper()
	return s.client(t).As(s.credential(t, auth.CustomerSession, auth.Customer{ID: customer.ID, OrganizationID: organization.ID()}.Ref(), scopes...))
}

// issue issues a credential for an hour.
func (s *shop) issue(t *testing.T, typ auth.CredentialType, subject credential.SubjectRef, scopes ...credential.Scope) auth.Issued {
	t.Helper()
	issued, err := s.issuer.System("a test").Issue(t.Context(), auth.Issue{
		Type: typ, Subject: subject, Scopes: scopes, Limit: credential.Unrestricted(), Lifetime: time.Hour,
	})
	require.NoError(t, err)
	return issued
}

// credential is what requests carry: a new token, or a cookie as a page of the same origin sends it.
func (s *shop) credential(t *testing.T, typ auth.CredentialType, subject credential.SubjectRef, scopes ...credential.Scope) authtest.Credential {
	t.Helper()
	name, token := fmt.Sprintf("%s of %s", typ.Name(), subject), s.issue(t, typ, subject, scopes...).Token.Reveal()
	if typ.Name() == auth.WebSession.Name() {
		return authtest.Cookie(name, sessionCookie, token).With("Sec-Fetch-Site", "same-origin")
	}
	return authtest.Bearer(name, token)
}
