package repository

import (
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/polarkit-go/polarkit/errors"
)

// Reason says why the database did not do as it was told. It is a target for
// errors.Is.
type Reason string

// The reasons of an [Error]; beside each, what a client gets.
const (
	// NotFound: there is no such row in scope. 404 ResourceNotFound. errors.Is
	// also holds for pgx.ErrNoRows.
	NotFound Reason = "not found"
	// UniqueViolation: 409 ResourceAlreadyExists, or 422 by [Options.Unique].
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
	// the body. A [kit.Schema] refuses such text before it comes here, and to ask
	// for it finds nothing.
	InvalidText Reason = "invalid text"
	// Stale: the row changed since it was read. 409 ResourceConflict.
	Stale Reason = "changed meanwhile"
	// LockNotAvailable: another transaction holds the row, and the lock was not
	// to wait. 409 ResourceConflict.
	LockNotAvailable Reason = "lock not available"
	// SerializationFailure: the transaction met another one and may be tried
	// again, which [InTx] does; it is a deadlock too. 503 with Retry-After.
	SerializationFailure Reason = "serialization failure"
	// Timeout: the statement took too long. 503 with Retry-After.
	Timeout Reason = "timeout"
	// Canceled: the caller has gone. errors.Is also holds for context.Canceled.
	Canceled Reason = "canceled"
	// Unavailable: the database is away, or a migration has just changed the
	// type of a column under a prepared statement. 503 with Retry-After.
	Unavailable Reason = "database away"
	// CommitUnknown: the connection was lost while committing, so nobody knows
	// whether the transaction took place. 503 without Retry-After: repeating
	// it may do it twice.
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

func away(err *Error) error {
	return errors.ServiceUnavailable.Wrap(err).WithHeader("Retry-After", "1")
}

// translate makes an error of the driver one of ours. The values are those
// that were written, by column; they become the input of a field's error.
func (p *plan) translate(err error, values func(column string) (any, bool)) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*Error](err); ok {
		return err
	}
	found := &Error{Table: p.table, cause: err}
	pg, isPg := errors.AsType[*pgconn.PgError](err)
	_, isConnect := errors.AsType[*pgconn.ConnectError](err)
	switch {
	case errors.Is(err, context.Canceled):
		found.Reason = Canceled
		return found
	case errors.Is(err, context.DeadlineExceeded):
		found.Reason = Timeout
		return away(found)
	case isConnect || !isPg && isLost(err):
		found.Reason = Unavailable
		return away(found)
	case !isPg:
		return fmt.Errorf("repository: %s: %w", p.table, err)
	}
	found.Constraint = pg.ConstraintName
	switch pg.Code {
	case "23505":
		found.Reason, found.Columns = UniqueViolation, detailColumns(pg.Detail)
		return p.refuse(found, p.unique, errors.ResourceAlreadyExists, "This value already exists.", values)
	case "23503":
		found.Reason, found.Columns = ForeignKeyViolation, detailColumns(pg.Detail)
		return p.refuse(found, p.refs, errors.ResourceConflict, "This does not exist.", values)
	case "23514":
		found.Reason = CheckViolation
		return p.refuse(found, p.checks, errors.InternalServerError, "This value is not allowed.", values)
	case "23502":
		found.Reason, found.Columns = NotNullViolation, []string{pg.ColumnName}
		return errors.InternalServerError.Wrap(found)
	case "22021", "22P05":
		found.Reason = InvalidText
		invalid := errors.Invalid(errors.Loc{"body"}, "value_error", "Value error, This value contains invalid characters", nil)
		return &fieldError{PolarRequestValidationError: invalid, cause: found}
	case "23P01":
		found.Reason = ExclusionViolation
		return errors.ResourceConflict.Wrap(found)
	case "55P03":
		found.Reason = LockNotAvailable
		return errors.ResourceConflict.Wrap(found)
	case "40001", "40P01":
		found.Reason = SerializationFailure
		return away(found)
	case "40003":
		found.Reason = CommitUnknown
		return errors.ServiceUnavailable.Wrap(found)
	case "57014":
		found.Reason = Timeout
		return away(found)
	}
	// A statement prepared before a migration changed the type of a column: pgx
	// forgets it, so that the next attempt prepares it anew.
	stalePlan := pg.Code == "0A000" && pg.Routine == "RevalidateCachedQuery"
	if isAway(pg.Code) || stalePlan {
		found.Reason = Unavailable
		return away(found)
	}
	return fmt.Errorf("repository: %s: %w", p.table, err)
}

// refuse is a violated constraint: the fault of a field where the application
// says so, else of the kind.
func (p *plan) refuse(found *Error, fields Fields, kind *errors.Kind, text string, values func(string) (any, bool)) error {
	loc, ok := fields[found.Constraint]
	if !ok {
		return kind.Wrap(found)
	}
	var input any
	if name, ok := loc[len(loc)-1].(string); ok && values != nil {
		input, _ = values(name)
	}
	return &fieldError{PolarRequestValidationError: errors.Invalid(slices.Clone(loc), "value_error", text, input), cause: found}
}

// isAway tells the codes with which a server says that it is not there, or not
// there for writing: connection exceptions, insufficient resources, operator
// intervention, and 25006, which comes from what was the primary before.
func isAway(code string) bool {
	return strings.HasPrefix(code, "08") || strings.HasPrefix(code, "53") || strings.HasPrefix(code, "57P") ||
		code == "25006" || code == "25P03"
}

// isLost tells the errors with which a connection ends or a pool has none.
func isLost(err error) bool {
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, pgconn.ErrConnClosed) || pgconn.SafeToRetry(err) ||
		// What pgxpool returns for a pool that was closed is an error of the
		// package beneath it, which it does not pass on by name.
		err.Error() == "closed pool"
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
