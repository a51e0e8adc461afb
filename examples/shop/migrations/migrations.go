// Package migrations has the service's schema, one numbered step per file, and applies
// it to a database.
package migrations

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib" // goose uses database/sql
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/polarkit-go/polarkit/auth/pgstore"
)

//go:embed *.sql
var files embed.FS

// Files are the steps that are files. They are the key of a test database's template.
func Files() fs.FS { return files }

// Up applies the missing steps, each in a transaction, and returns them. Programs that
// start at the same time wait for each other with an advisory lock.
func Up(ctx context.Context, config *pgx.ConnConfig) (applied []string, err error) {
	db := stdlib.OpenDB(*config)
	defer func() { err = errors.Join(err, db.Close()) }()

	provider, err := newProvider(db)
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	results, err := provider.Up(ctx)
	for _, result := range results {
		applied = append(applied, cmp.Or(result.Source.Path, fmt.Sprintf("%05d in Go", result.Source.Version)))
	}
	if err != nil {
		return applied, fmt.Errorf("migrations: %w", err)
	}
	return applied, nil
}

func newProvider(db *sql.DB) (*goose.Provider, error) {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 60)) // every second, for a minute
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithSessionLocker(locker),
		goose.WithGoMigrations(credentials()),
	)
}

// credentials is step 4: the table of package pgstore, with the SQL of that package.
func credentials() *goose.Migration {
	up := func(ctx context.Context, tx *sql.Tx) error {
		text, err := fs.ReadFile(pgstore.Migrations(), "0001_auth_credentials.sql")
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, string(text))
		return err
	}
	down := func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DROP TABLE auth_credentials`)
		return err
	}
	return goose.NewGoMigration(4, &goose.GoFunc{RunTx: up}, &goose.GoFunc{RunTx: down})
}
