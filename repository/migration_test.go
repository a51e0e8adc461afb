package repository_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/Masterminds/squirrel"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/repository"
)

// item has columns whose types change under a pool that knows the old ones.
type item struct {
	ID    uuid.UUID `db:"id"`
	Name  string    `db:"name"`
	Count int64     `db:"count"`
	Rank  *int64    `db:"rank"`
	Tags  []string  `db:"tags"`
}

var items = repository.MustNew[item]("items", repository.Options{})

// TestAMigrationUnderAWarmPool changes types under four connections that know all
// statements. Requests outside transactions do not fail, nor do functions in one.
func TestAMigrationUnderAWarmPool(t *testing.T) {
	t.Parallel()
	for _, mode := range execModes {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(config *pgxpool.Config) {
				config.ConnConfig.DefaultQueryExecMode = mode
				config.MaxConns, config.MinConns = 4, 4
			})
			_, err := w.pool.Exec(t.Context(), `CREATE TABLE items (id uuid PRIMARY KEY, name varchar(200) NOT NULL, count integer NOT NULL, rank smallint, tags varchar(10)[] NOT NULL, spare text)`)
			require.NoError(t, err)
			scope := items.For(owner.System("test"))
			rank := int64(1)
			first, err := scope.Create(t.Context(), w.writer, item{Name: "first", Count: 1, Rank: &rank, Tags: []string{"a"}})
			require.NoError(t, err)
			kinds := map[string]func(ctx context.Context, n int64) error{
				"get": func(ctx context.Context, _ int64) error { _, err := scope.Get(ctx, w.reader, first.ID); return err },
				"page": func(ctx context.Context, _ int64) error {
					_, err := scope.Page(ctx, w.reader, repository.Query{})
					return err
				},
				"count": func(ctx context.Context, n int64) error {
					_, err := scope.Count(ctx, w.reader, squirrel.Eq{"count": n})
					return err
				},
				"walk": func(ctx context.Context, _ int64) error {
					for _, err := range scope.Walk(ctx, w.reader, repository.Query{}, 2) {
						if err != nil {
							return err
						}
					}
					return nil
				},
				"stream": func(ctx context.Context, _ int64) error {
					for _, err := range scope.Stream(ctx, w.reader, repository.Query{}) {
						if err != nil {
							return err
						}
					}
					return nil
				},
				"create": func(ctx context.Context, n int64) error {
					_, err := scope.Create(ctx, w.writer, item{Name: "more", Count: n, Rank: &n, Tags: []string{"a"}})
					return err
				},
				"update": func(ctx context.Context, n int64) error {
					_, err := scope.Update(ctx, w.writer, first.ID, items.Set("count", n).Set("rank", n))
					return err
				},
				"update where": func(ctx context.Context, n int64) error {
					_, err := scope.UpdateWhere(ctx, w.writer, squirrel.Eq{"id": first.ID}, items.Set("count", n).Set("rank", n))
					return err
				},
				"transaction": func(ctx context.Context, n int64) error {
					return repository.InTx(ctx, w.writer, func(tx repository.Tx) error {
						if _, err := scope.Get(ctx, tx, first.ID); err != nil {
							return err
						}
						if _, err := scope.Update(ctx, tx, first.ID, items.Set("count", n)); err != nil {
							return err
						}
						_, err := scope.Create(ctx, tx, item{Name: "more", Count: n, Rank: &n, Tags: []string{"a"}})
						return err
					})
				},
			}
			// every runs each kind on all four connections at once.
			every := func(n int64) {
				for name, kind := range kinds {
					var meet, group sync.WaitGroup
					meet.Add(4)
					failures := make([]error, 4)
					for i := range 4 {
						group.Go(func() {
							meet.Done()
							meet.Wait()
							failures[i] = kind(t.Context(), n)
						})
					}
					group.Wait()
					for _, err := range failures {
						require.NoError(t, err, "%s with %d", name, n)
					}
				}
			}
			warm := func() {
				for range 3 {
					every(2)
				}
			}
			for _, step := range []struct {
				sql string
				max int64
			}{
				{`ALTER TABLE items ALTER COLUMN name TYPE varchar(300)`, 3},
				{`ALTER TABLE items ALTER COLUMN name TYPE text`, 3},
				{`ALTER TABLE items ALTER COLUMN count TYPE bigint`, 1 << 14},
				{`ALTER TABLE items ALTER COLUMN rank TYPE bigint`, 1 << 40},
				{`ALTER TABLE items ALTER COLUMN count TYPE numeric`, 1 << 41},
				{`ALTER TABLE items ALTER COLUMN tags TYPE text[]`, 1 << 41},
				{`ALTER TABLE items DROP COLUMN spare, ADD COLUMN another text`, 1 << 41},
				{`ALTER TABLE items DROP COLUMN rank; ALTER TABLE items ADD COLUMN rank numeric`, 1 << 41},
				{`CREATE DOMAIN amount AS bigint CHECK (VALUE >= 0); ALTER TABLE items ALTER COLUMN count TYPE amount`, 1 << 42},
			} {
				warm()
				_, err := w.pool.Exec(t.Context(), step.sql)
				require.NoError(t, err)
				t.Log(fmt.Sprint(mode, " ", step.sql))
				every(step.max)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, repository.Check(t.Context(), w.pool))
	require.Zero(t, w.pool.Stat().AcquiredConns())
	config := w.pool.Config().Copy()
	config.ConnConfig.Port, config.ConnConfig.Host, config.ConnConfig.Fallbacks = 1, "127.0.0.1", nil
	away, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	defer away.Close()
	require.ErrorContains(t, repository.Check(t.Context(), away), "the database cannot be used")
}
