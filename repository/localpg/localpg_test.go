//go:build unix

package localpg_test

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/repository/localpg"
)

func TestStart(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	o := options(t, dir)
	o.Database = "shop"
	o.Settings = map[string]string{"max_connections": "42"}
	server := start(t, o)

	require.Equal(t, "shop", ask(t, server.URL(), "SELECT current_database()"))
	require.Equal(t, "UTF8", ask(t, server.URL(), "SHOW server_encoding"))
	require.Equal(t, "C", ask(t, server.URL(), "SELECT datcollate FROM pg_database WHERE datname = 'shop'"))
	require.Equal(t, "UTC", ask(t, server.URL(), "SHOW timezone"))
	require.Equal(t, "42", ask(t, server.URL(), "SHOW max_connections"))
	require.Equal(t, "off", ask(t, server.URL(), "SHOW fsync"))
	require.Empty(t, ask(t, server.URL(), "SHOW listen_addresses"), "no way in from the network")

	u, err := url.Parse(server.URL())
	require.NoError(t, err)
	socket, err := os.Stat(u.Query().Get("host"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), socket.Mode().Perm(), "only the owner enters the folder of the socket")

	require.NoError(t, server.Stop())
	require.True(t, isDown(t, dir, server.URL()))
	require.NoError(t, server.Stop(), "a second Stop does nothing")
}

func TestDataStays(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	o := options(t, dir)
	o.LoseOnCrash = false
	first := start(t, o)
	require.Equal(t, "on", ask(t, first.URL(), "SHOW fsync"))
	ask(t, first.URL(), "SELECT 'x' FROM (SELECT set_config('x.y', '1', false)) s")
	_, err := tryAsk(t.Context(), first.URL(), "CREATE TABLE kept AS SELECT 'here' AS what")
	require.ErrorContains(t, err, "no rows")
	require.NoError(t, first.Stop())

	second := start(t, o)
	require.Equal(t, "here", ask(t, second.URL(), "SELECT what FROM kept"))
	require.Equal(t, first.URL(), second.URL())
}

func TestStartsInOneProgramShareAServer(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	first := start(t, options(t, dir))
	other := options(t, dir)
	other.Database = "other"
	second := start(t, other)
	require.Equal(t, birth(t, first.URL()), birth(t, second.URL()))
	require.Equal(t, "other", ask(t, second.URL(), "SELECT current_database()"))

	require.NoError(t, first.Stop())
	require.Equal(t, "up", ask(t, second.URL(), "SELECT 'up'"), "the server stays for the other user")
	require.ErrorIs(t, localpg.Remove(t.Context(), dir), localpg.ErrInUse)
	require.NoError(t, second.Stop())
	require.True(t, isDown(t, dir, second.URL()))
}

func TestLongPathGetsAShortSocket(t *testing.T) {
	t.Parallel()
	top := newDir(t)
	dir := filepath.Join(top, strings.Repeat("deep/", 30)+"server")
	t.Cleanup(func() {
		require.NoError(t, localpg.Remove(context.WithoutCancel(t.Context()), dir))
		require.NoError(t, os.RemoveAll(top))
	})
	first, second := start(t, options(t, dir)), start(t, options(t, dir))
	require.Equal(t, first.URL(), second.URL())
	require.NotContains(t, first.URL(), "deep")
	require.Equal(t, birth(t, first.URL()), birth(t, second.URL()))
}

func TestSocketIsNeverInAnOpenFolder(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	mkdir(t, dir)
	open := filepath.Join(dir, "socket")
	require.NoError(t, os.Mkdir(open, 0o755))
	server := start(t, options(t, dir))
	u, err := url.Parse(server.URL())
	require.NoError(t, err)
	require.NotEqual(t, open, u.Query().Get("host"))
	socket, err := os.Stat(u.Query().Get("host"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), socket.Mode().Perm())
}

func TestWithoutUnixSockets(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	first, second := start(t, localpg.WithoutSocket(options(t, dir))), start(t, options(t, dir))
	require.Equal(t, first.URL(), second.URL(), "the second one finds out how the first one listens")
	require.Equal(t, "127.0.0.1", ask(t, first.URL(), "SHOW listen_addresses"))
	require.Equal(t, "127.0.0.1/32", ask(t, first.URL(), "SELECT inet_client_addr()::text"))

	u, err := url.Parse(first.URL())
	require.NoError(t, err)
	password, _ := u.User.Password()
	require.Len(t, password, 26)
	u.User = url.UserPassword("postgres", "wrong")
	_, err = tryAsk(t.Context(), u.String(), "SELECT 'in'")
	require.ErrorContains(t, err, "password authentication failed")
}

func TestRemove(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	server := start(t, options(t, dir))
	mine := filepath.Join(dir, "mine.txt")
	require.NoError(t, os.WriteFile(mine, []byte("not the server's"), 0o600))
	require.NoError(t, server.Stop())
	require.NoError(t, localpg.Remove(t.Context(), dir))
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 1, "only what is not ours stays")

	require.NoError(t, os.Remove(mine))
	require.NoError(t, localpg.Remove(t.Context(), dir))
	require.NoDirExists(t, dir)
	require.NoError(t, localpg.Remove(t.Context(), dir))
}

func TestStartRefuses(t *testing.T) {
	t.Parallel()

	t.Run("no folder", func(t *testing.T) {
		t.Parallel()
		_, err := localpg.Start(t.Context(), localpg.Options{})
		sentence.Equal(t, "no folder", err)
	})
	t.Run("a negative linger", func(t *testing.T) {
		t.Parallel()
		_, err := localpg.Start(t.Context(), localpg.Options{Dir: newDir(t), Linger: -time.Second})
		sentence.Equal(t, "a negative linger", err)
	})
	t.Run("a folder that others can write into", func(t *testing.T) {
		t.Parallel()
		dir := newDir(t)
		require.NoError(t, os.Mkdir(dir, 0o700))
		require.NoError(t, os.Chmod(dir, 0o777))
		t.Cleanup(func() { require.NoError(t, os.Chmod(dir, 0o700)) })
		_, err := localpg.Start(t.Context(), options(t, dir))
		sentence.Equal(t, "a folder that others can write into", err, dir, "DIR")
	})
	t.Run("a cluster of another version", func(t *testing.T) {
		t.Parallel()
		dir := newDir(t)
		mkdir(t, dir)
		require.NoError(t, os.Mkdir(filepath.Join(dir, "data"), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "data", "PG_VERSION"), []byte("9\n"), 0o600))
		_, err := localpg.Start(t.Context(), options(t, dir))
		require.ErrorContains(t, err, "was made by PostgreSQL 9, but only version")
		require.ErrorContains(t, err, "install PostgreSQL 9")
	})
	t.Run("a setting that does not exist", func(t *testing.T) {
		t.Parallel()
		o := options(t, newDir(t))
		o.Settings = map[string]string{"no_such_setting": "1"}
		_, err := localpg.Start(t.Context(), o)
		require.ErrorContains(t, err, "did not start; its log")
		require.ErrorContains(t, err, `unrecognized configuration parameter "no_such_setting"`)
	})
	t.Run("a context that has ended", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := localpg.Start(ctx, options(t, newDir(t)))
		require.ErrorContains(t, err, "context canceled")
	})
}
