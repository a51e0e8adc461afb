package pgtest_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/repository/pgtest"
)

var notes = pgtest.FromSQL(
	`CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text NOT NULL);`,
	`INSERT INTO notes (body) VALUES ('from the template'); INSERT INTO notes (body) VALUES ('also')`,
)

func oneFile(text string) fs.FS {
	return fstest.MapFS{"migrations/0001.sql": {Data: []byte(text)}}
}

// freshSQL is a statement that no template was made from before.
func freshSQL() string {
	return "CREATE TABLE once (id int); COMMENT ON TABLE once IS '" + rand.Text() + "'"
}

func databaseOf(t *testing.T, databaseURL string) string {
	t.Helper()
	u, err := url.Parse(databaseURL)
	require.NoError(t, err)
	return strings.TrimPrefix(u.Path, "/")
}

// exists reports whether the server has the database.
func exists(t *testing.T, pool *pgxpool.Pool, name string) bool {
	t.Helper()
	var found bool
	err := pool.QueryRow(t.Context(), "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&found)
	require.NoError(t, err)
	return found
}

func TestEveryTestHasItsOwnDatabase(t *testing.T) {
	t.Parallel()
	for i := range 8 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			pool := notes.Pool(t)
			_, err := pool.Exec(t.Context(), "INSERT INTO notes (body) VALUES ('mine')")
			require.NoError(t, err)
			var n int
			require.NoError(t, pool.QueryRow(t.Context(), "SELECT count(*) FROM notes").Scan(&n))
			require.Equal(t, 3, n)
		})
	}
}

func TestDatabaseIsDroppedWhenTheTestEnds(t *testing.T) {
	t.Parallel()
	outside := notes.Pool(t)
	test := newScope(t)
	databaseURL := notes.URL(test)
	name := databaseOf(t, databaseURL)
	left, err := pgx.Connect(t.Context(), databaseURL)
	require.NoError(t, err)
	require.True(t, exists(t, outside, name))
	test.end()
	require.Empty(t, test.failure)
	require.False(t, exists(t, outside, name))
	require.Error(t, left.Ping(t.Context()), "who was still connected is not any more")
}

func TestPoolCanBeChanged(t *testing.T) {
	t.Parallel()
	require.EqualValues(t, 4, notes.Pool(t).Config().MaxConns)
	pool := notes.Pool(t, func(c *pgxpool.Config) { c.MaxConns = 7 })
	require.EqualValues(t, 7, pool.Config().MaxConns)
}

func TestConnectionThatWasNotGivenBack(t *testing.T) {
	t.Parallel()
	test := newScope(t)
	pool := notes.Pool(test)
	_, err := pool.Acquire(t.Context())
	require.NoError(t, err)
	test.end()
	require.Contains(t, test.failure, "pgtest: 1 connections were not given back")
}

func TestFromFS(t *testing.T) {
	t.Parallel()
	text := freshSQL()
	var runs atomic.Int32
	migrate := func(ctx context.Context, databaseURL string) error {
		runs.Add(1)
		// The connection stays open on purpose: some migration tools do that.
		conn, err := pgx.Connect(ctx, databaseURL)
		if err != nil {
			return err
		}
		_, err = conn.Exec(ctx, text)
		return err
	}
	first, same, other := pgtest.FromFS(oneFile(text), migrate), pgtest.FromFS(oneFile(text), migrate), pgtest.FromFS(oneFile(text+" "), migrate)
	for _, template := range []*pgtest.Template{first, first, same} {
		_, err := template.Pool(t).Exec(t.Context(), "INSERT INTO once VALUES (1)")
		require.NoError(t, err)
	}
	require.EqualValues(t, 1, runs.Load(), "the same content is migrated once")
	other.URL(t)
	require.EqualValues(t, 2, runs.Load(), "another content is another template")

	// A fresh database starts from what the template was, not from what tests did.
	var n int
	require.NoError(t, same.Pool(t).QueryRow(t.Context(), "SELECT count(*) FROM once").Scan(&n))
	require.Zero(t, n)
}

func TestNobodyConnectsToATemplate(t *testing.T) {
	t.Parallel()
	databaseURL := notes.URL(t)
	pool := notes.Pool(t)
	rows, err := pool.Query(t.Context(), `SELECT datname FROM pg_database WHERE datname LIKE 'polarkit\_template\_%' AND datistemplate`)
	require.NoError(t, err)
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.NotEmpty(t, names)
	for _, name := range names {
		config, err := pgx.ParseConfig(databaseURL)
		require.NoError(t, err)
		config.Database = name
		_, err = pgx.ConnectConfig(t.Context(), config)
		require.ErrorContains(t, err, "not currently accepting connections")
	}
}

func TestMigrationThatFails(t *testing.T) {
	t.Parallel()
	t.Run("in Go", func(t *testing.T) {
		t.Parallel()
		template := pgtest.FromFS(oneFile(freshSQL()), func(context.Context, string) error { return errors.New("the migration is broken") })
		for range 2 {
			test := newScope(t)
			test.run(func() { template.URL(test) })
			require.Equal(t, "pgtest: building the template: the migration is broken", test.failure)
		}
	})
	t.Run("in SQL", func(t *testing.T) {
		t.Parallel()
		test := newScope(t)
		test.run(func() { pgtest.FromSQL(freshSQL(), "CREATE TABLE oops (").Pool(test) })
		require.Contains(t, test.failure, "pgtest: building the template: ERROR: syntax error")
	})
	t.Run("because of the files", func(t *testing.T) {
		t.Parallel()
		test := newScope(t)
		test.run(func() {
			pgtest.FromFS(fstest.MapFS{"a": {Mode: fs.ModeSymlink, Data: []byte("missing")}}, nil).URL(test)
		})
		require.Contains(t, test.failure, "pgtest: reading what the template is made from")
	})
}

func TestRunsBuildATemplateOnce(t *testing.T) {
	t.Parallel()
	text := freshSQL()
	helpers := make([]*program, 4)
	t.Run("all at once", func(t *testing.T) {
		for i := range helpers {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				helpers[i] = startHelper(t, text)
				helpers[i].finish(t)
			})
		}
	})
	built := 0
	for _, h := range helpers {
		if h.migrated {
			built++
		}
	}
	require.Equal(t, 1, built)
}

func TestLeftOversOfDeadRuns(t *testing.T) {
	t.Parallel()
	pool := notes.Pool(t)
	killed := startHelper(t, freshSQL())
	require.True(t, exists(t, pool, databaseOf(t, killed.url)))
	require.NoError(t, killed.cmd.Process.Kill())
	require.Error(t, killed.cmd.Wait())

	// PostgreSQL notices a moment later that the run is gone.
	require.Eventually(t, func() bool {
		next := startHelper(t, "SELECT 1")
		defer next.finish(t)
		return !exists(t, pool, databaseOf(t, killed.url))
	}, 20*time.Second, 10*time.Millisecond)
	require.NoError(t, pool.Ping(t.Context()), "databases of living runs stay")
}

func TestTemplatesThatNobodyUses(t *testing.T) {
	t.Parallel()
	pool := notes.Pool(t)
	const old, recent, foreign = "polarkit_template_test_old", "polarkit_template_test_recent", "polarkit_template_test_foreign"
	for name, comment := range map[string]string{
		old:     time.Now().Add(-8 * 24 * time.Hour).UTC().Format(time.RFC3339),
		recent:  time.Now().Add(-6 * 24 * time.Hour).UTC().Format(time.RFC3339),
		foreign: "made by hand",
	} {
		for _, sql := range []string{
			"DROP DATABASE IF EXISTS " + name,
			"CREATE DATABASE " + name,
			fmt.Sprintf("COMMENT ON DATABASE %s IS '%s'", name, comment),
			"ALTER DATABASE " + name + " IS_TEMPLATE true",
		} {
			_, err := pool.Exec(t.Context(), sql)
			require.NoError(t, err, sql)
		}
		t.Cleanup(func() {
			ctx := context.WithoutCancel(t.Context())
			_, err := pool.Exec(ctx, "ALTER DATABASE "+name+" IS_TEMPLATE false")
			if err, ok := errors.AsType[*pgconn.PgError](err); ok && err.Code == "3D000" {
				return
			}
			require.NoError(t, err)
			_, err = pool.Exec(ctx, "DROP DATABASE "+name)
			require.NoError(t, err)
		})
	}
	startHelper(t, "SELECT 1").finish(t)
	require.False(t, exists(t, pool, old))
	require.True(t, exists(t, pool, recent))
	require.True(t, exists(t, pool, foreign))
}
