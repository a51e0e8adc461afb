package kit

import (
	"net/http"

	"github.com/polarkit-go/polarkit/kit/internal/response"
)

// Handler makes a handler of a function that returns its error, which is
// answered as [WriteError] does:
//
//	mux.Handle("GET /plans/{id}", kit.Handler(func(w http.ResponseWriter, r *http.Request) error {
//		in, err := kit.Bind[GetPlan](r)
//		if err != nil {
//			return err
//		}
//		…
//		return kit.WriteJSON(w, http.StatusOK, plan)
//	}))
//
// A panic becomes a logged 500. An error or a panic after the reply has begun
// is logged, and nothing is added to the reply. Handler panics for a function
// that is nil.
func Handler(handle func(w http.ResponseWriter, r *http.Request) error) http.Handler {
	return ErrorRenderer{}.Handler(handle)
}

// Handler is the function [Handler] with a logger.
func (e ErrorRenderer) Handler(handle func(w http.ResponseWriter, r *http.Request) error) http.Handler {
	if handle == nil {
		panic("kit: Handler: there is no function; pass the one that answers")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tracked := response.New(w)
		defer e.Recover(tracked, r)
		if err := handle(tracked, r); err != nil {
			e.Write(tracked, r, err)
		}
	})
}
