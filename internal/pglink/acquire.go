// Package pglink has what is to be known of connections to PostgreSQL and of the
// errors with which they end, for the packages that send statements.
package pglink

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Acquire takes a connection that works, as far as that can be seen without
// asking: one whose server has gone is dropped for the next. It drops at most as
// many as the pool can hold. A server that ends each connection as soon as it is
// made is found out by the statement.
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

// closeTimeout is how long the farewell to a server may take.
const closeTimeout = time.Second

// HangUp closes a connection, so that the pool makes another one when it is
// released.
func HangUp(conn *pgxpool.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	_ = conn.Conn().Close(ctx)
}
