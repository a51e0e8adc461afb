package auth

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/polarkit-go/polarkit/auth/audit"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
)

// Config is what an [Authenticator] is made of.
type Config struct {
	// Store holds the credentials. Required.
	Store credential.Store
	// Keys hash the tokens. Required.
	Keys Keys
	// Subjects load the subjects of the application's own types: one loader for each
	// such type in the registry. Default: none, for the ready-made types.
	Subjects []Loader
	// Fallback resolves bearer tokens without a known prefix. Default: they are invalid.
	Fallback Resolver
	// Memberships says which organizations a user belongs to. Default: users
	// belong to none. Where the organizations of a user are then asked for, and there
	// is no Policy, a warning is logged once.
	Memberships Memberships
	// Policy adds grants for kinds of owner of the application's own, or for
	// subjects that the package does not know. One request asks it once, and keeps
	// no failure, so the answer must follow from the subject and its credential.
	// The grants for organizations and customers are the package's: what Policy
	// says of them is left out. Default: nothing is added.
	Policy func(ctx context.Context, caller Caller) ([]owner.Grant, error)
	// Failures counts bad credentials. [NewFailureBudget] makes one. Default: they are
	// not counted.
	Failures Failures
	// Audit is called with every decision, such as [audit.Log]. The request waits for
	// it. Default: none.
	Audit func(context.Context, audit.Decision)
	// Logger receives faults of the store and of the set-up, and what
	// [Requirement.Handler] cannot answer. Default: slog.Default().
	Logger *slog.Logger
	// Realm stands in WWW-Authenticate. Default: the word of the registry.
	Realm string
	// TrustedOrigins may make unsafe requests with the session's cookie, besides
	// the service's own origin: scheme, host and port, such as
	// "https://app.example.com". Default: none.
	TrustedOrigins []string
	// IdleLifetime is how long a web session lives without a request. Its use is
	// recorded once a minute, so it should be well above a minute. Negative: only the
	// absolute lifetime of the session counts. Default: 7 days.
	IdleLifetime time.Duration
	// InsecureCookie leaves out the attribute Secure of the cookie, for development
	// without TLS. The credential type must then have a cookie name without __Host-
	// or __Secure-. Default: the cookie is Secure.
	InsecureCookie bool
	// Now is the clock. Default: time.Now.
	Now func() time.Time
}

const defaultIdleLifetime = 7 * 24 * time.Hour

// Authenticator finds out who is calling. Its middleware puts a resolver into each
// request, and requirements use it. It is safe for concurrent use.
type Authenticator struct {
	registry *Registry
	config   Config
	loaders  map[owner.Kind]Loader
	origins  originCheck
	answers  answers
	asks     application
	uses     *recorder
	known    *knownGood // nil without Config.Failures
}

// isNil reports whether an interface holds nothing, or a nil pointer or function.
func isNil(v any) bool {
	if v == nil {
		return true
	}
	of := reflect.ValueOf(v)
	return (of.Kind() == reflect.Pointer || of.Kind() == reflect.Func) && of.IsNil()
}

// New makes an authenticator. Call [Authenticator.Close] when the server has
// stopped, so that the last uses are recorded.
func New(registry *Registry, config Config) (*Authenticator, error) {
	switch {
	case registry == nil || registry.word == "":
		return nil, errors.New("auth: New: no registry; make one with NewRegistry")
	case isNil(config.Store):
		return nil, errors.New("auth: New: Config.Store is nil; set it to a store, such as that of pgstore.New")
	case len(config.Keys.keys) == 0:
		return nil, errors.New("auth: New: Config.Keys has no key; make them with NewKeys or ParseKeys")
	case config.Memberships != nil && isNil(config.Memberships):
		return nil, fmt.Errorf("auth: New: Config.Memberships is a nil %T; make it, or leave the field out", config.Memberships)
	case config.Failures != nil && isNil(config.Failures):
		return nil, fmt.Errorf("auth: New: Config.Failures is a nil %T; make it, or leave the field out", config.Failures)
	}
	if config.Logger == nil {
		config.Logger = slog.Default()
	}
	if config.Realm == "" {
		config.Realm = registry.word
	}
	if config.IdleLifetime == 0 {
		config.IdleLifetime = defaultIdleLifetime
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	a := &Authenticator{registry: registry, config: config, loaders: map[owner.Kind]Loader{}}
	a.asks.memberships, a.asks.policy, a.asks.logger = config.Memberships, config.Policy, config.Logger
	var err error
	if a.origins, err = newOriginCheck(config.TrustedOrigins); err != nil {
		return nil, err
	}
	for _, loader := range config.Subjects {
		_, twice := a.loaders[loader.kind]
		switch {
		case loader.load == nil:
			return nil, fmt.Errorf("auth: New: Config.Subjects has a loader of %q without a function; make it with SubjectType.Load", loader.kind)
		case twice:
			return nil, fmt.Errorf("auth: New: Config.Subjects has two loaders of %q", loader.kind)
		case !slices.ContainsFunc(registry.types, func(t *CredentialType) bool { return t.subject.kind == loader.kind }):
			return nil, fmt.Errorf("auth: New: Config.Subjects has a loader of %q, which is the subject of no credential type of the registry", loader.kind)
		}
		a.loaders[loader.kind] = loader
	}
	for _, typ := range registry.types {
		loader, ok := a.loaders[typ.subject.kind]
		switch {
		case ok && loader.typ != typ.subject.typ:
			return nil, fmt.Errorf("auth: New: Config.Subjects loads %q as %v, but in the registry they are %v", loader.kind, loader.typ, typ.subject.typ)
		case !ok && typ.subject.make == nil:
			return nil, fmt.Errorf("auth: New: Config.Subjects has no loader for %q (%v); add SubjectType.Load", typ.subject.kind, typ.subject.typ)
		case typ.place == external && isNil(config.Fallback):
			return nil, fmt.Errorf("auth: New: credential type %q needs Config.Fallback", typ.name)
		}
	}
	if config.Fallback != nil && !slices.ContainsFunc(registry.types, func(t *CredentialType) bool { return t.place == external }) {
		return nil, errors.New("auth: New: Config.Fallback is set, but no credential type is external; add one made by NewExternalType to the registry")
	}
	var clear *http.Cookie
	if registry.session != nil {
		clear = a.cookie("", -1)
		if problem := cookieProblem(clear); problem != "" {
			return nil, errors.New("auth: New: " + problem)
		}
	}
	a.answers = newAnswers(config.Realm, clear)
	a.uses = newRecorder(config.Store, config.Logger)
	if config.Failures != nil {
		a.known = &knownGood{}
	}
	return a, nil
}

// Close waits until the uses so far are recorded, or the context ends. Later uses
// are not recorded. The authenticator still works.
func (a *Authenticator) Close(ctx context.Context) error { return a.uses.close(ctx) }

// Middleware puts a resolver into each request. It looks nothing up: a route
// without a requirement costs no call of the store. The next handler gets the
// request without the Authorization header. Where the registry has a web session,
// the reply to a request without this header has Vary: Cookie.
func (a *Authenticator) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		original := r
		if outer := stateOf(r.Context()); outer != nil {
			if outer.a == a {
				next.ServeHTTP(w, r)
				return
			}
			original = outer.original
		}
		authorization := original.Header["Authorization"]
		state := &state{Context: r.Context(), a: a, original: original, sent: parseAuthorization(authorization)}
		if a.registry.session != nil && state.sent.place == nowhere {
			w.Header().Add("Vary", "Cookie")
		}
		passed := r.WithContext(state)
		if authorization != nil {
			passed.Header = maps.Clone(r.Header)
			delete(passed.Header, "Authorization")
		}
		next.ServeHTTP(w, passed)
	})
}

// state resolves the credential of one request, once. It is the request's
// context itself, with one more value: that is one piece of memory less than
// context.WithValue takes for each request.
type state struct {
	context.Context //nolint:containedctx // it is one

	a *Authenticator
	// original is the request as it came, with its Authorization header. It is
	// never passed on.
	original *http.Request
	sent     sent

	mu     sync.Mutex
	done   bool
	p      *principal
	reason audit.Reason
	err    error
	// deadCookie says that the request has the cookie of a session that is surely
	// dead; nobody is the anonymous caller in its place, once a requirement has let
	// it in.
	deadCookie bool
	nobody     *principal

	// admitted is whom the last requirement let in. Not under mu: a hook that is
	// called during the look-up may ask for it.
	admitted atomic.Pointer[principal]
}

type stateKey struct{}

// Value is the state itself under its key, else what the context around it holds.
func (s *state) Value(key any) any {
	if key == (stateKey{}) {
		return s
	}
	return s.Context.Value(key)
}

// Format writes what the state is and nothing of what it holds: contexts end
// up in logs.
func (s *state) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// String is for context.Context's own String methods.
func (s *state) String() string { return fmt.Sprint(s.Context) + ".WithValue(auth.state)" }

func stateOf(ctx context.Context) *state {
	s, _ := ctx.Value(stateKey{}).(*state)
	return s
}

// From returns the subject that the last requirement allowed, for handlers that
// have only a context. It is false where no requirement did, and where the subject
// is not an S.
func From[S any](ctx context.Context) (AuthSubject[S], bool) {
	s := stateOf(ctx)
	if s == nil {
		return AuthSubject[S]{}, false
	}
	p := s.admitted.Load()
	if p == nil {
		return AuthSubject[S]{}, false
	}
	subject, ok := p.subject.(S)
	if !ok {
		return AuthSubject[S]{}, false
	}
	return AuthSubject[S]{subject: subject, p: p}, true
}
