package api

import (
	"net/http"
	"reflect"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/internal/response"
	"github.com/polarkit-go/polarkit/kit/openapi"
)

// NoContent is the output of an endpoint that answers 204 without a body.
type NoContent struct{}

// Response is implemented by outputs that write themselves, for [Handle] and
// [Post].
type Response interface {
	// WriteResponse writes the whole reply. An error before anything is written
	// is answered like that of a handler; after it, it is logged and the connection
	// is cut.
	WriteResponse(w http.ResponseWriter, r *http.Request) error
}

// Described is implemented by a [Response] that says in the document what it
// writes. The method is called on a zero value.
type Described interface {
	DescribeResponse() (status int, response openapi.Response)
}

// replyFunc writes the output of an endpoint.
func replyFunc[Out any](e *Endpoint) func(w http.ResponseWriter, r *http.Request, out Out) error {
	switch t := reflect.TypeFor[Out](); {
	case t == reflect.TypeFor[NoContent]():
		return func(w http.ResponseWriter, _ *http.Request, _ Out) error {
			w.WriteHeader(http.StatusNoContent)
			return nil
		}
	case t.Implements(reflect.TypeFor[Response]()):
		return func(w http.ResponseWriter, r *http.Request, out Out) error {
			tracked := response.New(w)
			err := any(out).(Response).WriteResponse(tracked, r) //nolint:forcetypeassert // checked above
			if err != nil && response.Started(tracked) {
				e.api.renderer.Write(tracked, r, err) // logs it
				panic(http.ErrAbortHandler)           // the only way left to tell the client
			}
			return err
		}
	default:
		status := e.settings.status
		return func(w http.ResponseWriter, _ *http.Request, out Out) error {
			return kit.WriteJSON(w, status, out)
		}
	}
}

// headWriter answers HEAD with the headers of GET.
type headWriter struct{ http.ResponseWriter }

func (*headWriter) Write(p []byte) (int, error) { return len(p), nil }

// Unwrap is for http.ResponseController.
func (h *headWriter) Unwrap() http.ResponseWriter { return h.ResponseWriter }
