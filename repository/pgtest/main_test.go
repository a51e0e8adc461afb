package pgtest_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/repository/pgtest"
)

// helperVariable turns the test binary into another test run. It makes a
// database from a template with that text in it, and waits.
const helperVariable = "PGTEST_TEST_HELPER"

func TestMain(m *testing.M) {
	if text := os.Getenv(helperVariable); text != "" {
		helper(text)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// helper prints "migrated" if it built the template, and the URL of its database.
func helper(text string) {
	test := newScope(nil)
	test.run(func() {
		template := pgtest.FromFS(oneFile(text), func(ctx context.Context, databaseURL string) error {
			fmt.Println("migrated")
			return execute(ctx, databaseURL, text)
		})
		fmt.Println("url:", template.URL(test))
	})
	if test.failure != "" {
		fmt.Println("failed:", test.failure)
		os.Exit(1)
	}
	_, _ = io.Copy(io.Discard, os.Stdin) // until the parent closes it
	test.end()
}

func execute(ctx context.Context, databaseURL, sql string) error {
	conn, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, sql)
	return errors.Join(err, conn.Close(ctx))
}

// program is a running helper.
type program struct {
	cmd      *exec.Cmd
	in       io.Closer
	url      string
	migrated bool
}

func startHelper(t *testing.T, text string) *program {
	t.Helper()
	executable, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), executable)
	cmd.Env = append(os.Environ(), helperVariable+"="+text)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	p := &program{cmd: cmd, in: in}
	for lines := bufio.NewScanner(out); p.url == "" && lines.Scan(); {
		if lines.Text() == "migrated" {
			p.migrated = true
			continue
		}
		url, ok := strings.CutPrefix(lines.Text(), "url: ")
		require.True(t, ok, lines.Text())
		p.url = url
	}
	require.NotEmpty(t, p.url)
	return p
}

// finish lets the helper end as a test run does.
func (p *program) finish(t *testing.T) {
	t.Helper()
	require.NoError(t, p.in.Close())
	require.NoError(t, p.cmd.Wait())
}

// scope is a test within a test, or without one: its clean-up runs at its end,
// and its failures are kept.
type scope struct {
	testing.TB

	cleanups []func()
	failure  string
}

func newScope(tb testing.TB) *scope { return &scope{TB: tb} }

func (s *scope) Helper()                   {}
func (s *scope) Cleanup(f func())          { s.cleanups = append(s.cleanups, f) }
func (s *scope) Errorf(f string, a ...any) { s.failure += fmt.Sprintf(f, a...) }

func (s *scope) Fatalf(f string, a ...any) {
	s.Errorf(f, a...)
	runtime.Goexit()
}

func (s *scope) Fatal(a ...any) {
	s.failure += fmt.Sprint(a...)
	runtime.Goexit()
}

// run runs f until its end or its first fatal failure.
func (s *scope) run(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
}

// end runs the clean-up, last one first.
func (s *scope) end() {
	for len(s.cleanups) > 0 {
		last := len(s.cleanups) - 1
		f := s.cleanups[last]
		s.cleanups = s.cleanups[:last]
		f()
	}
}
