package auth

import (
	"net/http"
	"strings"

	"github.com/polarkit-go/polarkit/errors"
)

// The kinds of error with which the package answers, besides
// errors.Unauthorized, errors.NotPermitted, errors.BadRequest and
// errors.ServiceUnavailable.
var (
	// InvalidToken is a credential that is unknown, malformed, expired or revoked, or
	// whose subject is gone. A client cannot see which.
	InvalidToken = errors.DefineKind("InvalidToken", http.StatusUnauthorized, "The credential is malformed, expired, revoked or otherwise invalid.")
	// InsufficientScope is a credential without the scope that is needed.
	InsufficientScope = errors.DefineKind("InsufficientScope", http.StatusForbidden, "The credential does not have the scope that is needed.")
	// WebSessionRequired is an API token where a web session is required.
	WebSessionRequired = errors.DefineKind("WebSessionRequired", http.StatusForbidden, "This needs a web session.")
	// SessionNotFresh is a web session whose sign-in was too long ago, see [Fresh].
	SessionNotFresh = errors.DefineKind("SessionNotFresh", http.StatusForbidden, "Sign in again to do this.")
	// CrossOrigin is an unsafe request that another site made with the session's cookie.
	CrossOrigin = errors.DefineKind("CrossOrigin", http.StatusForbidden, "Cross-origin requests are not accepted with a web session.")
	// TooManyFailures is a request from a source that has sent too many bad
	// credentials. A [Failures] hook returns it.
	TooManyFailures = errors.DefineKind("TooManyFailures", http.StatusTooManyRequests, "Too many requests with invalid credentials.")
)

// retryAfter is how many seconds a client waits when it is not known who is calling.
const retryAfter = "5"

// answers are the errors of one authenticator. They are made once, because they are
// immutable and the same for every request.
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
