package pgtest_test

import (
	"context"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/repository/pgtest"
)

var notes = pgtest.FromSQL(
	`CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text NOT NULL);`,
	`INSERT INTO notes (body) VALUES ('from the template'); INSERT INTO notes (body) VALUES ('also')`,
)

func TestEveryTestHasItsOwnDatabase(t *testing.T) {
	t.Parallel()
	for range 8 {
		t.Run("", func(t *testing.T) {
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

func TestFromFS(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"0001.sql": {Data: []byte("CREATE TABLE a (id int)")}}
	runs := 0
	template := pgtest.FromFS(files, func(ctx context.Context, databaseURL string) error {
		runs++
		conn, err := pgx.Connect(ctx, databaseURL)
		if err != nil {
			return err
		}
		// The connection is left open on purpose: some migration tools do that.
		_, err = conn.Exec(ctx, string(files["0001.sql"].Data))
		return err
	})
	for range 2 {
		_, err := template.Pool(t).Exec(t.Context(), "INSERT INTO a VALUES (1)")
		require.NoError(t, err)
	}
	require.LessOrEqual(t, runs, 1)
}
