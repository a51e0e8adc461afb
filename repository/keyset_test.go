package repository_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/Masterminds/squirrel"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/pagination"
	"github.com/polarkit-go/polarkit/repository"
	"github.com/polarkit-go/polarkit/sorting"
)

func nullableRows(n int) []customerRow {
	rows := make([]customerRow, n)
	for i := range rows {
		rows[i] = customerRow{Email: fmt.Sprintf("%c%d@example.com", "aAbB"[i%4], i), Score: int64(i % 5)}
		if i%3 > 0 {
			rows[i].Name = ptr(string("xXyz"[i%4]))
		}
	}
	return rows
}

// orders of one and two criteria, in both directions.
func allOrders() []sorting.By[sortProperty] {
	orders := []sorting.By[sortProperty]{{}}
	properties := sortProperty("").Values()
	for _, first := range properties {
		for _, down := range []bool{false, true} {
			one := sorting.Criterion[sortProperty]{Property: first, Descending: down}
			orders = append(orders, sorting.New(one))
			for _, second := range properties {
				if second != first {
					orders = append(orders, sorting.New(one, sorting.Desc(second)), sorting.New(one, sorting.Asc(second)))
				}
			}
		}
	}
	return orders
}

// TestCursorsAndPagesAgree goes through the same rows by cursor, by batches and
// by pages, in every order, with NULLs and equal keys.
func TestCursorsAndPagesAgree(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, customers.For(w.owner(t, w.acme)).CreateMany(t.Context(), w.writer, nullableRows(23)))
	require.NoError(t, customers.For(w.owner(t, w.globe)).CreateMany(t.Context(), w.writer, nullableRows(7)))
	for _, order := range allOrders() {
		all, err := w.in(w.acme).All(t.Context(), w.reader, repository.Query{Sorting: order, Max: 100})
		require.NoError(t, err)
		require.Len(t, all, 23)

		var byCursor, byWalk, byPage []customerRow
		cursor := ""
		for {
			list, err := w.in(w.acme).PageAfter(t.Context(), w.reader, testCursors, repository.CursorQuery{Sorting: order, Params: pagination.NewCursorParams(cursor, 4)})
			require.NoError(t, err)
			byCursor = append(byCursor, list.Items...)
			require.Equal(t, len(byCursor) < 23, list.Pagination.HasNextPage)
			if !list.Pagination.HasNextPage {
				break
			}
			cursor = *list.Pagination.NextCursor
		}
		for rows, err := range w.in(w.acme).Walk(t.Context(), w.reader, repository.Query{Sorting: order}, 5) {
			require.NoError(t, err)
			byWalk = append(byWalk, rows...)
		}
		for number := int64(1); number <= 4; number++ {
			page, err := w.in(w.acme).Page(t.Context(), w.reader, repository.Query{Sorting: order, Params: pagination.NewParams(number, 6)})
			require.NoError(t, err)
			byPage = append(byPage, page.Items...)
		}
		require.Equal(t, all, byCursor, order.String())
		require.Equal(t, all, byWalk, order.String())
		require.Equal(t, all, byPage, order.String())
	}
}

// TestNullsStandWhereTheMapSays checks the order itself.
func TestNullsStandWhereTheMapSays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i, name := range []*string{nil, ptr("b"), ptr("a")} {
		w.create(t, w.acme, customerRow{Email: fmt.Sprint(i), Name: name})
	}
	for _, test := range []struct {
		by   sorting.Criterion[sortProperty]
		want string
	}{
		{sorting.Asc(byName), "a b -"},
		{sorting.Desc(byName), "b a -"},
		{sorting.Asc(byNameFirst), "- a b"},
		{sorting.Desc(byNameFirst), "- b a"},
	} {
		rows, err := w.in(w.acme).All(t.Context(), w.reader, repository.Query{Sorting: sorting.New(test.by), Max: 10})
		require.NoError(t, err)
		var names []string
		for _, row := range rows {
			if row.Name == nil {
				names = append(names, "-")
			} else {
				names = append(names, *row.Name)
			}
		}
		require.Equal(t, test.want, strings.Join(names, " "))
	}
}

// TestCursorWhileRowsAreInserted pages through 10,000 rows with equal sort keys
// while other rows are inserted: each of the first rows comes exactly once.
func TestCursorWhileRowsAreInserted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	scope, owner := w.in(w.acme), w.owner(t, w.acme)
	rows := make([]customerRow, 10_000)
	for i := range rows {
		rows[i] = customerRow{Email: uuid.NewString(), Score: int64(i % 3)}
	}
	require.NoError(t, customers.For(owner).CreateMany(t.Context(), w.writer, rows))

	stop := make(chan struct{})
	var inserting sync.WaitGroup
	var inserted int
	var insertErr error
	inserting.Go(func() {
		for ; insertErr == nil && inserted < 5000; inserted++ { // so that it ends also where reading is slower
			select {
			case <-stop:
				return
			default:
				row := customerRow{Email: uuid.NewString(), Score: int64(inserted % 3)}
				row.ID = uuid.New() // anywhere among the others, not at the end
				_, insertErr = customers.For(owner).Create(t.Context(), w.writer, row)
			}
		}
	})
	seen := make(map[uuid.UUID]bool, len(rows))
	for cursor := ""; ; {
		list, err := scope.PageAfter(t.Context(), w.reader, testCursors, repository.CursorQuery{
			Sorting: sorting.New(sorting.Desc(byScore)), Params: pagination.NewCursorParams(cursor, 100),
		})
		require.NoError(t, err)
		for _, row := range list.Items {
			require.False(t, seen[row.ID], "a row twice")
			seen[row.ID] = true
		}
		if !list.Pagination.HasNextPage {
			break
		}
		cursor = *list.Pagination.NextCursor
	}
	close(stop)
	inserting.Wait()
	require.NoError(t, insertErr)
	require.Positive(t, inserted)
	for _, row := range rows {
		require.True(t, seen[row.ID], "a row left out")
	}
}

// TestPagesOfAnUnchangedTable has equal sort keys: each row still comes once.
func TestPagesOfAnUnchangedTable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rows := make([]customerRow, 10_000)
	for i := range rows {
		rows[i] = customerRow{Email: uuid.NewString(), Score: 1}
	}
	require.NoError(t, customers.For(w.owner(t, w.acme)).CreateMany(t.Context(), w.writer, rows))
	var ids []uuid.UUID
	for number := int64(1); ; number++ {
		page, err := w.in(w.acme).Page(t.Context(), w.reader, repository.Query{Sorting: sorting.New(sorting.Asc(byScore)), Params: pagination.NewParams(number, 500)})
		require.NoError(t, err)
		require.Equal(t, int64(10_000), page.Pagination.TotalCount)
		if len(page.Items) == 0 {
			break
		}
		for _, row := range page.Items {
			ids = append(ids, row.ID)
		}
	}
	require.Len(t, ids, 10_000)
	require.True(t, slices.IsSortedFunc(ids, func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) }))
}

func TestCursorOfSomethingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, customers.For(w.owner(t, w.acme)).CreateMany(t.Context(), w.writer, nullableRows(5)))
	query := repository.CursorQuery{Sorting: sorting.New(sorting.Desc(byName)), Where: squirrel.Eq{"score": []int{0, 1, 2, 3}}, Params: pagination.NewCursorParams("", 1)}
	list, err := w.in(w.acme).PageAfter(t.Context(), w.reader, testCursors, query)
	require.NoError(t, err)
	cursor := *list.Pagination.NextCursor

	query.Params = pagination.NewCursorParams(cursor, 3)
	_, err = w.in(w.acme).PageAfter(t.Context(), w.reader, testCursors, query)
	require.NoError(t, err, "another size is fine")
	_, err = w.in(w.acme, w.globe).PageAfter(t.Context(), w.reader, testCursors, query)
	require.NoError(t, err, "the reach is that of the request")
	other, err := w.in(w.globe).PageAfter(t.Context(), w.reader, testCursors, query)
	require.NoError(t, err)
	require.Empty(t, other.Items, "a cursor carries no reach")

	for name, changed := range map[string]repository.CursorQuery{
		"another direction":  {Sorting: sorting.New(sorting.Asc(byName)), Where: query.Where, Params: query.Params},
		"another property":   {Sorting: sorting.New(sorting.Desc(byEmail)), Where: query.Where, Params: query.Params},
		"no sorting":         {Where: query.Where, Params: query.Params},
		"another value":      {Sorting: query.Sorting, Where: squirrel.Eq{"score": []int{0, 1, 2}}, Params: query.Params},
		"no predicate":       {Sorting: query.Sorting, Params: query.Params},
		"garbage":            {Sorting: query.Sorting, Where: query.Where, Params: pagination.NewCursorParams("garbage", 1)},
		"a changed cursor":   {Sorting: query.Sorting, Where: query.Where, Params: pagination.NewCursorParams("B"+cursor[1:], 1)},
		"a cursor cut short": {Sorting: query.Sorting, Where: query.Where, Params: pagination.NewCursorParams(cursor[:len(cursor)-4], 1)},
	} {
		_, err := w.in(w.acme).PageAfter(t.Context(), w.reader, testCursors, changed)
		require.ErrorIs(t, err, errors.RequestValidation, name)
	}
	_, err = orders.For(organizations(w.acme)).PageAfter(t.Context(), w.reader, testCursors, repository.CursorQuery{Params: pagination.NewCursorParams(cursor, 1)})
	require.ErrorIs(t, err, errors.RequestValidation, "another table")
	_, err = w.in(w.acme).PageAfter(t.Context(), w.reader, nil, query)
	sentence.Equal(t, "PageAfter without cursors", err)
}

type thing struct {
	ID   int64  `db:"id"`
	Rank string `db:"rank"`
}

type thingProperty string

func (thingProperty) Values() []thingProperty { return []thingProperty{"rank"} }

// TestCursorFromBeforeAMigration has a sealed value that no longer fits the type.
func TestCursorFromBeforeAMigration(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.pool.Exec(t.Context(), `CREATE TABLE things (id bigint PRIMARY KEY, rank text NOT NULL); INSERT INTO things VALUES (1, 'a'), (2, 'b')`)
	require.NoError(t, err)
	things := repository.MustNew[thing]("things", repository.Options{Sorting: repository.SortMap[thingProperty]{"rank": "rank"}}).For(owner.System("test"))
	query := repository.CursorQuery{Sorting: sorting.New(sorting.Asc(thingProperty("rank"))), Params: pagination.NewCursorParams("", 1)}
	list, err := things.PageAfter(t.Context(), w.reader, testCursors, query)
	require.NoError(t, err)
	_, err = w.pool.Exec(t.Context(), `ALTER TABLE things ALTER COLUMN rank TYPE bigint USING id`)
	require.NoError(t, err)
	w.pool.Reset()
	query.Params = pagination.NewCursorParams(*list.Pagination.NextCursor, 1)
	_, err = things.PageAfter(t.Context(), w.reader, testCursors, query)
	require.ErrorIs(t, err, errors.RequestValidation)
}

func TestWalkAndStreamEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, customers.For(w.owner(t, w.acme)).CreateMany(t.Context(), w.writer, nullableRows(10)))
	batches := 0
	for rows, err := range w.in(w.acme).Walk(t.Context(), w.reader, repository.Query{}, 5) {
		require.NoError(t, err)
		require.Len(t, rows, 5)
		batches++
	}
	require.Equal(t, 2, batches, "no empty batch at the end")
	for range w.in(w.acme).Walk(t.Context(), w.reader, repository.Query{}, 3) {
		break
	}
	for _, err := range w.in(w.acme).Walk(t.Context(), w.reader, repository.Query{}, 0) {
		sentence.Equal(t, "Walk in empty batches", err)
	}
	for _, err := range w.in(w.acme).Walk(t.Context(), w.reader, repository.Query{Where: squirrel.Expr("score / 0 = 1")}, 3) {
		require.Error(t, err)
	}
	n := 0
	for row, err := range w.in(w.acme).Stream(t.Context(), w.reader, repository.Query{Max: 7, Sorting: sorting.New(sorting.Desc(byScore))}) {
		require.NoError(t, err)
		require.Equal(t, w.acme, row.OrganizationID)
		n++
	}
	require.Equal(t, 7, n)
	for range w.in(w.acme).Stream(t.Context(), w.reader, repository.Query{}) {
		break
	}
	var failed error
	for _, err := range w.in(w.acme).Stream(t.Context(), w.reader, repository.Query{Where: squirrel.Expr("1 / (score - 3) < 5"), Sorting: sorting.New(sorting.Asc(byScore))}) {
		failed = err
	}
	require.Error(t, failed)
	require.Zero(t, w.pool.Stat().AcquiredConns(), "every connection is back")
}
