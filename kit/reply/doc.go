// Package reply writes replies to net/http requests: values as JSON, and errors in one
// shape.
//
//	mux.Handle("POST /customers", reply.Handler(func(w http.ResponseWriter, r *http.Request) error {
//		in, err := request.Decode[CustomerCreate](r)
//		if err != nil {
//			return err // 422 with everything that is wrong
//		}
//		…
//		return reply.JSON(w, http.StatusCreated, customer)
//	}))
//
// [Handler] makes a handler of a function that returns its error. [Error] answers with an
// error in any other handler. A [Renderer] does both with a logger of its own, and
// [Renderer.Middleware] gives other handlers the same limits of time.
package reply
