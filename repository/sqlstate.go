package repository

import (
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/pglink"
)

// answer is what an error of the server means, by its SQLSTATE.
type answer struct {
	reason Reason       // empty: the error is the program's own mistake
	kind   *errors.Kind // what a client gets
	// again: the statement did not take place and may be sent again, so a client
	// gets Retry-After.
	again bool
	// closes: the connection is of no use for the next statement.
	closes bool
}

var (
	mistake = answer{kind: errors.InternalServerError}
	away    = answer{reason: Unavailable, kind: errors.ServiceUnavailable, again: true}
	gone    = answer{reason: Unavailable, kind: errors.ServiceUnavailable, again: true, closes: true}
	tooLong = answer{reason: Timeout, kind: errors.ServiceUnavailable, again: true}
	tooOld  = answer{reason: Timeout, kind: errors.ServiceUnavailable, again: true, closes: true}
	unknown = answer{reason: CommitUnknown, kind: errors.OutcomeUnknown, closes: true}
	retried = answer{reason: SerializationFailure, kind: errors.ServiceUnavailable, again: true}
	refused = answer{reason: InvalidValue, kind: errors.InternalServerError} // 422 where it is a field's fault
)

// answers are the meanings of SQLSTATEs, and of whole classes by their first two
// characters. What is not here is the program's own mistake: a 500. Source:
// appendix A of PostgreSQL's manual, and the errors of its pooler.
var answers = map[string]answer{ //nolint:gochecknoglobals // a constant table
	// Connection exceptions: also what PgBouncer says of a server that it lost.
	"08":    gone,
	"08007": unknown, // transaction resolution unknown

	// Data exceptions: a value that its column does not take.
	"22":    refused,
	"22021": {reason: InvalidText, kind: errors.InternalServerError},
	"22P05": {reason: InvalidText, kind: errors.InternalServerError},

	// Integrity constraints.
	"23502": {reason: NotNullViolation, kind: errors.InternalServerError},
	"23503": {reason: ForeignKeyViolation, kind: errors.ResourceConflict},
	"23505": {reason: UniqueViolation, kind: errors.ResourceAlreadyExists},
	"23514": {reason: CheckViolation, kind: errors.InternalServerError},
	"23P01": {reason: ExclusionViolation, kind: errors.ResourceConflict},

	// States of a transaction. What is left of class 25 is a statement at the
	// wrong moment, such as one more in a transaction that has failed.
	"25006": away,   // read-only: what was the primary before; see primary.go
	"25P03": tooOld, // idle_in_transaction_session_timeout
	"25P04": tooOld, // transaction_timeout

	// A prepared statement that is not there, or is there already: behind a
	// pooler that hands out another server's connection.
	"26000": gone,
	"42P05": gone,

	// Rolled back by the server.
	"40":    retried,
	"40003": unknown, // statement completion unknown

	"53":    away,                                                     // insufficient resources
	"54000": {reason: InvalidValue, kind: errors.InternalServerError}, // too large for an index
	"55006": away,                                                     // the object is in use
	"55P03": tooLong,                                                  // lock_timeout; see answerTo for NOWAIT

	"57":    gone,    // shut down, starting, crashed, dropped
	"57014": tooLong, // statement_timeout

	"58000": away, // an error of the server's system
	"58030": away, // an I/O error
	"72000": away, // the snapshot is too old
}

// answerTo is the meaning of an error of the server to a call.
func answerTo(pg *pgconn.PgError, c *call) answer {
	found, ok := answers[pg.Code]
	if !ok && len(pg.Code) == 5 {
		found, ok = answers[pg.Code[:2]]
	}
	if !ok {
		found = mistake
	}
	switch {
	case pg.Code == "55P03" && c.noWait && pg.Routine != "ProcessInterrupts":
		// The routine tells a lock that was not to wait from one that waited as
		// long as lock_timeout lets it, such as for the table.
		return answer{reason: LockNotAvailable, kind: errors.ResourceConflict}
	case isStalePlan(pg):
		return away
	case pglink.IsStatementPooling(pg):
		return answer{kind: errors.InternalServerError, closes: true}
	}
	if pglink.IsFatal(pg) {
		found.closes = true
	}
	return found
}

// isStalePlan reports whether a statement was prepared before a migration that
// changed the type of a column: it did not run.
func isStalePlan(pg *pgconn.PgError) bool {
	return pg.Code == "0A000" && pg.Routine == "RevalidateCachedQuery"
}

// statementPooling is what a service is told that cannot work so.
const statementPooling = "PgBouncer gives out connections for one statement (pool_mode = statement), which refuses transactions: set pool_mode = transaction or session"

// mayBeStale reports whether an error may come from what pgx keeps of a statement
// (its text, the types of its parameters and columns) after a migration: then the
// same statement, prepared again, can succeed. None of these has run.
func mayBeStale(pg *pgconn.PgError) bool {
	if pglink.IsFatal(pg) {
		return false
	}
	switch pg.Code {
	case
		"08P01", // insufficient data left in message: a parameter in the form of another type
		"22P03", // the binary form of another type
		"26000", // the prepared statement is not there
		"42804", // the parameter is of another type than the column
		"42846", // no cast from one to the other
		"42883", // no operator for the two
		"42P05", // the prepared statement is there
		"42P18", // the type of the parameter is not known
		"XX000": // cache lookup failed: what the plan refers to was dropped
		return true
	}
	return isStalePlan(pg)
}
