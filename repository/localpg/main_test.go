//go:build unix

package localpg_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/repository/localpg"
)

// helperVariable turns the test binary into another program that uses a server:
// it holds the folder of the server.
const helperVariable = "LOCALPG_TEST_HELPER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperVariable); dir != "" {
		if err := helper(dir); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(sentence.Main(m))
}

// helper is a program such as users write: it starts the server, waits for a
// signal, does its last work and stops the server.
func helper(dir string) error {
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer cancel()
	server, err := localpg.Start(ctx, localpg.Options{Dir: dir, LoseOnCrash: true, Linger: linger})
	if err != nil {
		return err
	}
	fmt.Println("url:", server.URL())
	<-ctx.Done()
	last, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	conn, err := pgx.Connect(last, server.URL())
	if err != nil {
		return fmt.Errorf("the signal reached the server before the program was done: %w", err)
	}
	if err := conn.Close(last); err != nil {
		return err
	}
	if err := server.Stop(); err != nil {
		return err
	}
	fmt.Println("stopped")
	return nil
}

const linger = 500 * time.Millisecond

// program is a running helper.
type program struct {
	cmd *exec.Cmd
	out *bufio.Reader
	url string
}

// run starts a helper in a process group of its own, as a shell does, and waits
// until its server is up.
func run(t *testing.T, dir string) *program {
	t.Helper()
	executable, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(executable)
	cmd.Env = append(os.Environ(), helperVariable+"="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	p := &program{cmd: cmd, out: bufio.NewReader(out)}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	p.url = strings.TrimPrefix(p.line(t), "url: ")
	require.Contains(t, p.url, "postgres://")
	return p
}

func (p *program) line(t *testing.T) string {
	t.Helper()
	line, err := p.out.ReadString('\n')
	require.NoError(t, err)
	return strings.TrimSpace(line)
}

// kill ends the helper so that it can do nothing any more.
func (p *program) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, p.cmd.Process.Kill())
	require.Error(t, p.cmd.Wait())
}

// signal sends the signal to the whole process group, as a terminal does.
func (p *program) signal(t *testing.T, sig syscall.Signal) {
	t.Helper()
	require.NoError(t, syscall.Kill(-p.cmd.Process.Pid, sig))
}

// newDir is a new folder for a server, removed with its server when the test ends.
func newDir(t *testing.T) string {
	t.Helper()
	parent, err := os.MkdirTemp("", "localpg-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(parent, 0o711))
	dir := filepath.Join(parent, "server")
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		require.NoError(t, localpg.Remove(ctx, dir))
		require.NoError(t, os.Remove(parent))
	})
	return dir
}

// mkdir makes the folder before Start does.
func mkdir(t *testing.T, dir string) {
	t.Helper()
	require.NoError(t, os.Mkdir(dir, 0o711))
}

func options(t *testing.T, dir string) localpg.Options {
	t.Helper()
	return localpg.Options{
		Dir: dir, LoseOnCrash: true, Linger: linger,
		Logger: slog.New(slog.NewTextHandler(logWriter{t}, nil)),
	}
}

// logWriter shows the log of a test that fails.
type logWriter struct{ t *testing.T }

func (w logWriter) Write(p []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

var _ io.Writer = logWriter{}

// start starts a server that is stopped when the test ends.
func start(t *testing.T, o localpg.Options) *localpg.Server {
	t.Helper()
	server, err := localpg.Start(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Stop()) })
	return server
}

// ask runs a query that gives one text.
func ask(t *testing.T, url, sql string) string {
	t.Helper()
	text, err := tryAsk(t.Context(), url, sql)
	require.NoError(t, err)
	return text
}

func tryAsk(ctx context.Context, url, sql string) (string, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close(ctx) }()
	var text string
	err = conn.QueryRow(ctx, sql).Scan(&text)
	return text, err
}

// birth is when a server was started. Two runs of it have two times.
func birth(t *testing.T, url string) string {
	t.Helper()
	return ask(t, url, "SELECT pg_postmaster_start_time()::text")
}

// isDown reports whether the server has ended and left nothing behind.
func isDown(t *testing.T, dir, url string) bool {
	t.Helper()
	if _, err := tryAsk(t.Context(), url, "SELECT 'up'"); err == nil {
		return false
	}
	_, err := os.Stat(filepath.Join(dir, "data", "postmaster.pid"))
	return os.IsNotExist(err)
}
