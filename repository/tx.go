package repository

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/polarkit-go/polarkit/errors"
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
	hooks  []func(context.Context)
	failed bool // with a serialization failure that may be tried again
}

// InTx runs a function in a transaction, which is committed when the function
// returns nil and rolled back when it returns an error or panics. What the
// function does beside the transaction must bear repetition: after a
// serialization failure or a deadlock (SQLSTATE 40001, 40P01) the whole
// function runs again on a fresh transaction, up to [DefaultAttempts] times,
// after a growing, random pause, as long as the context lasts.
//
// When the connection is lost while committing, nobody knows whether the
// transaction took place: the error has the reason [CommitUnknown] and nothing
// is tried again.
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
		return h.tx.savepoint(ctx, fn)
	}
	attempts := options.Attempts
	if attempts <= 0 {
		attempts = DefaultAttempts
	}
	for attempt := 1; ; attempt++ {
		state, err := h.attempt(ctx, options, fn)
		if err == nil {
			state.runHooks(ctx)
			return nil
		}
		again := errors.Is(err, SerializationFailure) || state != nil && state.failed && errors.Is(err, pgx.ErrTxCommitRollback)
		if !again || attempt >= attempts || !pause(ctx, attempt) {
			return err
		}
	}
}

// noModel translates the errors of statements that are about no table.
var noModel = &plan{table: "transaction"} //nolint:gochecknoglobals // a constant

func (h *handle) attempt(ctx context.Context, options TxOptions, fn func(tx Tx) error) (state *txState, err error) {
	tx, err := h.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: options.Isolation})
	if err != nil {
		return nil, noModel.translate(err, nil)
	}
	state = &txState{tx: tx}
	done := false
	defer func() {
		if !done {
			rollback(ctx, tx)
		}
	}()
	if err := fn(Tx{&handle{db: tx, tx: state}}); err != nil {
		return state, noModel.serialization(err)
	}
	if err := ctx.Err(); err != nil {
		return state, noModel.translate(err, nil)
	}
	done = true
	return state, commit(ctx, tx)
}

// serialization translates an error that a function got from pgx itself, if it
// is one that InTx has to know; others stay as they are.
func (p *plan) serialization(err error) error {
	if _, ok := errors.AsType[*Error](err); ok {
		return err
	}
	if translated := p.translate(err, nil); errors.Is(translated, SerializationFailure) {
		return translated
	}
	return err
}

// commit tells a commit that did not take place from one of which nobody knows:
// an answer of the server is an answer, except 40003, and on a connection that
// was lost before there was nothing to commit. pgconn.SafeToRetry does not tell:
// it also holds when COMMIT was sent and the connection lost before the answer.
func commit(ctx context.Context, tx pgx.Tx) error {
	lost := tx.Conn().IsClosed()
	err := tx.Commit(ctx)
	if err == nil {
		return nil
	}
	_, answered := errors.AsType[*pgconn.PgError](err)
	if lost || answered || errors.Is(err, pgx.ErrTxCommitRollback) {
		return noModel.translate(err, nil)
	}
	return errors.ServiceUnavailable.Wrap(&Error{Reason: CommitUnknown, Table: noModel.table, cause: err})
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

func (t *txState) savepoint(ctx context.Context, fn func(tx Tx) error) error {
	tx, err := t.tx.Begin(ctx)
	if err != nil {
		if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.Code == "0A000" {
			return fmt.Errorf("repository: this database has no savepoints, so transactions cannot be nested: %w: %w", errors.ErrUnsupported, err)
		}
		return noModel.translate(err, nil)
	}
	inner := &txState{tx: tx}
	done := false
	defer func() {
		t.failed = t.failed || inner.failed
		if !done {
			rollback(ctx, tx)
		}
	}()
	if err := fn(Tx{&handle{db: tx, tx: inner}}); err != nil {
		return err
	}
	done = true
	if err := tx.Commit(ctx); err != nil {
		return noModel.translate(err, nil)
	}
	t.hooks = append(t.hooks, inner.hooks...)
	return nil
}

// AfterCommit has a function run once the transaction is committed, in the
// order of the calls, with the context of InTx: to send a message or drop a
// cache. It does not run when the transaction, or the savepoint in which it
// was asked for, is rolled back, nor for an attempt that is tried again.
func (t Tx) AfterCommit(hook func(ctx context.Context)) { t.tx.hooks = append(t.tx.hooks, hook) }

// Committed runs the hooks of a transaction that [WrapTx] made. Whoever began
// the transaction calls it once it is committed.
func (t Tx) Committed(ctx context.Context) { t.tx.runHooks(ctx) }

func (t *txState) runHooks(ctx context.Context) {
	hooks := t.hooks
	t.hooks = nil
	for _, hook := range hooks {
		hook(ctx)
	}
}

// failed notes on a transaction that it may be tried again, for functions that
// drop the error.
func (h *handle) failed(err error) error {
	if err != nil && h.tx != nil && errors.Is(err, SerializationFailure) {
		h.tx.failed = true
	}
	return err
}
