package pgtest_test

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/repository/localpg"
)

// again runs tests of this binary in another environment.
func again(t *testing.T, pattern string, env ...string) (string, error) {
	t.Helper()
	executable, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), executable, "-test.v", "-test.count=1", "-test.run="+pattern)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestServerOfTheEnvironment(t *testing.T) {
	t.Parallel()
	memory := "/dev/shm" // syncing costs nothing there
	if _, err := os.Stat(memory); err != nil {
		memory = os.TempDir()
	}
	parent, err := os.MkdirTemp(memory, "pgtest-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(parent, 0o711))
	dir := filepath.Join(parent, "server")
	server, err := localpg.Start(t.Context(), localpg.Options{Dir: dir, Database: "theirs"})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, server.Stop())
		require.NoError(t, localpg.Remove(context.WithoutCancel(t.Context()), dir))
		require.NoError(t, os.Remove(parent))
	})

	// A connection alone sends what it does not know to the server, which refuses it.
	ofPool, err := url.Parse(server.URL())
	require.NoError(t, err)
	query := ofPool.Query()
	query.Set("pool_max_conns", "2")
	ofPool.RawQuery = query.Encode()
	out, err := again(t, "^(TestEveryTestHasItsOwnDatabase|TestFromFS)$", "POLARKIT_TEST_DATABASE_URL="+ofPool.String(), "POLARKIT_POSTGRES_BIN=/nonexistent")
	require.NoError(t, err, out)
	require.Contains(t, out, "--- PASS: TestFromFS")

	conn, err := pgx.Connect(t.Context(), server.URL())
	require.NoError(t, err)
	rows, err := conn.Query(t.Context(), "SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1")
	require.NoError(t, err)
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.Equal(t, []string{"postgres", "theirs"}, names, "nothing is left but the templates")
	var templates int
	require.NoError(t, conn.QueryRow(t.Context(), `SELECT count(*) FROM pg_database WHERE datname LIKE 'polarkit\_template\_%'`).Scan(&templates))
	require.Equal(t, 3, templates)
	require.NoError(t, conn.Close(t.Context()))
}

func TestWithoutAServerTestsFail(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ env, want string }{
		"no programs": {
			"POLARKIT_POSTGRES_BIN=/nonexistent",
			`pgtest: POLARKIT_TEST_DATABASE_URL is not set, and localpg: POLARKIT_POSTGRES_BIN is "/nonexistent", which does not hold PostgreSQL's server programs`,
		},
		"a URL of another kind": {
			"POLARKIT_TEST_DATABASE_URL=host=/nonexistent",
			"pgtest: POLARKIT_TEST_DATABASE_URL must be a URL such as postgres://user:password@host:5432/database",
		},
		"a server that is away": {
			"POLARKIT_TEST_DATABASE_URL=postgres://postgres@/postgres?host=/nonexistent",
			"pgtest: failed to connect to",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := again(t, "^TestFromFS$", "POLARKIT_TEST_DATABASE_URL=", c.env)
			require.Error(t, err)
			require.Contains(t, out, c.want)
			require.Contains(t, out, "--- FAIL: TestFromFS")
			require.NotContains(t, out, "SKIP")
		})
	}
}
