package repository

import (
	"context"
	"reflect"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/pglink"
)

// call is what decides the meaning of a statement's failure.
type call struct {
	// writes: the statement writes. Where it is a transaction of its own, it may have
	// taken place when the answer is lost.
	writes bool
	// noWait: its locks do not wait.
	noWait bool
	// written returns the values that it writes. It is nil if there are none.
	written func() []written
	// rows are the rows with the values, where there are several.
	rows reflect.Value
	// fields are the places in the request that the call names for constraints.
	fields Fields
	// given: a row was passed on, so that the statement must not run again.
	given bool
	// tag is the command tag of the statement, with the number of its rows.
	tag pgconn.CommandTag
}

// run calls a function that sends a statement and reads the whole answer. In a
// transaction it uses its connection, and runs the function once. Otherwise it takes a
// connection of the pool. It runs the function once more where the statement surely did
// not take place: where pgx keeps outdated facts of the statement, and where a write met
// a server that only reads and new connections reach one that writes.
func (h *handle) run(ctx context.Context, p *plan, c *call, send func(on querier) error) error {
	if h.tx != nil {
		raw := send(h.on(h.db, h.conn()))
		err := p.translate(raw, h.conn(), c, inTransaction)
		err = p.blameValues(ctx, h, nil, c, raw, err)
		h.note(err)
		return err
	}
	conn, err := pglink.Acquire(ctx, h.pool)
	if err != nil {
		return p.translate(err, nil, c, notSent)
	}
	defer func() {
		if conn != nil {
			conn.Release()
		}
	}()
	outdated, moved := false, false
	for {
		err = send(h.on(conn, conn.Conn()))
		switch {
		case err == nil:
			return nil
		case !outdated && !c.given && h.caches() && isOutdated(err, c, h.mode):
			outdated = true // pgx has dropped the statement from its cache by now
			continue
		}
		failure := p.translate(err, conn.Conn(), c, sentAlone)
		if closes(err, c) {
			pglink.HangUp(conn)
			return failure
		}
		if moved || !c.writes || !isReadOnly(err) {
			return p.blameValues(ctx, h, conn.Conn(), c, err, failure)
		}
		moved = true
		conn.Release()
		conn = nil
		if !h.primary.returned(ctx, h.pool) {
			return failure
		}
		if conn, err = pglink.Acquire(ctx, h.pool); err != nil {
			return failure
		}
	}
}

// on is what statements are sent on.
func (h *handle) on(to querier, conn *pgx.Conn) querier {
	if isTextual(h.mode) && conn != nil {
		return textual{to, conn.TypeMap()}
	}
	return to
}

// closes reports whether an error of the server makes its connection useless.
func closes(err error, c *call) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && answerTo(pg, c).closes
}

// caches reports whether pgx keeps statements or their descriptions.
func (h *handle) caches() bool {
	return h.mode == pgx.QueryExecModeCacheStatement || h.mode == pgx.QueryExecModeCacheDescribe
}

// isOutdated reports whether a statement failed because of outdated facts that pgx
// keeps of it, and did not take place.
func isOutdated(err error, c *call, mode pgx.QueryExecMode) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return answerTo(pg, c).stale
	}
	if _, ok := errors.AsType[*rowError](err); ok {
		// Where the statement is prepared on the server, the server itself reports a
		// changed result. A write has taken place.
		return !c.writes && mode == pgx.QueryExecModeCacheDescribe
	}
	if pglink.IsLost(err) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	// A value that does not fit the type that the parameter had.
	_, unsent := errors.AsType[*unsentError](err)
	return unsent
}

// written is a value that a statement writes.
type written struct {
	column *column
	value  any
	// field is the name on the wire of the field that the value came from. It is empty
	// for a value of the program.
	field string
	// own: the repository itself sets the column.
	own bool
}

// rowError is the error of a row that the server sent and that cannot be read.
type rowError struct{ cause error }

func (e *rowError) Error() string { return e.cause.Error() }
func (e *rowError) Unwrap() error { return e.cause }

// unsentError is the error of pgx for a value that it cannot write as the parameter's
// type. Nothing was sent.
type unsentError struct{ cause error }

func (e *unsentError) Error() string { return e.cause.Error() }
func (e *unsentError) Unwrap() error { return e.cause }

// sending marks an error that pgx returned instead of an answer. One that is neither of
// the server nor of the connection is its own, and nothing was sent.
func sending(err error) error {
	if _, ok := errors.AsType[*pgconn.PgError](err); ok || pglink.IsLost(err) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &unsentError{err}
}
