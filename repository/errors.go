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

// Reason is the reason why the database did not run a statement. It is a target for
// errors.Is.
type Reason string

// The reasons of an [Error], and what a client gets for each.
const (
	// NotFound: there is no such row in reach. 404 ResourceNotFound. errors.Is
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
	// InvalidText: a text to write has a NUL or bytes that are not UTF-8. 422 at its
	// field, or at the body where the field is not known. A [kit.Schema] refuses such
	// text earlier. A search for such text finds nothing and is not an error.
	InvalidText Reason = "invalid text"
	// InvalidValue: a column cannot hold a value (class 22, 54000). 422 at each field
	// with such a value, and at its row and field in [Rows.CreateMany]. 500 where the
	// value did not come from a field.
	InvalidValue Reason = "value out of the column's range"
	// Stale: the row changed since it was read. 409 ResourceConflict.
	Stale Reason = "changed meanwhile"
	// LockNotAvailable: another transaction has locked the row, and this lock does not
	// wait ([Lock.NoWait]). 409 ResourceConflict.
	LockNotAvailable Reason = "lock not available"
	// SerializationFailure: the transaction is in conflict with another one, or in a
	// deadlock. It may be tried again, and [InTx] does so. 503 with Retry-After.
	SerializationFailure Reason = "serialization failure"
	// Timeout: the statement, the transaction or the wait for a lock took longer
	// than the context or the database allows, and did not take place. 503 with
	// Retry-After.
	Timeout Reason = "timeout"
	// Canceled: the context was canceled, as by a client that left. errors.Is also
	// holds for context.Canceled.
	Canceled Reason = "canceled"
	// Unavailable: the database cannot be reached, or it only reads, or a migration has
	// just changed the type of a column of a prepared statement. Nothing has taken
	// place. 503 with Retry-After.
	Unavailable Reason = "database away"
	// CommitUnknown: a COMMIT, or a write that is a transaction of its own, was sent,
	// and the connection, the server or the time ended before the answer. It may have
	// taken place. 503 OutcomeUnknown, without Retry-After: if it is sent again, it may
	// take place twice. errors.Is also holds for the error of a context.
	CommitUnknown Reason = "outcome of the commit unknown"
)

// Error makes a reason the target of errors.Is.
func (r Reason) Error() string { return "repository: " + string(r) }

// Error is what the database refused. It is in the tree of each error of the database
// that a verb returns, for errors.As, for errors.Is with a [Reason], and for logs.
// Clients see only the text of the kind that wraps it.
type Error struct {
	Reason Reason
	// Table is the model's table.
	Table string
	// Constraint is the violated constraint, as the database names it.
	Constraint string
	// Columns are the columns or expressions of the constraint, as far as the
	// database names them.
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

// fieldError is a refused value, as the error of one field or of several.
type fieldError struct {
	*errors.PolarRequestValidationError
	cause *Error
}

// Unwrap returns the field's error alone, so that the log of errors does not take
// the cause for a second error: a refused value is not a fault of the service. Is and
// As find the cause.
func (e *fieldError) Unwrap() error { return e.PolarRequestValidationError }

func (e *fieldError) Is(target error) bool { return errors.Is(e.cause, target) }

func (e *fieldError) As(target any) bool { return errors.As(e.cause, target) }

func (e *fieldError) Error() string {
	return e.PolarRequestValidationError.Error() + ": " + e.cause.Error()
}

func (p *plan) notFound() error {
	return errors.ResourceNotFound.Wrap(&Error{Reason: NotFound, Table: p.table, cause: pgx.ErrNoRows})
}

// stage is the point that a statement reached before it failed.
type stage int8

const (
	// notSent: there was no connection for it.
	notSent stage = iota
	// inTransaction: it was sent in a transaction, whose COMMIT was not.
	inTransaction
	// sentAlone: it was, or may have been, sent as a transaction of its own.
	sentAlone
)

// translate makes an error of this package from an error of the driver. The connection
// is that of the statement, nil if it is not known.
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
	return p.program(found)
}

// answered translates an error of the server, to a statement or to a connection that
// was being made.
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
		return p.program(found)
	}
	return meaning.wrap(found)
}

// program is an error whose cause is neither a client nor a server that is away.
func (p *plan) program(found *Error) error {
	return fmt.Errorf("repository: %s: %w", p.table, found.cause)
}

// wrap makes the error of a meaning.
func (a answer) wrap(found *Error) error {
	err := a.kind.Wrap(found)
	if a.again {
		err = err.WithHeader("Retry-After", "1")
	}
	return err
}

// refuse is the error of a violated constraint. It names a field where the application
// says which one and the statement wrote it. Else it is the error of the meaning. Type
// and text are those of an error that Polar's services raise, without the words "Value
// error, " of a schema's validator.
func (p *plan) refuse(found *Error, fields Fields, meaning answer, text string, c *call) error {
	loc, input, ok := p.blame(found, fields, c)
	if !ok {
		return meaning.wrap(found)
	}
	return &fieldError{PolarRequestValidationError: errors.ValidationErrorAt(slices.Clone(loc), "value_error", text, input), cause: found}
}

// blame finds the place in the request for a violated constraint. A place that the
// call names is taken in any case. A place of the model is taken where the statement
// writes a column of the constraint, or a column with the name of the place: an action
// without a body, such as one that restores a row, has no such field.
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

// detailColumns reads the columns of "Key (a, b)=(1, 2) …". The form is the same in
// each language of the server.
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
