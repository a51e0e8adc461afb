package api

import (
	"fmt"
	"net/http"
	"reflect"

	"github.com/polarkit-go/polarkit/kit/openapi"
	"github.com/polarkit-go/polarkit/kit/reply"
)

// NoContent is the output of an endpoint that answers without a body. Its status is
// 204, or that of the option [Status], such as 202 for work that has been accepted.
type NoContent struct{}

// Response is implemented by outputs that write themselves, for [Handle] and
// [Post].
type Response interface {
	// WriteResponse writes the whole reply. An error before anything is written is
	// answered like an error of the handler. A later error is logged and the connection
	// is cut.
	WriteResponse(w http.ResponseWriter, r *http.Request) error
}

// Described is implemented by a [Response] that describes, for the document, what it
// writes. The method is called on a zero value.
type Described interface {
	DescribeResponse() (status int, response openapi.Response)
}

// replyFunc writes the output of an endpoint. A nil pointer or interface is a mistake of
// the handler, and the answer is a 500.
func replyFunc[Out any](e *Endpoint) func(w http.ResponseWriter, r *http.Request, out Out) error {
	t := reflect.TypeFor[Out]()
	write := writeFunc[Out](e, t)
	if t.Kind() != reflect.Pointer && t.Kind() != reflect.Interface {
		return write
	}
	return func(w http.ResponseWriter, r *http.Request, out Out) error {
		if isNil(out) {
			return fmt.Errorf("api: the handler of %s returned neither an output nor an error: a nil %s", e.pattern, t)
		}
		return write(w, r, out)
	}
}

func writeFunc[Out any](e *Endpoint, t reflect.Type) func(w http.ResponseWriter, r *http.Request, out Out) error {
	status := e.settings.status
	switch {
	case t == reflect.TypeFor[NoContent]():
		return func(w http.ResponseWriter, _ *http.Request, _ Out) error {
			w.WriteHeader(status)
			return nil
		}
	case t.Implements(reflect.TypeFor[Response]()):
		return func(w http.ResponseWriter, r *http.Request, out Out) error {
			response := any(out).(Response) //nolint:forcetypeassert // checked above
			if redirect, ok := response.(Redirect); ok && redirect.Status == 0 {
				redirect.Status = status
				response = redirect
			}
			return response.WriteResponse(w, r)
		}
	case t.Kind() == reflect.Struct:
		return func(w http.ResponseWriter, _ *http.Request, out Out) error {
			return reply.JSON(w, status, &out) // behind a pointer it is not copied again
		}
	default:
		return func(w http.ResponseWriter, _ *http.Request, out Out) error {
			return reply.JSON(w, status, out)
		}
	}
}

// headWriter answers HEAD with the headers of GET.
type headWriter struct{ http.ResponseWriter }

func (*headWriter) Write(p []byte) (int, error) { return len(p), nil }

// Unwrap is for http.ResponseController.
func (h *headWriter) Unwrap() http.ResponseWriter { return h.ResponseWriter }
