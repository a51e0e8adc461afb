package auth_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/authtest"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/kittest"
)

// subjectOf is the AuthSubject that a requirement makes of a caller.
func subjectOf[S any](t *testing.T, s *service, q *auth.Requirement[S], caller authtest.Credential) auth.AuthSubject[S] {
	t.Helper()
	var subject auth.AuthSubject[S]
	response := kittest.NewClient(t, s.Authenticator.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var err error
		subject, err = q.Authorize(r)
		require.NoError(t, err)
	}))).As(caller).Get("/")
	require.Equal(t, 200, response.Status)
	return subject
}

var canManage = auth.Require[auth.Admin](registry, auth.AnyScope("customers:write"), auth.WithPermission("manage"))

func limited(s *service, subject credential.SubjectRef, limit credential.Limit) authtest.Credential {
	typ := auth.PersonalAccessToken
	switch subject.Kind {
	case auth.OrganizationKind:
		typ = auth.OrganizationAccessToken
	case auth.CustomerKind:
		typ = auth.CustomerSession
	}
	return s.Issue(auth.Issue{Type: typ, Subject: subject, Scopes: []credential.Scope{"customers:write", "portal:read"}, Limit: limit, Lifetime: 3600e9})
}

func grants(reach owner.Reach) map[owner.Kind][]uuid.UUID {
	all := map[owner.Kind][]uuid.UUID{}
	for _, g := range reach.Grants() {
		if ids, ok := g.Set.IDs(); ok && len(ids) > 0 {
			all[g.Kind] = ids
		}
	}
	return all
}

// argsOf are the arguments of the query that the first grant is.
func argsOf(reach owner.Reach) []any {
	query, _ := reach.Grants()[0].Set.Query()
	return query.Args
}

func TestReach(t *testing.T) {
	t.Parallel()
	s := newService(t)
	a, b := s.A.OrganizationID, s.B.OrganizationID
	for name, c := range map[string]struct {
		subject credential.SubjectRef
		limit   credential.Limit
		want    map[owner.Kind][]uuid.UUID
	}{
		"user":                          {s.A.User, credential.Unrestricted(), map[owner.Kind][]uuid.UUID{auth.OrganizationKind: {a}}},
		"user of both":                  {s.Both, credential.Unrestricted(), map[owner.Kind][]uuid.UUID{auth.OrganizationKind: {a, b}}},
		"user of both, limited":         {s.Both, credential.LimitedTo(b), map[owner.Kind][]uuid.UUID{auth.OrganizationKind: {b}}},
		"user limited to another":       {s.A.User, credential.LimitedTo(b), map[owner.Kind][]uuid.UUID{}},
		"user limited to none":          {s.A.User, credential.LimitedTo(), map[owner.Kind][]uuid.UUID{}},
		"user, the zero limit":          {s.A.User, credential.Limit{}, map[owner.Kind][]uuid.UUID{}},
		"stranger":                      {auth.User{ID: uuid.New()}.Ref(), credential.Unrestricted(), map[owner.Kind][]uuid.UUID{}},
		"organization":                  {s.A.Organization, credential.Unrestricted(), map[owner.Kind][]uuid.UUID{auth.OrganizationKind: {a}}},
		"organization limited to it":    {s.A.Organization, credential.LimitedTo(a), map[owner.Kind][]uuid.UUID{auth.OrganizationKind: {a}}},
		"organization limited to other": {s.A.Organization, credential.LimitedTo(b), map[owner.Kind][]uuid.UUID{}},
		"customer":                      {s.A.Customer, credential.Unrestricted(), map[owner.Kind][]uuid.UUID{auth.CustomerKind: {s.A.Customer.ID}}},
		"customer limited to theirs":    {s.A.Customer, credential.LimitedTo(a), map[owner.Kind][]uuid.UUID{auth.CustomerKind: {s.A.Customer.ID}}},
		"customer limited to another":   {s.A.Customer, credential.LimitedTo(b), map[owner.Kind][]uuid.UUID{}},
	} {
		caller := subjectOf(t, s, somebody, limited(s, c.subject, c.limit))
		reach, err := caller.Reach(t.Context())
		require.NoError(t, err, name)
		require.Equal(t, c.want, grants(reach), name)
	}
	nobody := subjectOf(t, s, anyone, noCredential)
	require.True(t, nobody.IsAnonymous())
	reach, err := nobody.Reach(t.Context())
	require.NoError(t, err)
	require.True(t, reach.IsEmpty())
	own, err := nobody.Own(t.Context(), kit.Some(a))
	require.ErrorIs(t, err, errors.RequestValidation)
	require.True(t, own.IsZero())
	require.ErrorIs(t, nobody.Permit(t.Context(), a), errors.ResourceNotFound)
}

// A deferred set is listed where a list is needed, once, and not before.
func TestDeferredSets(t *testing.T) {
	t.Parallel()
	away, mine := errors.New("away"), uuid.New()
	var asked int
	var fails error
	s := newService(t, asking(func(_ context.Context, user uuid.UUID, _ auth.Permission) (owner.Set, error) {
		return owner.Deferred("SELECT organization_id FROM members WHERE user_id = ?", []any{user}, func(context.Context) ([]uuid.UUID, error) {
			asked++
			return []uuid.UUID{mine}, fails
		}), nil
	}))
	subject := subjectOf(t, s, canWrite, limited(s, s.A.User, credential.Unrestricted()))
	all, err := subject.Reach(t.Context())
	require.NoError(t, err)
	require.Equal(t, []any{s.A.User.ID}, argsOf(all))
	require.Zero(t, asked)

	fails = away
	_, err = all.Listed(t.Context())
	require.ErrorIs(t, err, away)
	_, err = subject.Own(t.Context(), kit.Optional[uuid.UUID]{})
	require.ErrorIs(t, err, away)
	require.Equal(t, 2, asked)

	fails, asked = nil, 0
	for range 2 { // a failure is not kept, an answer is
		listed, err := all.Listed(t.Context())
		require.NoError(t, err)
		require.Equal(t, []uuid.UUID{mine}, grants(listed)[auth.OrganizationKind])
		_, err = all.Own(t.Context(), auth.OrganizationKind, mine)
		require.NoError(t, err)
		_, err = all.Own(t.Context(), auth.OrganizationKind, s.B.OrganizationID)
		require.ErrorIs(t, err, owner.ErrOutOfReach)
	}
	require.Equal(t, 1, asked)

	own, err := subject.Own(t.Context(), kit.Optional[uuid.UUID]{})
	require.NoError(t, err)
	require.Equal(t, mine, own.ID())
	_, err = subject.Own(t.Context(), kit.Some(s.B.OrganizationID))
	require.ErrorIs(t, err, errors.RequestValidation)
	require.NoError(t, subject.Permit(t.Context(), mine))
	require.ErrorIs(t, subject.Permit(t.Context(), s.B.OrganizationID), errors.ResourceNotFound)
	require.Equal(t, 1, asked, "a request keeps what it has asked")

	b := subjectOf(t, s, canWrite, limited(s, s.A.User, credential.LimitedTo(s.B.OrganizationID)))
	listed, err := reachOf(t, b).Listed(t.Context())
	require.NoError(t, err)
	require.True(t, listed.IsEmpty())
}

func TestSubSelects(t *testing.T) {
	t.Parallel()
	mine := uuid.New()
	s := newService(t, asking(func(_ context.Context, user uuid.UUID, permission auth.Permission) (owner.Set, error) {
		return owner.SubSelect("SELECT organization_id FROM members WHERE user_id = ? AND ? IN ('', role)", []any{user, permission},
			func(_ context.Context, id uuid.UUID) (bool, error) {
				if id == uuid.Max {
					return false, errors.New("away")
				}
				return id == mine, nil
			}), nil
	}))
	subject := subjectOf(t, s, canWrite, limited(s, s.A.User, credential.Unrestricted()))
	reach := reachOf(t, subject)
	require.Len(t, reach.Grants(), 1)
	require.Equal(t, []any{s.A.User.ID, auth.Permission("")}, argsOf(reach))
	_, only := reach.One(auth.OrganizationKind)
	require.False(t, only)
	require.False(t, reach.IsEmpty())
	own, err := reach.Own(t.Context(), auth.OrganizationKind, mine)
	require.NoError(t, err)
	require.Equal(t, mine, own.ID())
	_, err = reach.Own(t.Context(), auth.OrganizationKind, s.B.OrganizationID)
	require.ErrorIs(t, err, owner.ErrOutOfReach)
	_, err = reach.Own(t.Context(), auth.OrganizationKind, uuid.Max)
	require.ErrorContains(t, err, "away")
	_, err = subject.Own(t.Context(), kit.Some(uuid.Max))
	require.ErrorContains(t, err, "away")
	_, err = subject.Own(t.Context(), kit.Optional[uuid.UUID]{})
	require.ErrorIs(t, err, errors.RequestValidation)

	b := subjectOf(t, s, canWrite, limited(s, s.A.User, credential.LimitedTo(s.B.OrganizationID)))
	_, err = reachOf(t, b).Own(t.Context(), auth.OrganizationKind, mine)
	require.ErrorIs(t, err, owner.ErrOutOfReach)
}

// reachOf is what a subject, or another Reacher, reaches.
func reachOf(t *testing.T, by owner.Reacher) owner.Reach {
	t.Helper()
	reach, err := by.Reach(t.Context())
	require.NoError(t, err)
	return reach
}

// asking sets the memberships that an authenticator asks.
func asking(members memberships) func(*auth.Config) {
	return func(c *auth.Config) { c.Memberships = members }
}

type memberships func(ctx context.Context, userID uuid.UUID, permission auth.Permission) (owner.Set, error)

func (f memberships) Organizations(ctx context.Context, userID uuid.UUID, permission auth.Permission) (owner.Set, error) {
	return f(ctx, userID, permission)
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	s := newService(t)
	a, b := s.A.OrganizationID, s.B.OrganizationID
	s.Join(s.Both, a, "manage")
	subject := subjectOf(t, s, canManage, limited(s, s.Both, credential.Unrestricted()))
	require.Equal(t, []uuid.UUID{a}, grants(reachOf(t, subject))[auth.OrganizationKind])
	require.ElementsMatch(t, []uuid.UUID{a, b}, grants(reachOf(t, subject.Visible()))[auth.OrganizationKind])

	require.NoError(t, subject.Permit(t.Context(), a))
	require.ErrorIs(t, subject.Permit(t.Context(), b), errors.NotPermitted)
	require.ErrorIs(t, subject.Permit(t.Context(), uuid.New()), errors.ResourceNotFound)
	// The permission is the requirement's: another one of the same caller has none.
	reader := subjectOf(t, s, canRead, limited(s, s.Both, credential.Unrestricted()))
	require.NoError(t, reader.Permit(t.Context(), b))
	// The credential's limit goes first.
	subject = subjectOf(t, s, canManage, limited(s, s.Both, credential.LimitedTo(b)))
	require.ErrorIs(t, subject.Permit(t.Context(), a), errors.ResourceNotFound)
	require.ErrorIs(t, subject.Permit(t.Context(), b), errors.NotPermitted)
	organization := subjectOf(t, s, canManage, limited(s, s.A.Organization, credential.Unrestricted()))
	require.NoError(t, organization.Permit(t.Context(), a))
	require.ErrorIs(t, organization.Permit(t.Context(), b), errors.ResourceNotFound)

	away := newService(t, asking(func(context.Context, uuid.UUID, auth.Permission) (owner.Set, error) {
		return owner.Set{}, errors.New("away")
	}))
	subject = subjectOf(t, away, canManage, limited(away, away.Both, credential.LimitedTo(b)))
	require.ErrorContains(t, subject.Permit(t.Context(), b), "away")
	_, err := subject.Reach(t.Context())
	require.ErrorContains(t, err, "away")
	_, err = subject.Own(t.Context(), kit.Some(b))
	require.ErrorContains(t, err, "away")
}

func TestCase16Own(t *testing.T) {
	t.Parallel()
	s := newService(t)
	a, b := s.A.OrganizationID, s.B.OrganizationID
	for name, c := range map[string]struct {
		subject credential.SubjectRef
		named   kit.Optional[uuid.UUID]
		owner   uuid.UUID
		want    string
	}{
		"the only one":              {s.A.User, kit.Optional[uuid.UUID]{}, a, ""},
		"the only one, by name":     {s.A.User, kit.Some(a), a, ""},
		"another's":                 {s.A.User, kit.Some(b), uuid.Nil, "value_error"},
		"nobody's":                  {s.A.User, kit.Some(uuid.New()), uuid.Nil, "value_error"},
		"one of several":            {s.Both, kit.Some(b), b, ""},
		"none of several":           {s.Both, kit.Optional[uuid.UUID]{}, uuid.Nil, "missing"},
		"a user of none":            {auth.User{ID: uuid.New()}.Ref(), kit.Optional[uuid.UUID]{}, uuid.Nil, "missing"},
		"the organization":          {s.A.Organization, kit.Optional[uuid.UUID]{}, a, ""},
		"the organization, by name": {s.A.Organization, kit.Some(a), uuid.Nil, "organization_token"},
		"the organization, another": {s.A.Organization, kit.Some(b), uuid.Nil, "organization_token"},
	} {
		subject := subjectOf(t, s, canWrite, limited(s, c.subject, credential.Unrestricted()))
		own, err := subject.Own(t.Context(), c.named)
		require.Equal(t, c.owner, own.ID(), name)
		if c.want == "" {
			require.NoError(t, err, name)
			require.Equal(t, auth.OrganizationKind, own.Kind(), name)
			continue
		}
		invalid, ok := errors.AsType[*errors.PolarRequestValidationError](err)
		require.True(t, ok, name)
		require.Len(t, invalid.Details(), 1)
		require.Equal(t, c.want, invalid.Details()[0].Type, name)
		require.Equal(t, errors.Loc{"body", "organization_id"}, invalid.Details()[0].Loc)
	}
}

func TestPolicy(t *testing.T) {
	t.Parallel()
	team := uuid.New()
	var s *service
	s = newService(t, func(c *auth.Config) {
		c.Policy = func(_ context.Context, caller auth.Caller) ([]owner.Grant, error) {
			if auth.RateKey(caller) != s.A.User.String() {
				return nil, errors.New("away")
			}
			return []owner.Grant{
				{Kind: "team", Set: owner.IDs(team)},
				{Kind: auth.OrganizationKind, Set: owner.IDs(s.B.OrganizationID)},
				{Kind: auth.CustomerKind, Set: owner.IDs(s.B.Customer.ID)},
			}, nil
		}
	})
	reach := reachOf(t, subjectOf(t, s, somebody, limited(s, s.A.User, credential.Unrestricted())))
	require.Equal(t, map[owner.Kind][]uuid.UUID{auth.OrganizationKind: {s.A.OrganizationID}, "team": {team}}, grants(reach))
	_, err := subjectOf(t, s, somebody, limited(s, s.B.User, credential.Unrestricted())).Reach(t.Context())
	require.ErrorContains(t, err, "away")
}

func TestLimitsAreTheirOwners(t *testing.T) {
	t.Parallel()
	ids := []uuid.UUID{uuid.New(), uuid.New()}
	limit := credential.LimitedTo(ids...)
	ids[0] = uuid.Nil
	require.False(t, limit.Contains(uuid.Nil))
	slices.Reverse(limit.IDs())
	require.Equal(t, ids[1], limit.IDs()[1])
	text, err := json.Marshal(limit)
	require.NoError(t, err)
	require.Equal(t, "{}", string(text))
}
