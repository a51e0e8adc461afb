package auth

import (
	"net/http"
	"strings"

	"github.com/polarkit-go/polarkit/errors"
)

// The kinds of error that the package answers with, besides
// errors.Unauthorized, errors.NotPermitted, errors.BadRequest and
// errors.ServiceUnavailable.
var (
	// InvalidToken is a credential that does not count, for whatever reason:
	// unknown, malformed, expired, revoked, its subject gone. All are the same to a client.
	InvalidToken = errors.DefineKind("InvalidToken", http.StatusUnauthorized, "The credential is malformed, expired, revoked or otherwise invalid.")
	// InsufficientScope is a credential without the scope that is needed.
	InsufficientScope = errors.DefineKind("InsufficientScope", http.StatusForbidden, "The credential does not have the scope that is needed.")
	// WebSessionRequired is an API token where only a signed-in browser will do.
	WebSessionRequired = errors.DefineKind("WebSessionRequired", http.StatusForbidden, "This needs a web session.")
	// SessionNotFresh is a web session whose sign-in is too long ago for what it asks.
	SessionNotFresh = errors.DefineKind("SessionNotFresh", http.StatusForbidden, "Sign in again to do this.")
	// CrossOrigin is an unsafe request that another site made with the session's cookie.
	CrossOrigin = errors.DefineKind("CrossOrigin", http.StatusForbidden, "Cross-origin requests are not accepted with a web session.")
	// TooManyFailures is for a [Failures] hook whose budget is used up.
	TooManyFailures = errors.DefineKind("TooManyFailures", http.StatusTooManyRequests, "Too many requests with invalid credentials.")
)

// retryAfter is what a client waits when it is not known who is calling, in seconds.
const retryAfter = "5"

// answers are the errors that one authenticator gives, made once: they are
// immutable, and the same for every request.
type answers struct {
	realm        string
	unauthorized *errors.PolarError
	invalid      *errors.PolarError
	deadCookie   *errors.PolarError
	several      *errors.PolarError
	crossOrigin  *errors.PolarError
}

func newAnswers(realm string, clear *http.Cookie) answers {
	invalid := refusal(InvalidToken).WithHeader("WWW-Authenticate", challenge(realm, "invalid_token", plain(InvalidToken), ""))
	a := answers{
		realm:        realm,
		unauthorized: refusal(errors.Unauthorized).WithHeader("WWW-Authenticate", challenge(realm, "", "", "")),
		invalid:      invalid,
		deadCookie:   invalid,
		several: refusal(errors.BadRequest).WithDetail("More than one Authorization header").
			WithHeader("WWW-Authenticate", challenge(realm, "invalid_request", "More than one Authorization header", "")),
		crossOrigin: refusal(CrossOrigin),
	}
	if clear != nil {
		a.deadCookie = invalid.WithHeader("Set-Cookie", clear.String())
	}
	return a
}

func refusal(kind *errors.Kind) *errors.PolarError {
	return kind.New().WithHeader("Cache-Control", "no-store")
}

// plain is a kind's text without the final stop, for an error_description.
func plain(kind *errors.Kind) string { return strings.TrimSuffix(kind.Detail(), ".") }

func insufficientScope(realm, scope string) *errors.PolarError {
	return refusal(InsufficientScope).WithHeader("WWW-Authenticate", challenge(realm, "insufficient_scope", plain(InsufficientScope), scope))
}

func unavailable(cause error) *errors.PolarError {
	return errors.ServiceUnavailable.Wrap(cause).WithHeader("Retry-After", retryAfter)
}
