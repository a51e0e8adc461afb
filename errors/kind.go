package errors

import (
	"fmt"
	"iter"
	"slices"
	"strings"
)

// A Kind is one way in which an API can fail: a stable name, an HTTP status and
// a text that is safe to show. Kinds are declared once, in package variables,
// with [DefineKind]; they are compared by identity.
//
// A Kind is itself an error: a function may return it, and [Is] takes it as the
// target.
type Kind struct {
	name   string
	detail string
	status int
}

// DefineKind declares a kind. The name is part of the API's contract and is what
// clients switch on: upper camel case, such as "CaseClosed". The status is an
// HTTP status from 400 to 599. The detail is the default text for the client;
// it must say nothing that a client may not see.
//
// DefineKind panics when one of them is not valid. It is made for package
// variables: a mistake ends the program when it starts.
func DefineKind(name string, status int, detail string) *Kind {
	switch {
	case !isKindName(name):
		panic(fmt.Sprintf("errors: DefineKind(%q, …): the name must be letters and digits in upper camel case, such as CaseClosed", name))
	case status < 400 || status > 599:
		panic(fmt.Sprintf("errors: DefineKind(%q, %d, …): the status must be from 400 to 599", name, status))
	case strings.TrimSpace(detail) == "":
		panic(fmt.Sprintf("errors: DefineKind(%q, %d, …): the detail must say what is wrong", name, status))
	}
	return &Kind{name: name, status: status, detail: detail}
}

func isKindName(name string) bool {
	for i, r := range name {
		upper, lower, digit := 'A' <= r && r <= 'Z', 'a' <= r && r <= 'z', '0' <= r && r <= '9'
		if i == 0 && !upper || !upper && !lower && !digit {
			return false
		}
	}
	return name != ""
}

// known returns the kind, and [InternalServerError] for a nil pointer.
func (k *Kind) known() *Kind {
	if k == nil {
		return InternalServerError
	}
	return k
}

// Name is the stable name, the "error" of a reply.
func (k *Kind) Name() string { return k.known().name }

// Status is the HTTP status of a reply.
func (k *Kind) Status() int { return k.known().status }

// Detail is the default text, the "detail" of a reply.
func (k *Kind) Detail() string { return k.known().detail }

// Error returns the name and the default text.
func (k *Kind) Error() string {
	if k == nil {
		return nilPointer("Kind")
	}
	return k.name + ": " + k.detail
}

// Is reports whether the target is the kind. A nil pointer is [InternalServerError].
func (k *Kind) Is(target error) bool { return target == error(k.known()) }

// nilPointer returns the text for the log where a nil pointer became an error
// by accident. The client gets an [InternalServerError].
func nilPointer(name string) string {
	return "InternalServerError: a nil *errors." + name + " was returned as an error; return nil where nothing is wrong"
}

// New returns an error of the kind with its default text.
func (k *Kind) New() *PolarError { return &PolarError{kind: k, detail: k.Detail()} }

// Wrap returns an error of the kind that keeps the cause. [Is], [As] and the log
// see the cause. It is never part of a reply.
func (k *Kind) Wrap(cause error) *PolarError {
	return &PolarError{kind: k, detail: k.Detail(), cause: cause}
}

// WithDetail returns an error of the kind with another text, which clients see.
func (k *Kind) WithDetail(detail string) *PolarError {
	return &PolarError{kind: k, detail: detail}
}

// PolarError is an error of a [Kind]. [Kind.New], [Kind.Wrap] and
// [Kind.WithDetail] make one. It does not change: the With methods return copies.
type PolarError struct {
	kind    *Kind
	detail  string
	cause   error
	headers []header
}

type header struct{ name, value string }

// Kind is the kind of the error; [InternalServerError] for a nil or zero PolarError.
func (e *PolarError) Kind() *Kind {
	if e == nil || e.kind == nil {
		return InternalServerError
	}
	return e.kind
}

// Detail is the text for the client.
func (e *PolarError) Detail() string {
	if e == nil || e.kind == nil {
		return InternalServerError.detail
	}
	return e.detail
}

// Error returns the kind's name, the text, and the cause if there is one. It is
// for logs: a reply holds only the name and the text.
func (e *PolarError) Error() string {
	if e == nil {
		return nilPointer("PolarError")
	}
	text := e.Kind().name + ": " + e.Detail()
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

// Unwrap is the cause.
func (e *PolarError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.cause
}

// Is reports whether the target is the error's kind.
func (e *PolarError) Is(target error) bool {
	k, ok := target.(*Kind)
	return ok && k == e.Kind()
}

// clone returns a copy of the error, and a zero PolarError for a nil pointer.
func (e *PolarError) clone() PolarError {
	if e == nil {
		return PolarError{}
	}
	return *e
}

// WithDetail returns a copy of the error with another text for the client.
func (e *PolarError) WithDetail(detail string) *PolarError {
	c := e.clone()
	c.detail = detail
	return &c
}

// WithCause returns a copy of the error with another cause.
func (e *PolarError) WithCause(cause error) *PolarError {
	c := e.clone()
	c.cause = cause
	return &c
}

// WithHeader returns a copy of the error whose reply also sets a header, such as
// Retry-After or WWW-Authenticate. A second value for the same name is added, as
// http.Header.Add does.
func (e *PolarError) WithHeader(name, value string) *PolarError {
	c := e.clone()
	c.headers = append(slices.Clip(c.headers), header{name, value})
	return &c
}

// Headers are the headers that the reply sets, in the order in which they were
// added.
func (e *PolarError) Headers() iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		if e == nil {
			return
		}
		for _, h := range e.headers {
			if !yield(h.name, h.value) {
				return
			}
		}
	}
}

// KindOf returns the kind of any error: the kind of [PolarErrorOf] if it finds
// one, [RequestValidation] if the tree has errors of a request's data, and
// [InternalServerError] otherwise. It returns nil only for a nil error.
func KindOf(err error) *Kind {
	if err == nil {
		return nil
	}
	if e := PolarErrorOf(err); e != nil {
		return e.Kind()
	}
	if details, _ := DetailsOf(err); len(details) > 0 {
		return RequestValidation
	}
	return InternalServerError
}

// PolarErrorOf returns the first [PolarError] in the tree of err. If there is
// none, it makes one of the first [Kind]. If there is no kind, it returns nil.
// Unlike [As] it ignores nil pointers, which became errors by accident.
func PolarErrorOf(err error) *PolarError {
	if e := find[PolarError](err); e != nil {
		return e
	}
	if k := find[Kind](err); k != nil {
		return k.New()
	}
	return nil
}

// find returns the first error of the type in a tree. It ignores nil pointers.
func find[T any, E interface {
	*T
	error
}](err error) E {
	for err != nil {
		if e, ok := err.(E); ok && e != nil { //nolint:errorlint // this is the walk down the tree
			return e
		}
		if as, ok := err.(interface{ As(target any) bool }); ok {
			var e E
			if as.As(&e) && e != nil {
				return e
			}
		}
		switch x := err.(type) { //nolint:errorlint // likewise
		case interface{ Unwrap() error }:
			err = x.Unwrap()
		case interface{ Unwrap() []error }:
			for _, each := range x.Unwrap() {
				if e := find[T, E](each); e != nil {
					return e
				}
			}
			return nil
		default:
			return nil
		}
	}
	return nil
}

// The kinds that the library itself answers with. Names, statuses and texts
// are Polar's where Polar has them.
var (
	// BadRequest says that the request cannot be read at all.
	BadRequest = DefineKind("BadRequest", 400, "Bad request")
	// Unauthorized says that the request needs a credential and has none.
	Unauthorized = DefineKind("Unauthorized", 401, "Unauthorized")
	// NotPermitted says that the subject reaches the resource but may not do this with it.
	NotPermitted = DefineKind("NotPermitted", 403, "Not permitted")
	// ResourceNotFound says that the resource is absent, deleted or out of reach. Clients cannot see which.
	ResourceNotFound = DefineKind("ResourceNotFound", 404, "Not found")
	// RouteNotFound says that no endpoint has this path.
	RouteNotFound = DefineKind("RouteNotFound", 404, "Not Found")
	// MethodNotAllowed says that the path exists but not with this method.
	MethodNotAllowed = DefineKind("MethodNotAllowed", 405, "Method Not Allowed")
	// RequestTimeout says that the body of the request did not arrive in time.
	RequestTimeout = DefineKind("RequestTimeout", 408, "Request Timeout")
	// ResourceAlreadyExists says that there is such a resource already, for example with the same unique value.
	ResourceAlreadyExists = DefineKind("ResourceAlreadyExists", 409, "Already exists")
	// ResourceConflict says that other data does not allow the change: something refers to the resource, or it has changed.
	ResourceConflict = DefineKind("ResourceConflict", 409, "Conflict")
	// ResourceUnavailable says that the resource existed and does not come back.
	ResourceUnavailable = DefineKind("ResourceUnavailable", 410, "Unavailable")
	// RequestBodyTooLarge says that the body is larger than the limit.
	RequestBodyTooLarge = DefineKind("RequestBodyTooLarge", 413, "Request body too large")
	// RequestValidation is the kind of every [PolarRequestValidationError].
	RequestValidation = DefineKind("PolarRequestValidationError", 422, "The request is not valid")
	// InternalServerError is the kind of every unknown error.
	InternalServerError = DefineKind("InternalServerError", 500, "Internal Server Error")
	// ServiceUnavailable says that something the service needs, such as the database, does not answer at the moment.
	ServiceUnavailable = DefineKind("ServiceUnavailable", 503, "Service Unavailable")
	// OutcomeUnknown says that the database's answer to a change was lost: the change may have been made. The reply has no Retry-After.
	OutcomeUnknown = DefineKind("OutcomeUnknown", 503, "The change may have been made: look before you send it again")
)
