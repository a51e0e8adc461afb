package request

import (
	"context"
	"fmt"
	"net/http"
	"reflect"

	"github.com/polarkit-go/polarkit/kit/internal/plan"
)

// Decode reads the JSON body of a request into a T, as FastAPI reads the body
// parameter of an endpoint. T is a struct, most often one that embeds kit.Schema, or a
// slice, a map or an interface of kit.DefineUnion.
//
// What is wrong with the data is a *errors.PolarRequestValidationError (422). It holds
// all errors, in the order of T's fields: at most 1000, and none beyond about 1 MiB of
// echoed inputs. An error that a Validate method returns, and that is no validation
// error, is returned as it is.
//
// A body that cannot be read is a *errors.PolarError of one of these kinds:
//
//   - BadRequest: the bytes are not text in an encoding of JSON, they nest deeper than
//     500 levels, an integer has more than 4300 digits, or the body breaks off.
//   - RequestBodyTooLarge: the body has more than [MaxBodySize] bytes.
//   - RequestTimeout: the body does not arrive before the read deadline of the
//     connection. http.Server.ReadTimeout sets it, or reply.Handler, or the time of an
//     endpoint.
//
// A content type other than JSON is no error by itself. As in FastAPI, the body is then
// a text, and a struct cannot be read from one.
//
// Any other error is a mistake in the program: T cannot be read from a request, because
// it has a rule that does not exist, for example. [Check] finds such mistakes when the
// program starts.
func Decode[T any](r *http.Request) (T, error) {
	var value T
	node, err := plan.For(reflect.TypeFor[T]())
	if err != nil {
		return value, fmt.Errorf("request: Decode: %w", err)
	}
	body, err := readBody(r)
	if err != nil {
		return value, err
	}
	if err := node.Decode(r.Context(), body, reflect.ValueOf(&value).Elem()); err != nil {
		var zero T
		return zero, err
	}
	return value, nil
}

// Bind reads a whole request into a T. A T that embeds kit.Schema is the body, as with
// [Decode]. Any other struct holds parameters. The tags of its fields say where they
// come from, and the field Body is the body:
//
//	type UpdateCustomer struct {
//		ID     uuid.UUID            `path:"id"`
//		Expand bool                 `query:"expand" default:"false"`
//		Trace  kit.Optional[string] `header:"x-trace"`
//		Theme  string               `cookie:"theme" default:"light"`
//		Body   CustomerUpdate
//	}
//
// Path parameters are those of http.Request.PathValue. A query parameter that is
// repeated fills a slice or a kit.Filter. For any other type the last value of a query
// parameter or a cookie counts, and the first value of a header. A slice takes all values of
// a header that is repeated, and a comma in one separates nothing. Types that implement kit.Parameter
// read their own query parameters.
//
// With the tag content:"json" the text of a query parameter or a header is JSON, for a
// value of any type that a body may have (Pydantic's Json[T]).
//
// The body may also be a form, application/x-www-form-urlencoded or multipart/form-data. A field
// Form is a schema that is read from one. Fields with the tag form are parameters of a form:
//
//	type LogIn struct {
//		Username string   `form:"username" validate:"min=2"`
//		Remember bool     `form:"remember" default:"false"`
//		Scopes   []string `form:"scope" default:"[]"`
//	}
//
// Parameters of a form may be of the types kit.File and []kit.File, and []byte for the whole
// content of a file. A parameter of a form that is sent without a value is absent. In a schema it is an empty
// text. A body of another media type is a form without fields, as in FastAPI.
//
// A field is required unless it has a default or is a kit.Optional, a kit.Filter or a
// kit.MetadataFilter.
//
// All errors are reported together, in FastAPI's order: embedded parameters, path,
// query, header, cookie, body. They are those of [Decode].
func Bind[T any](r *http.Request) (T, error) {
	var value T
	in, err := plan.ForInput(reflect.TypeFor[T]())
	if err != nil {
		return value, fmt.Errorf("request: Bind: %w", err)
	}
	if err := in.Bind(source{r}, reflect.ValueOf(&value).Elem()); err != nil {
		var zero T
		return zero, err
	}
	return value, nil
}

// source is a request as a plan reads it.
type source struct{ r *http.Request }

func (q source) Context() context.Context    { return q.r.Context() }
func (q source) Path(name string) string     { return q.r.PathValue(name) }
func (q source) Query() string               { return q.r.URL.RawQuery }
func (q source) Header(name string) []string { return q.r.Header.Values(name) }
func (q source) Body() (plan.Body, error)    { return readBody(q.r) }
func (q source) Form() (plan.Form, error)    { return readForm(q.r) }

// Check reports whether [Bind] can read a T: whether its rules fit their fields, its
// defaults can be read, and its wire names differ. Programs call it when they start. The
// error has a line for each mistake: the type, the field, and what to change.
func Check[T any]() error {
	if _, err := plan.ForInput(reflect.TypeFor[T]()); err != nil {
		return fmt.Errorf("request: Check: %w", err)
	}
	return nil
}
