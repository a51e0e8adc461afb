package repository_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/Masterminds/squirrel"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/pagination"
	"github.com/polarkit-go/polarkit/repository"
	"github.com/polarkit-go/polarkit/repository/pgtest"
	"github.com/polarkit-go/polarkit/sorting"
)

func TestCountModes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, customers.For(w.owner(t, w.acme)).CreateMany(t.Context(), w.writer, nullableRows(30)))
	_, err := w.pool.Exec(t.Context(), "ANALYZE customers")
	require.NoError(t, err)
	exact := func(total int64) pagination.Pagination {
		return pagination.Pagination{TotalCount: total, MaxPage: (total + 9) / 10}
	}
	capped := func(total int64) pagination.Pagination {
		p := exact(total)
		p.TotalCountIsCapped = true
		return p
	}
	estimated := exact(30)
	estimated.TotalCountIsEstimated = true
	few := squirrel.Eq{"score": 1}
	for _, test := range []struct {
		name  string
		count repository.CountMode
		page  int64
		where squirrel.Sqlizer
		want  pagination.Pagination
	}{
		{"exact", repository.Exact, 1, nil, exact(30)},
		{"exact, beyond the end", repository.Exact, 9, nil, exact(30)},
		{"capped below", repository.Capped(20), 1, nil, capped(20)},
		{"capped at", repository.Capped(30), 1, nil, exact(30)},
		{"capped above", repository.Capped(31), 1, nil, exact(30)},
		{"capped, a page at the cap", repository.Capped(10), 1, nil, capped(11)},
		{"capped, a page beyond the cap", repository.Capped(10), 2, nil, capped(21)},
		{"capped, the last page", repository.Capped(20), 3, nil, exact(30)},
		{"capped, the end in sight", repository.Capped(2), 1, few, exact(6)},
		{"capped, beyond the end", repository.Capped(20), 9, nil, capped(20)},
		{"none", repository.None, 1, nil, capped(11)},
		{"none, further", repository.None, 2, nil, capped(21)},
		{"none, the last page", repository.None, 3, nil, exact(30)},
		{"none, beyond the end", repository.None, 9, nil, exact(30)},
		{"none, the end in sight", repository.None, 1, few, exact(6)},
		{"none, no rows", repository.None, 1, squirrel.Eq{"score": 99}, exact(0)},
		{"estimated", repository.Estimated, 1, nil, estimated},
		{"estimated, beyond the end", repository.Estimated, 4, nil, estimated},
		{"estimated, far beyond the end", repository.Estimated, 1_000_000_000_000, nil, estimated},
		{"estimated, beyond all offsets", repository.Estimated, math.MaxInt64, nil, estimated},
		{"capped, far beyond the end", repository.Capped(10), 1_000_000_000_000, nil, capped(10)},
		{"estimated, the end in sight", repository.Estimated, 1, few, exact(6)},
		{"estimated, no rows", repository.Estimated, 1, squirrel.Eq{"score": 99}, exact(0)},
	} {
		query := repository.Query{Where: test.where, Count: test.count, Params: pagination.NewParams(test.page, 10)}
		page, err := w.in(w.acme).Page(t.Context(), w.reader, query)
		require.NoError(t, err, test.name)
		require.Equal(t, test.want, page.Pagination, test.name)
		require.LessOrEqual(t, len(page.Items), 10)

		own := w.in(w.acme).From(squirrel.Select("*").From("customers"))
		page, err = own.Page(t.Context(), w.reader, query)
		require.NoError(t, err, test.name)
		require.Equal(t, test.want, page.Pagination, "%s, of a query of one's own", test.name)
		require.NoError(t, repository.InTx(t.Context(), w.writer, func(tx repository.Tx) error {
			inside, err := w.in(w.acme).Page(t.Context(), tx, query)
			require.Equal(t, page.Pagination, inside.Pagination)
			return err
		}))
	}
}

// TestPlaceOfAPage has each case of a place once, on pages of ten rows.
func TestPlaceOfAPage(t *testing.T) {
	t.Parallel()
	const capped, estimated = true, true
	for _, test := range []struct {
		name          string
		mode          repository.CountMode
		page          int64
		counted, read int64
		total, pages  int64
		capped        bool
		estimated     bool
	}{
		{name: "every row counted", mode: repository.Exact, page: 1, counted: 25, read: 10, total: 25, pages: 3},
		{name: "every row counted, the last page", mode: repository.Exact, page: 3, counted: 25, read: 5, total: 25, pages: 3},
		{name: "a row came between count and page", mode: repository.Exact, page: 3, counted: 25, read: 6, total: 26, pages: 3},
		{name: "every row counted, beyond the end", mode: repository.Exact, page: 9, counted: 25, read: 0, total: 25, pages: 3},
		{name: "no rows", mode: repository.Exact, page: 1, counted: 0, read: 0, total: 0, pages: 0},

		{name: "nothing counted, and the list goes on", mode: repository.None, page: 2, read: 11, total: 21, pages: 3, capped: capped},
		{name: "nothing counted, the page ends the list", mode: repository.None, page: 2, read: 10, total: 20, pages: 2},
		{name: "nothing counted, no rows", mode: repository.None, page: 1, read: 0, total: 0, pages: 0},

		{name: "the estimate", mode: repository.Estimated, page: 1, counted: 25, read: 10, total: 25, pages: 3, estimated: estimated},
		{name: "an estimate below what the page shows", mode: repository.Estimated, page: 3, counted: 7, read: 10, total: 30, pages: 3, estimated: estimated},
		{name: "an estimate, and the page ends the list", mode: repository.Estimated, page: 3, counted: 99, read: 5, total: 25, pages: 3},
		{name: "an estimate beyond a page that is beyond the end", mode: repository.Estimated, page: 3, counted: 99, read: 0, total: 20, pages: 2, estimated: estimated},
		{name: "an estimate below such a page", mode: repository.Estimated, page: 9, counted: 25, read: 0, total: 25, pages: 3, estimated: estimated},

		{name: "the cap not reached", mode: repository.Capped(30), page: 1, counted: 25, read: 11, total: 25, pages: 3},
		{name: "the cap reached", mode: repository.Capped(30), page: 1, counted: 31, read: 11, total: 30, pages: 3, capped: capped},
		{name: "the cap reached before the page ends", mode: repository.Capped(15), page: 2, counted: 16, read: 11, total: 21, pages: 3, capped: capped},
		{name: "the cap reached, the page ends the list", mode: repository.Capped(15), page: 2, counted: 16, read: 10, total: 20, pages: 2},
		{name: "the cap reached, beyond the end", mode: repository.Capped(15), page: 9, counted: 16, read: 0, total: 15, pages: 2, capped: capped},
		{name: "the cap not reached, beyond the end", mode: repository.Capped(30), page: 9, counted: 25, read: 0, total: 25, pages: 3},
	} {
		require.Equal(t, pagination.Pagination{
			TotalCount: test.total, MaxPage: test.pages, TotalCountIsCapped: test.capped, TotalCountIsEstimated: test.estimated,
		}, repository.PlaceOf(test.mode, test.counted, test.read, pagination.NewParams(test.page, 10)), test.name)
	}
}

// TestTotalsDoNotLie goes through lists of every length, with every mode of counting,
// and compares each total with the list itself.
func TestTotalsDoNotLie(t *testing.T) {
	t.Parallel()
	for rows := range int64(33) {
		for _, count := range []repository.CountMode{
			repository.Exact, repository.None, repository.Estimated,
			repository.Capped(1), repository.Capped(9), repository.Capped(10), repository.Capped(31), repository.Capped(math.MaxInt64),
		} {
			for _, limit := range []int64{1, 3, 10, 100, math.MaxInt64} {
				for _, number := range []int64{1, 2, 3, 4, 11, 33, 1_000_000_000_000, math.MaxInt64} {
					params := pagination.NewParams(number, limit)
					reads := limit
					if repository.LooksAhead(count) && limit < math.MaxInt64 {
						reads++
					}
					size := max(0, min(reads, rows-params.Offset()))
					items, beyond := min(size, limit), size == 0 && params.Offset() > 0
					var counts []int64
					switch {
					case count == repository.Exact:
						counts = []int64{rows}
					case count == repository.None:
						if beyond {
							continue // it is counted then
						}
						counts = []int64{0}
					case count == repository.Estimated:
						counts = []int64{0, rows / 2, rows, 2*rows + 1, 1 << 62}
					default:
						counts = []int64{rows}
						if int64(count) < rows {
							counts = []int64{int64(count) + 1}
						}
					}
					for _, counted := range counts {
						place := repository.PlaceOf(count, counted, size, params)
						at := fmt.Sprintf("%d rows, mode %d, page %d of %d, counted %d: %+v", rows, count, number, limit, counted, place)
						if items > 0 {
							require.GreaterOrEqual(t, place.TotalCount, params.Offset()+items, at)
						}
						switch {
						case place.TotalCountIsEstimated:
							require.Equal(t, repository.Estimated, count, at)
						case place.TotalCountIsCapped:
							require.LessOrEqual(t, place.TotalCount, rows, at)
							if size > limit {
								require.Greater(t, place.MaxPage, number, at)
							}
						default:
							require.Equal(t, rows, place.TotalCount, at)
						}
						if beyond {
							require.LessOrEqual(t, place.TotalCount, counted, at)
						}
						require.Equal(t, params.MaxPage(place.TotalCount), place.MaxPage, at)
					}
				}
			}
		}
	}
}

// TestPageOfAnySize asks for pages whose limit leaves no room for one row more.
func TestPageOfAnySize(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, customers.For(w.owner(t, w.acme)).CreateMany(t.Context(), w.writer, nullableRows(3)))
	for _, count := range []repository.CountMode{repository.Exact, repository.None, repository.Estimated, repository.Capped(2), repository.Capped(math.MaxInt64)} {
		page, err := w.in(w.acme).Page(t.Context(), w.reader, repository.Query{Count: count, Params: pagination.NewParams(1, math.MaxInt64)})
		require.NoError(t, err)
		require.Len(t, page.Items, 3)
		require.Equal(t, int64(3), page.Pagination.TotalCount)
	}
	list, err := w.in(w.acme).PageAfter(t.Context(), w.reader, testCursors, repository.CursorQuery{Params: pagination.NewCursorParams("", math.MaxInt64)})
	require.NoError(t, err)
	require.Len(t, list.Items, 3)
	for rows, err := range w.in(w.acme).Walk(t.Context(), w.reader, repository.Query{}, math.MaxInt64) {
		require.NoError(t, err)
		require.Len(t, rows, 3)
	}
}

func TestPageIsOneRoundTrip(t *testing.T) {
	t.Parallel()
	var recorder pgtest.Recorder
	var names []string
	w := newWorld(t, func(config *pgxpool.Config) { recorder.Attach(config) })
	_, err := w.in(w.acme).Page(t.Context(), w.reader, repository.Query{})
	require.NoError(t, err)
	require.Len(t, recorder.Statements(), 2)
	for _, statement := range recorder.Statements() {
		names = append(names, statement.SQL)
	}
	require.Equal(t, []string{
		`SELECT count(*) FROM "customers" WHERE "customers"."deleted_at" IS NULL AND ("customers"."organization_id" = $1)`,
		`SELECT "customers"."id", "customers"."created_at", "customers"."updated_at", "customers"."organization_id", "customers"."email", ` +
			`"customers"."name", "customers"."score", "customers"."version", "customers"."metadata", "customers"."search" ` +
			`FROM "customers" WHERE "customers"."deleted_at" IS NULL AND ("customers"."organization_id" = $1) ` +
			`ORDER BY "customers"."id" LIMIT $2 OFFSET $3`,
	}, names)
}

func TestPageDepthHasACeilingWhereOneIsSet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shallow := repository.MustNew[orderRow]("orders", repository.Options{Owners: repository.Owners{organizationKind: "organization_id"}, MaxPage: 50})
	_, err := shallow.For(organizations(w.acme)).Page(t.Context(), w.reader, repository.Query{Params: pagination.NewParams(50, 10)})
	require.NoError(t, err)
	_, err = shallow.For(organizations(w.acme)).Page(t.Context(), w.reader, repository.Query{Params: pagination.NewParams(51, 10)})
	invalid, ok := errors.AsType[*errors.PolarRequestValidationError](err)
	require.True(t, ok)
	require.Equal(t, errors.Loc{"query", "page"}, invalid.Details()[0].Loc)
	require.Contains(t, invalid.Details()[0].Msg, "cursor")
}

// spender is a customer with something counted in another table.
type spender struct {
	ID             uuid.UUID `db:"id"`
	OrganizationID uuid.UUID `db:"organization_id"`
	Email          string    `db:"email"`
	Spent          int64     `db:"spent"`
}

type spenderProperty string

func (spenderProperty) Values() []spenderProperty { return []spenderProperty{"spent"} }

var spenders = repository.MustNew[spender]("customers", repository.Options{
	Owners:     repository.Owners{organizationKind: "organization_id"},
	Sorting:    repository.SortMap[spenderProperty]{"spent": "spent NOT NULL"},
	SoftDelete: "deleted_at",
	From: squirrel.Select("c.id", "c.organization_id", "c.email", "sum(o.amount)::bigint AS spent").
		Prefix("WITH paid AS (SELECT * FROM orders WHERE status = ?)", "paid").
		From("customers c").Join("paid o ON o.customer_id = c.id").Where("c.score >= ? OR c.score < ?", 0, 0).GroupBy("c.id", "c.organization_id", "c.email"),
})

func TestQueriesOfOnesOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	order := func(organization uuid.UUID, customer customerRow, status orderStatus, amount int64) {
		_, err := orders.For(w.owner(t, organization)).Create(t.Context(), w.writer, orderRow{CustomerID: customer.ID, Status: status, Amount: amount})
		require.NoError(t, err)
	}
	ada := w.create(t, w.acme, customerRow{Email: "ada@example.com"})
	bob := w.create(t, w.acme, customerRow{Email: "bob@example.com"})
	eve := w.create(t, w.globe, customerRow{Email: "eve@example.com"})
	gone := w.create(t, w.acme, customerRow{Email: "gone@example.com"})
	order(w.acme, ada, "paid", 10)
	order(w.acme, ada, "paid", 5)
	order(w.acme, ada, "void", 100)
	order(w.acme, bob, "paid", 20)
	order(w.acme, gone, "paid", 1000)
	order(w.globe, eve, "paid", 50)
	order(w.globe, ada, "paid", 7) // another tenant's order for a customer of acme
	require.NoError(t, w.in(w.acme).SoftDelete(t.Context(), w.writer, gone.ID))

	top := sorting.New(sorting.Desc(spenderProperty("spent")))
	page, err := spenders.For(organizations(w.acme)).With(orders.For(organizations(w.acme))).Page(t.Context(), w.reader, repository.Query{
		Sorting: top, Where: squirrel.Or{squirrel.Gt{"spent": 1}, squirrel.Expr("true")},
	})
	require.NoError(t, err)
	require.Equal(t, pagination.NewListResource([]spender{
		{ID: bob.ID, OrganizationID: w.acme, Email: bob.Email, Spent: 20}, {ID: ada.ID, OrganizationID: w.acme, Email: ada.Email, Spent: 15},
	}, 2, pagination.Params{}), page)

	one, err := spenders.For(organizations(w.acme)).Get(t.Context(), w.reader, ada.ID)
	require.NoError(t, err)
	require.Equal(t, int64(22), one.Spent, "without With the other table is as it is")
	list, err := spenders.For(organizations(w.acme)).PageAfter(t.Context(), w.reader, testCursors, repository.CursorQuery{Sorting: top, Params: pagination.NewCursorParams("", 1)})
	require.NoError(t, err)
	list, err = spenders.For(organizations(w.acme)).PageAfter(t.Context(), w.reader, testCursors, repository.CursorQuery{Sorting: top, Params: pagination.NewCursorParams(*list.Pagination.NextCursor, 1)})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
	require.False(t, list.Pagination.HasNextPage)

	_, err = spenders.For(organizations(w.acme)).Update(t.Context(), w.writer, ada.ID, spenders.Set("email", "x"))
	sentence.Equal(t, "a write to a query", err)

	paying := squirrel.Select("DISTINCT c.*").From("customers c").Join("orders o ON o.customer_id = c.id").
		Where(squirrel.Eq{"o.status": []string{"paid"}}).PlaceholderFormat(squirrel.Dollar)
	rows, err := w.in(w.acme).From(paying).All(t.Context(), w.reader, repository.Query{Sorting: sorting.New(sorting.Asc(byEmail)), Max: 10})
	require.NoError(t, err)
	require.Len(t, rows, 2)

	for name, query := range map[string]squirrel.Sqlizer{
		"a schema":        squirrel.Select("*").From("public.customers"),
		"a quoted schema": squirrel.Select("*").From(`"public"."customers"`),
		"a comment":       squirrel.Select("*").From("customers").Suffix("--"),
		"an empty text":   squirrel.Expr(" "),
	} {
		_, err := w.in(w.acme).From(query).Count(t.Context(), w.reader, nil)
		sentence.Equal(t, "From with "+name, err)
		_, err = w.in(w.acme).From(query).Page(t.Context(), w.reader, repository.Query{})
		sentence.Equal(t, "From with "+name, err)
		_, err = w.in(w.acme).From(query).Get(t.Context(), w.reader, ada.ID)
		sentence.Equal(t, "From with "+name, err)
	}
}

func TestLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.create(t, w.acme, customerRow{Email: "ada@example.com", Score: 1})
	bob := w.create(t, w.acme, customerRow{Email: "bob@example.com", Score: 1})
	scope := w.in(w.acme)

	_, err := scope.All(t.Context(), w.reader, repository.Query{})
	sentence.Equal(t, "All without a bound", err)
	rows, err := scope.All(t.Context(), w.reader, repository.Query{Max: 1})
	require.NoError(t, err)
	require.Equal(t, []customerRow{ada}, rows)
	rows, err = scope.All(t.Context(), w.reader, repository.Query{Max: repository.NoLimit})
	require.NoError(t, err)
	require.Equal(t, []customerRow{ada, bob}, rows)

	_, err = scope.GetBy(t.Context(), w.reader, squirrel.Eq{"score": 1})
	sentence.Equal(t, "GetBy with several rows", err)
	row, err := scope.GetBy(t.Context(), w.reader, squirrel.Eq{"email": "bob@example.com"})
	require.NoError(t, err)
	require.Equal(t, bob, row)
	row, err = scope.First(t.Context(), w.reader, repository.Query{Sorting: sorting.New(sorting.Desc(byEmail))})
	require.NoError(t, err)
	require.Equal(t, bob, row)

	found, err := repository.ByIDs(t.Context(), w.reader, scope, []uuid.UUID{bob.ID, ada.ID, bob.ID, uuid.New()})
	require.NoError(t, err)
	require.Equal(t, map[uuid.UUID]customerRow{ada.ID: ada, bob.ID: bob}, found)
	none, err := repository.ByIDs(t.Context(), w.reader, scope, []uuid.UUID{})
	require.NoError(t, err)
	require.Empty(t, none)
	_, err = repository.ByIDs(t.Context(), w.reader, scope, []string{"x"})
	sentence.Equal(t, "ByIDs with keys of another type", err)
	_, err = repository.ByIDs(t.Context(), w.reader, memberships.For(organizations(w.acme)), []string{"x"})
	sentence.Equal(t, "ByIDs with a composite key", err)
	groups, err := repository.Related(t.Context(), w.reader, scope, "email", []string{"ada@example.com", "x"})
	require.NoError(t, err)
	require.Equal(t, map[string][]customerRow{"ada@example.com": {ada}}, groups)
	named, err := repository.Related(t.Context(), w.reader, scope, "name", []string{"nobody"})
	require.NoError(t, err)
	require.Empty(t, named)
	_, err = repository.Related(t.Context(), w.reader, scope, "nope", []string{"x"})
	sentence.Equal(t, "Related by a column that is not there", err)

	_, err = orders.For(organizations(w.acme)).Page(t.Context(), w.reader, repository.Query{Sorting: sorting.New(sorting.Asc(byEmail))})
	sentence.Equal(t, "a sorting of another set", err)
}

func TestMetadataFilter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i, metadata := range []kit.Metadata{
		{"tier": "gold", "n": 1}, {"tier": "silver", "n": 1.5}, {"tier": "gold", "ok": true}, {"tier": "1", "ok": false}, {"n": "1"}, {"quote": `a"b\c`},
	} {
		w.create(t, w.acme, customerRow{Email: string(rune('a' + i)), Score: int64(i), Metadata: metadata})
	}
	for _, test := range []struct {
		filter kit.MetadataFilter
		want   []int64
	}{
		{nil, []int64{0, 1, 2, 3, 4, 5}},
		{kit.MetadataFilter{{Key: "tier", Values: []string{"gold"}}}, []int64{0, 2}},
		{kit.MetadataFilter{{Key: "tier", Values: []string{"gold", "silver"}}}, []int64{0, 1, 2}},
		{kit.MetadataFilter{{Key: "tier", Values: []string{"gold"}}, {Key: "n", Values: []string{"1"}}}, []int64{0}},
		{kit.MetadataFilter{{Key: "n", Values: []string{"1"}}}, []int64{0, 4}},
		{kit.MetadataFilter{{Key: "n", Values: []string{"1.5"}}}, []int64{1}},
		{kit.MetadataFilter{{Key: "ok", Values: []string{"true"}}}, []int64{2}},
		{kit.MetadataFilter{{Key: "ok", Values: []string{"true", "false"}}}, []int64{2, 3}},
		{kit.MetadataFilter{{Key: "quote", Values: []string{`a"b\c`}}}, []int64{5}},
		{kit.MetadataFilter{{Key: "tier", Values: []string{"g%"}}}, nil},
		{kit.MetadataFilter{{Key: "tier", Values: []string{"\x00"}}}, nil},
		{kit.MetadataFilter{{Key: "tier", Values: nil}}, nil},
		{kit.MetadataFilter{{Key: "n", Values: []string{"1e999", "0x1", "NaN", "Infinity", "+1", "1_0"}}}, nil},
		{kit.MetadataFilter{{Key: "') OR true --", Values: []string{"') OR true --"}}}, nil},
	} {
		where := repository.MetadataMatches("metadata", test.filter)
		rows, err := w.in(w.acme).All(t.Context(), w.reader, repository.Query{Where: where, Max: 10})
		require.NoError(t, err)
		var scores []int64
		for _, row := range rows {
			scores = append(scores, row.Score)
		}
		require.Equal(t, test.want, scores, "%v", test.filter)
		own := squirrel.Select("*").From("customers").Where(where)
		count, err := w.in(w.acme).From(own).Count(t.Context(), w.reader, nil)
		require.NoError(t, err)
		require.Equal(t, int64(len(test.want)), count, "in squirrel's own builder")
	}
}
