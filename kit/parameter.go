package kit

import (
	"reflect"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/querystring"
	"github.com/polarkit-go/polarkit/kit/openapi"
)

// Parameter is implemented, on the pointer, by types that read themselves from
// a request's query parameters, such as pagination.Params and sorting.By. A
// struct of parameters holds them like any other field or embeds them. It is
// an interface so that a package or an application can bring its own; methods
// may be added only with a new name.
type Parameter interface {
	// CompileParameter is called once, on a zero value, when the plan of the
	// enclosing struct is compiled. An error, such as a default that does not
	// parse, is a start-up error.
	CompileParameter(field ParameterField) (ParameterSpec, error)
	// BindParameter is called for each request on the field itself. It must
	// not panic whatever the request holds, and not keep the input.
	BindParameter(in *ParameterInput)
}

// ParameterField is what a [Parameter] learns of the field it is declared as.
type ParameterField struct {
	// Name is the wire name (the query tag), empty where there is none, as for
	// an embedded struct.
	Name string
	// Tag is the whole tag of the field, for default, doc, example and the
	// type's own keys.
	Tag reflect.StructTag
}

// ParameterSpec is what a [Parameter] answers when it is compiled.
type ParameterSpec struct {
	// Document describes the query parameters that the type reads.
	Document []openapi.Parameter
	// State is handed to each BindParameter; it must be safe for concurrent use.
	State any
}

// ParameterQuery is the query of a request, such as [ParseQuery] makes it.
type ParameterQuery interface {
	// All are all values of a parameter, in their order; nil when it is absent.
	All(name string) []string
	// Last is the last value of a parameter, and whether there is one.
	Last(name string) (value string, present bool)
}

// ParseQuery reads a query as it stands in a URL, without the question mark, as FastAPI
// does. It never fails: a bad percent sequence stays as it is, a semicolon separates
// nothing, and bytes that are not UTF-8 become U+FFFD.
func ParseQuery(raw string) ParameterQuery { return querystring.Parse(raw) }

// ParameterInput is what a [Parameter] reads from.
type ParameterInput struct {
	field  ParameterField
	state  any
	query  ParameterQuery
	report func(errors.ValidationError)
}

// NewParameterInput makes an input. Requests are read with it, and so is what the tests
// of a [Parameter] make by hand:
//
//	kit.NewParameterInput(field, spec.State, kit.ParseQuery("page=2&limit=10"), report)
//
// The report function receives each error in its order.
func NewParameterInput(field ParameterField, state any, query ParameterQuery, report func(errors.ValidationError)) *ParameterInput {
	return &ParameterInput{field: field, state: state, query: query, report: report}
}

// Field is the field that the parameter is declared as.
func (in *ParameterInput) Field() ParameterField { return in.field }

// State is the [ParameterSpec]'s.
func (in *ParameterInput) State() any { return in.state }

// Values are all values of a query parameter, in their order; nil when it is absent.
func (in *ParameterInput) Values(name string) []string { return in.query.All(name) }

// Last is the value that counts for a parameter that takes one: the last.
func (in *ParameterInput) Last(name string) (value string, present bool) {
	return in.query.Last(name)
}

// Invalid reports an error. Its Loc begins with "query" and the parameter's name.
func (in *ParameterInput) Invalid(err errors.ValidationError) { in.report(err) }
