package reply

import (
	"net/http"

	"github.com/polarkit-go/polarkit/kit/internal/response"
)

// Handler makes a handler of a function that returns its error. The error is answered as
// [Error] does it:
//
//	mux.Handle("GET /plans/{id}", reply.Handler(func(w http.ResponseWriter, r *http.Request) error {
//		in, err := request.Bind[GetPlan](r)
//		if err != nil {
//			return err
//		}
//		…
//		return reply.JSON(w, http.StatusOK, plan)
//	}))
//
// A panic becomes a logged 500. An error or a panic after the reply has begun is
// logged, and the connection is cut. The handler has the limits of
// [Renderer.Middleware]. Handler panics for a nil function.
func Handler(handle func(w http.ResponseWriter, r *http.Request) error) http.Handler {
	return Renderer{}.Handler(handle)
}

// Handler is the function [Handler] with the logger of this renderer.
func (e Renderer) Handler(handle func(w http.ResponseWriter, r *http.Request) error) http.Handler {
	if handle == nil {
		panic("reply: Handler: there is no function; pass the one that answers")
	}
	return e.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.Write(w, r, handle(w, r))
	}))
}

// Middleware adds these limits to any handler, such as an http.ServeMux with health
// checks beside an API. Handlers of this package and of package kit/api have them
// already.
//
//   - A panic is answered, or cuts the connection: see [Renderer.Recover].
//   - A body has 30 seconds to arrive, unless the http.Server has a ReadTimeout or the
//     handler sets a read deadline.
//   - A reply does not wait for a body that nobody has read. This begins with the body
//     of the reply, or with its status when that is an error or a redirection. What
//     arrives within the next 100 milliseconds (at most 256 KiB) is dropped. If more is
//     to come, the reply has the header Connection: close, and the connection ends half a
//     second later at most. So a handler reads the body before it writes: a later read
//     fails with http.ErrBodyReadAfterClose, unless full duplex is on.
//   - The client has 30 seconds to read each part of 64 KiB of the reply, unless the
//     http.Server has a WriteTimeout or the handler sets a write deadline.
//   - X-Content-Type-Options is nosniff, unless the handler sets it.
//
// No handler sees a connection that sends no whole header, or that sends nothing after a
// reply. For these set ReadHeaderTimeout and IdleTimeout of the http.Server, as package
// kit/serve does. Middleware panics for a nil handler.
func (e Renderer) Middleware(next http.Handler) http.Handler {
	if next == nil {
		panic("reply: Middleware: there is no handler; pass the one to watch over")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		watching := response.Watch(w, r)
		defer watching.Done()
		defer e.Recover(watching, r)
		next.ServeHTTP(watching, r)
	})
}
