package bench_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/Masterminds/squirrel"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/pagination"
	"github.com/polarkit-go/polarkit/repository"
	"github.com/polarkit-go/polarkit/repository/pgtest"
	"github.com/polarkit-go/polarkit/sorting"
)

var rowsDatabase = pgtest.FromSQL(`
	CREATE TABLE accounts (
		id uuid PRIMARY KEY, created_at timestamptz NOT NULL, updated_at timestamptz, organization_id uuid NOT NULL,
		email text NOT NULL, name text, status text NOT NULL, score bigint NOT NULL, balance bigint NOT NULL,
		country text, seen_at timestamptz, active boolean NOT NULL);
	INSERT INTO accounts SELECT gen_random_uuid(), now() + n * interval '1 s', CASE WHEN n % 2 = 0 THEN now() END, '00000000-0000-0000-0000-000000000001',
		'customer' || n || '@example.com', CASE WHEN n % 3 > 0 THEN 'Name ' || n END, 'open', n, n * 100, 'DE', CASE WHEN n % 2 = 1 THEN now() END, n % 2 = 0
		FROM generate_series(1, 1000) n;
	CREATE INDEX ON accounts (organization_id, created_at, id);
	ANALYZE accounts`)

type accountRow struct {
	repository.Record

	OrganizationID uuid.UUID  `db:"organization_id"`
	Email          string     `db:"email"`
	Name           *string    `db:"name"`
	Status         string     `db:"status"`
	Score          int64      `db:"score"`
	Balance        int64      `db:"balance"`
	Country        *string    `db:"country"`
	SeenAt         *time.Time `db:"seen_at"`
	Active         bool       `db:"active"`
}

type accountProperty string

func (accountProperty) Values() []accountProperty { return []accountProperty{"created_at"} }

var accounts = repository.MustNew[accountRow]("accounts", repository.Options{
	Owners:  repository.Owners{"organization": "organization_id"},
	Sorting: repository.SortMap[accountProperty]{"created_at": "created_at"},
})

const (
	accountCount = `SELECT count(*) FROM accounts WHERE organization_id = $1 AND status = $2 AND score >= $3`
	accountList  = `SELECT id, created_at, updated_at, organization_id, email, name, status, score, balance, country, seen_at, active
		FROM accounts WHERE organization_id = $1 AND status = $2 AND score >= $3 ORDER BY created_at DESC, id DESC LIMIT $4 OFFSET $5`
)

// scanByHand is written with pgx alone.
func scanByHand(rows pgx.Rows, size int) ([]accountRow, error) {
	defer rows.Close()
	scanned := make([]accountRow, 0, size)
	for rows.Next() {
		var r accountRow
		if err := rows.Scan(&r.ID, &r.CreatedAt, &r.UpdatedAt, &r.OrganizationID, &r.Email, &r.Name, &r.Status, &r.Score, &r.Balance, &r.Country, &r.SeenAt, &r.Active); err != nil {
			return nil, err
		}
		scanned = append(scanned, r)
	}
	return scanned, rows.Err()
}

func accountPools(b *testing.B) (configured, plain *pgxpool.Pool) {
	return rowsDatabase.Pool(b, repository.Configure), rowsDatabase.Pool(b)
}

// BenchmarkScan reads 1,000 rows of 12 columns, compared with a hand-written Scan on
// the same pool. The goal is at most 1.15 of its time, and fewer allocations.
func BenchmarkScan(b *testing.B) {
	configured, plain := accountPools(b)
	scope := accounts.For(owner.System("benchmark"))
	ctx := context.Background()
	byHand := func(pool *pgxpool.Pool) func(*testing.B) {
		return func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				rows, err := pool.Query(ctx, `SELECT id, created_at, updated_at, organization_id, email, name, status, score, balance, country, seen_at, active FROM accounts WHERE true ORDER BY id LIMIT $1`, 1000)
				if err != nil {
					b.Fatal(err)
				}
				if scanned, err := scanByHand(rows, 1000); err != nil || len(scanned) != 1000 {
					b.Fatal(err, len(scanned))
				}
			}
		}
	}
	byRepository := func(pool *pgxpool.Pool) func(*testing.B) {
		return func(b *testing.B) {
			reader := repository.NewReader(pool)
			b.ReportAllocs()
			for b.Loop() {
				if rows, err := scope.All(ctx, reader, repository.Query{Max: 1000}); err != nil || len(rows) != 1000 {
					b.Fatal(err, len(rows))
				}
			}
		}
	}
	b.Run("repository", byRepository(configured))
	b.Run("by hand", byHand(configured))
	b.Run("repository without Configure", byRepository(plain))
	b.Run("by hand without Configure", byHand(plain))
}

// BenchmarkPage is the call for a page of 20 rows with its count. It is compared with
// the same two statements sent by hand, in one batch and in sequence.
func BenchmarkPage(b *testing.B) {
	configured, _ := accountPools(b)
	organization := uuid.MustParse("00000000-0000-0000-0000-000000000001")
	reader, reach := repository.NewReader(configured), owner.System("benchmark").Restrict("organization", organization)
	ctx := context.Background()
	b.Run("repository", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			page, err := accounts.For(reach).Page(ctx, reader, repository.Query{
				Where:   squirrel.And{squirrel.Eq{"status": "open"}, squirrel.GtOrEq{"score": 10}},
				Sorting: sorting.New(sorting.Desc(accountProperty("created_at"))),
				Params:  pagination.NewParams(2, 20),
			})
			if err != nil || len(page.Items) != 20 {
				b.Fatal(err, page.Pagination)
			}
		}
	})
	b.Run("by hand in a batch", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := pageInABatch(ctx, configured, organization); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("by hand one after the other", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var total int64
			if err := configured.QueryRow(ctx, accountCount, organization, "open", 10).Scan(&total); err != nil {
				b.Fatal(err)
			}
			rows, err := configured.Query(ctx, accountList, organization, "open", 10, 20, 20)
			if err != nil {
				b.Fatal(err)
			}
			if scanned, err := scanByHand(rows, 20); err != nil || len(scanned) != 20 {
				b.Fatal(err, len(scanned))
			}
		}
	})
	b.Run("squirrel one after the other", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := pageBySquirrel(ctx, configured, organization); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func pageInABatch(ctx context.Context, pool *pgxpool.Pool, organization uuid.UUID) error {
	batch := &pgx.Batch{}
	batch.Queue(accountCount, organization, "open", 10)
	batch.Queue(accountList, organization, "open", 10, 20, 20)
	results := pool.SendBatch(ctx, batch)
	defer results.Close() //nolint:errcheck // as in most programs
	var total int64
	if err := results.QueryRow().Scan(&total); err != nil {
		return err
	}
	rows, err := results.Query()
	if err != nil {
		return err
	}
	scanned, err := scanByHand(rows, 20)
	if err == nil && len(scanned) != 20 {
		err = fmt.Errorf("%d rows of %d", len(scanned), total)
	}
	return err
}

func pageBySquirrel(ctx context.Context, pool *pgxpool.Pool, organization uuid.UUID) error {
	where := squirrel.And{squirrel.Eq{"organization_id": organization}, squirrel.Eq{"status": "open"}, squirrel.GtOrEq{"score": 10}}
	build := squirrel.StatementBuilder.PlaceholderFormat(squirrel.Dollar)
	sql, args, err := build.Select("count(*)").From("accounts").Where(where).ToSql()
	if err != nil {
		return err
	}
	var total int64
	if err := pool.QueryRow(ctx, sql, args...).Scan(&total); err != nil {
		return err
	}
	sql, args, err = build.Select("id", "created_at", "updated_at", "organization_id", "email", "name", "status", "score", "balance", "country", "seen_at", "active").
		From("accounts").Where(where).OrderBy("created_at DESC", "id DESC").Limit(20).Offset(20).ToSql()
	if err != nil {
		return err
	}
	rows, err := pool.Query(ctx, sql, args...)
	if err != nil {
		return err
	}
	_, err = scanByHand(rows, 20)
	return err
}
