package reach_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/reach"
)

const (
	organization reach.Kind = "organization"
	customer     reach.Kind = "customer"
)

var (
	a = uuid.MustParse("00000000-0000-4000-8000-00000000000a")
	b = uuid.MustParse("00000000-0000-4000-8000-00000000000b")
	c = uuid.MustParse("00000000-0000-4000-8000-00000000000c")
)

// selected is a large set that holds the owners given.
func selected(ids ...uuid.UUID) *reach.Select {
	return &reach.Select{
		SQL: "SELECT organization_id FROM members WHERE user_id = ?", Args: []any{1},
		Contains: func(_ context.Context, id uuid.UUID) (bool, error) {
			return slices.Contains(ids, id), nil
		},
	}
}

// listable is a set that can be listed.
func listable(ids ...uuid.UUID) *reach.Select {
	return &reach.Select{
		SQL: "SELECT organization_id FROM members WHERE user_id = ?", Args: []any{1},
		List: func(context.Context) ([]uuid.UUID, error) { return ids, nil },
	}
}

// owns tells which of a, b and c the reach holds.
func owns(t *testing.T, r reach.Reach, kind reach.Kind) string {
	t.Helper()
	held := ""
	for i, id := range []uuid.UUID{a, b, c} {
		owner, err := r.Own(t.Context(), kind, id)
		if err != nil {
			require.ErrorIs(t, err, reach.ErrOutOfReach)
			require.True(t, owner.IsZero())
			continue
		}
		require.Equal(t, kind, owner.Kind())
		require.Equal(t, id, owner.ID())
		held += string(rune('a' + i))
	}
	return held
}

func TestReach(t *testing.T) {
	t.Parallel()

	list := reach.Grant{Kind: organization, IDs: []uuid.UUID{a, b}}
	large := reach.Grant{Kind: organization, Select: selected(a, b)}
	deferred := reach.Grant{Kind: organization, Select: listable(a, b)}
	mine := reach.Grant{Kind: customer, IDs: []uuid.UUID{c}}
	cases := map[string]struct {
		reach         reach.Reach
		organizations string
		customers     string
		empty         bool
	}{
		"zero":                   {reach.Reach{}, "", "", true},
		"no grants":              {reach.Of(), "", "", true},
		"empty grant":            {reach.Of(reach.Grant{Kind: organization}), "", "", true},
		"list":                   {reach.Of(list), "ab", "", false},
		"large":                  {reach.Of(large), "ab", "", false},
		"large, not asked":       {reach.Of(reach.Grant{Kind: organization, Select: &reach.Select{SQL: "SELECT 1"}}), "", "", false},
		"deferred":               {reach.Of(deferred), "ab", "", false},
		"deferred restricted":    {reach.Of(deferred).Restrict(organization, b, c), "b", "", false},
		"deferred, to nothing":   {reach.Of(deferred).Restrict(organization), "", "", true},
		"union":                  {reach.Of(list, mine), "ab", "c", false},
		"two of a kind":          {reach.Of(list, reach.Grant{Kind: organization, IDs: []uuid.UUID{c}}), "abc", "", false},
		"system":                 {reach.System("migration"), "abc", "abc", false},
		"system without why":     {reach.System(""), "", "", true},
		"restricted":             {reach.Of(list, mine).Restrict(organization, b, c), "b", "", false},
		"restricted to others":   {reach.Of(list).Restrict(organization, c), "", "", true},
		"restricted to none":     {reach.Of(list).Restrict(organization), "", "", true},
		"another kind":           {reach.Of(list).Restrict(customer, a), "", "", true},
		"large restricted":       {reach.Of(large).Restrict(organization, b, c), "b", "", false},
		"large restricted twice": {reach.Of(large).Restrict(organization, a, b).Restrict(organization, b, c), "b", "", false},
		"large, to nothing":      {reach.Of(large).Restrict(organization), "", "", true},
		"large, apart":           {reach.Of(large).Restrict(organization, a).Restrict(organization, b), "", "", true},
		"system restricted":      {reach.System("import").Restrict(organization, b), "b", "", false},
		"system to none":         {reach.System("import").Restrict(organization), "", "", true},
	}
	for name, tt := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			require.Equal(t, tt.organizations, owns(t, tt.reach, organization))
			require.Equal(t, tt.customers, owns(t, tt.reach, customer))
			require.Equal(t, tt.empty, tt.reach.IsEmpty())

			listed, err := tt.reach.Listed(t.Context())
			require.NoError(t, err)
			require.Equal(t, tt.organizations, owns(t, listed, organization))
			require.Equal(t, tt.customers, owns(t, listed, customer))
			require.False(t, slices.ContainsFunc(listed.Grants(), func(g reach.Grant) bool { return g.Select != nil && g.Select.List != nil }))
		})
	}
}

func TestSystem(t *testing.T) {
	t.Parallel()

	system := reach.System("nightly export")
	require.True(t, system.IsSystem())
	require.Equal(t, "nightly export", system.Why())
	require.Empty(t, system.Grants())

	restricted := system.Restrict(organization, a)
	require.False(t, restricted.IsSystem(), "a narrowed system reach is not one any more")
	require.Equal(t, []reach.Grant{{Kind: organization, IDs: []uuid.UUID{a}}}, restricted.Grants())
}

// Narrowing gives a new value and leaves the old one as it was.
func TestRestrictLeavesTheOriginal(t *testing.T) {
	t.Parallel()

	ids := []uuid.UUID{b, b, c}
	original := reach.Of(reach.Grant{Kind: organization, IDs: []uuid.UUID{a, b}}, reach.Grant{Kind: organization, Select: selected(a)})
	restricted := original.Restrict(organization, ids...)
	ids[0] = a

	require.Equal(t, []uuid.UUID{a, b}, original.Grants()[0].IDs)
	require.Nil(t, original.Grants()[1].Select.Only)
	require.Equal(t, []uuid.UUID{b}, restricted.Grants()[0].IDs, "each owner once")
	require.Equal(t, []uuid.UUID{b, c}, restricted.Grants()[1].Select.Only)

	system := reach.System("x").Restrict(organization, ids...)
	ids[2] = a
	require.Equal(t, []uuid.UUID{a, b, c}, system.Grants()[0].IDs)
}

func TestOwnReportsAFailedLookUp(t *testing.T) {
	t.Parallel()

	failure := errors.New("the database is away")
	r := reach.Of(reach.Grant{Kind: organization, Select: &reach.Select{
		Contains: func(context.Context, uuid.UUID) (bool, error) { return true, failure },
	}})
	owner, err := r.Own(t.Context(), organization, a)
	require.ErrorIs(t, err, failure)
	require.True(t, owner.IsZero())

	_, err = r.Restrict(organization, b).Own(t.Context(), organization, a)
	require.ErrorIs(t, err, reach.ErrOutOfReach, "what was narrowed away is not looked up")
	require.Same(t, errors.ResourceNotFound, errors.KindOf(err), "a handler may return it as it is")
	require.NotErrorIs(t, errors.ResourceNotFound.New(), reach.ErrOutOfReach)
}

func TestListedReportsAFailedLookUp(t *testing.T) {
	t.Parallel()

	failure := errors.New("the database is away")
	r := reach.Of(reach.Grant{Kind: organization, IDs: []uuid.UUID{a}}, reach.Grant{Kind: organization, Select: &reach.Select{
		List: func(context.Context) ([]uuid.UUID, error) { return []uuid.UUID{b}, failure },
	}})
	listed, err := r.Listed(t.Context())
	require.ErrorIs(t, err, failure)
	require.True(t, listed.IsEmpty())
	_, err = r.Own(t.Context(), organization, b)
	require.ErrorIs(t, err, failure)

	narrowed, err := r.Restrict(organization).Listed(t.Context())
	require.NoError(t, err, "what was narrowed away is not looked up")
	require.True(t, narrowed.IsEmpty())
}

func TestOwner(t *testing.T) {
	t.Parallel()

	var none reach.Owner
	require.True(t, none.IsZero())
	require.True(t, none.Reach().IsEmpty())

	owner, err := reach.Of(reach.Grant{Kind: organization, IDs: []uuid.UUID{a, b}}).Own(t.Context(), organization, b)
	require.NoError(t, err)
	require.False(t, owner.IsZero())
	require.Equal(t, "b", owns(t, owner.Reach(), organization))
	require.Empty(t, owns(t, owner.Reach(), customer))
}
