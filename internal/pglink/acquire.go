// Package pglink knows when a connection to PostgreSQL still works, and what the error
// of a connection says about a statement. Packages that send statements use it.
package pglink

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Acquire takes a connection from the pool. It drops connections that the server has
// closed, at most as many as the pool can hold. It does not ask the server, so the
// connection may still fail: a server that closes each new connection shows it in the
// answer to the statement.
func Acquire(ctx context.Context, pool *pgxpool.Pool) (*pgxpool.Conn, error) {
	for dropped := int32(0); ; dropped++ {
		conn, err := pool.Acquire(ctx)
		if err != nil {
			return nil, err
		}
		if isAlive(ctx, conn.Conn().PgConn()) || dropped >= pool.Stat().MaxConns() {
			return conn, nil
		}
		HangUp(conn)
		conn.Release()
	}
}

// closeTimeout limits the time for closing a connection.
const closeTimeout = time.Second

// HangUp closes a connection, so that the pool makes another one when it is
// released.
func HangUp(conn *pgxpool.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	_ = conn.Conn().Close(ctx)
}
