// Package websession signs users in and out, with an e-mail address, a
// password, and a cookie.
package websession

import (
	"net/http"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/api"
)

// WrongCredentials is a sign-in with an unknown address or a wrong password,
// which read the same.
var WrongCredentials = errors.Define("WrongCredentials", http.StatusForbidden, "The email address or the password is wrong.")

// Routes registers the endpoints.
func Routes(g *api.Group, s *Service) {
	sessions := g.Group("/web-sessions", api.Tag("web_sessions"))

	api.Post(sessions, "/", api.Public("signs in"), s.Create, api.Summary("Sign In"), api.Fails(WrongCredentials, auth.CrossOrigin))
	api.Handle(sessions, http.MethodDelete, "/current", api.Public("signs out, also of a session that is dead"), s.Delete,
		api.Summary("Sign Out"), api.Fails(auth.CrossOrigin))
}

// SignOut has no parameters: the cookie says which session it is.
type SignOut struct{}
