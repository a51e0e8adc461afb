package errors

import (
	"fmt"
	"slices"
	"strings"
)

// Loc is the place of a value in a request. The first element is "path",
// "query", "header" or "body". Names (strings) and indexes (ints) follow, as in
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

// A ValidationError is one error in the data of a request, as Pydantic reports
// it: one element of the "detail" of a reply.
type ValidationError struct {
	// Type is the stable name of the error, such as "missing" or "string_too_short".
	Type string
	// Loc is the place of the value.
	Loc Loc
	// Msg is the message for people.
	Msg string
	// Input is the refused value. It is written as JSON, and nil is null.
	Input any
	// Ctx holds the values that Msg mentions, such as min_length. An empty Ctx is
	// not in the reply.
	Ctx Ctx
}

// Ctx is the context of a [ValidationError]: names and values, in their order.
type Ctx []CtxValue

// CtxValue is one entry of a [Ctx].
type CtxValue struct {
	Name  string
	Value any
}

// PolarRequestValidationError says that the data of a request is wrong: status
// 422, with every error and its place. [NewRequestValidationError],
// [ValidationErrorAt], [ValueError] and [ValueErrorAt] make one.
type PolarRequestValidationError struct {
	details []ValidationError
}

// ValidationErrorAt makes a [PolarRequestValidationError] with one error, for a
// rule that a schema cannot express:
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
// The reply has the place of the schema in the request, and the whole schema as
// the input. [ValueErrorAt] makes an error at a field of the schema.
func ValueError(text string) *PolarRequestValidationError {
	return ValueErrorAt(nil, text, nil)
}

// ValueErrorAt is [ValueError] at a place. In a Validate method the place is
// relative to the schema, and the value at the place is the input where the
// argument is nil:
//
//	return errors.ValueErrorAt(errors.Loc{"until"}, "The stay has to end after it begins.", nil)
func ValueErrorAt(loc Loc, text string, input any) *PolarRequestValidationError {
	return NewRequestValidationError(ValidationError{
		Type: "value_error", Loc: loc, Msg: "Value error, " + text, Input: input,
		Ctx: Ctx{{Name: "error", Value: struct{}{}}}, // FastAPI writes an exception as an empty object
	})
}

// DetailsOf splits the tree of an error. The details are copies of the errors of
// a request's data, in their order. The rest is all other errors: nil if there
// are none, err itself if there are no details, and otherwise the others, joined.
// A [PolarRequestValidationError] without details, such as a nil pointer that
// became an error by accident, belongs to the rest.
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

// NewRequestValidationError makes a [PolarRequestValidationError] with any number
// of errors. It copies the list. Without errors it is a mistake of the program, and
// the client gets an [InternalServerError].
func NewRequestValidationError(details ...ValidationError) *PolarRequestValidationError {
	return &PolarRequestValidationError{details: slices.Clone(details)}
}

// Details returns copies of the errors, in their order. Input is not copied.
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

// copied appends the values to an array that has room for them. It returns the copy
// and the longer array. Nil stays nil.
func copied[S ~[]E, E any](values, to S) (copied, grown S) {
	if values == nil {
		return nil, to
	}
	from := len(to)
	to = append(to, values...)
	return to[from:len(to):len(to)], to
}

// Error returns the first error and the number of the others. It leaves out the
// input, which comes from the client and may be a secret.
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

// Is reports whether the target is the error's kind. The kind is
// [RequestValidation], and [InternalServerError] without details.
func (e *PolarRequestValidationError) Is(target error) bool {
	if e == nil || len(e.details) == 0 {
		return target == error(InternalServerError)
	}
	return target == error(RequestValidation)
}
