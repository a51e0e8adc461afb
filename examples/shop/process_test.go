package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/examples/shop/seed"
	"github.com/polarkit-go/polarkit/examples/shop/shoptest"
	"github.com/polarkit-go/polarkit/kit/kittest"
	"github.com/polarkit-go/polarkit/pagination"
	"github.com/polarkit-go/polarkit/repository/localpg"
	"github.com/polarkit-go/polarkit/repository/pgtest"
)

// binary is the program, built once.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "shop-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "shop")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", &exec.Error{Name: string(out), Err: err}
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := binary(); err == nil {
		_ = os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// process is the program as it runs.
type process struct {
	cmd    *exec.Cmd
	url    string
	tokens map[string]string // by subject
	stdout *bytes.Buffer
	stderr *logged
	done   chan struct{}
	err    error
}

// logged is a log that can be read while it is written.
type logged struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

var (
	servesOn     = regexp.MustCompile(`serves on (http://\S+)`)
	tokenOf      = regexp.MustCompile(`^(\S+) \(`)
	tokenPrinted = regexp.MustCompile(`^  token: (\S+)$`)
)

func shopCommand(t *testing.T, home, databaseURL string, args ...string) *exec.Cmd {
	t.Helper()
	path, err := binary()
	require.NoError(t, err)
	cmd := exec.Command(path, args...)
	cmd.Env = append(os.Environ(), "SHOP_HOME="+home, "DATABASE_URL="+databaseURL, "SHOP_AUTH_KEYS=")
	return cmd
}

// newHome is a folder for the program's own PostgreSQL, which may live
// elsewhere where the tests run as root.
func newHome(t *testing.T) string {
	t.Helper()
	home := t.TempDir()
	t.Cleanup(func() {
		require.NoError(t, localpg.Remove(context.Background(), filepath.Join(home, "postgres")))
	})
	return home
}

// start starts the program and returns when it says that it serves.
func start(t *testing.T, home, databaseURL string) *process {
	t.Helper()
	return startCommand(t, shopCommand(t, home, databaseURL, "--addr", "127.0.0.1:0"))
}

func startCommand(t *testing.T, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{cmd: cmd, tokens: map[string]string{}, stdout: &bytes.Buffer{}, stderr: &logged{}, done: make(chan struct{})}
	p.cmd.Stderr = p.stderr
	stdout, err := p.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.cmd.Start())

	ready := make(chan struct{})
	go func() {
		defer close(p.done)
		lines := bufio.NewScanner(io.TeeReader(stdout, p.stdout))
		subject := ""
		for lines.Scan() {
			line := lines.Text()
			if m := servesOn.FindStringSubmatch(line); m != nil {
				p.url = m[1]
			}
			if m := tokenOf.FindStringSubmatch(line); m != nil {
				subject = m[1]
			}
			if m := tokenPrinted.FindStringSubmatch(line); m != nil {
				p.tokens[subject] = m[1]
			}
			if strings.HasPrefix(line, "Ctrl-C") {
				close(ready)
			}
		}
		p.err = p.cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		<-p.done
		if t.Failed() {
			t.Logf("standard output:\n%s\nstandard error:\n%s", p.stdout, p.stderr)
		}
	})
	select {
	case <-ready:
	case <-p.done:
		require.Fail(t, "the program ended", "%v\n%s", p.err, p.stderr)
	case <-time.After(time.Minute):
		require.Fail(t, "the program does not serve", "%s", p.stderr)
	}
	return p
}

// stop asks the program to end and checks that it ends well.
func (p *process) stop(t *testing.T) {
	t.Helper()
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	select {
	case <-p.done:
	case <-time.After(drainTimeout + time.Minute):
		require.Fail(t, "the program does not end")
	}
	require.NoError(t, p.err, p.stderr)
}

func (p *process) client(t *testing.T) *kittest.Client {
	t.Helper()
	return kittest.NewRemoteClient(t, p.url)
}

func (p *process) total(t *testing.T, token string) int64 {
	t.Helper()
	return kittest.Decode[pagination.ListResource[map[string]any]](p.client(t).Bearer(token).Get("/v1/customers/?limit=1").Want(http.StatusOK)).Pagination.TotalCount
}

func TestStartWithNothing(t *testing.T) {
	t.Parallel()
	home := newHome(t)

	p := start(t, home, "")
	for _, path := range []string{"/healthz", "/readyz"} {
		p.client(t).Get(path).Want(http.StatusOK)
	}
	require.EqualValues(t, 25, p.total(t, p.tokens[seed.AcmeOwner.Email]))
	require.EqualValues(t, 25, p.total(t, p.tokens[seed.GlobexOwner.Email]))
	require.EqualValues(t, 50, p.total(t, p.tokens[seed.BothOwner.Email]))
	require.EqualValues(t, 25, p.total(t, p.tokens["acme"]))

	t.Run("a token made beside it works", func(t *testing.T) {
		cmd := shopCommand(t, home, "", "token", "create", "--user", seed.GlobexOwner.Email, "--scopes", "customers:read,orders:read")
		out, err := cmd.Output()
		require.NoError(t, err)
		token := strings.TrimSuffix(string(out), "\n")
		require.Regexp(t, `^shop_pat_[0-9A-Za-z]{43}$`, token)
		require.EqualValues(t, 25, p.total(t, token))

		// The program beside it does not stop the server.
		p.client(t).Bearer(token).Get("/v1/customers/").Want(http.StatusOK)
	})

	t.Run("the address is taken", func(t *testing.T) {
		cmd := shopCommand(t, t.TempDir(), "", "serve", "--addr", strings.TrimPrefix(p.url, "http://"))
		out, err := cmd.CombinedOutput()
		require.Error(t, err)
		require.Equal(t, 1, strings.Count(string(out), "\n"), string(out))
		require.Contains(t, string(out), "another program listens on 127.0.0.1:")
	})

	t.Run("the log has a line for each request", func(t *testing.T) {
		p.total(t, p.tokens[seed.AcmeOwner.Email])
		require.Eventually(t, func() bool {
			return regexp.MustCompile(`msg=request method=GET path=/v1/customers/ status=200 bytes=\d+ duration=\S+ subject=user:` + seed.AcmeOwner.ID().String()).
				MatchString(p.stderr.String())
		}, time.Minute, 10*time.Millisecond)
		require.NotContains(t, p.stderr.String(), "shop_pat_", "no token is in the log")
	})

	first := p.tokens[seed.AcmeOwner.Email]
	p.stop(t)

	p = start(t, home, "")
	require.EqualValues(t, 25, p.total(t, p.tokens[seed.AcmeOwner.Email]))
	require.EqualValues(t, 25, p.total(t, first), "a token of the start before still works")
	p.stop(t)
}

func TestStartWithDatabaseURL(t *testing.T) {
	t.Parallel()
	url, home := empty.URL(t), t.TempDir()

	p := start(t, home, url)
	require.EqualValues(t, 25, p.total(t, p.tokens[seed.AcmeOwner.Email]))
	p.stop(t)
	p = start(t, home, url)
	require.EqualValues(t, 25, p.total(t, p.tokens[seed.AcmeOwner.Email]))
	p.stop(t)

	entries, err := os.ReadDir(home)
	require.NoError(t, err)
	require.Len(t, entries, 1, "there is a key, and no PostgreSQL of its own")
}

// A URL may have the parameters of a pool. Every command reads it as the pool does.
func TestParametersOfThePool(t *testing.T) {
	t.Parallel()
	home, url := t.TempDir(), shoptest.Empty(t)
	separator := "?"
	if strings.Contains(url, "?") {
		separator = "&"
	}
	url += separator + "pool_max_conns=3&pool_max_conn_lifetime=1h"
	for _, args := range [][]string{
		{"migrate"}, {"seed"}, {"token", "create", "--user", seed.AcmeOwner.Email, "--scopes", "customers:read"},
	} {
		out, err := shopCommand(t, home, url, args...).CombinedOutput()
		require.NoError(t, err, "%v: %s", args, out)
	}
	p := start(t, home, url)
	require.Equal(t, int64(25), p.total(t, p.tokens[seed.AcmeOwner.Email]))
	p.stop(t)
}

// A database with an organization of its own gets no demonstration data.
func TestDatabaseInUseIsLeftAlone(t *testing.T) {
	t.Parallel()
	url := shoptest.Empty(t)
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), `INSERT INTO organizations (id, created_at, slug, name) VALUES (gen_random_uuid(), now(), 'own', 'Own')`)
	require.NoError(t, err)

	p := start(t, t.TempDir(), url)
	require.Empty(t, p.tokens)
	p.stop(t)
	var organizations, tokens int
	require.NoError(t, conn.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM organizations), (SELECT count(*) FROM auth_credentials)`).Scan(&organizations, &tokens))
	require.Equal(t, 1, organizations)
	require.Zero(t, tokens)
	require.NoError(t, conn.Close(t.Context()))
}

func TestCommandsBeforeTheStart(t *testing.T) {
	t.Parallel()
	url, home := empty.URL(t), t.TempDir()
	fails := func(want string, args ...string) {
		t.Helper()
		out, err := shopCommand(t, home, url, args...).CombinedOutput()
		require.Error(t, err)
		require.Contains(t, string(out), want)
	}
	token := []string{"token", "create", "--scopes", "customers:read"}

	fails("run shop migrate", append(token, "--user", seed.AcmeOwner.Email)...)
	fails("run shop migrate", "seed")
	require.NoError(t, shopCommand(t, home, url, "migrate").Run())
	fails("there is no user "+seed.AcmeOwner.Email, append(token, "--user", seed.AcmeOwner.Email)...)
	require.NoError(t, shopCommand(t, home, url, "seed").Run())
	require.NoError(t, shopCommand(t, home, url, append(token, "--user", strings.ToUpper(seed.AcmeOwner.Email))...).Run())
	require.NoError(t, shopCommand(t, home, url, append(token, "--organization", "globex")...).Run())
	fails("there is no organization nowhere", append(token, "--organization", "nowhere")...)
	fails("there is no customer nobody@example.com", append(token, "--customer", "nobody@example.com")...)
	fails("2 organizations have a customer "+seed.SharedEmail, append(token, "--customer", seed.SharedEmail)...)
	require.NoError(t, shopCommand(t, home, url, append(token, "--customer", seed.SharedEmail, "--organization", "acme")...).Run())
}

var empty = pgtest.FromSQL()

// A request that is under way when the signal comes is answered.
func TestRequestsAreDrained(t *testing.T) {
	t.Parallel()
	p := start(t, newHome(t), "")
	token := p.tokens[seed.AcmeOwner.Email]

	// The body is not sent before the service asks for it, which shows that the
	// request is under way, and not finished before the signal has been seen.
	asked := make(chan struct{})
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got100Continue: func() { close(asked) }})
	client := &http.Client{Transport: &http.Transport{ExpectContinueTimeout: time.Minute}}
	body, send := io.Pipe()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+"/v1/customers/", body)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Expect", "100-continue")
	type answer struct {
		status int
		err    error
	}
	answered := make(chan answer, 1)
	go func() {
		response, err := client.Do(request)
		if err != nil {
			answered <- answer{err: err}
			return
		}
		answered <- answer{status: response.StatusCode, err: response.Body.Close()}
	}()
	<-asked
	_, err = io.WriteString(send, `{"email":`)
	require.NoError(t, err)

	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	require.Eventually(t, func() bool { return strings.Contains(p.stderr.String(), "shutting down") }, time.Minute, 10*time.Millisecond)
	_, err = io.WriteString(send, `"drained@example.com"}`)
	require.NoError(t, err)
	require.NoError(t, send.Close())

	got := <-answered
	require.NoError(t, got.err)
	require.Equal(t, http.StatusCreated, got.status)
	<-p.done
	require.NoError(t, p.err)
}

// More half requests than the process has descriptors: the service stays
// reachable, and all of them are closed.
func TestHalfRequestsDoNotBlockTheService(t *testing.T) {
	t.Parallel()
	const descriptors, connections = 128, 160
	path, err := binary()
	require.NoError(t, err)
	home := newHome(t)
	limited := exec.Command("sh", "-c", "ulimit -n "+strconv.Itoa(descriptors)+` && exec "$0" --addr 127.0.0.1:0`, path)
	limited.Env = append(os.Environ(), "SHOP_HOME="+home, "DATABASE_URL=", "SHOP_AUTH_KEYS=")
	p := startCommand(t, limited)

	addr := strings.TrimPrefix(p.url, "http://")
	var group sync.WaitGroup
	errs := make(chan error, connections)
	for i := range connections {
		group.Go(func() {
			target := []string{"/nope", "/v1/customers/"}[i%2]
			conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", addr)
			if err != nil {
				errs <- err
				return
			}
			defer conn.Close()
			// It ends the test where a connection is held, and measures nothing.
			if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
				errs <- err
				return
			}
			if _, err := fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n", target); err != nil {
				errs <- err
				return
			}
			_, err = io.Copy(io.Discard, conn)
			var held net.Error
			if errors.As(err, &held) && held.Timeout() {
				errs <- fmt.Errorf("connection %d is held: %w", i, err)
			}
		})
	}
	closed := make(chan struct{})
	go func() { group.Wait(); close(closed) }()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Minute}
	for done := false; !done; {
		select {
		case <-closed:
			done = true
		default:
		}
		reply, err := client.Get(p.url + "/healthz")
		require.NoError(t, err)
		require.NoError(t, reply.Body.Close())
		require.Equal(t, http.StatusOK, reply.StatusCode)
	}
	close(errs)
	for err := range errs {
		require.NoError(t, err)
	}
	p.stop(t)
}

// What net/http refuses itself has the shape of every error.
func TestMalformedRequests(t *testing.T) {
	t.Parallel()
	p := start(t, newHome(t), "")
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(p.url, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "GET /v1/items/%zz HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	reply, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	body, err := io.ReadAll(reply.Body)
	require.NoError(t, err)
	require.NoError(t, reply.Body.Close())
	require.Equal(t, http.StatusBadRequest, reply.StatusCode)
	require.JSONEq(t, `{"error":"BadRequest","detail":"Bad request"}`, string(body))
	p.stop(t)
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"an unknown command": {[]string{"dance"}, `there is no command "dance"`},
		"an unknown flag":    {[]string{"serve", "--port", "1"}, "flag provided but not defined: -port"},
		"too many words":     {[]string{"migrate", "now"}, `shop migrate does not take ["now"]`},
		"no subject":         {[]string{"token", "create", "--scopes", "orders:read"}, "exactly one of --user, --organization"},
		"two subjects":       {[]string{"token", "create", "--user", "a@example.com", "--organization", "acme", "--scopes", "orders:read"}, "exactly one of --user, --organization"},
		"no scopes":          {[]string{"token", "create", "--user", "a@example.com"}, "no scope given"},
		"an unknown scope":   {[]string{"token", "create", "--user", "a@example.com", "--scopes", "orders:eat"}, `unknown scope "orders:eat"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			t.Helper()
			err := run(context.Background(), test.args, io.Discard, io.Discard)
			require.ErrorIs(t, err, errUsage)
			require.ErrorContains(t, err, test.want)
		})
	}

	var help bytes.Buffer
	require.NoError(t, run(context.Background(), []string{"help"}, &help, io.Discard))
	for _, word := range []string{"serve", "migrate", "seed", "token create", "DATABASE_URL", "SHOP_AUTH_KEYS", "SHOP_HOME"} {
		require.Contains(t, help.String(), word)
	}
}
