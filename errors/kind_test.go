package errors_test

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
)

var caseClosed = errors.DefineKind("CaseClosed", 409, "This case is closed.")

func TestDefineKind(t *testing.T) {
	t.Parallel()

	require.Equal(t, "CaseClosed", caseClosed.Name())
	require.Equal(t, 409, caseClosed.Status())
	require.Equal(t, "This case is closed.", caseClosed.Detail())
	require.EqualError(t, caseClosed, "CaseClosed: This case is closed.")

	for name, define := range map[string]func(){
		"no name":         func() { _ = errors.DefineKind("", 400, "x") },
		"lower case":      func() { _ = errors.DefineKind("caseClosed", 400, "x") },
		"space":           func() { _ = errors.DefineKind("Case Closed", 400, "x") },
		"leading digit":   func() { _ = errors.DefineKind("1Case", 400, "x") },
		"not ASCII":       func() { _ = errors.DefineKind("Étui", 400, "x") },
		"success":         func() { _ = errors.DefineKind("Case", 200, "x") },
		"no status":       func() { _ = errors.DefineKind("Case", 0, "x") },
		"status too high": func() { _ = errors.DefineKind("Case", 600, "x") },
		"no detail":       func() { _ = errors.DefineKind("Case", 400, " ") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			sentence.Panics(t, "DefineKind: "+name, define)
		})
	}
	for _, status := range []int{400, 599} {
		require.Equal(t, status, errors.DefineKind("Edge", status, "x").Status())
	}
}

func TestPolarError(t *testing.T) {
	t.Parallel()

	made := caseClosed.New()
	require.Same(t, caseClosed, made.Kind())
	require.Equal(t, "This case is closed.", made.Detail())
	require.EqualError(t, made, "CaseClosed: This case is closed.")
	require.NoError(t, errors.Unwrap(made))

	caused := caseClosed.Wrap(io.ErrUnexpectedEOF)
	require.ErrorIs(t, caused, io.ErrUnexpectedEOF)
	require.EqualError(t, caused, "CaseClosed: This case is closed.: unexpected EOF")
	require.Equal(t, "This case is closed.", caused.Detail(), "the cause is not for the client")

	require.Equal(t, "Gone.", caseClosed.WithDetail("Gone.").Detail())
	require.ErrorIs(t, made.WithCause(io.EOF), io.EOF)
	require.Equal(t, "Gone.", made.WithDetail("Gone.").Detail())
	require.Equal(t, "This case is closed.", made.Detail(), "the With methods return copies")
	require.NoError(t, errors.Unwrap(made))
}

func TestPolarErrorIsItsKind(t *testing.T) {
	t.Parallel()

	other := errors.DefineKind("CaseClosed", 409, "This case is closed.")
	for name, err := range map[string]error{
		"kind":    caseClosed,
		"made":    caseClosed.New(),
		"wrapped": fmt.Errorf("b: %w", fmt.Errorf("a: %w", caseClosed.Wrap(io.EOF))),
		"joined":  errors.Join(io.EOF, caseClosed.New()),
		"copied":  caseClosed.New().WithDetail("x").WithCause(io.EOF).WithHeader("A", "b"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			require.ErrorIs(t, err, caseClosed)
			require.NotErrorIs(t, err, other, "kinds are compared by identity")
			require.NotErrorIs(t, err, errors.ResourceNotFound)
		})
	}
	require.NotErrorIs(t, io.EOF, caseClosed)
}

func TestPolarErrorHeaders(t *testing.T) {
	t.Parallel()

	base := caseClosed.New().WithHeader("A", "1")
	left, right := base.WithHeader("B", "2"), base.WithHeader("A", "3").WithHeader("C", "4")
	pairs := func(e *errors.PolarError) (all []string) {
		for name, value := range e.Headers() {
			all = append(all, name+"="+value)
		}
		return all
	}
	require.Equal(t, []string{"A=1"}, pairs(base))
	require.Equal(t, []string{"A=1", "B=2"}, pairs(left), "copies do not share what is added later")
	require.Equal(t, []string{"A=1", "A=3", "C=4"}, pairs(right))
	require.Equal(t, map[string]string{"A": "3", "C": "4"}, maps.Collect(right.Headers()))
	for name := range right.Headers() {
		require.Equal(t, "A", name)
		break // a loop may end early
	}
}

// A nil pointer that became an error by accident is a server error, not a panic.
func TestNilAndZeroErrors(t *testing.T) {
	t.Parallel()

	for name, err := range map[string]*errors.PolarError{"a nil": nil, "a zero": {}} {
		sentence.Equal(t, name+" PolarError", err)
		require.Same(t, errors.InternalServerError, err.Kind())
		require.Equal(t, "Internal Server Error", err.Detail())
		require.ErrorIs(t, err, errors.InternalServerError)
		require.NoError(t, err.Unwrap())
		require.Empty(t, maps.Collect(err.Headers()))
	}
	var invalid *errors.PolarRequestValidationError
	require.Empty(t, invalid.Details())
	for name, err := range map[string]*errors.PolarRequestValidationError{"a nil": nil, "an empty": errors.NewRequestValidationError()} {
		sentence.Equal(t, name+" PolarRequestValidationError", err)
		require.ErrorIs(t, err, errors.InternalServerError)
		require.NotErrorIs(t, err, errors.RequestValidation)
	}

	var kind *errors.Kind
	require.Equal(t, "InternalServerError", kind.Name())
	require.Equal(t, 500, kind.Status())
	require.Equal(t, "Internal Server Error", kind.Detail())
	sentence.Equal(t, "a nil Kind", kind)
	require.EqualError(t, kind.Wrap(io.EOF), "InternalServerError: Internal Server Error: EOF")
	require.Equal(t, "Internal Server Error", kind.WithDetail("x").WithHeader("A", "b").Detail(), "an error without a kind shows nothing")

	var made *errors.PolarError
	require.EqualError(t, made.WithCause(io.EOF), "InternalServerError: Internal Server Error: EOF")
	require.Same(t, errors.InternalServerError, made.WithDetail("x").WithHeader("A", "b").Kind())
}

// A nil pointer in a tree of errors does not hide other errors.
func TestTreesWithNilPointers(t *testing.T) {
	t.Parallel()

	nils := []error{(*errors.PolarError)(nil), (*errors.Kind)(nil), (*errors.PolarRequestValidationError)(nil), errors.NewRequestValidationError()}
	one, two := errors.ValidationErrorAt(errors.Loc{"body", "a"}, "missing", "x", nil), errors.ValidationErrorAt(errors.Loc{"body", "b"}, "missing", "x", nil)
	for _, empty := range nils {
		for name, err := range map[string]error{"alone": empty, "wrapped": fmt.Errorf("x: %w", empty), "joined": errors.Join(io.EOF, empty)} {
			require.Same(t, errors.InternalServerError, errors.KindOf(err), name)
			require.Nil(t, errors.PolarErrorOf(err), name)
			details, rest := errors.DetailsOf(err)
			require.Empty(t, details, name)
			require.Equal(t, err, rest, name)
		}
		require.Same(t, caseClosed, errors.KindOf(errors.Join(empty, fmt.Errorf("x: %w", caseClosed))))
		require.Equal(t, "Gone.", errors.PolarErrorOf(errors.Join(empty, caseClosed.WithDetail("Gone."))).Detail())
		require.Same(t, errors.RequestValidation, errors.KindOf(errors.Join(empty, one)))
		details, rest := errors.DetailsOf(errors.Join(one, errors.Join(empty, fmt.Errorf("x: %w", two))))
		require.Equal(t, append(one.Details(), two.Details()...), details)
		require.Equal(t, empty, rest)
	}
	details, rest := errors.DetailsOf(errors.Join(one, io.EOF, two, caseClosed))
	require.Len(t, details, 2)
	require.EqualError(t, rest, errors.Join(io.EOF, caseClosed).Error())
	details, rest = errors.DetailsOf(fmt.Errorf("x: %w", one))
	require.Len(t, details, 1)
	require.NoError(t, rest)
	details, rest = errors.DetailsOf(nil)
	require.Empty(t, details)
	require.NoError(t, rest)
	require.Nil(t, errors.PolarErrorOf(nil))
}

func TestValueError(t *testing.T) {
	t.Parallel()

	require.Equal(t, []errors.ValidationError{{
		Type: "value_error", Msg: "Value error, a must be even", Ctx: errors.Ctx{{Name: "error", Value: struct{}{}}},
	}}, errors.ValueError("a must be even").Details())
	require.Equal(t, []errors.ValidationError{{
		Type: "value_error", Loc: errors.Loc{"ends", 0}, Msg: "Value error, too early", Input: 7, Ctx: errors.Ctx{{Name: "error", Value: struct{}{}}},
	}}, errors.ValueErrorAt(errors.Loc{"ends", 0}, "too early", 7).Details())
}

func TestKindOf(t *testing.T) {
	t.Parallel()

	invalid := errors.ValidationErrorAt(errors.Loc{"body"}, "missing", "Field required", nil)
	for name, c := range map[string]struct {
		err  error
		want *errors.Kind
	}{
		"nil":                     {nil, nil},
		"kind":                    {caseClosed, caseClosed},
		"error":                   {caseClosed.New(), caseClosed},
		"wrapped":                 {fmt.Errorf("x: %w", caseClosed.Wrap(io.EOF)), caseClosed},
		"outer before inner":      {caseClosed.Wrap(errors.ResourceNotFound.New()), caseClosed},
		"first of a join":         {errors.Join(io.EOF, errors.BadRequest.New(), caseClosed.New()), errors.BadRequest},
		"validation":              {fmt.Errorf("x: %w", invalid), errors.RequestValidation},
		"error before validation": {errors.Join(invalid, caseClosed.New()), caseClosed},
		"unknown":                 {io.EOF, errors.InternalServerError},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			require.Same(t, c.want, errors.KindOf(c.err))
		})
	}
}

func TestValidationError(t *testing.T) {
	t.Parallel()

	first := errors.ValidationError{Type: "missing", Loc: errors.Loc{"body", "items", 0, "price"}, Msg: "Field required", Input: "s3cret"}
	err := errors.NewRequestValidationError(first, errors.ValidationError{Type: "int_type"}, errors.ValidationError{})
	require.Equal(t, "body.items.0.price", first.Loc.String())
	sentence.Equal(t, "several errors of a request", err)
	require.NotContains(t, err.Error(), "s3cret")
	require.Len(t, err.Details(), 3)
	require.ErrorIs(t, fmt.Errorf("x: %w", err), errors.RequestValidation)
	require.NotErrorIs(t, err, errors.BadRequest)

	one := errors.ValidationErrorAt(errors.Loc{"query", "page"}, "value_error", "No.", 7)
	sentence.Equal(t, "one error of a request", one)
	require.Equal(t, []errors.ValidationError{{Type: "value_error", Loc: errors.Loc{"query", "page"}, Msg: "No.", Input: 7}}, one.Details())
}

// Names are the contract of an API: clients switch on them.
func TestKindsOfTheLibrary(t *testing.T) {
	t.Parallel()

	kinds := []*errors.Kind{
		errors.BadRequest, errors.Unauthorized, errors.NotPermitted, errors.ResourceNotFound,
		errors.RouteNotFound, errors.MethodNotAllowed,
		errors.ResourceAlreadyExists, errors.ResourceConflict, errors.ResourceUnavailable, errors.RequestBodyTooLarge,
		errors.RequestValidation, errors.InternalServerError, errors.ServiceUnavailable,
	}
	var got []string
	for _, kind := range kinds {
		got = append(got, fmt.Sprint(kind.Status(), " ", kind))
	}
	require.Equal(t, []string{
		"400 BadRequest: Bad request",
		"401 Unauthorized: Unauthorized",
		"403 NotPermitted: Not permitted",
		"404 ResourceNotFound: Not found",
		"404 RouteNotFound: Not Found",
		"405 MethodNotAllowed: Method Not Allowed",
		"409 ResourceAlreadyExists: Already exists",
		"409 ResourceConflict: Conflict",
		"410 ResourceUnavailable: Unavailable",
		"413 RequestBodyTooLarge: Request body too large",
		"422 PolarRequestValidationError: The request is not valid",
		"500 InternalServerError: Internal Server Error",
		"503 ServiceUnavailable: Service Unavailable",
	}, got)
	require.True(t, slices.IsSorted(got))
}
