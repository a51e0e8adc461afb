package repository_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/Masterminds/squirrel"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/pagination"
	"github.com/polarkit-go/polarkit/repository"
	"github.com/polarkit-go/polarkit/repository/pgtest"
	"github.com/polarkit-go/polarkit/sorting"
)

// reservedDatabase has names that mean something else unless they are quoted.
var reservedDatabase = pgtest.FromSQL(`
CREATE TABLE "Order" (
	id uuid PRIMARY KEY,
	"user" uuid NOT NULL,
	"order" bigint NOT NULL,
	"Select" text NOT NULL,
	"offset" bigint,
	"default" jsonb NOT NULL DEFAULT '{}',
	"check" bigint NOT NULL DEFAULT 1,
	UNIQUE ("order", "Select")
);
`)

type reservedRow struct {
	ID      uuid.UUID    `db:"id"`
	User    uuid.UUID    `db:"user"`
	Order   int64        `db:"order"`
	Select  string       `db:"Select"`
	Offset  *int64       `db:"offset"`
	Default kit.Metadata `db:"default"`
	Check   int64        `db:"check,version"`
}

type reservedProperty string

func (reservedProperty) Values() []reservedProperty {
	return []reservedProperty{"order", "select", "select_quoted", "offset", "qualified", "bracketed", "folded", "expression"}
}

func TestReservedWordsAreNames(t *testing.T) {
	t.Parallel()
	model := repository.MustNew[reservedRow]("Order", repository.Options{
		Owners: repository.Owners{organizationKind: "user"},
		Sorting: repository.SortMap[reservedProperty]{
			"order": "order", "select": "Select", "select_quoted": `"Select" NOT NULL`, "offset": "offset NULLS FIRST", "qualified": `Order.order`,
			"bracketed": `(("order"))`, "folded": "OFFSET", "expression": `"order" * 2 NOT NULL`,
		},
	})
	var recorder pgtest.Recorder
	pool := reservedDatabase.Pool(t, repository.Configure, func(config *pgxpool.Config) { recorder.Attach(config) })
	reader, writer := repository.NewReader(pool), repository.NewWriter(pool)
	acme := uuid.New()
	scope := model.For(organizations(acme))
	owner, err := organizations(acme).Own(t.Context(), organizationKind, acme)
	require.NoError(t, err)
	var rows []reservedRow
	for i := range int64(6) {
		row := reservedRow{Order: i / 2, Select: fmt.Sprint("s", i), Default: kit.Metadata{"k": i}}
		if i%2 == 0 {
			row.Offset = &i
		}
		row, err = model.For(owner).Create(t.Context(), writer, row)
		require.NoError(t, err)
		rows = append(rows, row)
	}
	require.NoError(t, model.For(owner).CreateMany(t.Context(), writer, []reservedRow{{Order: 100, Select: "many"}}))

	for i, test := range []struct {
		where squirrel.Sqlizer
		want  int64
	}{
		{repository.IfSet("order", kit.Some[int64](1)), 2},
		{repository.IfSet("offset", kit.Some[*int64](nil)), 4},
		{repository.OneOf("order", kit.Filter[int64]{0, 1}), 4},
		{repository.OneOf("order", kit.Filter[int64]{0}), 2},
		{repository.Contains("Select", kit.Some("S1")), 1},
		{repository.Contains(`"Select"`, kit.Some("s1")), 1},
		{repository.MetadataMatches("default", kit.MetadataFilter{{Key: "k", Values: []string{"1", "2"}}}), 2},
		{squirrel.Eq{"order": 1}, 2},
		{squirrel.Eq{"order": []int64{1, 2}}, 4},
		{squirrel.Eq{"order": nil}, 0},
		{squirrel.Eq{"ORDER": 1}, 2},
		{squirrel.Eq{"Order.order": 1}, 2},
		{squirrel.Eq{`"Order"."order"`: 1}, 2},
		{squirrel.Eq{`Order."Select"`: "s0"}, 1},
		{squirrel.Eq{"user": acme}, 7},
		{squirrel.NotEq{"order": 1}, 5},
		{squirrel.NotEq{"offset": nil}, 3},
		{squirrel.Lt{"order": 1}, 2},
		{squirrel.LtOrEq{"order": 1}, 4},
		{squirrel.Gt{"order": 1}, 3},
		{squirrel.GtOrEq{"order": 1}, 5},
		{squirrel.Like{"Select": "s%"}, 6},
		{squirrel.NotLike{"Select": "s%"}, 1},
		{squirrel.ILike{"Select": "S%"}, 6},
		{squirrel.NotILike{"Select": "S%"}, 1},
		{squirrel.Or{squirrel.Eq{"order": 0}, squirrel.And{squirrel.Eq{"order": 1}, squirrel.Eq{"Select": "s2"}}}, 3},
		{squirrel.Expr(`"order" = ?`, 1), 2},
		{squirrel.Eq{`"order" + 1`: 2}, 2},
		{squirrel.Eq{"order": squirrel.Select(`max("order")`).From(`"Order"`).Where(`"order" < 100`)}, 2},
	} {
		count, err := scope.Count(t.Context(), reader, test.where)
		require.NoError(t, err, "%d: %v", i, test.where)
		require.Equal(t, test.want, count, "%d: %v", i, test.where)
	}

	for _, property := range reservedProperty("").Values() {
		for _, order := range []sorting.By[reservedProperty]{sorting.New(sorting.Asc(property)), sorting.New(sorting.Desc(property))} {
			requireSameEverywhere(t, scope, reader, order, 7)
		}
	}

	changed, err := scope.UpdateVersion(t.Context(), writer, rows[0].ID, 1, model.Set("order", int64(50)).Set("Select", "x").Set("offset", nil))
	require.NoError(t, err)
	require.Equal(t, int64(50), changed.Order)
	require.Equal(t, int64(2), changed.Check)
	row := rows[1]
	row.Offset = ptr[int64](77)
	saved, err := model.For(owner).Upsert(t.Context(), writer, row, repository.OnConflict{Columns: []string{"order", "Select"}, Update: []string{"offset"}})
	require.NoError(t, err)
	require.Equal(t, int64(77), *saved.Offset)
	related, err := repository.Related(t.Context(), reader, scope, "order", []int64{50, 100, 3})
	require.NoError(t, err)
	require.Len(t, related, 2)
	narrowed, err := model.For(organizations(acme, uuid.New()).Restrict(organizationKind, acme)).Count(t.Context(), reader, nil)
	require.NoError(t, err)
	require.Equal(t, int64(7), narrowed)
	require.NoError(t, repository.InTx(t.Context(), writer, func(tx repository.Tx) error {
		locked, err := scope.LockAll(t.Context(), tx, repository.Query{Where: squirrel.Eq{"order": 50}, Max: 5}, repository.ForUpdate)
		require.Len(t, locked, 1)
		return err
	}))
	affected, err := scope.DeleteWhere(t.Context(), writer, squirrel.Eq{"order": []int64{50, 100}})
	require.NoError(t, err)
	require.Equal(t, int64(2), affected)
}

// requireSameEverywhere goes through a list by all verbs that know an order.
func requireSameEverywhere[Row any](t *testing.T, scope repository.Rows[Row], reader repository.Readable, order sorting.Order, want int) {
	t.Helper()
	all, err := scope.All(t.Context(), reader, repository.Query{Sorting: order, Max: repository.NoLimit})
	require.NoError(t, err, "%v", order)
	require.Len(t, all, want)
	page, err := scope.Page(t.Context(), reader, repository.Query{Sorting: order, Params: pagination.NewParams(1, int64(want))})
	require.NoError(t, err, "%v", order)
	require.Equal(t, all, page.Items)
	for _, size := range []int64{1, 2, 3} {
		var walked, paged []Row
		for rows, err := range scope.Walk(t.Context(), reader, repository.Query{Sorting: order}, size) {
			require.NoError(t, err, "%v", order)
			walked = append(walked, rows...)
			require.LessOrEqual(t, len(walked), want, "%v ends", order)
		}
		require.Equal(t, all, walked, "%v in batches of %d", order, size)
		for cursor := ""; ; {
			list, err := scope.PageAfter(t.Context(), reader, testCursors, repository.CursorQuery{Sorting: order, Params: pagination.NewCursorParams(cursor, size)})
			require.NoError(t, err, "%v", order)
			paged = append(paged, list.Items...)
			require.LessOrEqual(t, len(paged), want, "%v ends", order)
			if list.Pagination.NextCursor == nil {
				break
			}
			cursor = *list.Pagination.NextCursor
		}
		require.Equal(t, all, paged, "%v in pages of %d", order, size)
	}
}

// TestNamesAreNoWayOut tries to put other SQL into the place of a name.
func TestNamesAreNoWayOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create(t, w.acme, customerRow{Email: "a@example.com", Score: 1})
	w.create(t, w.globe, customerRow{Email: "b@example.com", Score: 1})
	for _, key := range []string{
		`score" = 1 OR "score`, `"score" = 1 OR "score"`, `score) OR (true`, `score; DROP TABLE customers`, `score --`, `score/*`, `"score`, `""`, `.score`, `score.`,
		`a.b.c.score`, `1score`, "score\x00", `score'`, `customers."sc"ore"`, `score OR TRUE OR score`, `globe.score`, `true`, ` `, ``,
	} {
		for _, where := range []squirrel.Sqlizer{squirrel.Eq{key: 1}, squirrel.Gt{key: 0}, repository.OneOf(key, kit.Filter[int64]{1}), repository.Contains(key, kit.Some("1"))} {
			rows, _ := w.in(w.acme).All(t.Context(), w.reader, repository.Query{Where: where, Max: 10})
			require.False(t, slices.ContainsFunc(rows, func(row customerRow) bool { return row.OrganizationID != w.acme }), "%q", key)
		}
	}
	count, err := customers.For(owner.System("test")).Count(t.Context(), w.reader, nil)
	require.NoError(t, err)
	require.Equal(t, int64(2), count)
}

type spelledProperty string

func (spelledProperty) Values() []spelledProperty { return []spelledProperty{"it"} }

func TestSortMapsAreChecked(t *testing.T) {
	t.Parallel()
	for expression, fails := range map[string]string{
		"":                           "is empty",
		"NULLS LAST":                 "is empty",
		"( )":                        "is empty",
		"nmae":                       `names the column "nmae"`,
		"(nmae)":                     `names the column "nmae"`,
		"score DESC":                 "has a direction",
		"lower(email) asc":           "has a direction",
		"score DESC NULLS LAST":      "has a direction",
		"other.score":                "is qualified",
		`"other"."score"`:            "is qualified",
		`public.other.score`:         "is qualified",
		"score) OR (true":            "a bracket is closed",
		"score; DROP TABLE":          "a semicolon",
		"score --":                   "a comment",
		`"score`:                     "a quote that does not end",
		"score":                      "",
		"SCORE":                      "",
		"public.customers.score":     "",
		`customers."score"`:          "",
		"(customers.score) NOT NULL": "",
		"score::text":                "",
		`lower(email) COLLATE "C"`:   "",
		"(score) + (version)":        "",
	} {
		table := "customers"
		if expression == "public.customers.score" {
			table = "public.customers"
		}
		_, err := repository.New[customerRow](table, repository.Options{Sorting: repository.SortMap[spelledProperty]{"it": expression}})
		if fails == "" {
			require.NoError(t, err, "%q", expression)
		} else {
			require.ErrorContains(t, err, fails, "%q", expression)
		}
	}
}

// TestSortExpressionsWorkEverywhere spells a sort expression in the ways that
// PostgreSQL knows.
func TestSortExpressionsWorkEverywhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, customers.For(w.owner(t, w.acme)).CreateMany(t.Context(), w.writer, nullableRows(11)))
	for _, expression := range []string{
		"score", `"score"`, "(score)", `("score")`, "((score))", "SCORE", "Score", "customers.score", `"customers"."score"`, `customers."score"`, "(customers.score)", `"score" NOT NULL`,
		"score + 0", "-score", "score::text", "score::text NOT NULL", "CAST(score AS text)", "score % 2 = 0", "score > 2 OR score < 1", "NOT (score > 2)",
		"name", `"name"`, "(name)", "name NULLS FIRST", `"name" NULLS LAST`, "(name) nulls first", "lower(name)", "lower(name) NULLS FIRST", `name COLLATE "C"`, `name COLLATE "C" NULLS LAST`,
		"coalesce(name, '') NOT NULL", "name IS NULL", "CASE WHEN name IS NULL THEN 1 ELSE 0 END", "(lower(name)) || (email)", "length(name)",
		"created_at", `"deleted_at"`, "organization_id", "version", "metadata", "metadata->'none'", "ARRAY[score, version]", "search",
	} {
		model := repository.MustNew[customerRow]("customers", repository.Options{
			Owners: repository.Owners{organizationKind: "organization_id"}, Sorting: repository.SortMap[spelledProperty]{"it": expression},
		})
		for _, order := range []sorting.By[spelledProperty]{sorting.New(sorting.Asc(spelledProperty("it"))), sorting.New(sorting.Desc(spelledProperty("it")))} {
			requireSameEverywhere(t, model.For(organizations(w.acme)), w.reader, order, 11)
			own := model.For(organizations(w.acme)).From(squirrel.Select("c.*").From("customers c").LeftJoin("orders o ON o.customer_id = c.id"))
			requireSameEverywhere(t, own, w.reader, order, 11)
		}
	}
}
