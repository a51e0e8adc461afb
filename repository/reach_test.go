package repository_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/Masterminds/squirrel"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/pagination"
	"github.com/polarkit-go/polarkit/repository"
	"github.com/polarkit-go/polarkit/repository/pgtest"
	"github.com/polarkit-go/polarkit/sorting"
)

var testCursors = mustCursors()

func mustCursors() *pagination.Cursors {
	cursors, err := pagination.NewCursors([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		panic(err)
	}
	return cursors
}

// verb runs one verb against a row and says how many rows it saw or changed.
type verb struct {
	name string
	run  func(ctx context.Context, w *world, s repository.Rows[customerRow], id uuid.UUID) (int64, error)
}

func found[T any](_ T, err error) (int64, error) {
	if errors.Is(err, errors.ResourceNotFound) {
		return 0, nil
	}
	return 1, err
}

func sized[T any](rows []T, err error) (int64, error) { return int64(len(rows)), err }

func done(err error) (int64, error) { return found(0, err) }

var everything = squirrel.Or{squirrel.Expr("true"), squirrel.Expr("1 = 1 OR score >= ?", 0)}

// verbs are all verbs; those that read come first.
var verbs = []verb{
	{"Get", func(ctx context.Context, w *world, s repository.Rows[customerRow], id uuid.UUID) (int64, error) {
		return found(s.Get(ctx, w.reader, id))
	}},
	{"GetBy", func(ctx context.Context, w *world, s repository.Rows[customerRow], id uuid.UUID) (int64, error) {
		return found(s.GetBy(ctx, w.reader, squirrel.And{everything, squirrel.Eq{"id": id}}))
	}},
	{"First", func(ctx context.Context, w *world, s repository.Rows[customerRow], id uuid.UUID) (int64, error) {
		return found(s.First(ctx, w.reader, repository.Query{Where: everything}))
	}},
	{"All", func(ctx context.Context, w *world, s repository.Rows[customerRow], id uuid.UUID) (int64, error) {
		return sized(s.All(ctx, w.reader, repository.Query{Where: everything, Max: repository.NoLimit}))
	}},
	{"Count", func(ctx context.Context, w *world, s repository.Rows[customerRow], id uuid.UUID) (int64, error) {
		return s.Count(ctx, w.reader, everything)
	}},
	{"Exists", func(ctx context.Context, w *world, s repository.Rows[customerRow], id uuid.UUID) (int64, error) {
		exists, err := s.Exists(ctx, w.reader, everything)
		if !exists {
			return 0, err
		}
		return 1, err
	}},
	{"Page items", func(ctx context.Context, w *world, s repository.Rows[customerRow], id uuid.UUID) (int64, error) {
		page, err := s.Page(ctx, w.reader, repository.Query{Where: everything})
		return int64(len(page.Items)), err
	}},
	{"Page total", func(ctx context.Context, w *world, s repository.Rows[customerRow], id uuid.UUID) (int64, error) {
		page, err := s.Page(ctx, w.reader, repository.Query{Where: everything, Params: at(100, 10)})
		return page.Pagination.TotalCount, err
	}},
	{"Page total capped", func(ctx context.Context, w *world, s repository.Rows[customerRow], id uuid.UUID) (int64, error) {
		page, err := s.Page(ctx, w.reader, repository.Query{Where: everything, Params: at(100, 10), Count: repository.Capped(5)})
		return page.Pagination.TotalCount, err
	}},
	{"Page without total", func(ctx context.Context, w *world, s repository.Rows[customerRow], id uuid.UUID) (int64, error) {
		page, err := s.Page(ctx, w.reader, repository.Query{Where: everything, Params: at(100, 10), Count: repository.None})
		return page.Pagination.TotalCount, err
	}},
	{"PageAfter", func(ctx context.Context, w *world, s repository.Rows[customerRow], id uuid.UUID) (int64, error) {
		list, err := s.PageAfter(ctx, w.reader, testCursors, repository.CursorQuery{Where: everything})
		return int64(len(list.Items)), err
	}},
	{"Stream", func(ctx context.Context, w *world, s repository.Rows[customerRow], id uuid.UUID) (n int64, err error) {
		for _, err := range s.Stream(ctx, w.reader, repository.Query{Where: everything}) {
			if err != nil {
				return 0, err
			}
			n++
		}
		return n, nil
	}},
	{"Walk", func(ctx context.Context, w *world, s repository.Rows[customerRow], id uuid.UUID) (n int64, err error) {
		for rows, err := range s.Walk(ctx, w.reader, repository.Query{Where: everything}, 1) {
			if err != nil {
				return 0, err
			}
			n += int64(len(rows))
		}
		return n, nil
	}},
	{"ByIDs", func(ctx context.Context, w *world, s repository.Rows[customerRow], id uuid.UUID) (int64, error) {
		rows, err := repository.ByIDs(ctx, w.reader, s, []uuid.UUID{id, id, uuid.New()})
		return int64(len(rows)), err
	}},
	{"Related", func(ctx context.Context, w *world, s repository.Rows[customerRow], id uuid.UUID) (int64, error) {
		groups, err := repository.Related(ctx, w.reader, s, "organization_id", []uuid.UUID{w.acme, w.globe})
		return int64(len(groups[w.acme]) + len(groups[w.globe])), err
	}},
	{"From", func(ctx context.Context, w *world, s repository.Rows[customerRow], id uuid.UUID) (int64, error) {
		own := squirrel.Select("c.*").From("customers c").Where("true OR score = ?", 1)
		return s.From(own).Count(ctx, w.reader, everything)
	}},
	{"Lock", func(ctx context.Context, w *world, s repository.Rows[customerRow], id uuid.UUID) (n int64, err error) {
		err = repository.InTx(ctx, w.writer, func(tx repository.Tx) error {
			n, err = found(s.Lock(ctx, tx, id, repository.ForUpdate))
			return err
		})
		return n, err
	}},
	{"LockAll", func(ctx context.Context, w *world, s repository.Rows[customerRow], id uuid.UUID) (n int64, err error) {
		err = repository.InTx(ctx, w.writer, func(tx repository.Tx) error {
			n, err = sized(s.LockAll(ctx, tx, repository.Query{Where: everything, Max: 10}, repository.ForNoKeyUpdate.SkipLocked()))
			return err
		})
		return n, err
	}},
	{"Update", func(ctx context.Context, w *world, s repository.Rows[customerRow], id uuid.UUID) (int64, error) {
		return found(s.Update(ctx, w.writer, id, customers.Set("score", int64(7))))
	}},
	{"Update without changes", func(ctx context.Context, w *world, s repository.Rows[customerRow], id uuid.UUID) (int64, error) {
		return found(s.Update(ctx, w.writer, id, customerChanges(customerUpdate{})))
	}},
	{"UpdateVersion", func(ctx context.Context, w *world, s repository.Rows[customerRow], id uuid.UUID) (int64, error) {
		_, err := s.UpdateVersion(ctx, w.writer, id, -1, customers.Set("score", int64(7)))
		if errors.Is(err, repository.Stale) {
			return 1, nil
		}
		return found(0, err)
	}},
	{"UpdateWhere", func(ctx context.Context, w *world, s repository.Rows[customerRow], id uuid.UUID) (int64, error) {
		return s.UpdateWhere(ctx, w.writer, everything, customers.Set("score", int64(8)))
	}},
	{"SoftDelete", func(ctx context.Context, w *world, s repository.Rows[customerRow], id uuid.UUID) (int64, error) {
		return done(s.SoftDelete(ctx, w.writer, id))
	}},
	{"SoftDeleteWhere", func(ctx context.Context, w *world, s repository.Rows[customerRow], id uuid.UUID) (int64, error) {
		return s.SoftDeleteWhere(ctx, w.writer, everything)
	}},
	{"Delete", func(ctx context.Context, w *world, s repository.Rows[customerRow], id uuid.UUID) (int64, error) {
		return done(s.Delete(ctx, w.writer, id))
	}},
	{"DeleteWhere", func(ctx context.Context, w *world, s repository.Rows[customerRow], id uuid.UUID) (int64, error) {
		return s.DeleteWhere(ctx, w.writer, everything)
	}},
}

// TestEveryVerbIsScoped runs every verb on one row of acme: it must see or
// change exactly that one in scope, and none out of it.
func TestEveryVerbIsScoped(t *testing.T) {
	t.Parallel()
	var recorder pgtest.Recorder
	w := newWorld(t, func(config *pgxpool.Config) { recorder.Attach(config) })
	system := customers.For(owner.System("test"))
	const members = "SELECT organization_id FROM memberships WHERE user_id = ?"
	large := func(org uuid.UUID) owner.Reach {
		return owner.ReachOf(owner.Grant{Kind: organizationKind, Set: owner.SubSelect(members, []any{org},
			func(_ context.Context, id uuid.UUID) (bool, error) { return id == w.acme && org == w.acme, nil })})
	}
	deferred := func(org uuid.UUID) owner.Reach {
		return owner.ReachOf(owner.Grant{Kind: organizationKind, Set: owner.Deferred(members, []any{org}, func(context.Context) ([]uuid.UUID, error) {
			if org == w.acme {
				return []uuid.UUID{w.acme}, nil
			}
			return nil, nil
		})})
	}
	_, err := memberships.For(owner.System("test")).Create(t.Context(), w.writer, membershipRow{UserID: w.acme, OrganizationID: w.acme})
	require.NoError(t, err)

	for _, verb := range verbs {
		t.Run(verb.name, func(t *testing.T) {
			made, err := system.Create(t.Context(), w.writer, customerRow{Email: "row@example.com", OrganizationID: w.acme})
			require.NoError(t, err)
			gone, err := system.Create(t.Context(), w.writer, customerRow{Email: "gone@example.com", OrganizationID: w.acme})
			require.NoError(t, err)
			require.NoError(t, system.SoftDelete(t.Context(), w.writer, gone.ID))
			before, err := system.WithDeleted().All(t.Context(), w.reader, repository.Query{Max: 10})
			require.NoError(t, err)

			for name, r := range map[string]owner.Reach{
				"another organization":  organizations(w.globe),
				"nothing":               {},
				"no organization":       organizations(),
				"another kind":          owner.ReachOf(owner.Grant{Kind: userKind, Set: owner.IDs(w.acme)}),
				"another customer":      owner.ReachOf(owner.Grant{Kind: customerKind, Set: owner.IDs(uuid.New())}),
				"narrowed to none":      organizations(w.acme).Restrict(organizationKind, w.globe),
				"a large set without":   large(w.globe),
				"a large set, narrowed": large(w.acme).Restrict(organizationKind, w.globe),
				"a large set, no more":  large(w.acme).Restrict(organizationKind),
				"no reason":             owner.System(""),
				"deferred, without":     deferred(w.globe),
				"deferred, narrowed":    deferred(w.acme).Restrict(organizationKind, w.globe),
				"deferred, no more":     deferred(w.acme).Restrict(organizationKind),
			} {
				recorder.Reset()
				n, err := verb.run(t.Context(), w, customers.For(r), made.ID)
				require.NoError(t, err, name)
				require.Zero(t, n, name)
				if r.IsEmpty() {
					for _, sql := range recorder.SQL() {
						require.Contains(t, []string{"begin", "commit", "rollback"}, sql, name)
					}
				}
			}
			n, err := verb.run(t.Context(), w, w.in(w.acme).OnlyDeleted(), made.ID)
			require.NoError(t, err)
			require.Equal(t, verb.seesDeletedOnly(), n, "only deleted")
			after, err := system.WithDeleted().All(t.Context(), w.reader, repository.Query{Max: 10})
			require.NoError(t, err)
			if verb.seesDeletedOnly() == 0 {
				require.Equal(t, before, after, "nothing has changed")
			}
			_, err = system.WithDeleted().DeleteWhere(t.Context(), w.writer, squirrel.Eq{"id": gone.ID})
			require.NoError(t, err)

			reaches := []owner.Reach{
				organizations(w.acme), organizations(w.globe, w.acme), large(w.acme), large(w.acme).Restrict(organizationKind, w.acme),
				deferred(w.acme), deferred(w.acme).Restrict(organizationKind, w.globe, w.acme),
				owner.ReachOf(owner.Grant{Kind: userKind, Set: owner.IDs(w.globe)}, owner.Grant{Kind: organizationKind, Set: owner.IDs(w.acme)}),
				owner.System("test"),
				owner.ReachOf(owner.Grant{Kind: customerKind, Set: owner.IDs(made.ID)}),
			}
			for i, r := range reaches {
				_, err := system.WithDeleted().DeleteWhere(t.Context(), w.writer, squirrel.Expr("true"))
				require.NoError(t, err)
				row := customerRow{Email: "row@example.com", OrganizationID: w.acme}
				row.ID = made.ID
				_, err = system.Create(t.Context(), w.writer, row)
				require.NoError(t, err)
				n, err := verb.run(t.Context(), w, customers.For(r), made.ID)
				require.NoError(t, err, i)
				require.Equal(t, int64(1), n, i)
			}
			_, err = system.WithDeleted().DeleteWhere(t.Context(), w.writer, squirrel.Expr("true"))
			require.NoError(t, err)
		})
	}
}

// seesDeletedOnly is what a verb that is not about one primary key answers in
// the scope of deleted rows, of which there is one.
func (v verb) seesDeletedOnly() int64 {
	switch v.name {
	case "Get", "GetBy", "ByIDs", "Lock", "Update", "Update without changes", "UpdateVersion", "SoftDelete", "Delete":
		return 0
	default:
		return 1
	}
}

// predicate makes a random predicate, of parts that are sound and of parts that
// try to leave their place.
func predicate(r *rand.Rand, depth int) squirrel.Sqlizer {
	list := func() []squirrel.Sqlizer {
		parts := make([]squirrel.Sqlizer, r.IntN(4))
		for i := range parts {
			parts[i] = predicate(r, depth-1)
		}
		return parts
	}
	raw := []string{
		"true", "1=1 OR 1=1", "score = ? OR true", "true) OR (true", "true)) OR ((true", "(true", "true) --", "true /*", "true; SELECT 1",
		"true) UNION SELECT * FROM customers WHERE (true", "'", `"`, "$$", "email = 'x' OR 'a'='a", "?", "?? OR true", "true OR $1 = $1",
		"id IN (SELECT id FROM customers)", "EXISTS (SELECT 1 FROM customers c WHERE c.id <> customers.id)", "", "   ", `E'\' OR true`, "\x00",
		"customers.deleted_at IS NOT NULL OR customers.deleted_at IS NULL", "organization_id = organization_id OR true", "$a$)$a$ = $a$)$a$ OR true",
	}
	values := []any{1, "x", nil, []int{}, []int{0, 1}, [16]byte{}, (*string)(nil), uuid.Nil, []any{nil, 1}}
	keys := []string{"score", "email", "organization_id", "1=1) OR (score", "true OR score", "score --", ""}
	entries := func() map[string]any {
		m := map[string]any{}
		for range r.IntN(3) {
			m[keys[r.IntN(len(keys))]] = values[r.IntN(len(values))]
		}
		return m
	}
	if depth <= 0 {
		depth = 0
	}
	switch kind := r.IntN(12); {
	case kind < 2 && depth > 0:
		return squirrel.And(list())
	case kind < 5 && depth > 0:
		return squirrel.Or(list())
	case kind < 6:
		return squirrel.Eq(entries())
	case kind < 7:
		return squirrel.NotEq(entries())
	case kind < 8:
		return squirrel.Gt(entries())
	default:
		var args []any
		for range r.IntN(2) {
			args = append(args, values[r.IntN(len(values))])
		}
		return squirrel.Expr(raw[r.IntN(len(raw))], args...)
	}
}

func fuzzWorld(t testing.TB) *world {
	w := newWorld(t)
	for i := range 3 {
		w.create(t, w.acme, customerRow{Email: fmt.Sprintf("acme%d@example.com", i), Score: int64(i)})
		w.create(t, w.globe, customerRow{Email: fmt.Sprintf("globe%d@example.com", i), Score: int64(i)})
	}
	gone := w.create(t, w.acme, customerRow{Email: "gone@example.com"})
	require.NoError(t, w.in(w.acme).SoftDelete(t.Context(), w.writer, gone.ID))
	return w
}

// checkIsolation runs the verbs with a predicate, sorting and cursor and fails
// if a row of globe, or a deleted one, is seen, counted or changed. Errors are
// fine: most random predicates are refused.
func checkIsolation(t *testing.T, w *world, where squirrel.Sqlizer, order sorting.By[sortProperty], cursor string) (accepted bool) {
	scope, ctx := w.in(w.acme), t.Context()
	see := func(rows []customerRow) {
		require.LessOrEqual(t, len(rows), 3)
		for _, row := range rows {
			require.Equal(t, w.acme, row.OrganizationID)
			require.NotEqual(t, "gone@example.com", row.Email)
		}
	}
	rows, err := scope.All(ctx, w.reader, repository.Query{Where: where, Sorting: order, Max: repository.NoLimit})
	see(rows)
	if accepted = err == nil; accepted {
		page, err := scope.Page(ctx, w.reader, repository.Query{Where: where, Sorting: order})
		require.NoError(t, err)
		see(page.Items)
		require.Equal(t, int64(len(rows)), page.Pagination.TotalCount)
	}
	list, _ := scope.PageAfter(ctx, w.reader, testCursors, repository.CursorQuery{Where: where, Sorting: order, Params: pagination.NewCursorParams(cursor, 2)})
	see(list.Items)
	count, _ := scope.Count(ctx, w.reader, where)
	require.LessOrEqual(t, count, int64(3))
	if where == nil {
		return accepted
	}
	own, _ := scope.From(squirrel.Select("*").From("customers").Where(where)).All(ctx, w.reader, repository.Query{Max: 10})
	see(own)
	_, _ = scope.UpdateWhere(ctx, w.writer, where, customers.Set("name", "touched"))
	touched, err := w.in(w.globe).WithDeleted().Count(ctx, w.reader, squirrel.Eq{"name": "touched"})
	require.NoError(t, err)
	require.Zero(t, touched)
	touched, err = w.in(w.acme).OnlyDeleted().Count(ctx, w.reader, squirrel.Eq{"name": "touched"})
	require.NoError(t, err)
	require.Zero(t, touched)
	return accepted
}

// TestNoPredicateLeavesTheScope is the property that holds the library up.
func TestNoPredicateLeavesTheScope(t *testing.T) {
	t.Parallel()
	w := fuzzWorld(t)
	properties := sortProperty("").Values()
	accepted := 0
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 1))
		order := sorting.New(sorting.Criterion[sortProperty]{Property: properties[r.IntN(len(properties))], Descending: r.IntN(2) == 0})
		if checkIsolation(t, w, predicate(r, 3), order, "") {
			accepted++
		}
	}
	t.Logf("%d of 400 predicates were accepted by the database", accepted)
	require.Greater(t, accepted, 40, "the property says nothing if all are refused")
}

func FuzzNoTextLeavesTheScope(f *testing.F) {
	for _, seed := range []string{
		"true) OR (true", "1=1 --", "score = 1 OR true", "true)) OR ((true", "E'\\') OR (true", "$$)$$ = $$", "'' OR (true) OR ''=''", "true /* ) */",
		"U&'\\0027' = '' OR true", "\"a\"\"b\" = 1", "'\\' OR true", "B'1' = B'1' OR true", "N'x' = 'x'", "e'\\\\' = '' OR (true",
	} {
		f.Add(seed, "", uint8(0))
	}
	w := fuzzWorld(f)
	f.Fuzz(func(t *testing.T, text, cursor string, property uint8) {
		properties := sortProperty("").Values()
		order := sorting.New(sorting.Criterion[sortProperty]{Property: properties[int(property)%len(properties)], Descending: property > 127})
		checkIsolation(t, w, squirrel.Expr(text), order, cursor)
		checkIsolation(t, w, squirrel.Or{squirrel.Expr(text), squirrel.Eq{text: 1}}, order, cursor)
	})
}

func TestOwnersOfSeveralKinds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.create(t, w.acme, customerRow{Email: "ada@example.com"})
	bob := w.create(t, w.globe, customerRow{Email: "bob@example.com"})
	both := owner.ReachOf(owner.Grant{Kind: customerKind, Set: owner.IDs(ada.ID)}, owner.Grant{Kind: organizationKind, Set: owner.IDs(w.globe)})
	rows, err := customers.For(both).All(t.Context(), w.reader, repository.Query{Max: 10, Sorting: sorting.New(sorting.Asc(byEmail))})
	require.NoError(t, err)
	require.Equal(t, []string{ada.Email, bob.Email}, []string{rows[0].Email, rows[1].Email})

	owner, err := owner.System("move").Own(t.Context(), organizationKind, w.globe)
	require.NoError(t, err)
	moved, err := w.in(w.acme).Update(t.Context(), w.writer, ada.ID, customers.MoveTo(owner))
	require.NoError(t, err)
	require.Equal(t, w.globe, moved.OrganizationID)
	_, err = w.in(w.acme).Get(t.Context(), w.reader, ada.ID)
	requireNotFound(t, err)
}

func TestCompositeKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	user := uuid.New()
	mine := memberships.For(owner.ReachOf(owner.Grant{Kind: userKind, Set: owner.IDs(user)}))
	_, err := memberships.For(owner.System("test")).Create(t.Context(), w.writer, membershipRow{UserID: user, OrganizationID: w.acme, Role: "owner"})
	require.NoError(t, err)
	row, err := mine.Get(t.Context(), w.reader, repository.Key{user, w.acme})
	require.NoError(t, err)
	require.Equal(t, "owner", row.Role)
	row, err = mine.Update(t.Context(), w.writer, repository.Key{user, w.acme}, memberships.Set("role", "member"))
	require.NoError(t, err)
	require.Equal(t, "member", row.Role)
	_, err = mine.Get(t.Context(), w.reader, user)
	sentence.Equal(t, "one value for a composite key", err)
	_, err = mine.Get(t.Context(), w.reader, repository.Key{user, "x"})
	sentence.Equal(t, "a key of another type", err)
	requireNotFound(t, mine.Delete(t.Context(), w.writer, repository.Key{user, w.globe}))
	require.NoError(t, mine.Delete(t.Context(), w.writer, repository.Key{user, w.acme}))
}

func TestZeroHandlesAreErrors(t *testing.T) {
	t.Parallel()
	w := &world{acme: uuid.New(), globe: uuid.New()}
	for _, verb := range verbs {
		_, err := verb.run(t.Context(), w, w.in(w.acme), uuid.New())
		sentence.Equal(t, "a zero handle", err)
	}
	_, err := w.in(w.acme).Get(t.Context(), nil, uuid.New())
	require.Error(t, err)
	require.Error(t, w.in(w.acme).CreateMany(t.Context(), nil, nil))
}

func TestFiltersOfParameters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create(t, w.acme, customerRow{Email: "50%_a\\@example.com"})
	w.create(t, w.acme, customerRow{Email: "other@example.com", Name: ptr("Ada")})
	count := func(where squirrel.Sqlizer) int64 {
		n, err := w.in(w.acme).Count(t.Context(), w.reader, where)
		require.NoError(t, err)
		return n
	}
	require.Equal(t, int64(1), count(repository.Contains("email", kit.Some("%_A\\"))))
	require.Equal(t, int64(1), count(repository.Contains("email", kit.Some("OTHER"))))
	require.Equal(t, int64(2), count(repository.Contains("email", kit.Optional[string]{})))
	require.Equal(t, int64(2), count(repository.Contains("email", kit.Some(""))))
	require.Equal(t, int64(1), count(repository.IfSet("name", kit.Some[*string](nil))))
	require.Equal(t, int64(1), count(repository.IfSet("name", kit.Some(ptr("Ada")))))
	require.Equal(t, int64(0), count(repository.OneOf("name", kit.Filter[string]{"x"})))
}
