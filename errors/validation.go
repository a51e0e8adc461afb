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
// with every error at its place. Make one with [Invalid] or [InvalidRequest].
type PolarRequestValidationError struct {
	details []ValidationError
}

// Invalid makes a [PolarRequestValidationError] of one error, for what a
// schema's rules cannot say:
//
//	errors.Invalid(errors.Loc{"body", "email"}, "value_error", "This e-mail address is taken.", in.Body.Email)
func Invalid(loc Loc, typ, msg string, input any) *PolarRequestValidationError {
	return InvalidRequest(ValidationError{Type: typ, Loc: loc, Msg: msg, Input: input})
}

// InvalidRequest makes a [PolarRequestValidationError] of any number of errors.
func InvalidRequest(details ...ValidationError) *PolarRequestValidationError {
	return &PolarRequestValidationError{details: details}
}

// Details are copies of the errors, in order. Input is as it was given.
func (e *PolarRequestValidationError) Details() []ValidationError {
	if e == nil {
		return nil
	}
	details := slices.Clone(e.details)
	for i := range details {
		details[i].Loc, details[i].Ctx = slices.Clone(details[i].Loc), slices.Clone(details[i].Ctx)
	}
	return details
}

// Error names the first error and the number of the others, without the input:
// that is the client's, and may be a secret.
func (e *PolarRequestValidationError) Error() string {
	if e == nil || len(e.details) == 0 {
		return RequestValidation.name
	}
	first := e.details[0]
	text := fmt.Sprintf("%s: %s at %s", RequestValidation.name, first.Type, first.Loc)
	if n := len(e.details) - 1; n > 0 {
		text += fmt.Sprintf(" and %d more", n)
	}
	return text
}

// Is reports whether the target is [RequestValidation].
func (e *PolarRequestValidationError) Is(target error) bool {
	return target == error(RequestValidation)
}
