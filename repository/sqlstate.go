package repository

import (
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/pglink"
)

// answer is what an error of the server means. It is a row of the table answers.
type answer struct {
	reason Reason       // empty: the program's own mistake
	kind   *errors.Kind // what a client gets
	// again: the statement did not take place and may be sent again. A client gets
	// Retry-After.
	again bool
	// closes: the connection cannot be used for another statement.
	closes bool
	// stale: the error may come from what pgx keeps of a statement (its text, the
	// types of its parameters and columns) after a migration. The statement did not
	// run. Prepared again, it can succeed.
	stale bool
}

var (
	mistake = answer{kind: errors.InternalServerError}
	away    = answer{reason: Unavailable, kind: errors.ServiceUnavailable, again: true}
	gone    = answer{reason: Unavailable, kind: errors.ServiceUnavailable, again: true, closes: true}
	tooLong = answer{reason: Timeout, kind: errors.ServiceUnavailable, again: true}
	tooOld  = answer{reason: Timeout, kind: errors.ServiceUnavailable, again: true, closes: true}
	unknown = answer{reason: CommitUnknown, kind: errors.OutcomeUnknown, closes: true}
	retried = answer{reason: SerializationFailure, kind: errors.ServiceUnavailable, again: true}
	// badValue is a 422 where the value came from a field; see refused.go.
	badValue = answer{reason: InvalidValue, kind: errors.InternalServerError}
	badText  = answer{reason: InvalidText, kind: errors.InternalServerError}
	locked   = answer{reason: LockNotAvailable, kind: errors.ResourceConflict}
	// pooled is the meaning of PgBouncer's error where a transaction is not possible.
	pooled = answer{kind: errors.InternalServerError, closes: true}
)

func (a answer) orStale() answer {
	a.stale = true
	return a
}

// answers are the meanings of SQLSTATEs, and of whole classes by their first two
// characters. A code that is not here has the meaning of its class. A class that is
// not here is the program's own mistake: a 500. Source: appendix A of PostgreSQL's
// manual, and the errors of poolers. answerTo has the meanings that a code alone does not
// decide.
var answers = map[string]answer{ //nolint:gochecknoglobals // a constant table
	"08":    gone,           // connection exceptions; PgBouncer's errors too
	"08007": unknown,        // transaction resolution unknown
	"08P01": gone.orStale(), // insufficient data left in message: a parameter in the form of another type

	"22":    badValue, // data exceptions: the column does not take the value
	"22021": badText,
	"22P03": badValue.orStale(), // the binary form of another type
	"22P05": badText,

	// Integrity constraints.
	"23502": {reason: NotNullViolation, kind: errors.InternalServerError},
	"23503": {reason: ForeignKeyViolation, kind: errors.ResourceConflict},
	"23505": {reason: UniqueViolation, kind: errors.ResourceAlreadyExists},
	"23514": {reason: CheckViolation, kind: errors.InternalServerError},
	"23P01": {reason: ExclusionViolation, kind: errors.ResourceConflict},

	// States of a transaction. The rest of class 25 is a statement at the wrong
	// moment, such as one in a transaction that has failed.
	"25006": away,   // read-only: this server was the primary before; see primary.go
	"25P03": tooOld, // idle_in_transaction_session_timeout
	"25P04": tooOld, // transaction_timeout

	// A pooler handed out the connection of another server.
	"26000": gone.orStale(), // the prepared statement is not there
	"42P05": gone.orStale(), // the prepared statement is there already

	"40":    retried, // rolled back by the server
	"40003": unknown, // statement completion unknown

	"42804": mistake.orStale(), // the parameter is of another type than the column
	"42846": mistake.orStale(), // no cast from one type to the other
	"42883": mistake.orStale(), // no operator for the two types
	"42P18": mistake.orStale(), // the type of the parameter is not known

	"53":    away,     // insufficient resources
	"54000": badValue, // too large for an index
	"55006": away,     // the object is in use
	"55P03": tooLong,  // lock_timeout, or a lock without waiting

	"57":    gone,    // shut down, starting, crashed, dropped
	"57014": tooLong, // statement_timeout

	"58000": away,              // an error of the server's system
	"58030": away,              // an I/O error
	"72000": away,              // the snapshot is too old
	"XX000": mistake.orStale(), // cache lookup failed: what the plan refers to was dropped
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
	case pglink.IsStatementPooling(pg):
		found = pooled
	case pg.Code == "0A000" && pg.Routine == "RevalidateCachedQuery":
		// A migration changed the columns of a prepared statement.
		found = away.orStale()
	case pg.Code == "55P03" && c.noWait && pg.Routine != "ProcessInterrupts":
		// The routine distinguishes a lock without waiting from one that waited until
		// lock_timeout, such as the lock of the table.
		found = locked
	}
	// A pooler may use the same codes when it has lost the server.
	found.closes = found.closes || pglink.IsFatal(pg)
	found.stale = found.stale && !pglink.IsFatal(pg) && !pglink.IsUnknown(pg, false)
	return found
}

// statementPooling is the text of the error for a service behind such a pooler.
const statementPooling = "PgBouncer gives out connections for one statement (pool_mode = statement), which refuses transactions: set pool_mode = transaction or session"
