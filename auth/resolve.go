package auth

import (
	"context"
	"crypto/subtle"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"runtime/debug"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth/audit"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
)

// Loader loads subjects of one type, see [SubjectType.Load].
type Loader struct {
	kind owner.Kind
	typ  reflect.Type
	load func(context.Context, credential.Credential) (any, error)
}

// Load says how the subjects are loaded, for [Config]. The function is called once
// per request with a living credential. It fails with [credential.ErrInvalid] when there
// is no such subject any more. Every other error means that it is not known, and
// the answer is 503.
func (t SubjectType[S]) Load(load func(context.Context, credential.Credential) (S, error)) Loader {
	loader := Loader{kind: t.kind, typ: reflect.TypeFor[S]()}
	if load == nil {
		return loader // New reports it
	}
	loader.load = func(ctx context.Context, c credential.Credential) (any, error) {
		subject, err := load(ctx, c)
		if err != nil {
			return nil, err
		}
		if v := reflect.ValueOf(subject); v.Kind() == reflect.Pointer && v.IsNil() {
			return nil, errNothing
		}
		return subject, nil
	}
	return loader
}

var (
	errNothing = errors.New("auth: a look-up returned neither a credential nor an error")
	errPanic   = errors.New("auth: the look-up of a credential panicked")
)

// resolve returns the principal, or why there is none. A failure of the store is
// not kept, so that a later call asks again. Where anonymous callers are allowed, a
// browser with a dead session is anonymous, because it sends the cookie by itself. A
// dead token is still refused, because a program chose to send it.
func (s *state) resolve(r *http.Request, anonymous bool) (*principal, audit.Reason, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.done {
		p, reason, err := s.a.authenticate(s, r)
		switch reason {
		case audit.ReasonUnavailable, audit.ReasonBroken, audit.ReasonClientGone:
			return nil, reason, err
		}
		s.p, s.reason, s.err, s.done = p, reason, err, true
	}
	if !anonymous || !s.deadCookie {
		return s.p, s.reason, s.err
	}
	if s.nobody == nil {
		nobody, reason, err := s.a.anonymous(r)
		if err != nil {
			return nil, reason, err
		}
		s.nobody = nobody
	}
	return s.nobody, "", nil
}

// clearsCookie reports whether a requirement took the caller for anonymous in
// place of a session that is dead.
func (s *state) clearsCookie() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.nobody != nil
}

func (a *Authenticator) authenticate(s *state, r *http.Request) (p *principal, reason audit.Reason, err error) {
	what := s.sent
	if what.place == nowhere && a.registry.session != nil {
		what = chooseCookie(s.original.Header, a.registry.session.cookie)
	}
	if what.place == nowhere {
		return a.anonymous(r)
	}
	p, reason, err = a.judge(what, s.original, r)
	if reason != "" && err == nil { // a dead credential
		err = a.invalid(what.place)
		s.deadCookie = what.place == cookie && reason != audit.ReasonAmbiguousCookie
		err = a.failed(r, reason, err)
	} else if reason == audit.ReasonSeveralHeaders {
		err = a.failed(r, reason, err)
	}
	return p, reason, err
}

func (a *Authenticator) invalid(from place) error {
	if from == cookie {
		return a.answers.deadCookie
	}
	return a.answers.invalid
}

// failed calls the hook, whose error replaces the answer.
func (a *Authenticator) failed(r *http.Request, reason audit.Reason, answer error) error {
	if a.config.Failures != nil {
		if err := a.config.Failures.Failed(r, reason); err != nil {
			return refusedByHook(err)
		}
	}
	return answer
}

// judge checks what was sent, the cheapest check first. It returns one of three: a
// principal without a reason; the reason why the credential is dead, with its
// principal where that is known, for the audit; or an error.
func (a *Authenticator) judge(what sent, original, r *http.Request) (*principal, audit.Reason, error) {
	switch what.problem {
	case "":
	case audit.ReasonSeveralHeaders:
		return nil, what.problem, a.answers.several
	default:
		return nil, what.problem, nil
	}
	typ := a.registry.of(what.token)
	switch {
	case typ == nil && (what.place == cookie || a.config.Fallback == nil):
		return nil, audit.ReasonUnknownPrefix, nil
	case typ != nil && typ.place != what.place:
		return nil, audit.ReasonWrongPlace, nil
	case typ != nil:
		if problem := checkToken(typ.prefix, what.token); problem != "" {
			return nil, problem, nil
		}
	}
	if what.place == cookie {
		if err := a.origins.check(original); err != nil {
			return nil, audit.ReasonCrossOrigin, a.answers.crossOrigin
		}
	}
	if a.known == nil {
		return a.lookUp(typ, what.token, r)
	}
	sum := a.config.Keys.current(what.token).Sum
	if !a.known.has(sum) {
		if err := a.config.Failures.Allow(r); err != nil {
			return nil, audit.ReasonTooManyFailures, refusedByHook(err)
		}
	}
	p, reason, err := a.lookUp(typ, what.token, r)
	switch {
	case err == nil && reason == "":
		a.known.add(sum, a.config.Now())
	case err == nil:
		a.known.remove(sum)
	}
	return p, reason, err
}

// lookUp asks the store or the fallback resolver. A panic of theirs ends the
// request with a 500. Its value is not logged, because it may hold a secret.
func (a *Authenticator) lookUp(typ *CredentialType, token string, r *http.Request) (p *principal, reason audit.Reason, err error) {
	ctx := r.Context()
	defer func() {
		if v := recover(); v != nil {
			a.config.Logger.ErrorContext(ctx, errPanic.Error(), slog.String("type", fmt.Sprintf("%T", v)), slog.String("stack", string(debug.Stack())))
			p, reason, err = nil, audit.ReasonBroken, errors.InternalServerError.Wrap(errPanic)
		}
	}()
	var rehash credential.Hash
	if typ != nil {
		p, rehash, reason, err = a.find(ctx, typ, token)
	} else {
		p, reason, err = a.fallBack(ctx, token)
	}
	if err == nil && reason == "" {
		p.subject, err = a.subject(ctx, p)
		if err != nil && errors.Is(err, credential.ErrInvalid) {
			reason, err = audit.ReasonSubjectGone, nil
		}
	}
	if err == nil && reason == "" && typ != nil {
		a.uses.record(p.credential, credential.Use{At: a.config.Now(), Rehash: rehash})
	}
	switch {
	case err == nil:
		return p, reason, nil
	case errors.Is(err, errNothing):
		a.config.Logger.ErrorContext(ctx, "auth: a look-up is broken", slog.Any("error", err))
		return nil, audit.ReasonBroken, errors.InternalServerError.Wrap(err)
	case ctx.Err() != nil:
		return nil, audit.ReasonClientGone, unavailable(err)
	default:
		return nil, audit.ReasonUnavailable, unavailable(err)
	}
}

// find asks the store. Where the hash of an older key matched, it also returns the
// hash with the current key.
func (a *Authenticator) find(ctx context.Context, typ *CredentialType, token string) (p *principal, rehash credential.Hash, reason audit.Reason, err error) {
	hashes := a.config.Keys.all(token)
	record, err := a.config.Store.Find(ctx, credential.Lookup{Type: typ.name, SubjectKind: typ.subject.kind, Hashes: hashes})
	switch {
	case err != nil && errors.Is(err, credential.ErrInvalid):
		return nil, credential.Hash{}, audit.ReasonUnknownToken, nil
	case err != nil:
		return nil, credential.Hash{}, "", fmt.Errorf("auth: finding a credential: %w", err)
	case record == nil:
		return nil, credential.Hash{}, "", errNothing
	}
	matched := -1
	for i := range hashes {
		if record.Hash.KeyID == hashes[i].KeyID && subtle.ConstantTimeCompare(record.Hash.Sum[:], hashes[i].Sum[:]) == 1 {
			matched = i
		}
	}
	found := &record.Credential
	if matched < 0 || found.Type != typ.name || found.Subject.Kind != typ.subject.kind {
		return nil, credential.Hash{}, audit.ReasonUnknownToken, nil
	}
	idle := a.config.IdleLifetime
	if typ.place != cookie {
		idle = 0
	}
	p = a.principal(typ, found)
	if dead := death(found, a.config.Now(), idle); dead != "" {
		return p, credential.Hash{}, dead, nil
	}
	if matched > 0 {
		rehash = hashes[0]
	}
	return p, rehash, "", nil
}

func (a *Authenticator) fallBack(ctx context.Context, token string) (*principal, audit.Reason, error) {
	resolved, err := a.config.Fallback.Resolve(ctx, NewSecret(token))
	switch {
	case err != nil && errors.Is(err, credential.ErrInvalid):
		return nil, audit.ReasonUnknownToken, nil
	case err != nil:
		return nil, "", newResolverError(err, token)
	case resolved == nil:
		return nil, "", errNothing
	}
	typ := a.registry.named(resolved.Type)
	if typ == nil || typ.place != external || resolved.Subject.Kind != typ.subject.kind {
		return nil, "", fmt.Errorf("auth: the fallback resolver returned a credential of type %q for a subject of kind %q, which is no external type of the registry: %w", resolved.Type, resolved.Subject.Kind, errNothing)
	}
	own := resolved.Clone() // a resolver may keep what it returns
	p := a.principal(typ, &own)
	if dead := death(&own, a.config.Now(), 0); dead != "" {
		return p, dead, nil
	}
	return p, "", nil
}

// Resolver finds the credential of a token that has none of the known prefixes,
// such as a JWT. It returns a credential of a type made by [NewExternalType], or
// [credential.ErrInvalid]. Any other error means that it is not known who is
// calling, and the answer is 503. It is an interface, because the application
// decides whom to ask. No method will be added to it.
type Resolver interface {
	Resolve(ctx context.Context, token Secret) (*credential.Credential, error)
}

// resolverError is an error of a resolver, which may quote the token. It holds the
// text without the token, and not the error itself, whose fields may hold it too.
type resolverError struct {
	text string
	is   func(target error) bool
}

func newResolverError(err error, token string) resolverError {
	return resolverError{
		text: "auth: resolving a token: " + strings.ReplaceAll(err.Error(), token, redacted),
		is:   func(target error) bool { return errors.Is(err, target) },
	}
}

func (e resolverError) Error() string { return e.text }

func (e resolverError) Is(target error) bool { return e.is(target) }

func (a *Authenticator) subject(ctx context.Context, p *principal) (any, error) {
	kind := p.typ.subject
	if loader, ok := a.loaders[kind.kind]; ok {
		return loader.load(ctx, p.credential.Clone())
	}
	return kind.make(p.credential.Subject), nil
}

// anonymous is the principal of callers without a credential.
func (a *Authenticator) anonymous(r *http.Request) (p *principal, reason audit.Reason, err error) {
	typ := a.registry.anonymous()
	p = a.principal(typ, nil)
	if loader, ok := a.loaders[AnonymousKind]; ok {
		if p.subject, err = loader.load(r.Context(), credential.Credential{}); err != nil {
			return nil, audit.ReasonUnavailable, unavailable(err)
		}
		return p, "", nil
	}
	p.subject = typ.subject.make(credential.SubjectRef{})
	return p, "", nil
}

// death says why a credential is dead at a time. It is empty while the credential
// lives. A web session is also dead after the idle time; zero is no idle time.
func death(c *credential.Credential, now time.Time, idle time.Duration) audit.Reason {
	switch {
	case c.ID == uuid.Nil || c.Subject.IsZero():
		return audit.ReasonUnknownToken
	case c.RevokedAt != nil:
		return audit.ReasonRevoked
	case c.ExpiresAt != nil && !now.Before(*c.ExpiresAt):
		return audit.ReasonExpired
	case c.SubjectGone:
		return audit.ReasonSubjectGone
	}
	if idle > 0 {
		active := c.CreatedAt
		if c.LastUsedAt != nil && c.LastUsedAt.After(active) {
			active = *c.LastUsedAt
		}
		if !now.Before(active.Add(idle)) {
			return audit.ReasonIdle
		}
	}
	return ""
}
