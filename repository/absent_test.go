package repository_test

import (
	"testing"

	"github.com/Masterminds/squirrel"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/repository"
	"github.com/polarkit-go/polarkit/repository/pgtest"
	"github.com/polarkit-go/polarkit/sorting"
)

// TestAbsentFiltersAreNoCondition uses the filters of a request without parameters
// in each place of a condition.
func TestAbsentFiltersAreNoCondition(t *testing.T) {
	t.Parallel()
	var recorder pgtest.Recorder
	w := newWorld(t, func(config *pgxpool.Config) { recorder.Attach(config) })
	for i, name := range []*string{ptr("ann"), ptr("bob"), nil} {
		w.create(t, w.acme, customerRow{Email: string(rune('a'+i)) + "@example.com", Score: int64(i), Name: name})
	}
	absent := []squirrel.Sqlizer{
		repository.IfSet("score", kit.Optional[int64]{}), repository.OneOf[int64]("score", nil), repository.Contains("name", kit.Optional[string]{}),
		repository.Contains("name", kit.Some("")), repository.MetadataMatches("metadata", nil), nil, squirrel.And{}, squirrel.Eq{}, squirrel.NotEq{},
	}
	for _, nothing := range absent[:len(absent):len(absent)] {
		absent = append(absent, squirrel.And{nothing}, squirrel.Or{nothing}, squirrel.Or{nothing, squirrel.And{nothing, squirrel.Or{nothing}}}, repository.Not(nothing), repository.Not(squirrel.Or{nothing, nil}))
	}
	first := squirrel.Eq{"score": 0}
	for _, nothing := range absent {
		for _, test := range []struct {
			where squirrel.Sqlizer
			want  int64
		}{
			{nothing, 3},
			{squirrel.And{nothing, nothing}, 3},
			{squirrel.And{nothing, first}, 1},
			{squirrel.Or{nothing, first}, 1},
			{squirrel.Or{first, nothing}, 1},
			{squirrel.Or{first, nothing, squirrel.Eq{"score": 1}}, 2},
			{squirrel.Or{nothing, squirrel.And{nothing, first}}, 1},
			{squirrel.And{squirrel.Or{nothing, nothing}, squirrel.Or{first, nothing}}, 1},
			{repository.Not(squirrel.Or{nothing, first}), 2},
			{repository.Not(squirrel.And{nothing, first}), 2},
			{repository.Not(repository.Not(squirrel.Or{nothing, first})), 1},
			{squirrel.Or{nothing, squirrel.Eq{"score": []int64{}}}, 0}, // a list of nothing is a condition
			{squirrel.And{nothing, squirrel.Or{}}, 0},
			{repository.Not(squirrel.Eq{"score": []int64{}}), 3},
		} {
			count, err := w.in(w.acme).Count(t.Context(), w.reader, test.where)
			require.NoError(t, err, "%#v", test.where)
			require.Equal(t, test.want, count, "%#v", test.where)
		}
		_, err := w.in(w.acme).DeleteWhere(t.Context(), w.writer, squirrel.Or{nothing, nothing})
		sentence.Equal(t, "a write without a predicate", err)
		_, err = w.in(w.acme).DeleteWhere(t.Context(), w.writer, repository.Not(nothing))
		sentence.Equal(t, "a write without a predicate", err)
	}
	// Not means the same in the builders of squirrel.
	for want, part := range map[int64]squirrel.Sqlizer{
		3: repository.Not(repository.Contains("name", kit.Optional[string]{})),
		2: repository.Not(squirrel.Expr("score = ?", 0)),
	} {
		count, err := w.in(w.acme).Count(t.Context(), w.reader, squirrel.Expr("(?)", part))
		require.NoError(t, err)
		require.Equal(t, want, count)
	}
}

// TestOneOfOneKeepsTheOrderOfAnIndex narrows the lists of sixteen organizations to one
// of them, in each possible way.
func TestOneOfOneKeepsTheOrderOfAnIndex(t *testing.T) {
	t.Parallel()
	var recorder pgtest.Recorder
	w := newWorld(t, func(config *pgxpool.Config) { recorder.Attach(config) })
	all := make([]uuid.UUID, 16)
	for i := range all {
		all[i] = uuid.New()
		rows := make([]customerRow, 1500)
		for j := range rows {
			rows[j] = customerRow{Email: uuid.NewString()}
		}
		require.NoError(t, customers.For(w.owner(t, all[i])).CreateMany(t.Context(), w.writer, rows))
	}
	_, err := w.pool.Exec(t.Context(), "UPDATE customers SET created_at = created_at + (random() * 1000) * interval '1 s'")
	require.NoError(t, err)
	_, err = w.pool.Exec(t.Context(), "VACUUM ANALYZE customers")
	require.NoError(t, err)
	newest := sorting.New(sorting.Desc(byCreatedAt))
	many, one := w.in(all...), all[7]
	for name, test := range map[string]struct {
		scope repository.Rows[customerRow]
		where squirrel.Sqlizer
	}{
		"a reach of one":              {w.in(one), nil},
		"a reach of one, twice":       {w.in(one, one), nil},
		"a reach narrowed to one":     {customers.For(organizations(all...).Restrict(organizationKind, one)), nil},
		"OneOf one":                   {many, repository.OneOf("organization_id", kit.Filter[uuid.UUID]{one})},
		"OneOf one, twice":            {many, repository.OneOf("organization_id", kit.Filter[uuid.UUID]{one, one})},
		"Eq one":                      {many, squirrel.Eq{"organization_id": one}},
		"Eq a list of one":            {many, squirrel.Eq{"organization_id": []uuid.UUID{one}}},
		"Eq a list of one as text":    {many, squirrel.Eq{"organization_id": []string{one.String()}}},
		"Eq a list of any":            {many, squirrel.Eq{"customers.organization_id": []any{one}}},
		"Eq a list of raw ones":       {many, squirrel.Eq{"organization_id": [][16]byte{one}}},
		"in an Or with an absent one": {many, squirrel.Or{repository.OneOf("organization_id", kit.Filter[uuid.UUID]{one}), repository.Contains("name", kit.Optional[string]{})}},
	} {
		plan, buffers := explain(t, w.pool, &recorder, func() error {
			_, err := test.scope.Page(t.Context(), w.reader, repository.Query{Where: test.where, Sorting: newest})
			return err
		})
		require.Contains(t, plan, "Index Scan Backward using customers_list", name)
		require.NotContains(t, plan, "Sort", name)
		require.LessOrEqual(t, buffers, 60, "%s\n%s", name, plan)
	}
}
