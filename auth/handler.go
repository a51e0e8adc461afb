package auth

import (
	"net/http"

	"github.com/polarkit-go/polarkit/kit/reply"
)

// Handler requires this of every request before next: a middleware in the
// standard signature, for code that does not use package kit/api. The subject
// is found with [From].
func (q *Requirement[S]) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := q.Authorize(r); err != nil {
			var renderer reply.Renderer
			if s := stateOf(r.Context()); s != nil {
				renderer.Logger = s.a.config.Logger
			}
			renderer.Write(w, r, err)
			return
		}
		q.ReplyHeader(r, w.Header())
		next.ServeHTTP(w, r)
	})
}
