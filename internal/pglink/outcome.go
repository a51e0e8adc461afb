package pglink

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"
)

// IsLost reports whether the error says that a connection has ended, or that the pool has
// none.
func IsLost(err error) bool {
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, pgconn.ErrConnClosed) || errors.Is(err, puddle.ErrClosedPool) || pgconn.SafeToRetry(err)
}

// IsUnsent reports whether no part of the statement was sent. The error that the
// connection is closed does not prove it: pgx also returns it when the answer was lost.
func IsUnsent(err error) bool {
	return pgconn.SafeToRetry(err) && !errors.Is(err, pgconn.ErrConnClosed)
}

// IsUnknown reports whether a failed statement may have taken place. The statement is a
// COMMIT, or was sent without a transaction. Closed says that its connection has ended,
// which the error does not always say.
//
// A statement did not run if the server refused to prepare it (pgconn.PrepareError). If
// the connection is lost at that moment, pgx returns only the error of the connection,
// so the outcome counts as unknown.
func IsUnknown(err error, closed bool) bool {
	if _, ok := errors.AsType[*pgconn.PrepareError](err); ok {
		return false
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return leavesOpen(pg)
	}
	return (closed || IsLost(err) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)) && !IsUnsent(err)
}

// leavesOpen reports whether the statement may have taken place although the server
// answered with an error. After an ERROR or a FATAL of PostgreSQL it has not. It may
// have after a crash or a PANIC, after an error that says so, and after an error of a
// pooler that has lost the server.
func leavesOpen(pg *pgconn.PgError) bool {
	switch {
	case pg.Code == "40003", pg.Code == "08007": // the outcome of the statement, or of the transaction, is unknown
		return true
	case IsStatementPooling(pg), foundNoServer(pg):
		return false
	}
	// PostgreSQL sends the name of its routine with an error. Poolers do not.
	lost := strings.HasPrefix(pg.Code, "08")
	return severity(pg) == "PANIC" || IsFatal(pg) && (lost || pg.Code == "57P02" || pg.Routine == "") || lost && pg.Routine == ""
}

// IsFatal reports whether the server ended the session with the error.
func IsFatal(pg *pgconn.PgError) bool {
	severity := severity(pg)
	return severity == "FATAL" || severity == "PANIC"
}

// severity returns the severity in English. Servers before PostgreSQL 9.6 and some poolers
// send it only in their own language.
func severity(pg *pgconn.PgError) string {
	if pg.SeverityUnlocalized == "" {
		return pg.Severity
	}
	return pg.SeverityUnlocalized
}

// PgBouncer has one SQLSTATE for all of its errors, so the texts distinguish them. They
// are the same in every language.

// IsStatementPooling reports whether PgBouncer refuses a transaction because it lends
// connections for one statement only.
func IsStatementPooling(pg *pgconn.PgError) bool {
	return pg.Code == "08P01" && strings.Contains(pg.Message, "statement pooling mode")
}

// foundNoServer reports whether PgBouncer ended a session that had waited for a server
// longer than its query_wait_timeout. PgBouncer then has sent nothing to a server
// (janitor.c: it looks at the list of waiting clients only).
func foundNoServer(pg *pgconn.PgError) bool {
	return pg.Code == "08P01" && pg.Message == "query_wait_timeout" && pg.Routine == ""
}
