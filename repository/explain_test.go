package repository_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/pagination"
	"github.com/polarkit-go/polarkit/repository"
	"github.com/polarkit-go/polarkit/repository/pgtest"
	"github.com/polarkit-go/polarkit/sorting"
)

// explain runs a verb and returns the plan of its last statement and how many
// pages of the table and its indexes that touched.
func explain(t *testing.T, pool *pgxpool.Pool, recorder *pgtest.Recorder, run func() error) (plan string, buffers int) {
	t.Helper()
	recorder.Reset()
	require.NoError(t, run())
	statements := recorder.Statements()
	last := statements[len(statements)-1]
	rows, err := pool.Query(t.Context(), "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, SUMMARY OFF) "+last.SQL, last.Args...)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var line string
		require.NoError(t, rows.Scan(&line))
		plan += line + "\n"
		var hit, read int
		if at := strings.Index(line, "Buffers: shared"); at >= 0 && buffers == 0 {
			for word := range strings.FieldsSeq(line[at:]) {
				_, _ = fmt.Sscanf(word, "hit=%d", &hit)
				_, _ = fmt.Sscanf(word, "read=%d", &read)
			}
			buffers = hit + read
		}
	}
	require.NoError(t, rows.Err())
	return plan, buffers
}

// TestIndexesServeTheStatements looks at the plans of PostgreSQL on a table of
// 20,000 rows.
func TestIndexesServeTheStatements(t *testing.T) {
	t.Parallel()
	var recorder pgtest.Recorder
	w := newWorld(t, func(config *pgxpool.Config) { recorder.Attach(config) })
	scope := w.in(w.acme)
	for part := range 4 {
		rows := make([]customerRow, 5000)
		for i := range rows {
			rows[i] = customerRow{Email: uuid.NewString(), Name: ptr(fmt.Sprint(part, i%50)), Metadata: kit.Metadata{"n": i, "tier": fmt.Sprint(i % 1000)}}
		}
		require.NoError(t, customers.For(w.owner(t, w.acme)).CreateMany(t.Context(), w.writer, rows))
	}
	_, err := w.pool.Exec(t.Context(), "UPDATE customers SET created_at = created_at + score * interval '1s'; VACUUM ANALYZE customers")
	if err != nil { // VACUUM runs on its own
		_, err = w.pool.Exec(t.Context(), "VACUUM ANALYZE customers")
	}
	require.NoError(t, err)

	explained := func(run func() error) (plan string, buffers int) { return explain(t, w.pool, &recorder, run) }
	newest := sorting.New(sorting.Desc(byCreatedAt))

	list, _ := explained(func() error {
		_, err := scope.Page(t.Context(), w.reader, repository.Query{Sorting: newest})
		return err
	})
	require.Contains(t, list, "Index Scan Backward using customers_list")
	require.NotContains(t, list, "Sort")

	get, _ := explained(func() error {
		_, err := scope.First(t.Context(), w.reader, repository.Query{Where: repository.IfSet("email", kit.Some("x@example.com"))})
		if err != nil {
			return nil //nolint:nilerr // there is none; the plan is of interest
		}
		return nil
	})
	require.Contains(t, get, "customers_organization_id_email_key")

	metadata, _ := explained(func() error {
		_, err := scope.Page(t.Context(), w.reader, repository.Query{Where: repository.MetadataMatches("metadata", kit.MetadataFilter{
			{Key: "n", Values: []string{"4711", "4712"}}, {Key: "tier", Values: []string{"711"}},
		})})
		return err
	})
	require.Contains(t, metadata, "Bitmap Index Scan on customers_metadata")

	for _, order := range []sorting.By[sortProperty]{newest, sorting.New(sorting.Asc(byCreatedAt)), {}} {
		var first, deep int
		cursor, depth := "", 0
		for {
			var next *string
			plan, buffers := "", 0
			page := func() error {
				list, err := scope.PageAfter(t.Context(), w.reader, testCursors, repository.CursorQuery{Sorting: order, Params: pagination.NewCursorParams(cursor, 1000)})
				next = list.Pagination.NextCursor
				return err
			}
			if depth == 0 || depth == 18 {
				plan, buffers = explained(page)
				require.Contains(t, plan, "Index Scan")
				require.NotContains(t, plan, "Sort")
			} else {
				require.NoError(t, page())
			}
			switch depth {
			case 0:
				first = buffers
			case 18:
				deep = buffers
			}
			if next == nil {
				break
			}
			cursor = *next
			depth++
		}
		require.Equal(t, 19, depth)
		require.LessOrEqual(t, deep, first+first/10+5, "a deep page touches no more than the first: %s", order)
	}

	own, _ := explained(func() error {
		_, err := scope.From(selectAll()).Page(t.Context(), w.reader, repository.Query{Sorting: newest})
		return err
	})
	require.Contains(t, own, "customers_list", "a query of one's own is planned through")
}
