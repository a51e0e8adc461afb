package repository_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Masterminds/squirrel"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/repository"
	"github.com/polarkit-go/polarkit/sorting"
)

func TestInTx(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	scope, owner := w.in(w.acme), w.owner(t, w.acme)
	var log []string
	note := func(text string) func(context.Context) {
		return func(context.Context) { log = append(log, text) }
	}
	refused := errors.New("refused")
	err := repository.InTx(t.Context(), w.writer, func(tx repository.Tx) error {
		_, err := customers.For(owner).Create(t.Context(), tx, customerRow{Email: "outer@example.com"})
		require.NoError(t, err)
		tx.AfterCommit(note("outer"))
		require.ErrorIs(t, repository.InTx(t.Context(), tx, func(inner repository.Tx) error {
			inner.AfterCommit(note("taken back"))
			_, err := customers.For(owner).Create(t.Context(), inner, customerRow{Email: "outer@example.com"})
			require.ErrorIs(t, err, repository.UniqueViolation)
			return refused
		}), refused)
		require.NoError(t, repository.InTx(t.Context(), tx, func(inner repository.Tx) error {
			inner.AfterCommit(note("inner"))
			_, err := customers.For(owner).Create(t.Context(), inner, customerRow{Email: "inner@example.com"})
			return err
		}))
		count, err := scope.Count(t.Context(), tx, nil)
		require.NoError(t, err)
		require.Equal(t, int64(2), count)
		count, err = scope.Count(t.Context(), w.reader, nil)
		require.NoError(t, err)
		require.Zero(t, count, "nothing is committed yet")
		require.Empty(t, log)
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, []string{"outer", "inner"}, log)

	err = repository.InTx(t.Context(), w.writer, func(tx repository.Tx) error {
		tx.AfterCommit(note("never"))
		_, err := customers.For(owner).Create(t.Context(), tx, customerRow{Email: "third@example.com"})
		require.NoError(t, err)
		return refused
	})
	require.Same(t, refused, err)
	require.Panics(t, func() {
		_ = repository.InTx(t.Context(), w.writer, func(tx repository.Tx) error {
			_, err := customers.For(owner).Create(t.Context(), tx, customerRow{Email: "fourth@example.com"})
			require.NoError(t, err)
			panic("a mistake")
		})
	})
	ctx, cancel := context.WithCancel(t.Context())
	err = repository.InTx(ctx, w.writer, func(tx repository.Tx) error {
		_, err := customers.For(owner).Create(ctx, tx, customerRow{Email: "fifth@example.com"})
		cancel()
		return err
	})
	require.ErrorIs(t, err, repository.Canceled)
	require.ErrorIs(t, err, context.Canceled)
	count, err := scope.Count(t.Context(), w.reader, nil)
	require.NoError(t, err)
	require.Equal(t, int64(2), count)
	require.Len(t, log, 2)
	require.Zero(t, w.pool.Stat().AcquiredConns())

	// A statement failed and the function does not say so: PostgreSQL rolls back.
	err = repository.InTx(t.Context(), w.writer, func(tx repository.Tx) error {
		_, _ = customers.For(owner).Create(t.Context(), tx, customerRow{Email: "inner@example.com"})
		return nil
	})
	require.ErrorIs(t, err, pgx.ErrTxCommitRollback)
}

func TestWrapTx(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	begun, err := w.pool.Begin(t.Context())
	require.NoError(t, err)
	tx := repository.WrapTx(begun)
	require.Same(t, begun, tx.Pgx())
	ran := 0
	tx.AfterCommit(func(context.Context) { ran++ })
	_, err = customers.For(w.owner(t, w.acme)).Create(t.Context(), tx, customerRow{Email: "a@example.com"})
	require.NoError(t, err)
	require.NoError(t, begun.Commit(t.Context()))
	require.Zero(t, ran)
	tx.Committed(t.Context())
	tx.Committed(t.Context())
	require.Equal(t, 1, ran)
}

// TestSerializationFailuresAreRetried has transactions that each read a sum and write
// it. They succeed only one after the other.
func TestSerializationFailuresAreRetried(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	scope := w.in(w.acme)
	a := w.create(t, w.acme, customerRow{Email: "a@example.com"})
	b := w.create(t, w.acme, customerRow{Email: "b@example.com"})
	var attempts, hooks atomic.Int64
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			ids := []uuid.UUID{a.ID, b.ID}
			err := repository.InTxWith(deadline(t), w.writer, repository.TxOptions{Isolation: pgx.Serializable, Attempts: 100}, func(tx repository.Tx) error {
				attempts.Add(1)
				tx.AfterCommit(func(context.Context) { hooks.Add(1) })
				rows, err := scope.All(t.Context(), tx, repository.Query{Max: 10})
				if err != nil {
					return err
				}
				sum := rows[0].Score + rows[1].Score
				_, err = scope.Update(t.Context(), tx, ids[i%2], customers.Set("score", sum+1))
				return err
			})
			require.NoError(t, err)
		})
	}
	group.Wait()
	require.Equal(t, int64(8), hooks.Load(), "hooks run once for each transaction, never for an attempt")
	require.GreaterOrEqual(t, attempts.Load(), int64(8))
	t.Logf("8 transactions in %d attempts", attempts.Load())
}

// TestADeadlockIsRetried locks two rows in opposite order.
func TestADeadlockIsRetried(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(config *pgxpool.Config) { config.ConnConfig.RuntimeParams["deadlock_timeout"] = "50ms" })
	scope := w.in(w.acme)
	ids := []uuid.UUID{w.create(t, w.acme, customerRow{Email: "a"}).ID, w.create(t, w.acme, customerRow{Email: "b"}).ID}
	var attempts atomic.Int64
	meet := make(chan struct{}, 2)
	var group sync.WaitGroup
	for i := range 2 {
		group.Go(func() {
			first := true
			require.NoError(t, repository.InTx(deadline(t), w.writer, func(tx repository.Tx) error {
				attempts.Add(1)
				if _, err := scope.Lock(t.Context(), tx, ids[i], repository.ForUpdate); err != nil {
					return err
				}
				if first { // both have their first row before either wants the second
					first = false
					meet <- struct{}{}
					for len(meet) < 2 {
						time.Sleep(time.Millisecond)
					}
				}
				_, err := scope.Update(t.Context(), tx, ids[1-i], customers.Set("score", squirrel.Expr("score + 1")))
				return err
			}))
		})
	}
	group.Wait()
	require.GreaterOrEqual(t, attempts.Load(), int64(3)) // more where both meet again
	rows, err := scope.All(t.Context(), w.reader, repository.Query{Max: 2})
	require.NoError(t, err)
	require.Equal(t, []int64{1, 1}, []int64{rows[0].Score, rows[1].Score})
}

// TestRetriesEnd has a function that always meets a serialization failure.
func TestRetriesEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	run := func(ctx context.Context, drop bool) (attempts int, err error) {
		err = repository.InTxWith(ctx, w.writer, repository.TxOptions{Attempts: 3}, func(tx repository.Tx) error {
			attempts++
			_, err := w.in(w.acme).Count(ctx, tx, squirrel.Expr("fail() IS NULL"))
			if drop {
				return nil
			}
			return err
		})
		return attempts, err
	}
	_, err := w.pool.Exec(t.Context(), `CREATE FUNCTION fail() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE SQLSTATE '40001'; END $$`)
	require.NoError(t, err)
	w.create(t, w.acme, customerRow{Email: "a@example.com"})
	attempts, err := run(t.Context(), false)
	require.Equal(t, 3, attempts)
	require.ErrorIs(t, err, repository.SerializationFailure)
	require.ErrorIs(t, err, errors.ServiceUnavailable)
	attempts, err = run(t.Context(), true)
	require.Equal(t, 3, attempts, "also when the function drops the error")
	require.Error(t, err)

	attempts = 0
	err = repository.InTx(t.Context(), w.writer, func(tx repository.Tx) error {
		attempts++
		_, err := tx.Pgx().Exec(t.Context(), "SELECT fail()")
		if attempts == 2 {
			return nil
		}
		return err
	})
	require.Error(t, err, "a failed transaction is not committed")
	require.Equal(t, 2, attempts, "errors of pgx itself count too")

	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	err = repository.InTxWith(ctx, w.writer, repository.TxOptions{Attempts: 1000}, func(tx repository.Tx) error {
		_, err := tx.Pgx().Exec(ctx, "SELECT fail()")
		return err
	})
	require.Error(t, err, "the context ends the retries")
}

// TestOptimisticLocks has 50 writers that each add 1 to a row that they read.
func TestOptimisticLocks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	scope := w.in(w.acme)
	made := w.create(t, w.acme, customerRow{Email: "a@example.com"})
	var conflicts atomic.Int64
	var group sync.WaitGroup
	ctx := deadline(t)
	for range 50 {
		group.Go(func() {
			for {
				row, err := scope.Get(ctx, w.writer, made.ID)
				if !assertNoError(t, err) {
					return
				}
				_, err = scope.UpdateVersion(ctx, w.writer, row.ID, row.Version, customers.Set("score", row.Score+1))
				if errors.Is(err, repository.Stale) {
					conflicts.Add(1)
					continue
				}
				assertNoError(t, err)
				return
			}
		})
	}
	group.Wait()
	row, err := scope.Get(t.Context(), w.reader, made.ID)
	require.NoError(t, err)
	require.Equal(t, int64(50), row.Score, "no update is lost")
	require.Equal(t, int64(51), row.Version)
	t.Logf("%d conflicts", conflicts.Load())

	_, err = scope.UpdateVersion(t.Context(), w.writer, made.ID, 3, customers.Set("score", int64(0)))
	require.ErrorIs(t, err, errors.ResourceConflict)
	require.NotErrorIs(t, err, errors.ResourceNotFound)
	_, err = scope.UpdateVersion(t.Context(), w.writer, made.ID, 3, customerChanges(customerUpdate{}))
	require.ErrorIs(t, err, repository.Stale)
	same, err := scope.UpdateVersion(t.Context(), w.writer, made.ID, 51, customerChanges(customerUpdate{}))
	require.NoError(t, err)
	require.Equal(t, row, same)
	_, err = scope.UpdateVersion(t.Context(), w.writer, uuid.New(), 3, customers.Set("score", int64(0)))
	requireNotFound(t, err)
	_, err = orders.For(organizations(w.acme)).UpdateVersion(t.Context(), w.writer, uuid.New(), 3, orders.Set("amount", int64(1)))
	sentence.Equal(t, "UpdateVersion without a version", err)
}

func assertNoError(t *testing.T, err error) bool {
	t.Helper()
	if err != nil {
		t.Errorf("unexpected error: %v", err)
	}
	return err == nil
}

// TestWorkersTakeEachRowOnce is a queue with SKIP LOCKED.
func TestWorkersTakeEachRowOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	scope := w.in(w.acme)
	require.NoError(t, customers.For(w.owner(t, w.acme)).CreateMany(t.Context(), w.writer, nullableRows(200)))
	var mutex sync.Mutex
	taken := map[uuid.UUID]int{}
	var group sync.WaitGroup
	ctx := deadline(t)
	for range 6 {
		group.Go(func() {
			for {
				count := 0
				err := repository.InTx(ctx, w.writer, func(tx repository.Tx) error {
					rows, err := scope.LockAll(ctx, tx, repository.Query{Where: squirrel.Eq{"version": 1}, Sorting: sorting.New(sorting.Asc(byCreatedAt)), Max: 7}, repository.ForUpdate.SkipLocked())
					if err != nil {
						return err
					}
					if count = len(rows); count == 0 {
						return nil
					}
					ids := make([]uuid.UUID, len(rows))
					for i, row := range rows {
						ids[i] = row.ID
					}
					tx.AfterCommit(func(context.Context) {
						mutex.Lock()
						defer mutex.Unlock()
						for _, id := range ids {
							taken[id]++
						}
					})
					_, err = scope.UpdateWhere(ctx, tx, squirrel.Eq{"id": ids}, customers.Set("score", int64(100)))
					return err
				})
				if !assertNoError(t, err) || count == 0 {
					return
				}
			}
		})
	}
	group.Wait()
	rest, err := scope.Count(ctx, w.reader, squirrel.Eq{"version": 1})
	require.NoError(t, err)
	require.Zero(t, rest)
	require.Len(t, taken, 200)
	for id, times := range taken {
		require.Equal(t, 1, times, id)
	}
}

func TestLockNotAvailable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.create(t, w.acme, customerRow{Email: "a@example.com"})
	scope := w.in(w.acme)
	require.NoError(t, repository.InTx(t.Context(), w.writer, func(tx repository.Tx) error {
		locked, err := scope.Lock(t.Context(), tx, made.ID, repository.ForNoKeyUpdate)
		require.NoError(t, err)
		require.Equal(t, made, locked)
		err = repository.InTx(t.Context(), w.writer, func(other repository.Tx) error {
			_, err := scope.Lock(t.Context(), other, made.ID, repository.ForUpdate.NoWait())
			return err
		})
		require.ErrorIs(t, err, repository.LockNotAvailable)
		require.ErrorIs(t, err, errors.ResourceConflict)
		return nil
	}))
	err := repository.InTx(t.Context(), w.writer, func(tx repository.Tx) error {
		_, err := scope.LockAll(t.Context(), tx, repository.Query{}, repository.ForUpdate)
		return err
	})
	sentence.Equal(t, "LockAll without a bound", err)
}

func TestStatementNames(t *testing.T) {
	t.Parallel()
	tracer := &nameTracer{}
	w := newWorld(t, func(config *pgxpool.Config) { config.ConnConfig.Tracer = tracer })
	made := w.create(t, w.acme, customerRow{Email: "a@example.com"})
	_, err := w.in(w.acme).Get(t.Context(), w.reader, made.ID)
	require.NoError(t, err)
	_, err = w.in(w.acme).Page(t.Context(), w.reader, repository.Query{})
	require.NoError(t, err)
	_, err = customers.For(owner.System("nightly export")).OwnedBy(organizationKind, []uuid.UUID{w.globe}).Count(t.Context(), w.reader, nil)
	require.NoError(t, err)
	own, err := owner.System("import").Own(t.Context(), organizationKind, w.acme)
	require.NoError(t, err)
	_, err = customers.For(own).Create(t.Context(), w.writer, customerRow{Email: "b@example.com"})
	require.NoError(t, err)
	require.Equal(t, []string{
		"customers.create", "customers.get", "customers.page",
		"customers.count (system: nightly export)", "customers.create (system: import)",
	}, tracer.names)
	require.Empty(t, repository.StatementName(t.Context()))

	// Nor is a reach of the program itself unseen that narrows a table inside of a query.
	tracer.names = nil
	query := squirrel.Select("*").From("customers")
	for _, by := range []owner.Reacher{organizations(w.acme), owner.System("import")} {
		_, err = customers.For(by).From(query).With(memberships.For(owner.System("who pays"))).Count(t.Context(), w.reader, nil)
		require.NoError(t, err)
	}
	require.Equal(t, []string{"customers.count (system: who pays)", "customers.count (system: import; who pays)"}, tracer.names)

	// A reason is one short line, whatever the program writes into it.
	tracer.names = nil
	for _, why := range []string{"a\nb\x00  c", strings.Repeat("é", 64), strings.Repeat("é", 65), "a\xffb"} {
		_, err = customers.For(owner.System(why)).Count(t.Context(), w.reader, nil)
		require.NoError(t, err)
	}
	require.Equal(t, []string{
		"customers.count (system: a b c)",
		"customers.count (system: " + strings.Repeat("é", 64) + ")",
		"customers.count (system: " + strings.Repeat("é", 63) + "…)",
		"customers.count (system: a b)",
	}, tracer.names)
}

type nameTracer struct{ names []string }

func (n *nameTracer) note(ctx context.Context) context.Context {
	if name := repository.StatementName(ctx); name != "" {
		n.names = append(n.names, name)
	}
	return ctx
}

func (n *nameTracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return n.note(ctx)
}
func (n *nameTracer) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}
func (n *nameTracer) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return n.note(ctx)
}
func (n *nameTracer) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}
func (n *nameTracer) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData)     {}

// TestReplica reads from one pool and writes to another. A write never uses the reader.
func TestReplica(t *testing.T) {
	t.Parallel()
	primary, replica := newWorld(t), newWorld(t) // a replica that never catches up
	made := primary.create(t, primary.acme, customerRow{Email: "a@example.com"})
	scope := primary.in(primary.acme)
	_, err := scope.Get(t.Context(), replica.reader, made.ID)
	requireNotFound(t, err)
	_, err = scope.Get(t.Context(), primary.writer, made.ID)
	require.NoError(t, err, "what was just written is read by the writer")
	readOnly := newWorld(t, func(config *pgxpool.Config) {
		config.ConnConfig.RuntimeParams["default_transaction_read_only"] = "on"
	})
	_, err = customers.For(readOnly.owner(t, readOnly.acme)).Create(t.Context(), readOnly.writer, customerRow{Email: "a"})
	require.ErrorIs(t, err, repository.Unavailable, "a writer whose server has become a replica")
	require.NotEmpty(t, fmt.Sprint(err))
}

// TestExecModes runs the verbs in each mode in which pgx can send statements. A
// PgBouncer before 1.21 needs some of these modes.
func TestExecModes(t *testing.T) {
	t.Parallel()
	for _, mode := range []pgx.QueryExecMode{
		pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec, pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol,
	} {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(config *pgxpool.Config) { config.ConnConfig.DefaultQueryExecMode = mode })
			system := customers.For(owner.System("test"))
			for _, verb := range verbs {
				row := customerRow{Email: "row@example.com", OrganizationID: w.acme, Metadata: kit.Metadata{"a": "b"}}
				made, err := system.Create(t.Context(), w.writer, row)
				require.NoError(t, err, verb.name)
				n, err := verb.run(t.Context(), w, w.in(w.acme, w.globe), made.ID)
				require.NoError(t, err, verb.name)
				require.Equal(t, int64(1), n, verb.name)
				_, err = system.WithDeleted().DeleteWhere(t.Context(), w.writer, squirrel.Expr("true"))
				require.NoError(t, err)
			}
			rows := nullableRows(20)
			rows[7].Metadata = kit.Metadata{"n": 7}
			require.NoError(t, customers.For(w.owner(t, w.acme)).CreateMany(t.Context(), w.writer, rows))
			order := sorting.New(sorting.Asc(byNameFirst), sorting.Desc(byCreatedAt), sorting.Asc(byScore))
			all, err := w.in(w.acme).All(t.Context(), w.reader, repository.Query{Sorting: order, Max: 100})
			require.NoError(t, err)
			var walked []customerRow
			for batch, err := range w.in(w.acme).Walk(t.Context(), w.reader, repository.Query{Sorting: order}, 3) {
				require.NoError(t, err)
				walked = append(walked, batch...)
			}
			require.Equal(t, all, walked)
			found, err := w.in(w.acme).Page(t.Context(), w.reader, repository.Query{
				Where: squirrel.And{
					repository.MetadataMatches("metadata", kit.MetadataFilter{{Key: "n", Values: []string{"7", "x"}}}),
					squirrel.Eq{"email": []string{rows[7].Email, "x"}}, squirrel.Eq{"id": []uuid.UUID{rows[7].ID}}, squirrel.Lt{"created_at": time.Now().Add(time.Hour)},
				},
			})
			require.NoError(t, err)
			require.Equal(t, int64(1), found.Pagination.TotalCount)
			order1, err := orders.For(w.owner(t, w.acme)).Create(t.Context(), w.writer, orderRow{CustomerID: rows[7].ID, Status: "paid", Amount: 7})
			require.NoError(t, err)
			paid, err := orders.For(organizations(w.acme)).Count(t.Context(), w.reader, squirrel.Eq{"status": []orderStatus{order1.Status}})
			require.NoError(t, err)
			require.Equal(t, int64(1), paid)
		})
	}
}
