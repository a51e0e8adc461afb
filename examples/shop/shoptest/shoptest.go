// Package shoptest gives the tests of the service databases with its schema.
package shoptest

import (
	"context"
	"io/fs"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/crypto/bcrypt"

	"github.com/polarkit-go/polarkit/auth/pgstore"
	"github.com/polarkit-go/polarkit/examples/shop/migrations"
	"github.com/polarkit-go/polarkit/examples/shop/seed"
	"github.com/polarkit-go/polarkit/repository/pgtest"
)

var database = pgtest.FromFS(files(migrations.Files(), pgstore.Migrations()), func(ctx context.Context, databaseURL string) error {
	config, err := pgx.ParseConfig(databaseURL)
	if err != nil {
		return err
	}
	_, err = migrations.Up(ctx, config)
	return err
})

// files returns the files of all file systems: the template depends on them.
func files(systems ...fs.FS) fs.FS {
	all := fstest.MapFS{}
	for _, system := range systems {
		names, err := fs.Glob(system, "*.sql")
		if err != nil {
			panic("shoptest: " + err.Error())
		}
		for _, name := range names {
			text, err := fs.ReadFile(system, name)
			if err != nil {
				panic("shoptest: " + err.Error())
			}
			all[name] = &fstest.MapFile{Data: text}
		}
	}
	return all
}

// PasswordCost is the cost of bcrypt in tests. The cost of the demonstration takes a
// quarter of a second, and much longer on a busy machine.
const PasswordCost = bcrypt.MinCost

var passwordHash = sync.OnceValues(func() ([]byte, error) {
	return bcrypt.GenerateFromPassword([]byte(seed.Password), PasswordCost)
})

// URL is a database of the test's own, with the demonstration data.
func URL(tb testing.TB) string {
	tb.Helper()
	url := database.URL(tb)
	conn, err := pgx.Connect(tb.Context(), url)
	if err != nil {
		tb.Fatalf("shoptest: %v", err)
	}
	if err := seed.Apply(tb.Context(), conn); err != nil {
		tb.Fatalf("shoptest: %v", err)
	}
	hash, err := passwordHash()
	if err != nil {
		tb.Fatalf("shoptest: %v", err)
	}
	if _, err := conn.Exec(tb.Context(), `UPDATE users SET password_hash = $1`, string(hash)); err != nil {
		tb.Fatalf("shoptest: %v", err)
	}
	if err := conn.Close(tb.Context()); err != nil {
		tb.Fatalf("shoptest: %v", err)
	}
	return url
}

// Empty is the URL of a database with the schema and nothing else.
func Empty(tb testing.TB) string {
	tb.Helper()
	return database.URL(tb)
}

// Pool is a pool of connections to a database as [URL] makes it.
func Pool(tb testing.TB) *pgxpool.Pool {
	tb.Helper()
	pool, err := pgxpool.New(tb.Context(), URL(tb))
	if err != nil {
		tb.Fatalf("shoptest: %v", err)
	}
	tb.Cleanup(pool.Close)
	return pool
}
