package owner_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
)

const (
	organization owner.Kind = "organization"
	customer     owner.Kind = "customer"
)

var (
	a = uuid.MustParse("00000000-0000-4000-8000-00000000000a")
	b = uuid.MustParse("00000000-0000-4000-8000-00000000000b")
	c = uuid.MustParse("00000000-0000-4000-8000-00000000000c")
)

const members = "SELECT organization_id FROM members WHERE user_id = ?"

// selected is a large set that holds the owners given.
func selected(ids ...uuid.UUID) owner.Set {
	return owner.SubSelect(members, []any{1}, func(_ context.Context, id uuid.UUID) (bool, error) {
		return slices.Contains(ids, id), nil
	})
}

// listable is a set that can be listed.
func listable(ids ...uuid.UUID) owner.Set {
	return owner.Deferred(members, []any{1}, func(context.Context) ([]uuid.UUID, error) { return ids, nil })
}

// of is a reach of organizations.
func of(set owner.Set) owner.Reach { return owner.ReachOf(owner.Grant{Kind: organization, Set: set}) }

// owns says which of a, b and c the reach holds.
func owns(t *testing.T, r owner.Reach, kind owner.Kind) string {
	t.Helper()
	held := ""
	for i, id := range []uuid.UUID{a, b, c} {
		contained, err := r.Contains(t.Context(), kind, id)
		require.NoError(t, err)
		own, err := r.Own(t.Context(), kind, id)
		require.Equal(t, contained, err == nil)
		if err != nil {
			require.ErrorIs(t, err, owner.ErrOutOfReach)
			require.True(t, own.IsZero())
			continue
		}
		require.Equal(t, kind, own.Kind())
		require.Equal(t, id, own.ID())
		held += string(rune('a' + i))
	}
	return held
}

func TestReach(t *testing.T) {
	t.Parallel()

	list := owner.Grant{Kind: organization, Set: owner.IDs(a, b)}
	mine := owner.Grant{Kind: customer, Set: owner.IDs(c)}
	large, deferred := of(selected(a, b)), of(listable(a, b))
	listing := func(context.Context) ([]uuid.UUID, error) { return []uuid.UUID{a}, nil }
	cases := map[string]struct {
		reach         owner.Reach
		organizations string
		customers     string
		empty         bool
	}{
		"zero":                   {owner.Reach{}, "", "", true},
		"no grants":              {owner.ReachOf(), "", "", true},
		"zero set":               {of(owner.Set{}), "", "", true},
		"list":                   {owner.ReachOf(list), "ab", "", false},
		"large":                  {large, "ab", "", false},
		"large, not asked":       {of(owner.SubSelect("SELECT 1", nil, nil)), "", "", false},
		"large, without SQL":     {of(owner.SubSelect("", nil, nil)), "", "", true},
		"deferred":               {deferred, "ab", "", false},
		"deferred, without SQL":  {of(owner.Deferred("", nil, listing)), "", "", true},
		"deferred, not listed":   {of(owner.Deferred("SELECT 1", nil, nil)), "", "", false},
		"deferred restricted":    {deferred.Restrict(organization, b, c), "b", "", false},
		"deferred, to nothing":   {deferred.Restrict(organization), "", "", true},
		"union":                  {owner.ReachOf(list, mine), "ab", "c", false},
		"two of a kind":          {owner.ReachOf(list, owner.Grant{Kind: organization, Set: owner.IDs(c)}), "abc", "", false},
		"system":                 {owner.System("migration"), "abc", "abc", false},
		"system without why":     {owner.System(""), "", "", true},
		"system, a blank why":    {owner.System(" \n"), "", "", true},
		"restricted":             {owner.ReachOf(list, mine).Restrict(organization, b, c), "b", "", false},
		"restricted to others":   {owner.ReachOf(list).Restrict(organization, c), "", "", true},
		"restricted to none":     {owner.ReachOf(list).Restrict(organization), "", "", true},
		"another kind":           {owner.ReachOf(list).Restrict(customer, a), "", "", true},
		"large restricted":       {large.Restrict(organization, b, c), "b", "", false},
		"large restricted twice": {large.Restrict(organization, a, b).Restrict(organization, b, c), "b", "", false},
		"large, to nothing":      {large.Restrict(organization), "", "", true},
		"large, apart":           {large.Restrict(organization, a).Restrict(organization, b), "", "", true},
		"nothing, again":         {large.Restrict(organization).Restrict(organization, a), "", "", true},
		"system restricted":      {owner.System("import").Restrict(organization, b), "b", "", false},
		"system to none":         {owner.System("import").Restrict(organization), "", "", true},
	}
	for name, tt := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			require.Equal(t, tt.organizations, owns(t, tt.reach, organization))
			require.Equal(t, tt.customers, owns(t, tt.reach, customer))
			require.Equal(t, tt.empty, tt.reach.IsEmpty())

			for range 2 { // a list is listed already
				listed, err := tt.reach.Listed(t.Context())
				require.NoError(t, err)
				require.Equal(t, tt.organizations, owns(t, listed, organization))
				require.Equal(t, tt.customers, owns(t, listed, customer))
				require.Equal(t, tt.reach.Why(), listed.Why())
				tt.reach = listed
			}
			same, err := tt.reach.Reach(t.Context())
			require.NoError(t, err)
			require.Equal(t, tt.reach, same)
		})
	}
}

func TestSystem(t *testing.T) {
	t.Parallel()

	system := owner.System("nightly export")
	require.True(t, system.IsSystem())
	require.Equal(t, "nightly export", system.Why())
	require.Empty(t, system.Grants())
	for _, nobody := range []owner.Kind{"", organization} {
		_, err := system.Own(t.Context(), nobody, uuid.Nil)
		require.ErrorIs(t, err, owner.ErrOutOfReach)
	}

	restricted := system.Restrict(organization, a)
	require.False(t, restricted.IsSystem(), "a narrowed system reach is not one any more")
	require.Equal(t, []owner.Grant{{Kind: organization, Set: owner.IDs(a)}}, restricted.Grants())

	// The reason stays with whatever is made of it.
	own, err := restricted.Restrict(organization, a, b).Own(t.Context(), organization, a)
	require.NoError(t, err)
	reach, err := own.Reach(t.Context())
	require.NoError(t, err)
	require.Equal(t, "nightly export", reach.Why())
	require.False(t, reach.IsSystem())
	require.Equal(t, "a", owns(t, reach, organization))
}

// Narrowing gives a new value and leaves the old one as it was.
func TestRestrictLeavesTheOriginal(t *testing.T) {
	t.Parallel()

	ids := []uuid.UUID{b, b, c}
	original := owner.ReachOf(owner.Grant{Kind: organization, Set: owner.IDs(a, b)}, owner.Grant{Kind: organization, Set: selected(a)})
	restricted := original.Restrict(organization, ids...)
	ids[0] = a

	listed, _ := original.Grants()[0].Set.IDs()
	require.Equal(t, []uuid.UUID{a, b}, listed)
	query, _ := original.Grants()[1].Set.Query()
	require.Empty(t, query.Only)
	listed, _ = restricted.Grants()[0].Set.IDs()
	require.Equal(t, []uuid.UUID{b}, listed, "each owner once")
	query, _ = restricted.Grants()[1].Set.Query()
	require.Equal(t, []uuid.UUID{b, c}, query.Only)

	system := owner.System("x").Restrict(organization, ids...)
	ids[2] = a
	listed, _ = system.Grants()[0].Set.IDs()
	require.Equal(t, []uuid.UUID{a, b, c}, listed)
}

func TestOwnReportsAFailedLookUp(t *testing.T) {
	t.Parallel()

	failure := errors.New("the database is away")
	r := of(owner.SubSelect(members, []any{1}, func(context.Context, uuid.UUID) (bool, error) { return true, failure }))
	own, err := r.Own(t.Context(), organization, a)
	require.ErrorIs(t, err, failure)
	require.True(t, own.IsZero())
	held, err := r.Contains(t.Context(), organization, a)
	require.ErrorIs(t, err, failure)
	require.False(t, held)

	_, err = r.Restrict(organization, b).Own(t.Context(), organization, a)
	require.ErrorIs(t, err, owner.ErrOutOfReach, "what was narrowed away is not looked up")
	require.Same(t, errors.ResourceNotFound, errors.KindOf(err), "a handler may return it as it is")
	require.NotErrorIs(t, errors.ResourceNotFound.New(), owner.ErrOutOfReach)
}

// A deferred list is asked for once. A failure is not kept.
func TestDeferredIsAskedOnce(t *testing.T) {
	t.Parallel()

	failure := errors.New("the database is away")
	var fails error
	asked := 0
	r := owner.ReachOf(owner.Grant{Kind: customer, Set: owner.IDs(a)}, owner.Grant{Kind: organization, Set: owner.Deferred(members, []any{1}, func(context.Context) ([]uuid.UUID, error) {
		asked++
		return []uuid.UUID{b}, fails
	})})
	_, known := r.One(organization)
	require.False(t, known)
	require.Zero(t, asked)

	fails = failure
	listed, err := r.Listed(t.Context())
	require.ErrorIs(t, err, failure)
	require.True(t, listed.IsEmpty())
	_, err = r.Own(t.Context(), organization, b)
	require.ErrorIs(t, err, failure)
	require.Equal(t, 2, asked)

	narrowed, err := r.Restrict(organization).Listed(t.Context())
	require.NoError(t, err, "what was narrowed away is not looked up")
	require.True(t, narrowed.IsEmpty())

	fails, asked = nil, 0
	for range 2 {
		listed, err = r.Listed(t.Context())
		require.NoError(t, err)
		one, known := listed.One(organization)
		require.True(t, known)
		require.Equal(t, b, one)
		require.Equal(t, "b", owns(t, r.Restrict(organization, b), organization))
	}
	require.Equal(t, 1, asked)
}

// The wait for somebody else's question ends with the context of the one who waits.
func TestWaitingForADeferredListEnds(t *testing.T) {
	t.Parallel()
	asking, answer := make(chan struct{}), make(chan struct{})
	asked := 0
	set := owner.Deferred(members, []any{1}, func(context.Context) ([]uuid.UUID, error) {
		asked++
		close(asking)
		<-answer
		return []uuid.UUID{a}, nil
	})
	first := make(chan error, 1)
	go func() {
		_, err := set.Contains(t.Context(), a)
		first <- err
	}()
	<-asking
	gone, leave := context.WithCancel(t.Context())
	leave()
	_, err := set.Contains(gone, a)
	require.ErrorIs(t, err, context.Canceled)
	close(answer)
	require.NoError(t, <-first)
	held, err := set.Contains(t.Context(), a)
	require.NoError(t, err)
	require.True(t, held)
	require.Equal(t, 1, asked)
}

func TestOne(t *testing.T) {
	t.Parallel()

	for name, tt := range map[string]struct {
		reach owner.Reach
		known bool
	}{
		"none":            {owner.Reach{}, false},
		"one":             {of(owner.IDs(a)), true},
		"one, twice":      {of(owner.IDs(a, a)), true},
		"two":             {of(owner.IDs(a, b)), false},
		"in two grants":   {owner.ReachOf(of(owner.IDs(a)).Grants()[0], of(owner.IDs(b)).Grants()[0]), false},
		"the same in two": {owner.ReachOf(of(owner.IDs(a)).Grants()[0], of(owner.IDs()).Grants()[0], of(owner.IDs(a)).Grants()[0]), true},
		"large":           {of(selected(a)), false},
		"large, narrowed": {of(selected(a, b)).Restrict(organization, a), false},
		"another kind":    {owner.ReachOf(owner.Grant{Kind: customer, Set: owner.IDs(a)}), false},
		"beside another":  {owner.ReachOf(owner.Grant{Kind: customer, Set: owner.IDs(b)}, owner.Grant{Kind: organization, Set: owner.IDs(a)}), true},
		"system":          {owner.System("test"), false},
	} {
		one, known := tt.reach.One(organization)
		require.Equal(t, tt.known, known, name)
		require.Equal(t, known, one == a, name)
	}
}

func TestOwner(t *testing.T) {
	t.Parallel()

	var none owner.Owner
	require.True(t, none.IsZero())
	reach, err := none.Reach(t.Context())
	require.NoError(t, err)
	require.True(t, reach.IsEmpty())

	own, err := of(owner.IDs(a, b)).Own(t.Context(), organization, b)
	require.NoError(t, err)
	require.False(t, own.IsZero())
	reach, err = own.Reach(t.Context())
	require.NoError(t, err)
	require.Equal(t, "b", owns(t, reach, organization))
	require.Empty(t, owns(t, reach, customer))
}

// argument refers to others in each way that another package could write to.
type argument struct {
	IDs   []uuid.UUID
	Any   any
	Map   map[string][]uuid.UUID
	To    *argument
	Array [1][]uuid.UUID
}

// The arguments of a query are a copy, and so is what they refer to: on the way
// in and on the way out.
func TestArgumentsAreCopied(t *testing.T) {
	t.Parallel()

	list := func() []uuid.UUID { return []uuid.UUID{a} }
	given := func() []any {
		at, big := time.Now(), argument{Any: list()}
		loop := &argument{}
		loop.To = loop
		return []any{
			nil, 1, "text", a, at, list(), &at, loop,
			argument{IDs: list(), Any: list(), Map: map[string][]uuid.UUID{"x": list()}, To: &argument{IDs: list()}, Array: [1][]uuid.UUID{list()}},
			&big, map[string]any{"x": list()}, []any{list(), nil, (*argument)(nil)}, []uuid.UUID(nil), map[string]int(nil),
		}
	}
	change := func(args []any) {
		args[5].([]uuid.UUID)[0] = b
		value := args[8].(argument)
		value.IDs[0], value.Any.([]uuid.UUID)[0], value.Map["x"][0], value.To.IDs[0], value.Array[0][0] = b, b, b, b, b
		value.Map["y"] = list()
		args[9].(*argument).Any.([]uuid.UUID)[0] = b
		args[9].(*argument).IDs = list()
		args[10].(map[string]any)["x"].([]uuid.UUID)[0] = b
		args[11].([]any)[0].([]uuid.UUID)[0] = b
		args[0] = b
	}
	args := given()
	want := given()
	sets := map[string]owner.Set{
		"SubSelect": owner.SubSelect(members, args, nil),
		"Deferred":  owner.Deferred(members, args, func(context.Context) ([]uuid.UUID, error) { return nil, nil }),
	}
	change(args)
	for name, set := range sets {
		query, is := set.Query()
		require.True(t, is)
		require.Len(t, query.Args, len(want))
		change(query.Args)
		query, _ = set.Query()
		for i := range want {
			if i != 4 && i != 6 && i != 7 { // times, and what refers to itself
				require.Equal(t, want[i], query.Args[i], "%s: argument %d", name, i)
			}
		}
	}
}
