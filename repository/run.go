package repository

import (
	"context"
	"reflect"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/pglink"
)

// call is what has to be known of a statement to say what its failure means.
type call struct {
	// writes: where it is a transaction of its own, it may have taken place when
	// the answer is lost.
	writes bool
	// noWait: it asked for locks that do not wait.
	noWait bool
	// written gives the values that it writes; nil for none.
	written func() []written
	// rows are those that the values stand in, where there are many of them.
	rows reflect.Value
	// fields are the places that the call names for constraints.
	fields Fields
	// given: a row was passed on, so that the statement must not run again.
	given bool
	// tag says what the statement did.
	tag pgconn.CommandTag
}

// run sends a statement and reads the whole answer, both of which the function
// does. A transaction runs on its own connection, once. Otherwise run takes a
// connection of the pool, and sends the statement once more where it surely did
// not take place: where what pgx keeps of it is outdated, and where a write has
// met a server that only reads while new connections lead to one that writes.
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
			outdated = true // and pgx has forgotten by now what it kept of the statement
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

// isOutdated reports whether a statement failed because of what pgx kept of it,
// and did not take place.
func isOutdated(err error, c *call, mode pgx.QueryExecMode) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return answerTo(pg, c).stale
	}
	if _, ok := errors.AsType[*rowError](err); ok {
		// The server takes care of a changed result itself where the statement is
		// prepared there. A write has taken place.
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
	// field is the name on the wire of the field that the value came from; empty
	// for a value of the program's own.
	field string
	// own: the repository says what the column holds.
	own bool
}

// rowError is a row that came and could not be read.
type rowError struct{ cause error }

func (e *rowError) Error() string { return e.cause.Error() }
func (e *rowError) Unwrap() error { return e.cause }

// unsentError is what pgx says of a value that it cannot write as the parameter's
// type, before anything is sent.
type unsentError struct{ cause error }

func (e *unsentError) Error() string { return e.cause.Error() }
func (e *unsentError) Unwrap() error { return e.cause }

// sending is an error with which pgx did not begin to give an answer: what is
// neither from the server nor from the connection it met itself, beforehand.
func sending(err error) error {
	if _, ok := errors.AsType[*pgconn.PgError](err); ok || pglink.IsLost(err) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &unsentError{err}
}
