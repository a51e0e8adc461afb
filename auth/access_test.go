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
		reach, err := s.Access.Reach(t.Context(), caller)
		require.NoError(t, err, name)
		require.Equal(t, c.want, grants(reach), name)
		all, err := s.Access.Organizations(t.Context(), caller)
		require.NoError(t, err, name)
		require.Equal(t, c.want[auth.OrganizationKind], grants(all.Reach())[auth.OrganizationKind], name)
		require.Empty(t, grants(all.Reach())[auth.CustomerKind], name)
	}
	nobody := subjectOf(t, s, anyone, noCredential)
	require.True(t, nobody.IsAnonymous())
	reach, err := s.Access.Reach(t.Context(), nobody)
	require.NoError(t, err)
	require.True(t, reach.IsEmpty())
}

// A deferred set is listed where a list is needed, once, and not before.
func TestDeferredSets(t *testing.T) {
	t.Parallel()
	s := newService(t)
	away := errors.New("away")
	var asked int
	var fails error
	access := auth.NewAccess(auth.AccessConfig{Memberships: memberships(func(_ context.Context, user uuid.UUID, _ auth.Permission) (owner.Set, error) {
		return owner.Deferred("SELECT organization_id FROM members WHERE user_id = ?", []any{user}, func(context.Context) ([]uuid.UUID, error) {
			asked++
			return []uuid.UUID{s.A.OrganizationID}, fails
		}), nil
	})})
	subject := subjectOf(t, s, canWrite, limited(s, s.A.User, credential.Unrestricted()))
	all, err := access.Reach(t.Context(), subject)
	require.NoError(t, err)
	require.Equal(t, []any{s.A.User.ID}, argsOf(all))
	require.Zero(t, asked)

	fails = away
	_, err = all.Listed(t.Context())
	require.ErrorIs(t, err, away)
	_, err = access.Organizations(t.Context(), subject)
	require.ErrorIs(t, err, away)
	_, err = access.Own(t.Context(), subject, kit.Optional[uuid.UUID]{})
	require.ErrorIs(t, err, away)
	require.Equal(t, 3, asked)

	fails, asked = nil, 0
	for range 2 { // a failure is not kept, an answer is
		listed, err := all.Listed(t.Context())
		require.NoError(t, err)
		require.Equal(t, []uuid.UUID{s.A.OrganizationID}, grants(listed)[auth.OrganizationKind])
		_, err = all.Own(t.Context(), auth.OrganizationKind, s.A.OrganizationID)
		require.NoError(t, err)
		_, err = all.Own(t.Context(), auth.OrganizationKind, s.B.OrganizationID)
		require.ErrorIs(t, err, owner.ErrOutOfReach)
	}
	require.Equal(t, 1, asked)

	own, err := access.Own(t.Context(), subject, kit.Optional[uuid.UUID]{})
	require.NoError(t, err)
	require.Equal(t, s.A.OrganizationID, own.ID())
	_, err = access.Own(t.Context(), subject, kit.Some(s.B.OrganizationID))
	require.ErrorIs(t, err, errors.RequestValidation)
	require.NoError(t, access.Permit(t.Context(), subject, s.A.OrganizationID))
	require.ErrorIs(t, access.Permit(t.Context(), subject, s.B.OrganizationID), errors.ResourceNotFound)

	b := subjectOf(t, s, canWrite, limited(s, s.A.User, credential.LimitedTo(s.B.OrganizationID)))
	organizations, err := access.Organizations(t.Context(), b)
	require.NoError(t, err)
	require.True(t, organizations.IsEmpty())
}

func TestSubSelects(t *testing.T) {
	t.Parallel()
	s := newService(t)
	members := memberships(func(_ context.Context, user uuid.UUID, permission auth.Permission) (owner.Set, error) {
		return owner.SubSelect("SELECT organization_id FROM members WHERE user_id = ? AND ? IN ('', role)", []any{user, permission},
			func(_ context.Context, id uuid.UUID) (bool, error) {
				if id == uuid.Max {
					return false, errors.New("away")
				}
				return id == s.A.OrganizationID, nil
			}), nil
	})
	access := auth.NewAccess(auth.AccessConfig{Memberships: members})
	subject := subjectOf(t, s, canWrite, limited(s, s.A.User, credential.Unrestricted()))
	reach, err := access.Reach(t.Context(), subject)
	require.NoError(t, err)
	require.Len(t, reach.Grants(), 1)
	require.Equal(t, []any{s.A.User.ID, auth.Permission("")}, argsOf(reach))
	all, err := access.Organizations(t.Context(), subject)
	require.NoError(t, err)
	_, only := all.Only()
	require.False(t, only)
	require.False(t, all.IsEmpty())
	own, err := all.Own(t.Context(), s.A.OrganizationID)
	require.NoError(t, err)
	require.Equal(t, s.A.OrganizationID, own.ID())
	_, err = all.Own(t.Context(), s.B.OrganizationID)
	require.ErrorIs(t, err, owner.ErrOutOfReach)
	_, err = all.Own(t.Context(), uuid.Max)
	require.ErrorContains(t, err, "away")
	_, err = access.Own(t.Context(), subject, kit.Some(uuid.Max))
	require.ErrorContains(t, err, "away")
	_, err = access.Own(t.Context(), subject, kit.Optional[uuid.UUID]{})
	require.ErrorIs(t, err, errors.RequestValidation)

	b := subjectOf(t, s, canWrite, limited(s, s.A.User, credential.LimitedTo(s.B.OrganizationID)))
	all, err = access.Organizations(t.Context(), b)
	require.NoError(t, err)
	_, err = all.Own(t.Context(), s.A.OrganizationID)
	require.ErrorIs(t, err, owner.ErrOutOfReach)
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
	reach, err := s.Access.Reach(t.Context(), subject)
	require.NoError(t, err)
	require.Equal(t, []uuid.UUID{a}, grants(reach)[auth.OrganizationKind])
	visible, err := s.Access.Visible(t.Context(), subject)
	require.NoError(t, err)
	require.ElementsMatch(t, []uuid.UUID{a, b}, grants(visible)[auth.OrganizationKind])

	require.NoError(t, s.Access.Permit(t.Context(), subject, a))
	require.ErrorIs(t, s.Access.Permit(t.Context(), subject, b), errors.NotPermitted)
	require.ErrorIs(t, s.Access.Permit(t.Context(), subject, uuid.New()), errors.ResourceNotFound)
	// The permission is the requirement's: another one of the same caller has none.
	reader := subjectOf(t, s, canRead, limited(s, s.Both, credential.Unrestricted()))
	require.NoError(t, s.Access.Permit(t.Context(), reader, b))
	// The credential's limit goes first.
	subject = subjectOf(t, s, canManage, limited(s, s.Both, credential.LimitedTo(b)))
	require.ErrorIs(t, s.Access.Permit(t.Context(), subject, a), errors.ResourceNotFound)
	require.ErrorIs(t, s.Access.Permit(t.Context(), subject, b), errors.NotPermitted)
	organization := subjectOf(t, s, canManage, limited(s, s.A.Organization, credential.Unrestricted()))
	require.NoError(t, s.Access.Permit(t.Context(), organization, a))
	require.ErrorIs(t, s.Access.Permit(t.Context(), organization, b), errors.ResourceNotFound)

	away := auth.NewAccess(auth.AccessConfig{Memberships: memberships(func(context.Context, uuid.UUID, auth.Permission) (owner.Set, error) {
		return owner.Set{}, errors.New("away")
	})})
	require.ErrorContains(t, away.Permit(t.Context(), subject, b), "away")
	_, err = away.Reach(t.Context(), subject)
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
		owner, err := s.Access.Own(t.Context(), subject, c.named)
		require.Equal(t, c.owner, owner.ID(), name)
		if c.want == "" {
			require.NoError(t, err, name)
			require.Equal(t, auth.OrganizationKind, owner.Kind(), name)
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
	s := newService(t)
	team := uuid.New()
	access := auth.NewAccess(auth.AccessConfig{Memberships: s.World, Policy: func(_ context.Context, caller auth.Caller) ([]owner.Grant, error) {
		if auth.RateKey(caller) != s.A.User.String() {
			return nil, errors.New("away")
		}
		return []owner.Grant{
			{Kind: "team", Set: owner.IDs(team)},
			{Kind: auth.OrganizationKind, Set: owner.IDs(s.B.OrganizationID)},
			{Kind: auth.CustomerKind, Set: owner.IDs(s.B.Customer.ID)},
		}, nil
	}})
	reach, err := access.Reach(t.Context(), subjectOf(t, s, somebody, limited(s, s.A.User, credential.Unrestricted())))
	require.NoError(t, err)
	require.Equal(t, map[owner.Kind][]uuid.UUID{auth.OrganizationKind: {s.A.OrganizationID}, "team": {team}}, grants(reach))
	_, err = access.Reach(t.Context(), subjectOf(t, s, somebody, limited(s, s.B.User, credential.Unrestricted())))
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
