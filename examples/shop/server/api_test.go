package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/authtest"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/examples/shop/access"
	"github.com/polarkit-go/polarkit/examples/shop/seed"
	"github.com/polarkit-go/polarkit/examples/shop/server"
	"github.com/polarkit-go/polarkit/kit/kittest"
)

func TestGuidelines(t *testing.T) {
	t.Parallel()
	a := newShop(t).server.API()
	kittest.Guidelines(t, a)
	for _, g := range a.Guidelines() {
		require.Empty(t, g.Relaxed, "the example keeps the guideline %s", g.Guideline)
	}
}

func TestAgreement(t *testing.T) {
	t.Parallel()
	kittest.Agreement(t, newShop(t).server.API(),
		kittest.Except("customer_sessions:create", "the customer is named in one of two ways"))
}

// subjectOf is a subject of acme for a type of credential.
func subjectOf(typ auth.CredentialType) credential.SubjectRef {
	switch typ.SubjectKind() {
	case auth.OrganizationKind:
		return auth.Organization{ID: seed.Acme.ID()}.Ref()
	case auth.CustomerKind:
		return auth.Customer{ID: seed.Customers(seed.Acme)[1].ID, OrganizationID: seed.Acme.ID()}.Ref()
	default:
		return auth.User{ID: seed.AcmeOwner.ID()}.Ref()
	}
}

const sessionCookie = "__Host-shop_session"

// The document says who is let in, and that is so: for every operation, every
// type of credential and every scope.
func TestMatrix(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	authtest.Matrix{
		Handler:  s.checked,
		Document: s.server.API().OpenAPI(),
		Registry: access.Registry,
		Scopes:   append(access.AdminScopes(), access.CustomerScopes()...),
		Public:   []string{"POST /v1/web-sessions/", "DELETE /v1/web-sessions/current"},
		Credential: func(typ auth.CredentialType, scopes ...credential.Scope) authtest.Credential {
			return s.credential(t, typ, subjectOf(typ), scopes...)
		},
	}.Run(t)
}

func (s *shop) party(t *testing.T, organization seed.Organization, owner seed.User) authtest.Party {
	t.Helper()
	scopes := access.AdminScopes()
	return authtest.Party{
		OrganizationID: organization.ID(),
		User:           s.credential(t, auth.PersonalAccessToken, auth.User{ID: owner.ID()}.Ref(), scopes...),
		Organization:   s.credential(t, auth.OrganizationAccessToken, auth.Organization{ID: organization.ID()}.Ref(), scopes...),
	}
}

func TestTwoTenantsCustomers(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	authtest.TwoTenants{
		Handler: s.checked,
		Path:    customersPath,
		A:       s.party(t, seed.Acme, seed.AcmeOwner),
		B:       s.party(t, seed.Globex, seed.GlobexOwner),
		Both:    s.credential(t, auth.PersonalAccessToken, auth.User{ID: seed.BothOwner.ID()}.Ref(), access.AdminScopes()...),
		Body: func(n int) map[string]any {
			return map[string]any{"email": fmt.Sprintf("tenant%d@example.com", n), "external_id": fmt.Sprint("tenant-", n), "metadata": map[string]any{"n": n}}
		},
		Change: map[string]any{"name": "Changed"},
		Views:  []string{"/v1/customers/export"},
	}.Run(t)
}

func TestTwoTenantsOrders(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	authtest.TwoTenants{
		Handler: s.checked,
		Path:    ordersPath,
		A:       s.party(t, seed.Acme, seed.AcmeOwner),
		B:       s.party(t, seed.Globex, seed.GlobexOwner),
		Make: func(party authtest.Party, n int) (string, error) {
			organization := seed.Acme
			if party.OrganizationID == seed.Globex.ID() {
				organization = seed.Globex
			}
			return seed.Orders(organization)[n].ID.String(), nil
		},
		NoDelete: true,
		Filters: map[string]func(map[string]any) string{
			"customer_id": func(order map[string]any) string { return order["customer_id"].(string) },
		},
	}.Run(t)
}

func TestDocument(t *testing.T) {
	t.Parallel()
	s := newShop(t)

	reply := s.client(t).Get("/openapi.json")
	require.Equal(t, http.StatusOK, reply.Status)
	require.Equal(t, string(server.Document()), string(reply.Body), "the command and the service give the same bytes")
	require.True(t, json.Valid(reply.Body))

	s.client(t).Header("If-None-Match", reply.Header.Get("ETag")).Get("/openapi.json").Want(http.StatusNotModified)

	var document struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
		}
	}
	require.NoError(t, json.Unmarshal(reply.Body, &document))
	require.Equal(t, "customers:list", document.Paths["/v1/customers/"]["get"].OperationID)
	require.Equal(t, "customer_portal:orders:list", document.Paths["/v1/customer-portal/orders/"]["get"].OperationID)
	for path := range document.Paths {
		require.True(t, strings.HasPrefix(path, "/v1/"), path)
	}
}

func TestDocs(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	reply := s.client(t).Get("/docs/")
	require.Equal(t, http.StatusOK, reply.Status)
	require.Contains(t, reply.Header.Get("Content-Security-Policy"), "default-src 'none'")
	require.Contains(t, string(reply.Body), "Shop API")
	require.Equal(t, "/docs/", s.client(t).Get("/docs").Header.Get("Location"))
}
