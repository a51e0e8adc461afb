package auth

import (
	"net/http"
	"slices"

	"github.com/polarkit-go/polarkit/auth/audit"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/reply"
)

var (
	errNoRequirement      = errors.New("auth: a requirement that Require did not make allows nobody; make it with auth.Require")
	errNoMiddleware       = errors.New("auth: a requirement was used without Authenticator.Middleware around the handler")
	errOtherAuthenticator = errors.New("auth: a requirement was used with an authenticator of another registry")
)

// Check fails for a requirement that [Require] did not make. With it, package kit/api
// refuses such a guard at start.
func (q *Requirement[S]) Check() error {
	if q == nil || q.registry == nil {
		return errNoRequirement
	}
	return nil
}

// Authorize returns who is calling, or an error that says why they may not. It is
// the guard of package kit/api. The request must come through
// [Authenticator.Middleware]; otherwise the answer is 500.
func (q *Requirement[S]) Authorize(r *http.Request) (AuthSubject[S], error) {
	if err := q.Check(); err != nil {
		return AuthSubject[S]{}, errors.InternalServerError.Wrap(err)
	}
	s := stateOf(r.Context())
	switch {
	case s == nil:
		return AuthSubject[S]{}, errors.InternalServerError.Wrap(errNoMiddleware)
	case s.a.registry != q.registry:
		return AuthSubject[S]{}, errors.InternalServerError.Wrap(errOtherAuthenticator)
	}
	p, reason, err := s.resolve(r, q.open)
	if err == nil {
		reason, err = q.check(s.a, p)
	}
	if err == nil {
		reason = audit.ReasonGranted
		if q.c.permission != "" {
			admitted := *p
			admitted.permission = q.c.permission
			p = &admitted
		}
	}
	if s.a.config.Audit != nil {
		s.a.config.Audit(r.Context(), newDecision(r, q.text, p, reason))
	}
	if err != nil {
		return AuthSubject[S]{}, err
	}
	s.admitted.Store(p)
	return AuthSubject[S]{subject: p.subject.(S), p: p}, nil
}

// ReplyHeader adds to the reply of a caller whom the requirement has allowed. Where
// a dead session counted as an anonymous caller, it clears the cookie of the
// session. Package kit/api and [Requirement.Handler] call it.
func (q *Requirement[S]) ReplyHeader(r *http.Request, header http.Header) {
	if q == nil || !q.open {
		return
	}
	if s := stateOf(r.Context()); s != nil && s.clearsCookie() {
		setCookie(header, s.a.cookie("", -1))
	}
}

func (q *Requirement[S]) check(a *Authenticator, p *principal) (audit.Reason, error) {
	if _, ok := p.subject.(S); !ok || !slices.Contains(q.takes, p.typ) {
		if p.typ.place == nowhere {
			return audit.ReasonNoCredential, a.answers.unauthorized
		}
		return audit.ReasonWrongSubject, a.answers.unauthorized
	}
	if p.typ.place == nowhere {
		return "", nil // an anonymous caller has no credential that could be asked for more
	}
	if q.c.webSession && p.typ.place != cookie {
		return audit.ReasonNoWebSession, refusal(WebSessionRequired)
	}
	if !q.scoped(p.credential.Scopes) {
		return audit.ReasonScope, insufficientScope(a.answers.realm, q.missing)
	}
	if q.c.freshness > 0 && !a.config.Now().Before(p.credential.AuthenticatedAt.Add(q.c.freshness)) {
		return audit.ReasonNotFresh, refusal(SessionNotFresh)
	}
	return "", nil
}

func (q *Requirement[S]) scoped(have []credential.Scope) bool {
	if q.c.noScope != "" {
		return true
	}
	for _, by := range q.allBy {
		if !containsAny(have, by) {
			return false
		}
	}
	return len(q.allBy) > 0 || containsAny(have, q.anyBy)
}

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
