package pglink_test

import (
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/internal/pglink"
)

// greeter is a server that ends each session when it begins, and counts the sessions.
func greeter(t *testing.T) (address string, sessions *atomic.Int64) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	sessions = new(atomic.Int64)
	greet := func(conn net.Conn) {
		defer conn.Close()
		backend := pgproto3.NewBackend(conn, conn)
		if _, err := backend.ReceiveStartupMessage(); err != nil {
			return
		}
		sessions.Add(1)
		backend.Send(&pgproto3.AuthenticationOk{})
		backend.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
		backend.Send(&pgproto3.ErrorResponse{Severity: "FATAL", SeverityUnlocalized: "FATAL", Code: "57P05", Message: "idle"})
		_ = backend.Flush()
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go greet(conn)
		}
	}()
	return listener.Addr().String(), sessions
}

// TestAcquireEnds has no working connection: the search ends.
func TestAcquireEnds(t *testing.T) {
	t.Parallel()
	address, sessions := greeter(t)
	config, err := pgxpool.ParseConfig("postgres://nobody@" + address + "/nothing?sslmode=disable&pool_max_conns=3")
	require.NoError(t, err)
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	defer pool.Close()
	for range 5 {
		conn, err := pglink.Acquire(t.Context(), pool)
		require.NoError(t, err)
		_, err = conn.Exec(t.Context(), "SELECT 1")
		require.Error(t, err)
		conn.Release()
	}
	require.LessOrEqual(t, sessions.Load(), int64(5*4+3))
	require.Eventually(t, func() bool { return pool.Stat().AcquiredConns() == 0 }, 10*time.Second, time.Millisecond, "all are given back")
}
