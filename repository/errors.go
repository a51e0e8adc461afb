package repository

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/pglink"
)

// Reason says why the database did not do as it was told. It is a target for
// errors.Is.
type Reason string

// The reasons of an [Error]; beside each, what a client gets.
const (
	// NotFound: there is no such row in scope. 404 ResourceNotFound. errors.Is
	// also holds for pgx.ErrNoRows.
	NotFound Reason = "not found"
	// UniqueViolation: 409 ResourceAlreadyExists, or 422 by [Options.Unique] where
	// the statement writes a column of the constraint, or by [Rows.WithFields].
	UniqueViolation Reason = "unique violation"
	// ForeignKeyViolation: 409 ResourceConflict, or 422 by [Options.References].
	ForeignKeyViolation Reason = "foreign key violation"
	// ExclusionViolation: 409 ResourceConflict.
	ExclusionViolation Reason = "exclusion violation"
	// CheckViolation: 500, or 422 by [Options.Checks].
	CheckViolation Reason = "check violation"
	// NotNullViolation: 500.
	NotNullViolation Reason = "not-null violation"
	// InvalidText: a text to write holds a NUL or bytes that are no UTF-8. 422 at
	// its field, or at the body where none is known. A [kit.Schema] refuses such text before it comes here, and to ask
	// for it finds nothing.
	InvalidText Reason = "invalid text"
	// InvalidValue: a value is beyond what its column takes (class 22, 54000). 422
	// at every field whose value is, as Create and an update schema wrote it; at
	// its row and field in [Rows.CreateMany]; 500 for a value that no field has.
	InvalidValue Reason = "value out of the column's range"
	// Stale: the row changed since it was read. 409 ResourceConflict.
	Stale Reason = "changed meanwhile"
	// LockNotAvailable: another transaction holds the row, and the lock was not
	// to wait ([Lock.NoWait]). 409 ResourceConflict.
	LockNotAvailable Reason = "lock not available"
	// SerializationFailure: the transaction met another one and may be tried
	// again, which [InTx] does; it is a deadlock too. 503 with Retry-After.
	SerializationFailure Reason = "serialization failure"
	// Timeout: the statement, the transaction or the wait for a lock took longer
	// than the context or the database lets it, and did not take place. 503 with
	// Retry-After.
	Timeout Reason = "timeout"
	// Canceled: the caller has gone. errors.Is also holds for context.Canceled.
	Canceled Reason = "canceled"
	// Unavailable: the database is away, or not there for writing, or a migration
	// has just changed the type of a column under a prepared statement. Nothing
	// has taken place. 503 with Retry-After.
	Unavailable Reason = "database away"
	// CommitUnknown: the connection, the server or the time ended after COMMIT was
	// sent, or a write that is a transaction of its own, and before the answer. It
	// may have taken place. 503 OutcomeUnknown, without Retry-After: repeating it
	// may do it twice. errors.Is also holds for the error of a context.
	CommitUnknown Reason = "outcome of the commit unknown"
)

// Error makes a reason the target of errors.Is.
func (r Reason) Error() string { return "repository: " + string(r) }

// Error is what the database refused, in the tree of every error that a verb
// returns. It is for errors.As, errors.Is with a [Reason], and logs; clients
// see only the text of the kind that wraps it.
type Error struct {
	Reason Reason
	// Table is the model's table.
	Table string
	// Constraint is the violated constraint, as the database names it.
	Constraint string
	// Columns are the columns or expressions of the constraint, as far as the
	// database tells them.
	Columns []string

	cause error
}

// Error is for logs. It holds the driver's text.
func (e *Error) Error() string {
	text := "repository: " + e.Table + ": " + string(e.Reason)
	if e.Constraint != "" {
		text += " of " + e.Constraint
	}
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

// Unwrap is the driver's error.
func (e *Error) Unwrap() error { return e.cause }

// Is reports whether the target is the reason.
func (e *Error) Is(target error) bool {
	reason, ok := target.(Reason)
	return ok && reason == e.Reason
}

// fieldError is a violated constraint that is the fault of one field.
type fieldError struct {
	*errors.PolarRequestValidationError
	cause *Error
}

// Unwrap leads to the field's error alone, as of one thing that went wrong and
// not of two: a refused value is no fault for the log of errors. The cause is
// found by Is and As.
func (e *fieldError) Unwrap() error { return e.PolarRequestValidationError }

func (e *fieldError) Is(target error) bool { return errors.Is(e.cause, target) }

func (e *fieldError) As(target any) bool { return errors.As(e.cause, target) }

func (e *fieldError) Error() string {
	return e.PolarRequestValidationError.Error() + ": " + e.cause.Error()
}

func (p *plan) notFound() error {
	return errors.ResourceNotFound.Wrap(&Error{Reason: NotFound, Table: p.table, cause: pgx.ErrNoRows})
}

// stage is how far a statement came before it failed.
type stage int8

const (
	// notSent: there was no connection for it.
	notSent stage = iota
	// inTransaction: without a COMMIT it has not taken place.
	inTransaction
	// sentAlone: it was, or may have been, sent as a transaction of its own.
	sentAlone
)

// translate makes an error of the driver one of ours. The connection is the one
// that the statement was sent on, nil if there is none to look at.
func (p *plan) translate(err error, conn *pgx.Conn, c *call, at stage) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*Error](err); ok {
		return err
	}
	found := &Error{Table: p.table, cause: err}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return p.answered(found, pg, c, at)
	}
	_, unsent := errors.AsType[*unsentError](err)
	closed := conn != nil && conn.IsClosed() && !unsent // pgx closes it over a batch that it cannot write
	switch {
	case at == sentAlone && c.writes && pglink.IsUnknown(err, closed):
		found.Reason = CommitUnknown
		return errors.OutcomeUnknown.Wrap(found)
	case errors.Is(err, context.Canceled):
		found.Reason = Canceled
		return found
	case errors.Is(err, context.DeadlineExceeded):
		found.Reason = Timeout
		return tooLong.wrap(found)
	case closed || pglink.IsLost(err):
		found.Reason = Unavailable
		return away.wrap(found)
	}
	return p.program(found, c)
}

// answered translates what the server said, which connecting may have met too.
func (p *plan) answered(found *Error, pg *pgconn.PgError, c *call, at stage) error {
	found.Constraint = pg.ConstraintName
	if _, ok := errors.AsType[*pgconn.ConnectError](found.cause); ok && !pglink.IsStatementPooling(pg) {
		found.Reason = Unavailable
		return away.wrap(found)
	}
	if at == sentAlone && c.writes && pglink.IsUnknown(found.cause, false) {
		found.Reason = CommitUnknown
		return errors.OutcomeUnknown.Wrap(found)
	}
	meaning := answerTo(pg, c)
	found.Reason = meaning.reason
	switch meaning.reason {
	case UniqueViolation:
		found.Columns = detailColumns(pg.Detail)
		return p.refuse(found, p.unique, meaning, "This value already exists.", c)
	case ForeignKeyViolation:
		found.Columns = detailColumns(pg.Detail)
		return p.refuse(found, p.refs, meaning, "This does not exist.", c)
	case CheckViolation:
		return p.refuse(found, p.checks, meaning, "This value is not allowed.", c)
	case NotNullViolation:
		found.Columns = []string{pg.ColumnName}
	case InvalidText:
		invalid := errors.ValueErrorAt(errors.Loc{"body"}, "This value contains invalid characters", nil)
		return &fieldError{PolarRequestValidationError: invalid, cause: found}
	case "":
		if pglink.IsStatementPooling(pg) {
			return fmt.Errorf("repository: %s: %s: %w", p.table, statementPooling, found.cause)
		}
		return p.program(found, c)
	}
	return meaning.wrap(found)
}

// program is an error that no client caused and no server is away for.
func (p *plan) program(found *Error, _ *call) error {
	return fmt.Errorf("repository: %s: %w", p.table, found.cause)
}

// wrap makes the answer of a cause.
func (a answer) wrap(found *Error) error {
	err := a.kind.Wrap(found)
	if a.again {
		err = err.WithHeader("Retry-After", "1")
	}
	return err
}

// refuse is a violated constraint: the fault of a field where the application
// says so and the statement wrote the field, else of the kind.
func (p *plan) refuse(found *Error, fields Fields, meaning answer, text string, c *call) error {
	loc, input, ok := p.blame(found, fields, c)
	if !ok {
		return meaning.wrap(found)
	}
	return &fieldError{PolarRequestValidationError: errors.ValidationErrorAt(slices.Clone(loc), "value_error", text, input), cause: found}
}

// blame finds the place in the request for a violated constraint. What the call
// itself names counts, whatever it writes. The model's place counts where the
// statement writes a column of the constraint, or the one of the place's name: an
// action without a body, which restores a row, has no such field.
func (p *plan) blame(found *Error, fields Fields, c *call) (loc errors.Loc, input any, ok bool) {
	var values []written
	if c.written != nil {
		values = c.written()
	}
	loc, named := c.fields[found.Constraint]
	if !named {
		loc, ok = fields[found.Constraint]
		if !ok {
			return nil, nil, false
		}
	}
	if len(loc) == 0 {
		return nil, nil, false
	}
	name, _ := loc[len(loc)-1].(string)
	writes := loc[0] != "body" || len(found.Columns) == 0 && len(values) > 0
	for _, value := range values {
		if value.field == name || value.column.name == name {
			return loc, value.value, true
		}
		writes = writes || !value.own && slices.ContainsFunc(found.Columns, value.column.isPartOf)
	}
	return loc, nil, named || writes
}

// isPartOf reports whether an entry of a constraint, a column or an expression,
// is about the column.
func (c *column) isPartOf(entry string) bool {
	for word := range strings.FieldsFuncSeq(entry, func(r rune) bool { return r < 0x80 && !isWordByte(byte(r)) }) {
		if word == c.name {
			return true
		}
	}
	return false
}

// detailColumns reads the columns out of "Key (a, b)=(1, 2) …", whose form is
// the same in every language of the server.
func detailColumns(detail string) []string {
	_, rest, ok := strings.Cut(detail, "(")
	if !ok {
		return nil
	}
	columns, _, ok := strings.Cut(rest, ")=(")
	if !ok {
		return nil
	}
	return strings.Split(columns, ", ")
}
