package repository

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/polarkit-go/polarkit/errors"
)

// Check reports whether repositories can work with a pool: whether it connects,
// and whether transactions are possible on what it connects to. Programs call it
// when they start, so that a pooler that hands out connections for one statement
// is an error then, and no failure of every request.
func Check(ctx context.Context, pool *pgxpool.Pool) error {
	err := pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
		tx, err := conn.Begin(ctx)
		if err != nil {
			return err
		}
		defer rollback(ctx, tx)
		// A pooler may take BEGIN for itself and refuse what comes after it.
		if _, err := tx.Exec(ctx, "SELECT 1"); err != nil {
			return err
		}
		return tx.Rollback(ctx)
	})
	if err == nil {
		return nil
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && isStatementPooling(pg) {
		return fmt.Errorf("repository: %s: %w", statementPooling, err)
	}
	return fmt.Errorf("repository: the database cannot be used: %w", err)
}
