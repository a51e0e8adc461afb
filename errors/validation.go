package errors

import (
	"fmt"
	"slices"
	"strings"
)

// Loc is where in a request a value stands: a first element "path", "query",
// "header" or "body", then names (strings) and indexes (ints), such as
// Loc{"body", "items", 0, "price"}.
type Loc []any

// String joins the elements with dots, for logs.
func (l Loc) String() string {
	parts := make([]string, len(l))
	for i, part := range l {
		parts[i] = fmt.Sprint(part)
	}
	return strings.Join(parts, ".")
}

// A ValidationError is one thing wrong with a request's data, as Pydantic
// reports it: one element of the "detail" of a reply.
type ValidationError struct {
	// Type is the stable name of the error, such as "missing" or "string_too_short".
	Type string
	// Loc is where the value stands.
	Loc Loc
	// Msg is the sentence for people.
	Msg string
	// Input is the value that was refused, written as JSON; nil is null.
	Input any
	// Ctx holds the values that Msg speaks of, such as min_length. It is left
	// out of the reply when empty.
	Ctx Ctx
}

// Ctx is the context of a [ValidationError]: names and values, in order.
type Ctx []CtxValue

// CtxValue is one entry of a [Ctx].
type CtxValue struct {
	Name  string
	Value any
}

// PolarRequestValidationError says that a request's data is wrong: status 422,
// with every error at its place. Make one with [ValidationErrorAt] or [NewRequestValidationError].
type PolarRequestValidationError struct {
	details []ValidationError
}

// ValidationErrorAt makes a [PolarRequestValidationError] of one error, for what a
// schema's rules cannot say:
//
//	errors.ValidationErrorAt(errors.Loc{"body", "email"}, "value_error", "This e-mail address is taken.", in.Body.Email)
func ValidationErrorAt(loc Loc, typ, msg string, input any) *PolarRequestValidationError {
	return NewRequestValidationError(ValidationError{Type: typ, Loc: loc, Msg: msg, Input: input})
}

// ValueError makes the error of a Pydantic validator that raises ValueError: the
// type "value_error", the message "Value error, " and the text, the context
// {"error": {}}. A Validate method of a schema returns it:
//
//	return errors.ValueError("The stay has to end after it begins.")
//
// The reply names the place of the schema in the request, and shows the whole
// schema as the input. [ValueErrorAt] names a field of it.
func ValueError(text string) *PolarRequestValidationError {
	return ValueErrorAt(nil, text, nil)
}

// ValueErrorAt is [ValueError] at a place. In a Validate method that is relative
// to the schema, and an input that is nil is the value at the place:
//
//	return errors.ValueErrorAt(errors.Loc{"until"}, "The stay has to end after it begins.", nil)
func ValueErrorAt(loc Loc, text string, input any) *PolarRequestValidationError {
	return NewRequestValidationError(ValidationError{
		Type: "value_error", Loc: loc, Msg: "Value error, " + text, Input: input,
		Ctx: Ctx{{Name: "error", Value: struct{}{}}}, // FastAPI writes an exception as an empty object
	})
}

// DetailsOf takes the tree of an error apart: copies of the errors of a request's
// data, in their order, and what else there is. The rest is nil where there is
// nothing else, err itself where there are no details, and else the others,
// joined. A [PolarRequestValidationError] without details, such as a nil pointer
// that became an error by accident, belongs to the rest.
func DetailsOf(err error) (details []ValidationError, rest error) {
	var others []error
	details = appendDetails(nil, err, &others)
	switch {
	case len(others) == 0:
		return details, nil
	case len(details) == 0:
		return nil, err
	case len(others) == 1:
		return details, others[0]
	}
	return details, Join(others...)
}

func appendDetails(to []ValidationError, err error, others *[]error) []ValidationError {
	switch e := err.(type) { //nolint:errorlint // this is the walk down the tree
	case nil:
		return to
	case *PolarRequestValidationError:
		switch details := e.Details(); {
		case len(details) == 0:
		case to == nil:
			return details
		default:
			return append(to, details...)
		}
	case interface{ Unwrap() []error }:
		for _, each := range e.Unwrap() {
			to = appendDetails(to, each, others)
		}
		return to
	case interface{ Unwrap() error }:
		var below []error
		if with := appendDetails(to, e.Unwrap(), &below); len(with) > len(to) {
			*others = append(*others, below...)
			return with
		}
	}
	*others = append(*others, err)
	return to
}

// NewRequestValidationError makes a [PolarRequestValidationError] of any number of errors.
// One without any is no answer to a client: it is treated as an error of the
// program.
func NewRequestValidationError(details ...ValidationError) *PolarRequestValidationError {
	return &PolarRequestValidationError{details: details}
}

// Details are copies of the errors, in order. Input is as it was given.
func (e *PolarRequestValidationError) Details() []ValidationError {
	if e == nil {
		return nil
	}
	details := slices.Clone(e.details)
	var steps, entries int
	for _, d := range details {
		steps, entries = steps+len(d.Loc), entries+len(d.Ctx)
	}
	locs, ctxs := make(Loc, 0, steps), make(Ctx, 0, entries) // the copies of all stand in one array each
	for i := range details {
		details[i].Loc, locs = copied(details[i].Loc, locs)
		details[i].Ctx, ctxs = copied(details[i].Ctx, ctxs)
	}
	return details
}

// copied appends the values to the array, which has room for them, and answers with
// the copy there. Nil stays nil.
func copied[S ~[]E, E any](values, to S) (copied, grown S) {
	if values == nil {
		return nil, to
	}
	from := len(to)
	to = append(to, values...)
	return to[from:len(to):len(to)], to
}

// Error names the first error and the number of the others, without the input:
// that is the client's, and may be a secret.
func (e *PolarRequestValidationError) Error() string {
	switch {
	case e == nil:
		return nilPointer("PolarRequestValidationError")
	case len(e.details) == 0:
		return "InternalServerError: an *errors.PolarRequestValidationError without details was returned; return nil where nothing is wrong"
	}
	first := e.details[0]
	text := fmt.Sprintf("%s: %s at %s", RequestValidation.name, first.Type, first.Loc)
	if n := len(e.details) - 1; n > 0 {
		text += fmt.Sprintf(" and %d more", n)
	}
	return text
}

// Is reports whether the target is the error's kind: [RequestValidation], or
// [InternalServerError] for one without details.
func (e *PolarRequestValidationError) Is(target error) bool {
	if e == nil || len(e.details) == 0 {
		return target == error(InternalServerError)
	}
	return target == error(RequestValidation)
}
