package repository_test

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Masterminds/squirrel"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/repository"
)

// TestAKilledBackendLosesNothing kills the server's process in the middle of
// transactions: they are rolled back and return an error, and nothing is done twice.
func TestAKilledBackendLosesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	scope, owner := w.in(w.acme), w.owner(t, w.acme)
	ran := 0
	err := repository.InTx(t.Context(), w.writer, func(tx repository.Tx) error {
		ran++
		_, err := customers.For(owner).Create(t.Context(), tx, customerRow{Email: "a@example.com"})
		require.NoError(t, err)
		tx.AfterCommit(func(context.Context) { t.Error("a hook of a transaction that was lost") })
		_, err = w.pool.Exec(t.Context(), "SELECT pg_terminate_backend($1)", tx.Pgx().Conn().PgConn().PID())
		require.NoError(t, err)
		_, err = customers.For(owner).Create(t.Context(), tx, customerRow{Email: "b@example.com"})
		require.ErrorIs(t, err, repository.Unavailable)
		return err
	})
	require.ErrorIs(t, err, errors.ServiceUnavailable)
	require.Equal(t, 1, ran, "a lost connection is not tried again")
	requireRetryAfter(t, err)
	count, err := scope.Count(t.Context(), w.writer, nil)
	require.NoError(t, err, "the pool has another connection")
	require.Zero(t, count)
	w.create(t, w.acme, customerRow{Email: "a@example.com"})
}

func requireRetryAfter(t *testing.T, err error) {
	t.Helper()
	polar, ok := errors.AsType[*errors.PolarError](err)
	require.True(t, ok)
	for name, value := range polar.Headers() {
		require.Equal(t, "Retry-After", name)
		require.NotEmpty(t, value)
		return
	}
	t.Fatal("no Retry-After")
}

// line is a connection to the server that tests can cut.
type line struct {
	cut   atomic.Bool
	dials atomic.Int64
	mutex sync.Mutex
	open  []net.Conn
	deaf  atomic.Bool
}

type lineConn struct {
	net.Conn
	line *line
}

func (c lineConn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	if c.line.deaf.Load() {
		_ = c.Close() // it is on its way, and the answer will not be heard
	}
	return n, err
}

func (l *line) attach(config *pgxpool.Config) {
	dial := config.ConnConfig.DialFunc
	config.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		l.dials.Add(1)
		if l.cut.Load() {
			return nil, &net.OpError{Op: "dial", Net: network, Err: errors.New("connection refused")}
		}
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		l.mutex.Lock()
		defer l.mutex.Unlock()
		l.open = append(l.open, conn)
		return lineConn{conn, l}, nil
	}
}

func (l *line) hangUp() {
	l.cut.Store(true)
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for _, conn := range l.open {
		_ = conn.Close()
	}
	l.open = nil
}

// TestTheDatabaseGoesAndComesBack has every verb fail with a 503 while the
// database is away, and work again afterwards with the same pool.
func TestTheDatabaseGoesAndComesBack(t *testing.T) {
	t.Parallel()
	var l line
	w := newWorld(t, l.attach)
	made := w.create(t, w.acme, customerRow{Email: "a@example.com"})
	l.hangUp()
	for range 2 {
		for _, verb := range verbs {
			_, err := verb.run(t.Context(), w, w.in(w.acme), made.ID)
			require.ErrorIs(t, err, repository.Unavailable, verb.name)
			require.ErrorIs(t, err, errors.ServiceUnavailable, verb.name)
			requireRetryAfter(t, err)
		}
		err := customers.For(w.owner(t, w.acme)).CreateMany(t.Context(), w.writer, nullableRows(3))
		require.ErrorIs(t, err, repository.Unavailable)
	}
	l.cut.Store(false)
	var err error
	for range 20 { // the dead connections of the pool are found one by one
		if _, err = w.in(w.acme).Get(t.Context(), w.reader, made.ID); err == nil {
			break
		}
	}
	require.NoError(t, err)
}

func TestAClosedPoolIsUnavailable(t *testing.T) {
	t.Parallel()
	config, err := pgxpool.ParseConfig(database.URL(t))
	require.NoError(t, err)
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	pool.Close()
	_, err = customers.For(organizations(uuid.New())).Count(t.Context(), repository.NewReader(pool), nil)
	require.ErrorIs(t, err, repository.Unavailable)
	err = repository.InTx(t.Context(), repository.NewWriter(pool), func(repository.Tx) error { return nil })
	require.ErrorIs(t, err, errors.ServiceUnavailable)

	config.ConnConfig.Port, config.ConnConfig.Host = 1, "127.0.0.1"
	config.ConnConfig.Fallbacks = nil
	pool, err = pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	defer pool.Close()
	_, err = customers.For(organizations(uuid.New())).Count(t.Context(), repository.NewReader(pool), nil)
	require.ErrorIs(t, err, repository.Unavailable, "refused")
}

// TestCommitUnknown loses the connection between COMMIT and its answer.
func TestCommitUnknown(t *testing.T) {
	t.Parallel()
	var l line
	w := newWorld(t, l.attach)
	scope, owner := w.in(w.acme), w.owner(t, w.acme)
	ran, hooks := 0, 0
	err := repository.InTx(t.Context(), w.writer, func(tx repository.Tx) error {
		ran++
		tx.AfterCommit(func(context.Context) { hooks++ })
		_, err := customers.For(owner).Create(t.Context(), tx, customerRow{Email: "a@example.com"})
		l.deaf.Store(true)
		return err
	})
	l.deaf.Store(false)
	require.ErrorIs(t, err, repository.CommitUnknown)
	require.ErrorIs(t, err, errors.OutcomeUnknown)
	polar, ok := errors.AsType[*errors.PolarError](err)
	require.True(t, ok)
	for name := range polar.Headers() {
		t.Errorf("%s invites to do it twice", name)
	}
	require.Equal(t, 1, ran)
	require.Zero(t, hooks)
	require.Eventually(t, func() bool { // the transaction took place, though its answer was lost
		count, err := scope.Count(t.Context(), w.writer, nil)
		return err == nil && count == 1
	}, 10*time.Second, 10*time.Millisecond)
}

func TestTimeouts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create(t, w.acme, customerRow{Email: "a@example.com"})
	slow := squirrel.Expr("pg_sleep(600) IS NULL")
	err := repository.InTx(t.Context(), w.writer, func(tx repository.Tx) error {
		if _, err := tx.Pgx().Exec(t.Context(), "SET LOCAL statement_timeout = 50"); err != nil {
			return err
		}
		_, err := w.in(w.acme).Count(t.Context(), tx, slow)
		return err
	})
	require.ErrorIs(t, err, repository.Timeout)
	require.ErrorIs(t, err, errors.ServiceUnavailable)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	_, err = w.in(w.acme).Page(ctx, w.reader, repository.Query{Where: slow})
	require.ErrorIs(t, err, repository.Timeout)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}
