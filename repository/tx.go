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
	// endTimeout is how long a rollback may take, which happens also when the
	// caller's context has ended.
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

// txState is what is known of a transaction while it is open.
type txState struct {
	tx     pgx.Tx
	pool   *pgxpool.Pool // that its connection is of, nil if that is not known
	hooks  []func(context.Context)
	failed failure
}

// failure is what a transaction has met, of which its function may say nothing.
type failure struct {
	serialization bool // the whole may be tried again
	outdated      bool // the same, on a connection that has forgotten its statements
	readOnly      bool // the same, where new connections lead to a server that writes
	closes        bool // the connection is of no use afterwards
	final         bool // the function refuses for a reason of its own
}

func (f failure) or(other failure) failure {
	return failure{
		f.serialization || other.serialization, f.outdated || other.outdated, f.readOnly || other.readOnly,
		f.closes || other.closes, f.final || other.final,
	}
}

// InTx runs a function in a transaction, which is committed when the function
// returns nil and rolled back when it returns an error or panics. What the
// function does beside the transaction must bear repetition: after a
// serialization failure or a deadlock (SQLSTATE 40001, 40P01) the whole
// function runs again on a fresh transaction, up to [DefaultAttempts] times,
// after a growing, random pause, as long as the context lasts. It also runs again
// where it met a statement that was prepared before a migration, once, and where
// it met a server that is the primary no longer, once.
//
// When the connection is lost while committing, nobody knows whether the
// transaction took place: the error has the reason [CommitUnknown] and nothing
// is tried again. A connection that is lost before took the transaction with it.
//
// In a transaction that is already open, InTx makes a savepoint: an error takes
// back what the function did, the outer transaction goes on, and nothing is
// tried again here.
func InTx(ctx context.Context, to Writable, fn func(tx Tx) error) error {
	return InTxWith(ctx, to, TxOptions{}, fn)
}

// InTxWith is [InTx] with options. In a transaction that is already open they
// say nothing.
func InTxWith(ctx context.Context, to Writable, options TxOptions, fn func(tx Tx) error) error {
	h, err := noModel.writer(to)
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

// noModel translates the errors of statements that are about no table.
var noModel = &plan{table: "transaction"} //nolint:gochecknoglobals // a constant

// attempt runs the function in one transaction. What it met decides whether there
// is another attempt; the function itself may refuse for reasons of its own.
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

// isTried reports whether an error is the one for which there is another attempt:
// what the database said, or that a function which dropped it cannot commit. Any
// other error is the function's own decision.
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

// serialization translates an error that a function got from pgx itself, if it
// is one that InTx has to know; others stay as they are.
func (p *plan) serialization(err error) error {
	if _, ok := errors.AsType[*Error](err); ok {
		return err
	}
	if translated := p.translate(err, nil, &call{}, inTransaction); errors.Is(translated, SerializationFailure) {
		return translated
	}
	return err
}

// commit tells a commit that did not take place from one of which nobody knows.
// On a connection that was lost before there was nothing to commit.
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

// AfterCommit has a function run once the transaction is committed, in the
// order of the calls, with the context of InTx: to send a message or drop a
// cache. It does not run when the transaction, or the savepoint in which it
// was asked for, is rolled back, nor for an attempt that is tried again.
// On the zero Tx, which is never committed, it does nothing.
func (t Tx) AfterCommit(hook func(ctx context.Context)) {
	if t.handle != nil {
		t.tx.hooks = append(t.tx.hooks, hook)
	}
}

// Committed runs the hooks of a transaction that [WrapTx] made. Whoever began
// the transaction calls it once it is committed.
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

// failed notes on a transaction what it has met, for functions that drop the
// error. Within a savepoint too, the whole has to be tried again.
func (h *handle) note(err error) {
	if err != nil {
		h.tx.failed = h.tx.failed.or(h.failureOf(err))
	}
}

// failureOf is what an error says about the transaction that met it.
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
