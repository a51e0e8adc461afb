// Package websession signs users in and out, with an e-mail address, a
// password, and a cookie.
package websession

import (
	"net/http"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/signin"
	"github.com/polarkit-go/polarkit/kit/api"
)

// Routes registers the endpoints.
func Routes(g *api.Group, s *Service) {
	sessions := g.Group("/web-sessions", api.Tag("web_sessions"))

	api.Post(sessions, "/", api.Public("signs in"), s.Create, api.Summary("Sign In"),
		api.Fails(signin.WrongCredentials, signin.TooManyAttempts, auth.CrossOrigin))
	api.Handle(sessions, http.MethodDelete, "/current", api.Public("signs out, also of a session that is dead"), s.Delete,
		api.Summary("Sign Out"), api.Fails(auth.CrossOrigin))
}

// SignOut has no parameters: the cookie identifies the session.
type SignOut struct{}
