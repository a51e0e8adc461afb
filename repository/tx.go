package repository

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/pglink"
)

const (
	// DefaultAttempts is how often [InTx] runs a function at most.
	DefaultAttempts = 10

	firstBackoff = 5 * time.Millisecond
	lastBackoff  = 500 * time.Millisecond
	// endTimeout is how long a rollback may take. It also happens after the end of the
	// caller's context.
	endTimeout = 5 * time.Second
)

// TxOptions are the options of [InTxWith]. The zero value is that of [InTx].
type TxOptions struct {
	// Isolation is the database's default if empty, which is READ COMMITTED in
	// PostgreSQL.
	Isolation pgx.TxIsoLevel
	// Attempts is how often the function runs at most; [DefaultAttempts] if 0.
	Attempts int
}

// txState is the state of a transaction while it is open.
type txState struct {
	tx     pgx.Tx
	pool   *pgxpool.Pool // the pool of its connection, nil if that is not known
	hooks  []func(context.Context)
	failed failure
}

// failure is what went wrong in a transaction. Its function may have dropped the error.
type failure struct {
	serialization bool // the function may run again
	outdated      bool // the same, after the connection has dropped its prepared statements
	readOnly      bool // the same, if new connections reach a server that writes
	closes        bool // the connection cannot be used again
	final         bool // the function returned an error of its own
}

func (f failure) or(other failure) failure {
	return failure{
		f.serialization || other.serialization, f.outdated || other.outdated, f.readOnly || other.readOnly,
		f.closes || other.closes, f.final || other.final,
	}
}

// InTx runs a function in a transaction. The transaction is committed when the function
// returns nil, and rolled back when it returns an error or panics.
//
// The function may run several times, so what it does outside of the transaction must
// allow that. After a serialization failure or a deadlock (SQLSTATE 40001, 40P01) the
// whole function runs again in a new transaction: up to [DefaultAttempts] times in all,
// after a growing, random pause, until the context ends. It also runs again, once, after
// a statement that was prepared before a migration, and, once, after a write on a server
// that is no longer the primary.
//
// When the connection is lost during COMMIT it is not known whether the transaction took
// place: the error has the reason [CommitUnknown], and the function does not run again.
// When the connection is lost earlier the transaction has not taken place.
//
// In a transaction that is already open InTx makes a savepoint. An error undoes what the
// function did, the outer transaction goes on, and the function does not run again.
func InTx(ctx context.Context, to Writable, fn func(tx Tx) error) error {
	return InTxWith(ctx, to, TxOptions{}, fn)
}

// InTxWith is [InTx] with options. They have no effect in a transaction that is already
// open.
func InTxWith(ctx context.Context, to Writable, options TxOptions, fn func(tx Tx) error) error {
	h, err := writerOf(to)
	if err != nil {
		return err
	}
	if h.tx != nil {
		return h.tx.savepoint(ctx, h.mode, fn)
	}
	attempts := options.Attempts
	if attempts <= 0 {
		attempts = DefaultAttempts
	}
	forget, moved := false, false
	for attempt := 1; ; attempt++ {
		state, met, err := h.attempt(ctx, options, forget, fn)
		if err == nil {
			state.runHooks(ctx)
			return nil
		}
		// Also without another attempt, the pool has to leave a server that only reads.
		returned := met.readOnly && !moved && h.primary.returned(ctx, h.pool)
		switch {
		case attempt >= attempts || met.final || ctx.Err() != nil || errors.Is(err, CommitUnknown):
			return err
		case met.outdated && !forget:
			forget = true
		case returned:
			moved = true
		case met.serialization && pause(ctx, attempt):
		default:
			return err
		}
	}
}

// noModel translates the errors of statements without a table.
var noModel = &plan{table: "transaction"} //nolint:gochecknoglobals // a constant

// attempt runs the function in one transaction. What went wrong (met) decides whether
// there is another attempt.
func (h *handle) attempt(ctx context.Context, options TxOptions, forget bool, fn func(tx Tx) error) (state *txState, met failure, err error) {
	begin := &call{}
	conn, err := pglink.Acquire(ctx, h.pool)
	if err != nil {
		return nil, met, noModel.translate(err, nil, begin, notSent)
	}
	defer func() {
		if met.closes {
			pglink.HangUp(conn)
		}
		conn.Release()
	}()
	if forget {
		if err := conn.Conn().DeallocateAll(ctx); err != nil {
			return nil, met, noModel.translate(err, conn.Conn(), begin, inTransaction)
		}
	}
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: options.Isolation})
	if err != nil {
		err = noModel.translate(err, conn.Conn(), begin, inTransaction)
		met.readOnly = isStandby(conn.Conn())
		return nil, met, err
	}
	state = &txState{tx: tx, pool: h.pool}
	done := false
	defer func() {
		if !done {
			rollback(ctx, tx)
		}
	}()
	defer func() {
		met = state.failed.or(h.failureOf(err))
		met.final = err != nil && !isTried(err, state.failed)
	}()
	if err := fn(Tx{&handle{db: tx, tx: state, mode: h.mode}}); err != nil {
		return state, met, noModel.serialization(err)
	}
	if err := ctx.Err(); err != nil {
		return state, met, noModel.translate(err, conn.Conn(), begin, inTransaction)
	}
	done = true
	return state, met, commit(ctx, tx)
}

// isTried reports whether there may be another attempt after an error: one of the
// database, or the COMMIT that failed because the function dropped such an error. Any
// other error is the decision of the function.
func isTried(err error, dropped failure) bool {
	if errors.Is(err, pgx.ErrTxCommitRollback) {
		return dropped.serialization || dropped.outdated || dropped.readOnly
	}
	if _, ok := errors.AsType[*Error](err); ok {
		return true
	}
	if _, ok := errors.AsType[*unsentError](err); ok {
		return true
	}
	_, ok := errors.AsType[*pgconn.PgError](err)
	return ok
}

// serialization translates a serialization failure that a function got from pgx itself.
// Other errors stay as they are.
func (p *plan) serialization(err error) error {
	if _, ok := errors.AsType[*Error](err); ok {
		return err
	}
	if translated := p.translate(err, nil, &call{}, inTransaction); errors.Is(translated, SerializationFailure) {
		return translated
	}
	return err
}

// commit commits. Its error says whether the transaction did not take place, or whether
// that is unknown. On a connection that was lost earlier it did not take place.
func commit(ctx context.Context, tx pgx.Tx) error {
	at := sentAlone
	if conn := tx.Conn(); conn != nil && conn.IsClosed() {
		at = inTransaction
	}
	return noModel.translate(tx.Commit(ctx), tx.Conn(), &call{writes: true}, at)
}

func rollback(ctx context.Context, tx pgx.Tx) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
	defer cancel()
	// A rollback that fails closes the connection, and with it the transaction.
	_ = tx.Rollback(ctx)
}

// pause waits before the next attempt and reports whether there may be one.
func pause(ctx context.Context, attempt int) bool {
	most := lastBackoff
	if attempt < 8 {
		most = min(firstBackoff<<attempt, lastBackoff)
	}
	timer := time.NewTimer(most/2 + rand.N(most/2)) //nolint:gosec // a pause is no secret
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

func (t *txState) savepoint(ctx context.Context, mode pgx.QueryExecMode, fn func(tx Tx) error) error {
	tx, err := t.tx.Begin(ctx)
	if err != nil {
		if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.Code == "0A000" {
			return fmt.Errorf("repository: this database has no savepoints, so transactions cannot be nested: %w: %w", errors.ErrUnsupported, err)
		}
		return noModel.translate(err, t.tx.Conn(), &call{}, inTransaction)
	}
	inner := &txState{tx: tx, pool: t.pool}
	done := false
	defer func() {
		t.failed = t.failed.or(inner.failed)
		if !done {
			rollback(ctx, tx)
		}
	}()
	if err := fn(Tx{&handle{db: tx, tx: inner, mode: mode}}); err != nil {
		return err
	}
	done = true
	if err := tx.Commit(ctx); err != nil {
		return noModel.translate(err, t.tx.Conn(), &call{}, inTransaction)
	}
	t.hooks = append(t.hooks, inner.hooks...)
	return nil
}

// AfterCommit registers a function that runs after the transaction is committed, for
// example to send a message or to clear a cache. Functions run in the order of the
// calls, with the context of InTx. A function does not run when the transaction, or the
// savepoint in which it was registered, is rolled back, nor for an attempt that is tried
// again. On the zero Tx, which is never committed, AfterCommit does nothing.
func (t Tx) AfterCommit(hook func(ctx context.Context)) {
	if t.handle != nil {
		t.tx.hooks = append(t.tx.hooks, hook)
	}
}

// Committed runs the functions of [Tx.AfterCommit] of a transaction that [WrapTx] made.
// The code that began the transaction calls it after the commit.
func (t Tx) Committed(ctx context.Context) {
	if t.handle != nil {
		t.tx.runHooks(ctx)
	}
}

func (t *txState) runHooks(ctx context.Context) {
	hooks := t.hooks
	t.hooks = nil
	for _, hook := range hooks {
		hook(ctx)
	}
}

// note records on a transaction what went wrong, for functions that drop the error. An
// error in a savepoint counts for the whole transaction too.
func (h *handle) note(err error) {
	if err != nil {
		h.tx.failed = h.tx.failed.or(h.failureOf(err))
	}
}

// failureOf is what an error means for its transaction.
func (h *handle) failureOf(err error) failure {
	f := failure{serialization: errors.Is(err, SerializationFailure)}
	pg, ok := errors.AsType[*pgconn.PgError](err)
	switch {
	case ok:
		meaning := answerTo(pg, &call{})
		f.outdated = h.caches() && meaning.stale
		f.readOnly = pg.Code == "25006"
		f.closes = meaning.closes
	case err != nil:
		_, unsent := errors.AsType[*unsentError](err)
		f.outdated = unsent && h.caches() && !errors.Is(err, errors.RequestValidation)
	}
	return f
}
