//go:build unix

package localpg_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/repository/localpg"
)

// soon is generous: the machine may be busy.
const (
	soon = 20 * time.Second
	tick = 20 * time.Millisecond
)

func TestSignalStopsTheServerThroughTheProgram(t *testing.T) {
	t.Parallel()
	for name, sig := range map[string]syscall.Signal{"SIGINT": syscall.SIGINT, "SIGTERM": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := newDir(t)
			p := run(t, dir)
			p.signal(t, sig)
			require.Equal(t, "stopped", p.line(t))
			require.NoError(t, p.cmd.Wait())
			require.True(t, isDown(t, dir, p.url))
			log, err := os.ReadFile(filepath.Join(dir, "postgres.log"))
			require.NoError(t, err)
			require.Contains(t, string(log), "database system is shut down")
		})
	}
}

func TestProgramsShareAServer(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	first, second := run(t, dir), run(t, dir)
	require.Equal(t, first.url, second.url)
	born := birth(t, first.url)

	first.signal(t, syscall.SIGTERM)
	require.Equal(t, "stopped", first.line(t))
	require.Equal(t, born, birth(t, second.url), "the one that started it is gone, the server stays")

	second.signal(t, syscall.SIGTERM)
	require.Equal(t, "stopped", second.line(t))
	require.True(t, isDown(t, dir, second.url), "the last one out stops it")
}

func TestKilledProgramHarmsNoOther(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	p := run(t, dir)
	server := start(t, options(t, dir))
	born := birth(t, server.URL())
	p.kill(t)
	time.Sleep(3 * linger) // the time in which the server would end if it missed us
	require.Equal(t, born, birth(t, server.URL()))
	require.NoError(t, server.Stop())
	require.True(t, isDown(t, dir, server.URL()), "the killed program does not count as a user")
}

func TestServerOfAKilledProgram(t *testing.T) {
	t.Parallel()

	t.Run("is taken over", func(t *testing.T) {
		t.Parallel()
		dir := newDir(t)
		p := run(t, dir)
		born := birth(t, p.url)
		p.kill(t)
		server := start(t, options(t, dir))
		require.Equal(t, born, birth(t, server.URL()))
		time.Sleep(3 * linger)
		require.Equal(t, born, birth(t, server.URL()), "it stays as long as it has a user")
	})
	t.Run("ends by itself", func(t *testing.T) {
		t.Parallel()
		dir := newDir(t)
		p := run(t, dir)
		p.kill(t)
		require.Eventually(t, func() bool { return isDown(t, dir, p.url) }, soon, tick)
	})
	t.Run("that was killed too is started again", func(t *testing.T) {
		t.Parallel()
		dir := newDir(t)
		p := run(t, dir)
		born := birth(t, p.url)
		pid := postmaster(t, dir)
		p.kill(t)
		require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
		server := start(t, options(t, dir))
		require.NotEqual(t, born, birth(t, server.URL()))
	})
}

// After a restart of the machine, or of a container, the number in the stale
// files belongs to some other process, which PostgreSQL takes for a server.
func TestStaleLockFilesNameALivingProcess(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	server := start(t, options(t, dir))
	pidFile, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	require.NoError(t, err)
	require.NoError(t, server.Stop())

	lines := strings.Split(string(pidFile), "\n")
	lines[0] = strconv.Itoa(os.Getpid())
	stale := []byte(strings.Join(lines, "\n"))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "data", "postmaster.pid"), stale, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "socket", ".s.PGSQL.5432"), nil, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "socket", ".s.PGSQL.5432.lock"), stale, 0o600))

	again := start(t, options(t, dir))
	require.Equal(t, "up", ask(t, again.URL(), "SELECT 'up'"))
}

func TestServerThatDiesIsStartedAgain(t *testing.T) {
	t.Parallel()
	for name, sig := range map[string]syscall.Signal{"killed": syscall.SIGKILL, "shut down": syscall.SIGINT} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := newDir(t)
			first, second := start(t, options(t, dir)), start(t, options(t, dir))
			born := birth(t, first.URL())
			require.NoError(t, syscall.Kill(postmaster(t, dir), sig))
			require.Eventually(t, func() bool {
				now, err := tryAsk(t.Context(), first.URL(), "SELECT pg_postmaster_start_time()::text")
				return err == nil && now != born
			}, soon, tick)
			require.NoError(t, first.Stop())
			require.Equal(t, "up", ask(t, second.URL(), "SELECT 'up'"), "still shared")
		})
	}
}

func TestHalfMadeClusterIsMadeAgain(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	half := filepath.Join(dir, "init-killed")
	mkdir(t, dir)
	require.NoError(t, os.Mkdir(half, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(half, "PG_VERSION"), []byte("15\n"), 0o600))
	start(t, options(t, dir))
	require.NoDirExists(t, half)
}

// Programs start and end, some by Stop and some by a kill, with a very short Linger.
// The server never ends while a program uses it.
func TestComingAndGoing(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	o := options(t, dir)
	o.Linger = 10 * time.Millisecond
	const users, rounds = 4, 8
	failures := make(chan error, users*rounds)
	var all sync.WaitGroup
	for user := range users {
		all.Go(func() {
			for round := range rounds {
				if err := useOnce(t, o, user*round%3 == 0); err != nil {
					failures <- fmt.Errorf("user %d, round %d: %w", user, round, err)
				}
			}
		})
	}
	all.Go(func() {
		for range 3 {
			run(t, dir).kill(t)
		}
	})
	all.Wait()
	close(failures)
	for err := range failures {
		require.NoError(t, err)
	}
}

func useOnce(t *testing.T, o localpg.Options, long bool) error {
	t.Helper()
	server, err := localpg.Start(t.Context(), o)
	if err != nil {
		return err
	}
	if _, err := tryAsk(t.Context(), server.URL(), "SELECT 'up'"); err != nil {
		return fmt.Errorf("right after the start: %w", err)
	}
	if long {
		time.Sleep(300 * time.Millisecond) // longer than the watcher takes
		if _, err := tryAsk(t.Context(), server.URL(), "SELECT 'up'"); err != nil {
			return fmt.Errorf("after a while: %w", err)
		}
	}
	return server.Stop()
}

// Start and Remove of the same folder wait for each other.
func TestRemovingWhileStarting(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	o := options(t, dir)
	failures := make(chan error, 100)
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			for range 3 {
				if err := useOnce(t, o, false); err != nil {
					failures <- err
				}
			}
		})
	}
	all.Go(func() {
		for range 10 {
			if err := localpg.Remove(t.Context(), dir); err != nil && !errors.Is(err, localpg.ErrInUse) {
				failures <- err
			}
			time.Sleep(tick)
		}
	})
	all.Wait()
	close(failures)
	for err := range failures {
		require.NoError(t, err)
	}
}

// postmaster is the process of the server.
func postmaster(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	require.NoError(t, err)
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	require.NoError(t, err)
	return pid
}
