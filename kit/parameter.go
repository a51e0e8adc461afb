package kit

import (
	"reflect"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/querystring"
	"github.com/polarkit-go/polarkit/kit/openapi"
)

// Parameter is implemented, on the pointer, by types that read themselves from the query
// parameters of a request, such as pagination.Params and sorting.By. A struct of
// parameters has them as fields like any other, or embeds them. Packages and applications
// may bring their own.
type Parameter interface {
	// CompileParameter is called once, on a zero value, when the enclosing struct is
	// compiled. Its error, such as one for a default that cannot be read, stops the
	// program when it starts.
	CompileParameter(field ParameterField) (ParameterSpec, error)
	// BindParameter is called for each request, on the field itself. It must not panic
	// for any request, and must not keep the input.
	BindParameter(in *ParameterInput)
}

// ParameterField describes the field that a [Parameter] is declared as.
type ParameterField struct {
	// Name is the wire name, which is the query tag. It is empty without one, as for an
	// embedded struct.
	Name string
	// Tag is the whole tag of the field: default, doc, example and the keys of the type
	// itself.
	Tag reflect.StructTag
}

// ParameterSpec is the result of compiling a [Parameter].
type ParameterSpec struct {
	// Document describes the query parameters that the type reads.
	Document []openapi.Parameter
	// State is given to each BindParameter. It must be safe for concurrent use.
	State any
}

// ParameterQuery is the query of a request. [ParseQuery] makes one.
type ParameterQuery interface {
	// All returns all values of a parameter, in their order. It is nil for an absent one.
	All(name string) []string
	// Last returns the last value of a parameter, and whether there is one.
	Last(name string) (value string, present bool)
}

// ParseQuery reads the query of a URL, without the question mark, as FastAPI does. It never
// fails: a bad percent sequence stays as it is, a semicolon separates nothing, and bytes
// that are not UTF-8 become U+FFFD.
func ParseQuery(raw string) ParameterQuery { return querystring.Parse(raw) }

// ParameterInput is the part of a request that a [Parameter] reads.
type ParameterInput struct {
	field  ParameterField
	state  any
	query  ParameterQuery
	report func(errors.ValidationError)
}

// NewParameterInput makes an input. Package kit/request does so for each request, and a
// test of a [Parameter] does so by hand:
//
//	kit.NewParameterInput(field, spec.State, kit.ParseQuery("page=2&limit=10"), report)
//
// The function report is called with each error, in their order.
func NewParameterInput(field ParameterField, state any, query ParameterQuery, report func(errors.ValidationError)) *ParameterInput {
	return &ParameterInput{field: field, state: state, query: query, report: report}
}

// Field is the field that the parameter is declared as.
func (in *ParameterInput) Field() ParameterField { return in.field }

// State is the State of the [ParameterSpec].
func (in *ParameterInput) State() any { return in.state }

// Values returns all values of a query parameter, in their order. It is nil for an absent
// one.
func (in *ParameterInput) Values(name string) []string { return in.query.All(name) }

// Last returns the last value of a query parameter, which counts for a parameter of one
// value, and whether there is one.
func (in *ParameterInput) Last(name string) (value string, present bool) {
	return in.query.Last(name)
}

// Invalid reports an error. Its Loc begins with "query" and the parameter's name.
func (in *ParameterInput) Invalid(err errors.ValidationError) { in.report(err) }
