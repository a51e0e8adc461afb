package repository_test

import (
	"context"
	"testing"

	"github.com/Masterminds/squirrel"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/repository"
	"github.com/polarkit-go/polarkit/repository/pgtest"
)

// TestWhenTheReachIsAsked: once by each verb, as it runs.
func TestWhenTheReachIsAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.create(t, w.acme, customerRow{Email: "row@example.com"})
	asked, fails := 0, error(nil)
	by := reacher(func() (owner.Reach, error) {
		asked++
		return organizations(w.acme), fails
	})
	rows := customers.For(by)
	_, _ = rows.OwnedBy(organizationKind, []uuid.UUID{w.acme}).WithDeleted().WithFields(nil), rows.From(squirrel.Select("*").From("customers"))
	require.Zero(t, asked, "nothing has run")
	for _, verb := range verbs {
		if verb.name == "SoftDelete" || verb.name == "Delete" || verb.name == "DeleteWhere" || verb.name == "SoftDeleteWhere" {
			continue
		}
		asked, fails = 0, nil
		n, err := verb.run(t.Context(), w, rows, made.ID)
		require.NoError(t, err, verb.name)
		require.Equal(t, int64(1), n, verb.name)
		require.Equal(t, 1, asked, verb.name)
	}
	fails = errors.New("the memberships are away")
	for _, verb := range verbs {
		_, err := verb.run(t.Context(), w, rows, made.ID)
		require.ErrorIs(t, err, fails, verb.name)
		_, err = verb.run(t.Context(), w, customers.For(nil), made.ID)
		sentence.Equal(t, "rows for nobody", err)
		_, err = verb.run(t.Context(), w, customers.For((*owner.Reach)(nil)), made.ID)
		sentence.Equal(t, "rows for nobody", err)
		_, err = verb.run(t.Context(), w, customers.For(reacher(nil)), made.ID)
		sentence.Equal(t, "rows for nobody", err)
	}
	own := squirrel.Select("*").From("customers")
	_, err := w.in(w.acme).From(own).With(orders.For(by)).Count(t.Context(), w.reader, nil)
	require.ErrorIs(t, err, fails)
	still, err := w.in(w.acme).Get(t.Context(), w.reader, made.ID)
	require.NoError(t, err)
	require.Equal(t, made.ID, still.ID)
}

// TestOwnedBy filters, and never adds a row.
func TestOwnedBy(t *testing.T) {
	t.Parallel()
	var recorder pgtest.Recorder
	w := newWorld(t, func(config *pgxpool.Config) { recorder.Attach(config) })
	third := uuid.New()
	ada, bob := w.create(t, w.acme, customerRow{Email: "ada@example.com"}), w.create(t, w.globe, customerRow{Email: "bob@example.com"})
	order := func(organization uuid.UUID, customer customerRow) orderRow {
		row, err := orders.For(w.owner(t, organization)).Create(t.Context(), w.writer, orderRow{CustomerID: customer.ID, Status: "paid"})
		require.NoError(t, err)
		return row
	}
	// The third is of globe and for a customer of acme: both see it.
	one, two, three := order(w.acme, ada), order(w.globe, bob), order(w.globe, ada)
	const members = "SELECT unnest(?::uuid[])"
	large := owner.ReachOf(owner.Grant{Kind: organizationKind, Set: owner.SubSelect(members, []any{[]uuid.UUID{w.acme, w.globe}}, nil)})
	deferred := owner.ReachOf(owner.Grant{Kind: organizationKind, Set: owner.Deferred(members, []any{[]uuid.UUID{w.acme, w.globe}},
		func(context.Context) ([]uuid.UUID, error) { return []uuid.UUID{w.acme, w.globe}, nil })})
	both := owner.ReachOf(owner.Grant{Kind: organizationKind, Set: owner.IDs(w.acme)}, owner.Grant{Kind: customerKind, Set: owner.IDs(ada.ID)})
	everything := owner.System("test")
	type filter struct {
		kind owner.Kind
		ids  kit.Filter[uuid.UUID]
	}
	in := func(ids ...uuid.UUID) filter { return filter{organizationKind, ids} }
	of := func(ids ...uuid.UUID) filter { return filter{customerKind, ids} }
	for name, tt := range map[string]struct {
		by      owner.Reach
		filters []filter
		want    []uuid.UUID
	}{
		"no filter":             {organizations(w.acme), []filter{in()}, []uuid.UUID{one.ID}},
		"nil":                   {organizations(w.acme), []filter{{organizationKind, nil}}, []uuid.UUID{one.ID}},
		"one":                   {organizations(w.acme, w.globe), []filter{in(w.acme)}, []uuid.UUID{one.ID}},
		"one twice":             {organizations(w.acme, w.globe), []filter{in(w.acme, w.acme)}, []uuid.UUID{one.ID}},
		"two":                   {organizations(w.acme, w.globe), []filter{in(w.acme, w.globe)}, []uuid.UUID{one.ID, two.ID, three.ID}},
		"out of reach":          {organizations(w.acme), []filter{in(w.globe)}, nil},
		"partly out of reach":   {organizations(w.acme), []filter{in(w.globe, w.acme)}, []uuid.UUID{one.ID}},
		"unknown":               {organizations(w.acme), []filter{in(third)}, nil},
		"again":                 {organizations(w.acme, w.globe), []filter{in(w.acme), in(w.globe)}, nil},
		"again the same":        {organizations(w.acme, w.globe), []filter{in(w.acme, w.globe), in(w.globe)}, []uuid.UUID{two.ID, three.ID}},
		"nothing":               {owner.Reach{}, []filter{in(w.acme)}, nil},
		"system":                {everything, []filter{in(w.acme)}, []uuid.UUID{one.ID}},
		"system, two":           {everything, []filter{in(w.acme, w.globe)}, []uuid.UUID{one.ID, two.ID, three.ID}},
		"system, no filter":     {everything, []filter{in()}, []uuid.UUID{one.ID, two.ID, three.ID}},
		"system, again":         {everything, []filter{in(w.globe), in(w.acme)}, nil},
		"large":                 {large, []filter{in(w.globe)}, []uuid.UUID{two.ID, three.ID}},
		"large, unknown":        {large, []filter{in(third)}, nil},
		"deferred":              {deferred, []filter{in(w.acme)}, []uuid.UUID{one.ID}},
		"deferred, unknown":     {deferred, []filter{in(third)}, nil},
		"a union":               {both, nil, []uuid.UUID{one.ID, three.ID}},
		"not by this kind":      {organizations(w.globe), []filter{of(ada.ID)}, nil},
		"a union, by one":       {both, []filter{in(w.acme)}, []uuid.UUID{one.ID}},
		"a union, by the other": {both, []filter{of(ada.ID)}, []uuid.UUID{one.ID, three.ID}},
		"a union, out of reach": {both, []filter{of(bob.ID)}, nil},
	} {
		rows := orders.For(tt.by)
		for _, f := range tt.filters {
			rows = rows.OwnedBy(f.kind, f.ids)
		}
		found, err := rows.All(t.Context(), w.reader, repository.Query{Max: 10})
		require.NoError(t, err, name)
		var got []uuid.UUID
		for _, row := range found {
			got = append(got, row.ID)
		}
		require.ElementsMatch(t, tt.want, got, name)
		page, err := rows.Page(t.Context(), w.reader, repository.Query{})
		require.NoError(t, err, name)
		require.Equal(t, int64(len(tt.want)), page.Pagination.TotalCount, name)
		query := rows.From(squirrel.Select("o.*").From("orders o"))
		n, err := query.Count(t.Context(), w.reader, nil)
		require.NoError(t, err, name)
		require.Equal(t, int64(len(tt.want)), n, name)
		n, err = rows.UpdateWhere(t.Context(), w.writer, squirrel.Or{squirrel.Expr("true"), squirrel.Expr("true")}, orders.Set("amount", int64(1)))
		require.NoError(t, err, name)
		require.Equal(t, int64(len(tt.want)), n, name)
	}

	// The text of a filter by the kind of the reach is that of the reach itself.
	texts := func(rows repository.Rows[orderRow]) []string {
		recorder.Reset()
		_, err := rows.All(t.Context(), w.reader, repository.Query{Max: 1})
		require.NoError(t, err)
		return recorder.SQL()
	}
	require.Equal(t, texts(orders.For(organizations(w.acme))), texts(orders.For(organizations(w.acme, w.globe)).OwnedBy(organizationKind, []uuid.UUID{w.acme})))
	require.Empty(t, texts(orders.For(organizations(w.acme)).OwnedBy(organizationKind, []uuid.UUID{w.globe})), "nobody is asked")

	ids := []uuid.UUID{w.acme}
	kept := orders.For(everything).OwnedBy(organizationKind, ids)
	ids[0] = w.globe
	row, err := kept.GetBy(t.Context(), w.reader, nil)
	require.NoError(t, err)
	require.Equal(t, one.ID, row.ID, "the list is the rows' own")
	for _, ids := range [][]uuid.UUID{nil, {w.acme}} {
		_, err = orders.For(everything).OwnedBy(userKind, ids).Count(t.Context(), w.reader, nil)
		sentence.Equal(t, "OwnedBy with an unknown kind", err)
		_, err = orders.For(everything).OwnedBy(organizationKind, ids).OwnedBy(customerKind, ids).Count(t.Context(), w.reader, nil)
		sentence.Equal(t, "OwnedBy with two kinds", err)
	}
}
