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

// IsLost tells the errors with which a connection ends or a pool has none.
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

// IsUnsent reports whether nothing of the statement was sent. Of a connection
// that was open before, pgx says that it is closed also when the answer was lost.
func IsUnsent(err error) bool {
	return pgconn.SafeToRetry(err) && !errors.Is(err, pgconn.ErrConnClosed)
}

// IsUnknown reports whether a statement that was sent as a transaction of its own,
// or a COMMIT, may have taken place although it failed. Closed says that its
// connection has ended, which the error need not say.
//
// A statement that pgx was still preparing has not run. Only a server's answer to
// that is known as such (pgconn.PrepareError). Where the connection is lost at that
// moment pgx gives the error of the connection alone, so it counts as unknown.
func IsUnknown(err error, closed bool) bool {
	if _, ok := errors.AsType[*pgconn.PrepareError](err); ok {
		return false
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return leavesOpen(pg)
	}
	return (closed || IsLost(err) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)) && !IsUnsent(err)
}

// leavesOpen reports whether the statement may have taken place although the
// server answered with an error. After an ERROR of PostgreSQL it has not, and
// PostgreSQL ends a session with FATAL only where it has not. It may have after a
// crash or a PANIC, where the server says that it does not know, and where the
// error is not PostgreSQL's, but that of a pooler that lost the server.
func leavesOpen(pg *pgconn.PgError) bool {
	switch {
	case pg.Code == "40003", pg.Code == "08007": // statement completion, transaction resolution unknown
		return true
	case IsStatementPooling(pg), foundNoServer(pg):
		return false
	}
	// PostgreSQL names the routine that an error comes from, and poolers do not.
	lost := strings.HasPrefix(pg.Code, "08")
	return severity(pg) == "PANIC" || IsFatal(pg) && (lost || pg.Code == "57P02" || pg.Routine == "") || lost && pg.Routine == ""
}

// IsFatal reports whether the server ended the session with the error.
func IsFatal(pg *pgconn.PgError) bool {
	severity := severity(pg)
	return severity == "FATAL" || severity == "PANIC"
}

// severity is the word for it that is the same in every language; servers before
// PostgreSQL 9.6 and some poolers have none.
func severity(pg *pgconn.PgError) string {
	if pg.SeverityUnlocalized == "" {
		return pg.Severity
	}
	return pg.SeverityUnlocalized
}

// PgBouncer has one SQLSTATE for all of its errors. Its texts are the same in every
// language, and are part of what its clients see.

// IsStatementPooling reports whether PgBouncer refuses a transaction because it
// gives out connections for one statement.
func IsStatementPooling(pg *pgconn.PgError) bool {
	return pg.Code == "08P01" && strings.Contains(pg.Message, "statement pooling mode")
}

// foundNoServer reports whether PgBouncer ended a session that waited for a server
// longer than its query_wait_timeout. It sends nothing to a server before there is
// one (janitor.c of PgBouncer: only clients in the list of those that wait).
func foundNoServer(pg *pgconn.PgError) bool {
	return pg.Code == "08P01" && pg.Message == "query_wait_timeout" && pg.Routine == ""
}
