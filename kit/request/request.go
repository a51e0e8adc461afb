// Package request reads net/http requests as FastAPI and Pydantic v2 do, with their
// rules and their errors:
//
//	in, err := request.Decode[CustomerCreate](r) // the JSON body
//	if err != nil {
//		return err // 422 with everything that is wrong
//	}
//
// [Bind] reads path, query, headers and body together, into a struct whose tags say
// where each field comes from. What the structs are made of is in package kit. The
// errors are those of package errors; package kit/reply answers with them.
package request

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"reflect"
	"strings"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/plan"
)

// MaxBodySize is how many bytes [Decode] and [Bind] read of a body (Polar's
// limit); a body of exactly this size passes. For a lower limit wrap the
// request's body in http.MaxBytesReader.
const MaxBodySize = 10 << 20

// Decode reads the JSON body of a request into a T, as FastAPI reads the body
// parameter of an endpoint: T is a struct, most often one that embeds kit.Schema,
// or a slice, a map or an interface defined with kit.DefineUnion.
//
// The error is a *errors.PolarRequestValidationError (422) with everything that
// is wrong, in the order of T's fields; or a *errors.PolarError: BadRequest for
// bytes that are no text, nesting beyond 500 levels or integers of more than
// 4300 digits, or of a body that breaks off; RequestBodyTooLarge for more than
// [MaxBodySize] bytes; RequestTimeout for a body that does not arrive before the
// read deadline of the connection (http.Server.ReadTimeout, reply.Handler or an
// endpoint's time). An error of a Validate method that is no validation error is
// returned as it is. At most 1000 errors are reported, and none beyond about 1 MiB
// of echoed inputs.
//
// A content type other than JSON is no error of its own: as in FastAPI the body
// is then a text, which is refused where a struct is wanted.
//
// Any other error says that T cannot be read from a request at all, such as a
// struct with a rule that is unknown: a mistake in the program, which [Check]
// finds when it starts.
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

// Bind reads a whole request into a T. A T that embeds kit.Schema is the body, as
// with [Decode]. Any other struct holds parameters, told by their tags, and the
// body in a field of the name Body:
//
//	type UpdateCustomer struct {
//		ID     uuid.UUID           `path:"id"`
//		Expand bool                `query:"expand" default:"false"`
//		Trace  kit.Optional[string] `header:"x-trace"`
//		Body   CustomerUpdate
//	}
//
// Path parameters are those of http.Request.PathValue. A query parameter that
// is repeated fills a slice or a kit.Filter; for anything else the last one
// counts, but the first of a repeated header. A field is required unless it is a kit.Optional, a kit.Filter,
// a kit.MetadataFilter or has a default. Types that implement kit.Parameter read
// their own query parameters.
//
// Everything that is wrong is reported together, in FastAPI's order: embedded
// parameters, path, query, header, body. Errors are those of [Decode].
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

// Check reports whether [Bind] can read a T: whether its rules fit their
// fields, its defaults parse, and its wire names differ. Programs call it when
// they start.
func Check[T any]() error {
	if _, err := plan.ForInput(reflect.TypeFor[T]()); err != nil {
		return fmt.Errorf("request: %w", err)
	}
	return nil
}

// firstRead is how much room a body gets before any of it has arrived.
const firstRead = 64 << 10

// readBody reads a body up to the limit.
func readBody(r *http.Request) (plan.Body, error) {
	body := plan.Body{JSON: isJSON(r.Header.Get("Content-Type"))}
	if r.Body == nil || r.Body == http.NoBody {
		return body, nil
	}
	if r.ContentLength > MaxBodySize {
		return body, errors.RequestBodyTooLarge.New()
	}
	size := min(r.ContentLength, firstRead) + 1 // room for the end to be seen
	if r.ContentLength < 0 {
		size = 512
	}
	data := make([]byte, 0, size)
	for {
		n, err := r.Body.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
		case len(data) > MaxBodySize:
			return body, errors.RequestBodyTooLarge.New()
		case err == io.EOF:
			body.Data = data
			return body, nil
		case err != nil:
			return body, readError(r, err)
		}
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
	}
}

// readError distinguishes a body beyond a limit of size or time from one that broke
// off.
func readError(r *http.Request, err error) error {
	switch {
	case isTooLarge(err):
		return errors.RequestBodyTooLarge.Wrap(err)
	case errors.Is(err, os.ErrDeadlineExceeded):
		late := errors.RequestTimeout.Wrap(err)
		if r.ProtoMajor == 1 {
			late = late.WithHeader("Connection", "close") // RFC 9110, section 15.5.9
		}
		return late
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return errors.BadRequest.Wrap(err).WithDetail("There was an error parsing the body")
}

func isTooLarge(err error) bool {
	_, ok := errors.AsType[*http.MaxBytesError](err)
	return ok
}

// isJSON reports whether a content type is application/json or
// application/*+json, as FastAPI tells it.
func isJSON(contentType string) bool {
	media, _, _ := strings.Cut(contentType, ";")
	main, sub, ok := strings.Cut(strings.ToLower(strings.TrimSpace(media)), "/")
	return ok && main == "application" && (sub == "json" || strings.HasSuffix(sub, "+json") && !strings.Contains(sub, "/"))
}
