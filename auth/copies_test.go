package auth_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/authtest"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/kit/kittest"
	"github.com/polarkit-go/polarkit/kit/openapi"
)

// What a handler is handed is a copy: what it writes there changes nothing.

func TestHandlersGetACopyOfTheCredential(t *testing.T) {
	t.Parallel()
	s := newService(t)
	later := s.Now().Add(24 * time.Hour)
	caller := s.Issue(auth.Issue{
		Type: auth.PersonalAccessToken, Subject: s.A.User, Scopes: []credential.Scope{"orders:read"}, Limit: credential.LimitedTo(s.A.OrganizationID), Lifetime: time.Hour,
	})
	handler := s.Authenticator.Middleware(somebody.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		subject, ok := auth.From[auth.Subject](r.Context())
		require.True(t, ok)
		before := subject.Credential()
		c := subject.Credential()
		c.Scopes[0] = "customers:write"
		*c.ExpiresAt = later
		c.Limit.IDs()[0] = s.B.OrganizationID
		require.Equal(t, before, subject.Credential())
		require.False(t, subject.HasScope("customers:write"))
		require.False(t, subject.HasScope("customers:read"))
		require.True(t, subject.HasScope("orders:read"))
		// The same principal, asked for again.
		again, _ := auth.From[auth.Admin](r.Context())
		require.Equal(t, before, again.Credential())
		all, err := subject.Reach(r.Context())
		require.NoError(t, err)
		for organization, reached := range map[uuid.UUID]bool{s.A.OrganizationID: true, s.B.OrganizationID: false} {
			is, err := all.Contains(r.Context(), auth.OrganizationKind, organization)
			require.NoError(t, err)
			require.Equal(t, reached, is)
		}
		// A requirement that is asked after it.
		_, err = canWrite.Authorize(r)
		require.ErrorIs(t, err, auth.InsufficientScope)
	})))
	require.Equal(t, 200, kittest.NewClient(t, handler).As(caller).Get("/").Status)
}

func TestLoadersAndResolversGetCopies(t *testing.T) {
	t.Parallel()
	kept := &credential.Credential{
		ID: uuid.New(), Type: "jwt", Subject: auth.User{ID: uuid.New()}.Ref(), Scopes: []credential.Scope{"orders:read"}, Limit: credential.Unrestricted(),
	}
	external := auth.NewRegistry("shop", auth.PersonalAccessToken.Of(personType), auth.NewExternalType("jwt", personType),
		auth.Scopes{"orders:read": nil, "customers:write": nil})
	w := authtest.New(t, external, func(c *auth.Config) {
		c.Fallback = resolver(func(context.Context, auth.Secret) (*credential.Credential, error) { return kept, nil })
		c.Subjects = []auth.Loader{personType.Load(func(_ context.Context, c credential.Credential) (person, error) {
			c.Scopes[0] = "customers:write"
			return person{}, nil
		})}
	})
	canOrder := auth.Require[person](external, auth.AnyScope("orders:read"))
	handler := w.Authenticator.Middleware(canOrder.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		subject, _ := auth.From[person](r.Context())
		require.False(t, subject.HasScope("customers:write"))
		kept.Scopes[0] = "customers:write" // a resolver that changes what it keeps
		require.False(t, subject.HasScope("customers:write"))
		kept.Scopes[0] = "orders:read"
	})))
	require.Equal(t, 200, kittest.NewClient(t, handler).As(authtest.Bearer("jwt", "abc")).Get("/").Status)
	require.Equal(t, 200, kittest.NewClient(t, handler).As(w.Credential(w.A.User, "orders:read")).Get("/").Status)
}

type person struct{}

var personType = auth.NewSubjectType[person](auth.UserKind)

func TestReachIsReadByCopies(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	a, b := uuid.New(), uuid.New()
	args := []any{a}
	sets := map[string]owner.Set{
		"IDs": owner.IDs(a),
		"SubSelect": owner.SubSelect("SELECT ?::uuid", args, func(_ context.Context, id uuid.UUID) (bool, error) {
			return id == a, nil
		}),
		"Deferred": owner.Deferred("SELECT ?::uuid", args, func(context.Context) ([]uuid.UUID, error) { return []uuid.UUID{a}, nil }),
	}
	args[0] = b
	for name, set := range sets {
		s := newService(t, asking(func(context.Context, uuid.UUID, auth.Permission) (owner.Set, error) { return set, nil }))
		caller := subjectOf(t, s, somebody, limited(s, s.A.User, credential.Unrestricted()))
		reach, err := caller.Reach(ctx)
		require.NoError(t, err)
		for _, r := range []owner.Reach{reach, reach.Restrict(auth.OrganizationKind, a)} {
			spoil(t, r, b)
			grant := r.Grants()[0]
			require.Equal(t, auth.OrganizationKind, grant.Kind, name)
			if query, ok := grant.Set.Query(); ok {
				require.Equal(t, "SELECT ?::uuid", query.SQL, name)
				require.Equal(t, []any{a}, query.Args, name)
			}
			_, err = r.Own(ctx, auth.OrganizationKind, a)
			require.NoError(t, err, name)
			_, err = r.Own(ctx, auth.OrganizationKind, b)
			require.ErrorIs(t, err, owner.ErrOutOfReach, name)
			listed, err := r.Listed(ctx)
			require.NoError(t, err)
			spoil(t, listed, b)
			_, err = listed.Own(ctx, auth.OrganizationKind, b)
			require.ErrorIs(t, err, owner.ErrOutOfReach, name)
		}
		own, err := reach.Own(ctx, auth.OrganizationKind, a)
		require.NoError(t, err)
		exactly, err := own.Reach(ctx)
		require.NoError(t, err)
		spoil(t, exactly, b)
		require.Equal(t, []uuid.UUID{a}, grants(exactly)[auth.OrganizationKind])
		again, err := caller.Reach(ctx)
		require.NoError(t, err)
		is, err := again.Contains(ctx, auth.OrganizationKind, b)
		require.NoError(t, err)
		require.False(t, is, name)
	}
	ids := []uuid.UUID{a}
	limit, set := credential.LimitedTo(ids...), owner.IDs(ids...)
	ids[0] = b
	require.True(t, limit.Contains(a))
	require.Equal(t, owner.IDs(a), set)
}

// spoil writes to everything that a reach hands out.
func spoil(t *testing.T, r owner.Reach, with uuid.UUID) {
	t.Helper()
	for _, g := range r.Grants() {
		ids, _ := g.Set.IDs()
		query, _ := g.Set.Query()
		for _, written := range [][]uuid.UUID{ids, query.Only} {
			for j := range written {
				written[j] = with
			}
		}
		for j := range query.Args {
			query.Args[j] = with
		}
	}
	if grants := r.Grants(); len(grants) > 0 {
		grants[0].Set = owner.IDs(with)
	}
}

func TestRequirementsAndKindsAreReadByCopies(t *testing.T) {
	t.Parallel()
	s := newService(t)
	before := canRead.Security()
	spoiled := canRead.Security()
	for i := range spoiled.Alternatives {
		spoiled.Alternatives[i].Scopes[0] = "orders:read"
		spoiled.Alternatives[i] = openapi.SecurityAlternative{}
	}
	require.Equal(t, before, canRead.Security())
	fails := canRead.Fails()
	fails[0] = auth.CrossOrigin
	require.NotEqual(t, fails, canRead.Fails())
	all := registry.All()
	all[0] = auth.CredentialType{}
	require.NotEqual(t, all, registry.All())
	requireError(t, s.do(s.Credential(s.A.User, "orders:read"), "GET", "/read"), 403, "InsufficientScope")

	// What is made of slices and maps does not follow them.
	scopes := auth.Scopes{"a:read": nil, "a:write": {"a:read"}}
	made := auth.NewRegistry("shop", auth.PersonalAccessToken, scopes)
	scopes["a:read"] = []credential.Scope{"a:write"}
	require.False(t, made.Implies([]credential.Scope{"a:read"}, "a:write"))
	named := []credential.Scope{"customers:write"}
	canWrite := auth.Require[auth.Admin](registry, auth.AllScopes(named...))
	named[0] = "orders:read"
	require.Equal(t, []string{"customers:write"}, canWrite.Security().Alternatives[0].Scopes)
}

func TestIssuedCredentialsAreCopies(t *testing.T) {
	t.Parallel()
	s := newService(t)
	caller := s.Credential(s.A.User, "orders:read")
	caller.Issued().Credential.Scopes[0] = "customers:write"
	list, err := s.Issuer.System("a test").List(t.Context(), credential.Selection{Subject: s.A.User})
	require.NoError(t, err)
	require.Equal(t, []credential.Scope{"orders:read"}, list[0].Scopes)
	list[0].Scopes[0] = "customers:write"
	requireError(t, s.do(caller, "GET", "/read"), 403, "InsufficientScope")
}
