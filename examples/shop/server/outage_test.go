package server_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/examples/shop/migrations"
	"github.com/polarkit-go/polarkit/examples/shop/seed"
	"github.com/polarkit-go/polarkit/repository/localpg"
)

// PostgreSQL is killed under load: every answer is a 200 or a 503 in the error
// shape, and when it is back they are all 200 again.
func TestPostgreSQLIsKilledUnderLoad(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	private, err := localpg.Start(t.Context(), localpg.Options{Dir: dir, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, private.Stop())
		require.NoError(t, localpg.Remove(context.Background(), dir))
	})
	config, err := pgx.ParseConfig(private.URL())
	require.NoError(t, err)
	_, err = migrations.Up(t.Context(), config)
	require.NoError(t, err)
	conn, err := pgx.Connect(t.Context(), private.URL())
	require.NoError(t, err)
	require.NoError(t, seed.Apply(t.Context(), conn))
	require.NoError(t, conn.Close(t.Context()))
	pool, err := pgxpool.New(t.Context(), private.URL())
	require.NoError(t, err)
	t.Cleanup(pool.Close)

	s := newShopOn(t, pool)
	issued := s.issue(t, auth.PersonalAccessToken, auth.User{ID: seed.AcmeOwner.ID()}.Ref(), "customers:write")
	load := startLoad(s, issued.Token.Reveal())
	require.Eventually(t, func() bool { return load.seen(http.StatusOK) >= 50 }, time.Minute, time.Millisecond)

	for range 2 {
		failures := load.seen(http.StatusServiceUnavailable)
		kill(t, dir)
		require.Eventually(t, func() bool { return load.seen(http.StatusServiceUnavailable) > failures }, time.Minute, time.Millisecond)
		// It is back when it answers for a while without a failure.
		require.Eventually(t, func() bool {
			failures, successes := load.seen(http.StatusServiceUnavailable), load.seen(http.StatusOK)
			time.Sleep(200 * time.Millisecond)
			return load.seen(http.StatusServiceUnavailable) == failures && load.seen(http.StatusOK) > successes+10
		}, time.Minute, time.Millisecond)
	}
	load.stop()

	require.Empty(t, load.odd, "answers that are neither a 200 nor a 503 in the error shape")
	require.Equal(t, http.StatusOK, s.client(t).Get("/readyz").Status)
}

// kill ends the server of a folder at once, as a crash does.
func kill(t *testing.T, dir string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	require.NoError(t, err)
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	require.NoError(t, err)
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
}

// load calls a list, a get and a change again and again.
type load struct {
	mu     sync.Mutex
	counts map[int]int
	odd    []string
	done   chan struct{}
	group  sync.WaitGroup
}

func startLoad(s *shop, token string) *load {
	l := &load{counts: map[int]int{}, done: make(chan struct{})}
	one := customersPath + seed.Customers(seed.Acme)[1].ID.String()
	for _, call := range []struct{ method, path, body string }{
		{http.MethodGet, customersPath + "?limit=5", ""},
		{http.MethodGet, one, ""},
		{http.MethodPatch, one, `{"name":"Alan"}`},
		{http.MethodPatch, one, `{"external_id":"usr_1002"}`},
	} {
		l.group.Go(func() {
			for {
				select {
				case <-l.done:
					return
				default:
					l.call(s, token, call.method, call.path, call.body)
				}
			}
		})
	}
	return l
}

func (l *load) call(s *shop, token, method, path, body string) {
	request, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		l.note(0, err.Error())
		return
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		l.note(0, err.Error())
		return
	}
	text, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	// A change whose answer was lost may have been made: that reply does not ask
	// the client to try again.
	const away, unknown = `{"error":"ServiceUnavailable","detail":"Service Unavailable"}`,
		`{"error":"OutcomeUnknown","detail":"The change may have been made: look before you send it again"}`
	again := response.Header.Get("Retry-After") != ""
	switch {
	case err != nil:
		l.note(0, err.Error())
	case response.StatusCode == http.StatusOK:
		l.note(response.StatusCode, "")
	case response.StatusCode == http.StatusServiceUnavailable && string(bytes.TrimSpace(text)) == away && again,
		response.StatusCode == http.StatusServiceUnavailable && string(bytes.TrimSpace(text)) == unknown && !again && method != http.MethodGet:
		l.note(response.StatusCode, "")
		time.Sleep(time.Millisecond)
	default:
		l.note(response.StatusCode, method+" "+path+": "+response.Status+" "+string(text))
	}
}

func (l *load) note(status int, odd string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts[status]++
	if odd != "" && len(l.odd) < 10 {
		l.odd = append(l.odd, odd)
	}
}

func (l *load) seen(status int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.counts[status]
}

func (l *load) stop() {
	close(l.done)
	l.group.Wait()
}
