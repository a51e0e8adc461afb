package auth

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/polarkit-go/polarkit/auth/audit"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/openapi"
)

// Permission is something a user's role in an organization allows, such as
// "customers:manage". Its meaning is the application's [Memberships].
type Permission string

// Condition is one condition of a [Requirement] besides the kind of subject.
type Condition interface{ apply(*conditions) }

type conditions struct {
	anyOf      []credential.Scope
	allOf      []credential.Scope
	noScope    string
	webSession bool
	freshness  time.Duration
	permission Permission
	problems   []string
}

type condition func(*conditions)

func (c condition) apply(to *conditions) { c(to) }

// AnyScope requires at least one of the scopes.
func AnyScope(scopes ...credential.Scope) Condition {
	return condition(func(c *conditions) {
		c.anyOf = append(c.anyOf, scopes...)
		if len(scopes) == 0 {
			c.problems = append(c.problems, "AnyScope names no scope")
		}
	})
}

// AllScopes requires every one of the scopes.
func AllScopes(scopes ...credential.Scope) Condition {
	return condition(func(c *conditions) {
		c.allOf = append(c.allOf, scopes...)
		if len(scopes) == 0 {
			c.problems = append(c.problems, "AllScopes names no scope")
		}
	})
}

// NoScope requires no scope: any living credential of the right type will do.
// The reason is for the reader.
func NoScope(why string) Condition {
	return condition(func(c *conditions) {
		c.noScope = why
		if strings.TrimSpace(why) == "" {
			c.problems = append(c.problems, "NoScope does not say why")
		}
	})
}

// WebSessionOnly requires a web session: an API token answers 403.
func WebSessionOnly() Condition {
	return condition(func(c *conditions) { c.webSession = true })
}

// Fresh requires a web session whose sign-in is not longer ago than this. It
// implies [WebSessionOnly].
func Fresh(within time.Duration) Condition {
	return condition(func(c *conditions) {
		c.webSession, c.freshness = true, within
		if within <= 0 {
			c.problems = append(c.problems, "Fresh needs a duration above zero")
		}
	})
}

// WithPermission requires that a user's role allows something: what
// [Access.Reach] and its siblings answer is narrowed to organizations where it does.
func WithPermission(permission Permission) Condition {
	return condition(func(c *conditions) {
		c.permission = permission
		if permission == "" {
			c.problems = append(c.problems, "WithPermission names no permission")
		}
	})
}

// Requirement says who may call an endpoint. It enforces that, and describes
// it in the API's document. It is immutable, static, and safe for concurrent
// use. The zero value lets nobody in.
type Requirement[S any] struct {
	registry *Registry
	c        conditions
	takes    []*CredentialType
	open     bool                 // anonymous callers are taken
	anyBy    []credential.Scope   // any of these satisfies anyOf
	allBy    [][]credential.Scope // one of each satisfies allOf
	missing  string               // the scopes that a refusal names
	text     string
}

// Require makes a requirement for subjects of type S: a subject type, or an
// interface that some satisfy, such as [Admin]. Which types of credential are
// taken follows from S.
//
//	var canRead = auth.Require[auth.Admin](registry, auth.AnyScope("customers:read", "customers:write"))
//
// The scopes are said with exactly one of [AnyScope], [AllScopes] and
// [NoScope]. Require is meant for package variables and panics where it could
// never let anybody in, or would let in more than it says.
func Require[S any](registry *Registry, more ...Condition) *Requirement[S] {
	q := &Requirement[S]{registry: registry}
	for _, condition := range more {
		condition.apply(&q.c)
	}
	if problem := q.compile(); problem != "" {
		panic(fmt.Sprintf("auth: Require[%v]: %s", reflect.TypeFor[S](), problem))
	}
	return q
}

func (q *Requirement[S]) compile() string {
	if q.registry == nil || q.registry.word == "" {
		return "the registry is nil; make one with NewRegistry, in a variable that is declared before"
	}
	if len(q.c.problems) > 0 {
		return strings.Join(q.c.problems, "; ")
	}
	said := 0
	for _, is := range []bool{len(q.c.anyOf) > 0, len(q.c.allOf) > 0, q.c.noScope != ""} {
		if is {
			said++
		}
	}
	if said != 1 {
		return "say the scopes with exactly one of AnyScope, AllScopes and NoScope"
	}
	for _, scope := range slices.Concat(q.c.anyOf, q.c.allOf) {
		if !isScope(string(scope)) {
			return fmt.Sprintf("scope %q: a scope is lower-case words parted by colons, such as customers:read", scope)
		}
		if !q.registry.lattice.knows(scope) {
			return fmt.Sprintf("scope %q is not declared; add it to the Scopes of the registry", scope)
		}
	}
	if problem := q.derive(); problem != "" {
		return problem
	}
	for _, scope := range q.c.anyOf {
		q.anyBy = append(q.anyBy, q.registry.lattice.satisfiers(scope)...)
	}
	for _, scope := range q.c.allOf {
		q.allBy = append(q.allBy, q.registry.lattice.satisfiers(scope))
	}
	if len(q.c.anyOf) > 0 {
		q.missing = string(q.registry.lattice.weakest(q.c.anyOf)[0])
	} else {
		q.missing = joinScopes(q.registry.lattice.strongest(q.c.allOf))
	}
	q.text = q.describe()
	return ""
}

// derive finds the types of credential whose subjects satisfy S.
func (q *Requirement[S]) derive() string {
	s := reflect.TypeFor[S]()
	if s.Kind() == reflect.Interface && s.NumMethod() == 0 {
		return "an interface without methods takes everybody; name a subject type, or an interface that only some satisfy"
	}
	var pointers []string
	web := false
	for _, typ := range q.registry.types {
		t := typ.subject.typ
		if satisfies(t, s) {
			if q.c.webSession && typ.place == nowhere {
				return "a web session is required, and anonymous callers are taken; leave one out"
			}
			q.takes = append(q.takes, typ)
			web = web || typ.place == cookie
			q.open = q.open || typ.place == nowhere
		} else if p := reflect.PointerTo(t); satisfies(p, s) && !slices.Contains(pointers, t.String()) {
			pointers = append(pointers, t.String())
		}
	}
	switch {
	case len(pointers) > 0:
		return fmt.Sprintf("only the pointer to the registered subject type %s satisfies it; register *%s with Of, or give the methods a value receiver", pointers[0], pointers[0])
	case len(q.takes) == 0:
		return "no registered subject type satisfies it; add a credential type of such a subject to NewRegistry"
	case q.c.webSession && !web:
		return "a web session is required, and none of the credential types that give this subject is one"
	}
	return ""
}

func satisfies(t, s reflect.Type) bool {
	if s.Kind() == reflect.Interface {
		return t.Implements(s)
	}
	return t == s
}

func (q *Requirement[S]) describe() string {
	var names []string
	for _, typ := range q.takes {
		if name := string(typ.subject.kind); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	text := strings.Join(names, "|")
	switch {
	case len(q.c.anyOf) > 0:
		text += " any(" + joinScopes(q.c.anyOf) + ")"
	case len(q.c.allOf) > 0:
		text += " all(" + joinScopes(q.c.allOf) + ")"
	}
	if q.c.webSession {
		text += " web_session"
	}
	if q.c.freshness > 0 {
		text += " fresh(" + q.c.freshness.String() + ")"
	}
	if q.c.permission != "" {
		text += " permission(" + string(q.c.permission) + ")"
	}
	return text
}

// String describes the requirement in one line, as decisions hold it:
// "user|organization any(customers:read customers:write)".
func (q *Requirement[S]) String() string {
	if q == nil || q.registry == nil {
		return "nobody"
	}
	return q.text
}

var (
	errNoRequirement = errors.New("auth: a requirement that Require did not make lets nobody in")
	errNoMiddleware  = errors.New("auth: a requirement was asked without Authenticator.Middleware around the handler")
	errOtherRegistry = errors.New("auth: a requirement was asked with an authenticator of another registry than its own")
)

// Authorize answers who is calling, or why they may not. It is the guard of
// package kit/api. The request is one that went through
// [Authenticator.Middleware]; without that the answer is 500.
func (q *Requirement[S]) Authorize(r *http.Request) (AuthSubject[S], error) {
	if q == nil || q.registry == nil {
		return AuthSubject[S]{}, errors.InternalServerError.Wrap(errNoRequirement)
	}
	s := stateOf(r.Context())
	switch {
	case s == nil:
		return AuthSubject[S]{}, errors.InternalServerError.Wrap(errNoMiddleware)
	case s.a.registry != q.registry:
		return AuthSubject[S]{}, errors.InternalServerError.Wrap(errOtherRegistry)
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

// ReplyHeader adds to the reply of a caller whom the requirement has let in: it
// clears the cookie of a session that is dead, where the caller was taken for
// anonymous. Package kit/api and [Requirement.Handler] call it.
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
		return "", nil // anonymous callers are taken, and have no credential to ask more of
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

// Security describes the requirement in an API's document: one alternative for
// each type of credential and, with any-of, each scope. Where anonymous callers
// are taken too, the zero alternative is among them.
func (q *Requirement[S]) Security() openapi.Security {
	if q == nil || q.registry == nil {
		return openapi.Security{}
	}
	s := openapi.Security{Source: q.registry}
	for _, typ := range q.takes {
		if typ.place == nowhere {
			s.Alternatives = append(s.Alternatives, openapi.SecurityAlternative{})
			continue
		}
		if q.c.webSession && typ.place != cookie {
			continue
		}
		alternative := openapi.SecurityAlternative{Name: typ.name, Scheme: typ.scheme()}
		switch {
		case len(q.c.anyOf) > 0:
			for _, scope := range q.c.anyOf {
				alternative.Scopes = []string{string(scope)}
				s.Alternatives = append(s.Alternatives, alternative)
			}
			continue
		case len(q.c.allOf) > 0:
			alternative.Scopes = strings.Split(joinScopes(q.c.allOf), " ")
		}
		s.Alternatives = append(s.Alternatives, alternative)
	}
	return s
}

func (t *CredentialType) scheme() openapi.SecurityScheme {
	if t.place == cookie {
		return openapi.SecurityScheme{Type: "apiKey", In: "cookie", Name: t.cookie, Description: t.description}
	}
	scheme := openapi.SecurityScheme{Type: "http", Scheme: "bearer", Description: t.description}
	if t.prefix != "" {
		scheme.BearerFormat = t.prefix + "…"
	}
	return scheme
}

// Fails are the kinds of error by which the requirement refuses, for an API's
// document. What any request may meet (400 for two Authorization headers, 503)
// is not among them.
func (q *Requirement[S]) Fails() []*errors.Kind {
	if q == nil || q.registry == nil {
		return nil
	}
	fails := []*errors.Kind{errors.Unauthorized, InvalidToken}
	if q.c.noScope == "" {
		fails = append(fails, InsufficientScope)
	}
	if q.c.webSession {
		fails = append(fails, WebSessionRequired)
	}
	if q.c.freshness > 0 {
		fails = append(fails, SessionNotFresh)
	}
	if q.registry.session != nil && slices.Contains(q.takes, q.registry.session) {
		fails = append(fails, CrossOrigin)
	}
	if q.c.permission != "" {
		fails = append(fails, errors.NotPermitted)
	}
	return fails
}
