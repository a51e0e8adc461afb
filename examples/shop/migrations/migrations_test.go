package migrations

import (
	"database/sql"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/repository/pgtest"
)

var empty = pgtest.FromSQL()

func parse(t *testing.T, url string) *pgx.ConnConfig {
	t.Helper()
	config, err := pgx.ParseConfig(url)
	require.NoError(t, err)
	return config
}

func tables(t *testing.T, db *sql.DB) int {
	t.Helper()
	var n int
	require.NoError(t, db.QueryRowContext(t.Context(),
		`SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'goose_db_version'`).Scan(&n))
	return n
}

func TestUpAndDown(t *testing.T) {
	t.Parallel()
	config := parse(t, empty.URL(t))
	db := stdlib.OpenDB(*config)
	defer db.Close()

	applied, err := Up(t.Context(), config)
	require.NoError(t, err)
	require.Equal(t, []string{"00001_organizations_and_users.sql", "00002_customers.sql", "00003_orders.sql", "00004 in Go"}, applied)
	require.Equal(t, 6, tables(t, db))

	applied, err = Up(t.Context(), config)
	require.NoError(t, err)
	require.Empty(t, applied, "the second time there is nothing to do")

	provider, err := newProvider(db)
	require.NoError(t, err)
	_, err = provider.DownTo(t.Context(), 0)
	require.NoError(t, err)
	require.Zero(t, tables(t, db), "every step can be taken back")

	_, err = Up(t.Context(), config)
	require.NoError(t, err)
	require.Equal(t, 6, tables(t, db))
}

func TestProgramsThatStartTogether(t *testing.T) {
	t.Parallel()
	config := parse(t, empty.URL(t))
	var (
		group  sync.WaitGroup
		mu     sync.Mutex
		steps  []string
		failed []error
	)
	for range 4 {
		group.Go(func() {
			applied, err := Up(t.Context(), config)
			mu.Lock()
			defer mu.Unlock()
			steps = append(steps, applied...)
			if err != nil {
				failed = append(failed, err)
			}
		})
	}
	group.Wait()
	require.Empty(t, failed)
	require.Len(t, steps, 4, "each step was applied once")
}

func TestDatabaseThatIsAway(t *testing.T) {
	t.Parallel()
	_, err := Up(t.Context(), parse(t, "postgres://nobody@127.0.0.1:1/nothing?connect_timeout=1"))
	require.ErrorContains(t, err, "migrations: ")
}
