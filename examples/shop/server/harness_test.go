package server_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth"
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
	client *http.Client
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
	issuer, err := auth.NewIssuer(access.Registry, keys, access.NewStore(pool))
	require.NoError(t, err)

	client := web.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &shop{url: web.URL, client: client, pool: pool, issuer: issuer, server: handler, checked: checked}
}

// anonymous calls without a credential.
func (s *shop) anonymous() *client { return &client{shop: s} }

// user calls with a personal access token.
func (s *shop) user(t *testing.T, user seed.User, scopes ...string) *client {
	t.Helper()
	return s.as(t, auth.PersonalAccessToken, auth.User{ID: user.ID()}.Ref(), scopes...)
}

// organization calls with an organization access token.
func (s *shop) organization(t *testing.T, organization seed.Organization, scopes ...string) *client {
	t.Helper()
	return s.as(t, auth.OrganizationAccessToken, auth.Organization{ID: organization.ID()}.Ref(), scopes...)
}

func (s *shop) as(t *testing.T, typ auth.CredentialType, subject credential.SubjectRef, scopes ...string) *client {
	t.Helper()
	issue := auth.Issue{Type: typ, Subject: subject, Limit: credential.Unrestricted(), Lifetime: time.Hour}
	for _, scope := range scopes {
		issue.Scopes = append(issue.Scopes, credential.Scope(scope))
	}
	issued, err := s.issuer.System("a test").Issue(t.Context(), issue)
	require.NoError(t, err)
	return &client{shop: s, token: issued.Token.Reveal()}
}
