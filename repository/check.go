package repository

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/pglink"
)

// Check returns an error if repositories cannot work with a pool: if it does not
// connect, or if transactions are not possible. A program calls it at its start. So a
// pooler with pool_mode = statement is an error at the start, and not of every request.
func Check(ctx context.Context, pool *pgxpool.Pool) error {
	err := pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
		tx, err := conn.Begin(ctx)
		if err != nil {
			return err
		}
		defer rollback(ctx, tx)
		// A pooler may answer BEGIN itself and refuse the statement after it.
		if _, err := tx.Exec(ctx, "SELECT 1"); err != nil {
			return err
		}
		return tx.Rollback(ctx)
	})
	if err == nil {
		return nil
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pglink.IsStatementPooling(pg) {
		return fmt.Errorf("repository: %s: %w", statementPooling, err)
	}
	return fmt.Errorf("repository: the database cannot be used: %w", err)
}
