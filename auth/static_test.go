package auth_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/authtest"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/kittest"
	"github.com/polarkit-go/polarkit/kit/openapi"
)

// A requirement is a guard, without either package knowing the other.
var (
	_ api.Guard[auth.AuthSubject[auth.Admin]] = (*auth.Requirement[auth.Admin])(nil)
	_ api.ReplyGuard                          = (*auth.Requirement[auth.Admin])(nil)
	_ api.CheckedGuard                        = (*auth.Requirement[auth.Admin])(nil)
)

type staff struct {
	id   uuid.UUID
	name string
}

func (s *staff) Name() string { return s.name }

type named interface{ Name() string }

type guest struct{}

func (guest) Name() string { return "guest" }

func TestNewRegistryRefuses(t *testing.T) {
	t.Parallel()
	user := auth.NewSubjectType[auth.User](auth.UserKind)
	for name, c := range map[string]struct {
		word    string
		options []auth.RegistryOption
	}{
		"an empty word":            {"", nil},
		"a word in upper case":     {"Shop", nil},
		"a word with a final dash": {"shop_", nil},
		"the same type twice":      {"shop", []auth.RegistryOption{auth.PersonalAccessToken, auth.PersonalAccessToken}},
		"the same tag":             {"shop", []auth.RegistryOption{auth.PersonalAccessToken, auth.NewTokenType("other", "pat", user)}},
		"overlapping tags":         {"shop", []auth.RegistryOption{auth.PersonalAccessToken, auth.NewTokenType("other", "pat_x", user)}},
		"overlap the other way":    {"shop", []auth.RegistryOption{auth.OAuth2UserAccessToken, auth.NewTokenType("other", "at", user)}},
		"overlap with the session": {"shop", []auth.RegistryOption{auth.WebSession, auth.NewTokenType("other", "ws", user)}},
		"two cookies":              {"shop", []auth.RegistryOption{auth.WebSession, auth.NewTokenType("other", "x", user).Cookie("a")}},
		"no tag":                   {"shop", []auth.RegistryOption{auth.NewTokenType("other", "", user)}},
		"no name":                  {"shop", []auth.RegistryOption{auth.NewTokenType("", "x", user)}},
		"the zero type":            {"shop", []auth.RegistryOption{auth.CredentialType{}}},
		"a bad cookie name":        {"shop", []auth.RegistryOption{auth.WebSession.Cookie("a b")}},
		"two types of one subject": {"shop", []auth.RegistryOption{auth.PersonalAccessToken, auth.WebSession.Of(auth.NewSubjectType[*staff](auth.UserKind))}},
		"scopes twice":             {"shop", []auth.RegistryOption{auth.Scopes{}, auth.Scopes{}}},
		"an undeclared scope":      {"shop", []auth.RegistryOption{auth.Scopes{"a:write": {"a:read"}}}},
		"a malformed scope":        {"shop", []auth.RegistryOption{auth.Scopes{"A": nil}}},
		"a nil option":             {"shop", []auth.RegistryOption{auth.PersonalAccessToken, nil}},
		"a nil subject type":       {"shop", []auth.RegistryOption{auth.NewTokenType("other", "x", nil)}},
		"an external one of nil":   {"shop", []auth.RegistryOption{auth.NewExternalType("jwt", nil)}},
		"of nil":                   {"shop", []auth.RegistryOption{auth.PersonalAccessToken.Of(nil)}},
	} {
		sentence.Panics(t, "NewRegistry: "+name, func() { auth.NewRegistry(c.word, c.options...) })
	}
	sentence.Panics(t, "NewSubjectType: an interface", func() { auth.NewSubjectType[named](auth.UserKind) })
	sentence.Panics(t, "NewSubjectType: no kind", func() { auth.NewSubjectType[staff]("") })
}

func TestRequireRefuses(t *testing.T) {
	t.Parallel()
	values := auth.NewRegistry("shop", auth.PersonalAccessToken.Of(auth.NewSubjectType[staff](auth.UserKind)))
	tokens := auth.NewRegistry("shop", auth.PersonalAccessToken)
	for name, mistake := range map[string]func(){
		"no registry":         func() { auth.Require[auth.User](nil, auth.NoScope("x")) },
		"empty registry":      func() { auth.Require[auth.User](&auth.Registry{}, auth.NoScope("x")) },
		"nothing about scope": func() { auth.Require[auth.User](registry) },
		"two about scope":     func() { auth.Require[auth.User](registry, auth.NoScope("x"), auth.AnyScope("orders:read")) },
		"no scope in any-of":  func() { auth.Require[auth.User](registry, auth.AnyScope()) },
		"no scope in all-of":  func() { auth.Require[auth.User](registry, auth.AllScopes()) },
		"no reason":           func() { auth.Require[auth.User](registry, auth.NoScope(" ")) },
		"an undeclared scope": func() { auth.Require[auth.User](registry, auth.AnyScope("orders:write")) },
		"a malformed scope":   func() { auth.Require[auth.User](tokens, auth.AnyScope(`a"b`)) },
		"everybody":           func() { auth.Require[any](registry, auth.NoScope("x")) },
		"nobody":              func() { auth.Require[staff](registry, auth.NoScope("x")) },
		"a look-alike":        func() { auth.Require[struct{ ID uuid.UUID }](registry, auth.NoScope("x")) },
		"only the pointer":    func() { auth.Require[named](values, auth.NoScope("x")) },
		"the pointer itself":  func() { auth.Require[*staff](values, auth.NoScope("x")) },
		"no web session":      func() { auth.Require[auth.User](tokens, auth.NoScope("x"), auth.WebSessionOnly()) },
		"a customer's":        func() { auth.Require[auth.Customer](registry, auth.NoScope("x"), auth.WebSessionOnly()) },
		"anonymous sessions":  func() { auth.Require[auth.Anyone](registry, auth.NoScope("x"), auth.WebSessionOnly()) },
		"no freshness":        func() { auth.Require[auth.User](registry, auth.NoScope("x"), auth.Fresh(0)) },
		"no permission":       func() { auth.Require[auth.User](registry, auth.NoScope("x"), auth.WithPermission("")) },
		"a nil condition":     func() { auth.Require[auth.User](registry, auth.NoScope("x"), nil) },
	} {
		sentence.Panics(t, "Require: "+name, mistake)
	}
}

func TestRequirementDescribesItself(t *testing.T) {
	t.Parallel()
	ways := func(s openapi.Security) (all []string) {
		for _, way := range s.Alternatives {
			text := way.Name
			for _, scope := range way.Scopes {
				text += " " + scope
			}
			all = append(all, text)
		}
		return all
	}
	require.Equal(t, []string{
		"personal_access_token customers:read", "personal_access_token customers:write",
		"organization_access_token customers:read", "organization_access_token customers:write",
		"oauth2_user_access_token customers:read", "oauth2_user_access_token customers:write",
		"oauth2_organization_access_token customers:read", "oauth2_organization_access_token customers:write",
		"web_session customers:read", "web_session customers:write",
	}, ways(canRead.Security()))
	require.Equal(t, []string{"customer_session portal:read"}, ways(portal.Security()))
	require.Equal(t, []string{"web_session"}, ways(fresh.Security()))
	require.Equal(t, "personal_access_token customers:read orders:read", ways(bothRead.Security())[0])
	require.Contains(t, ways(anyone.Security()), "")
	require.Equal(t, openapi.SecurityScheme{Type: "apiKey", In: "cookie", Name: "__Host-shop_session", Description: "The web session of a user."},
		webOnly.Security().Alternatives[0].Scheme)
	require.Equal(t, openapi.SecurityScheme{Type: "http", Scheme: "bearer", BearerFormat: "shop_cst_…", Description: "A session of a customer in the customer portal."},
		portal.Security().Alternatives[0].Scheme)

	require.Equal(t, []*errors.Kind{
		errors.BadRequest, errors.Unauthorized, auth.InvalidToken, auth.InsufficientScope, auth.TooManyFailures, errors.ServiceUnavailable,
	}, portal.Fails())
	require.Equal(t, []*errors.Kind{
		errors.BadRequest, errors.Unauthorized, auth.InvalidToken, auth.WebSessionRequired, auth.SessionNotFresh, auth.CrossOrigin,
		auth.TooManyFailures, errors.ServiceUnavailable,
	}, fresh.Fails())
	require.Equal(t, "user|organization any(customers:read customers:write)", canRead.String())
	require.Equal(t, "user web_session fresh(10m0s)", fresh.String())
	require.Equal(t, "user|organization all(customers:read orders:read) permission(manage)",
		auth.Require[auth.Admin](registry, auth.AllScopes("customers:read", "orders:read"), auth.WithPermission("manage")).String())
}

func TestZeroValuesDeny(t *testing.T) {
	t.Parallel()
	s := newService(t)
	caller := s.Credential(s.A.User, "customers:write", "orders:read")
	var subject auth.AuthSubject[auth.Admin]
	require.False(t, subject.HasScope("customers:read"))
	require.True(t, subject.IsAnonymous())
	require.True(t, subject.Ref().IsZero())
	require.Equal(t, "anonymous", auth.RateKey(subject))
	require.Equal(t, "anonymous", auth.RateKey(nil))
	require.True(t, subject.Credential().Subject.IsZero())
	for _, nobody := range []owner.Reacher{subject, subject.Visible(), auth.AuthSubject[auth.User]{}} {
		reach, err := nobody.Reach(t.Context())
		sentence.Equal(t, "no caller", err)
		require.True(t, reach.IsEmpty())
	}
	sentence.Equal(t, "no caller", subject.Permit(t.Context(), s.A.OrganizationID))
	own, err := subject.Own(t.Context(), kit.Some(s.A.OrganizationID))
	sentence.Equal(t, "no caller", err)
	require.True(t, own.IsZero())
	require.False(t, credential.Limit{}.IsUnrestricted())
	require.False(t, credential.Limit{}.Contains(s.A.OrganizationID))

	for _, guard := range []interface {
		Handler(http.Handler) http.Handler
	}{&auth.Requirement[auth.Admin]{}, (*auth.Requirement[auth.Admin])(nil), &auth.Requirement[any]{}} {
		response := kittest.NewClient(t, s.Authenticator.Middleware(guard.Handler(s.answer()))).As(caller).Get("/")
		requireError(t, response, 500, "InternalServerError")
	}
	require.Empty(t, (&auth.Requirement[auth.Admin]{}).Fails())
	require.Equal(t, "nobody", (&auth.Requirement[auth.Admin]{}).String())

	_, err = auth.New(registry, auth.Config{})
	sentence.Equal(t, "New: no store", err)
	_, err = auth.New(registry, auth.Config{Store: s.Store})
	sentence.Equal(t, "New: no keys", err)
	_, err = auth.New(nil, auth.Config{Store: s.Store, Keys: s.Keys})
	sentence.Equal(t, "New: no registry", err)
	_, err = auth.New(&auth.Registry{}, auth.Config{Store: s.Store, Keys: s.Keys})
	sentence.Equal(t, "New: no registry", err)
	_, err = auth.NewIssuer(registry, auth.Keys{}, s.Store)
	sentence.Equal(t, "NewIssuer: no keys", err)
	_, err = auth.NewIssuer(nil, s.Keys, s.Store)
	sentence.Equal(t, "NewIssuer: no registry", err)
	_, err = auth.NewIssuer(registry, s.Keys, nil)
	sentence.Equal(t, "NewIssuer: no ledger", err)
	_, err = s.Issuer.System("a test").Issue(t.Context(), auth.Issue{})
	require.Error(t, err)

	// A stored credential of zero values is no credential.
	for name, change := range map[string]func(*credential.Credential){
		"no id":            func(c *credential.Credential) { c.ID = uuid.Nil },
		"no subject":       func(c *credential.Credential) { c.Subject = credential.SubjectRef{} },
		"no subject id":    func(c *credential.Credential) { c.Subject.ID = uuid.Nil },
		"another subject":  func(c *credential.Credential) { c.Subject.Kind = auth.CustomerKind },
		"another type":     func(c *credential.Credential) { c.Type = "organization_access_token" },
		"no type":          func(c *credential.Credential) { c.Type = "" },
		"only zero values": func(c *credential.Credential) { *c = credential.Credential{} },
	} {
		broken := s.Credential(s.A.User, "customers:read")
		s.Store.Change(broken.Issued().Credential.ID, change)
		response := s.do(broken, "GET", "/read")
		require.Equal(t, "InvalidToken", response.ErrorName(), name)
	}
}

func TestGuardWithoutTheMiddleware(t *testing.T) {
	s := newService(t)
	caller := s.Credential(s.A.User, "customers:read")
	_, err := canRead.Authorize(request(caller, "GET", "/"))
	require.ErrorIs(t, err, errors.InternalServerError)
	sentence.Equal(t, "Authorize: no middleware", err)
	old, log := slog.Default(), &syncBuffer{}
	slog.SetDefault(debugLogger(log)) // nothing else says where to; the test runs alone
	t.Cleanup(func() { slog.SetDefault(old) })
	response := kittest.NewClient(t, canRead.Handler(s.answer())).As(caller).Get("/")
	requireError(t, response, 500, "InternalServerError")
	require.NotContains(t, string(response.Body), "Middleware")
	require.Contains(t, log.String(), "without Authenticator.Middleware around the handler")

	other := auth.NewRegistry("shop", auth.PersonalAccessToken)
	foreign := auth.Require[auth.User](other, auth.NoScope("x"))
	response = kittest.NewClient(t, s.Authenticator.Middleware(foreign.Handler(s.answer()))).As(caller).Get("/")
	requireError(t, response, 500, "InternalServerError")
	require.Contains(t, s.log.String(), "an authenticator of another registry")
	_, ok := auth.From[auth.User](t.Context())
	require.False(t, ok)
}

func TestFrom(t *testing.T) {
	t.Parallel()
	s := newService(t)
	caller := s.Credential(s.A.User, "customers:read")
	reached := 0
	inner := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		reached++
		_, ok := auth.From[auth.Customer](r.Context())
		require.False(t, ok)
		admin, ok := auth.From[auth.Admin](r.Context())
		require.True(t, ok)
		require.Equal(t, auth.User{ID: s.A.User.ID}, admin.Subject())
		require.Equal(t, "user:"+s.A.User.ID.String(), auth.RateKey(admin))
		require.Empty(t, r.Header.Values("Authorization"), "the request passed on holds the token")
	})
	handler := s.Authenticator.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, ok := auth.From[auth.Admin](r.Context())
		require.False(t, ok, "nobody has been let in yet")
		canRead.Handler(inner).ServeHTTP(w, r)
	}))
	request := request(caller, "GET", "/")
	cost := s.finds(func() {
		// Twice around is once.
		s.Authenticator.Middleware(handler).ServeHTTP(httptest.NewRecorder(), request)
	})
	require.Equal(t, 1, reached)
	require.Equal(t, 1, cost)
	require.NotEmpty(t, request.Header.Get("Authorization"), "the caller's own request was changed")

	cost = s.finds(func() { // several requirements, one look-up
		canRead.Handler(usersOnly.Handler(somebody.Handler(inner))).ServeHTTP(httptest.NewRecorder(), request)
		s.Authenticator.Middleware(canRead.Handler(usersOnly.Handler(somebody.Handler(inner)))).ServeHTTP(httptest.NewRecorder(), request)
	})
	require.Equal(t, 1, cost)
}

func TestSubjectTypesOfTheApplication(t *testing.T) {
	t.Parallel()
	staffType := auth.NewSubjectType[*staff](auth.UserKind)
	own := auth.NewRegistry("shop", auth.PersonalAccessToken.Of(staffType), auth.OrganizationAccessToken,
		auth.NoCredential.Of(auth.NewSubjectType[guest](auth.AnonymousKind)))
	takesNamed := auth.Require[named](own, auth.NoScope("greets"))
	takesStaff := auth.Require[*staff](own, auth.NoScope("greets"))
	var load func(context.Context, credential.Credential) (*staff, error)
	world := authtest.New(t, own, func(c *auth.Config) {
		c.Logger = debugLogger(&syncBuffer{})
		c.Subjects = []auth.Loader{
			staffType.Load(func(ctx context.Context, c credential.Credential) (*staff, error) { return load(ctx, c) }),
			auth.NewSubjectType[guest](auth.AnonymousKind).Load(func(context.Context, credential.Credential) (guest, error) { return guest{}, nil }),
		}
	})
	caller := world.Credential(world.A.User)
	greet := func(c authtest.Credential) *kittest.Response {
		return kittest.NewClient(t, world.Authenticator.Middleware(takesNamed.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			subject, _ := auth.From[named](r.Context())
			_, _ = w.Write([]byte(subject.Subject().Name()))
		})))).As(c).Get("/")
	}
	load = func(_ context.Context, c credential.Credential) (*staff, error) {
		return &staff{c.Subject.ID, "Ada"}, nil
	}
	require.Equal(t, "200 Ada", greet(caller).String())
	require.Equal(t, "200 guest", greet(noCredential).String())
	requireError(t, kittest.NewClient(t, world.Authenticator.Middleware(takesStaff.Handler(http.NotFoundHandler()))).Get("/"), 401, "Unauthorized")
	load = func(context.Context, credential.Credential) (*staff, error) { return nil, credential.ErrInvalid }
	requireError(t, greet(caller), 401, "InvalidToken")
	load = func(context.Context, credential.Credential) (*staff, error) { return nil, errors.New("away") }
	requireError(t, greet(caller), 503, "ServiceUnavailable")
	load = func(context.Context, credential.Credential) (*staff, error) { return nil, nil } //nolint:nilnil // the case
	requireError(t, greet(caller), 500, "InternalServerError")
	load = func(context.Context, credential.Credential) (*staff, error) { panic("x") }
	requireError(t, greet(caller), 500, "InternalServerError")
	require.NoError(t, world.Authenticator.Close(t.Context()))
	require.Equal(t, 1, world.Store.Uses(), "a use was recorded for nobody")

	loads := staffType.Load(func(context.Context, credential.Credential) (*staff, error) { return &staff{}, nil })
	for name, loaders := range map[string][]auth.Loader{
		"no loader":             nil,
		"a loader of two types": {auth.NewSubjectType[staff](auth.UserKind).Load(func(context.Context, credential.Credential) (staff, error) { return staff{}, nil })},
		"two loaders":           {loads, loads},
		"a loader of nothing":   {staffType.Load(nil)},
		"the zero loader":       {{}},
		"a loader nobody needs": {loads, auth.NewSubjectType[guest](auth.CustomerKind).Load(func(context.Context, credential.Credential) (guest, error) { return guest{}, nil })},
	} {
		_, err := auth.New(own, auth.Config{Store: world.Store, Keys: world.Keys, Subjects: loaders})
		sentence.Equal(t, "New: "+name, err)
	}
}

// TestAnAPIRefusesTheZeroRequirement, which would be documented as public and answer 500.
func TestAnAPIRefusesTheZeroRequirement(t *testing.T) {
	t.Parallel()
	sentence.Equal(t, "Check: the zero requirement", (&auth.Requirement[auth.Admin]{}).Check())
	require.Error(t, (*auth.Requirement[auth.Admin])(nil).Check())
	require.NoError(t, canRead.Check())
	answer := func(context.Context, auth.AuthSubject[auth.Admin], struct{}) (api.NoContent, error) {
		return api.NoContent{}, nil
	}
	for name, routes := range map[string]func(*api.Group){
		"endpoint": func(root *api.Group) {
			api.Post(root, "/v1/customers/", &auth.Requirement[auth.Admin]{}, answer, api.Name("touch"))
		},
		"group": func(root *api.Group) {
			g := root.Group("/v1", api.Behind(&auth.Requirement[auth.Admin]{}))
			api.Post(g, "/customers/", canRead, answer, api.Name("touch"))
		},
	} {
		func() {
			defer func() {
				text, _ := recover().(string)
				require.Contains(t, text, "a requirement that Require did not make allows nobody", name)
				require.Contains(t, text, "1 mistake", name)
			}()
			api.New(api.Config{Title: "Shop API"}, routes)
		}()
	}
}

// members are memberships that a pointer satisfies too.
type members struct{ auth.Memberships }

// TestNilInAnInterface: a nil pointer in a field of an interface type fails at start,
// and not in the first request.
func TestNilInAnInterface(t *testing.T) {
	t.Parallel()
	s := newService(t)
	external := auth.NewRegistry("shop", auth.NewExternalType("jwt", auth.NewSubjectType[auth.User](auth.UserKind)))
	for name, c := range map[string]struct {
		registry *auth.Registry
		change   func(*auth.Config)
	}{
		"no store":                            {registry, func(c *auth.Config) { c.Store = (*authtest.Store)(nil) }},
		"a nil pointer in Memberships":        {registry, func(c *auth.Config) { c.Memberships = (*members)(nil) }},
		"a nil pointer in Failures":           {registry, func(c *auth.Config) { c.Failures = (*auth.FailureBudget)(nil) }},
		"an external type without a fallback": {external, func(c *auth.Config) { c.Fallback = resolver(nil) }},
	} {
		config := auth.Config{Store: s.Store, Keys: s.Keys}
		c.change(&config)
		_, err := auth.New(c.registry, config)
		sentence.Equal(t, "New: "+name, err)
	}
	_, err := auth.NewIssuer(registry, s.Keys, (*authtest.Store)(nil))
	sentence.Equal(t, "NewIssuer: no ledger", err)
}

type resolver func(ctx context.Context, token auth.Secret) (*credential.Credential, error)

func (f resolver) Resolve(ctx context.Context, token auth.Secret) (*credential.Credential, error) {
	return f(ctx, token)
}

func TestFallback(t *testing.T) {
	t.Parallel()
	jwt := auth.NewExternalType("jwt", auth.NewSubjectType[auth.User](auth.UserKind))
	own := auth.NewRegistry("shop", auth.PersonalAccessToken, jwt, auth.WebSession)
	guard := auth.Require[auth.User](own, auth.AnyScope("customers:read"))
	var answer func(token string) (*credential.Credential, error)
	log := &syncBuffer{}
	world := authtest.New(t, own, func(c *auth.Config) {
		c.Logger = debugLogger(log)
		c.Fallback = resolver(func(_ context.Context, token auth.Secret) (*credential.Credential, error) {
			return answer(token.Reveal())
		})
	})
	ask := func(token string) *kittest.Response {
		return kittest.NewClient(t, world.Authenticator.Middleware(guard.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			subject, _ := auth.From[auth.User](r.Context())
			_, _ = w.Write([]byte(subject.Ref().String()))
		})))).As(authtest.Bearer("external", token)).Get("/")
	}
	kept := credential.Credential{ID: uuid.New(), Type: "jwt", Subject: world.A.User, Scopes: []credential.Scope{"customers:read"}, Limit: credential.Unrestricted()}
	asked := 0
	good := func(token string) (*credential.Credential, error) {
		asked++
		require.Equal(t, "header.payload.signature", token)
		c := kept
		return &c, nil
	}
	answer = good
	requireIn(t, ask("header.payload.signature"), world.A.User)
	require.Equal(t, 1, asked)
	requireError(t, ask("shop_pat_x"), 401, "InvalidToken")
	require.Equal(t, 1, asked, "a token of a known prefix went to the fallback")
	require.Zero(t, world.Store.Finds())

	expired := world.Now()
	for name, c := range map[string]struct {
		change func(*credential.Credential) error
		want   string
	}{
		"expired":         {func(c *credential.Credential) error { c.ExpiresAt = &expired; return nil }, "InvalidToken"},
		"invalid":         {func(*credential.Credential) error { return credential.ErrInvalid }, "InvalidToken"},
		"away":            {func(*credential.Credential) error { return credential.ErrUnavailable }, "ServiceUnavailable"},
		"unknown":         {func(*credential.Credential) error { return errors.New("no route for header.payload.signature") }, "ServiceUnavailable"},
		"a type of ours":  {func(c *credential.Credential) error { c.Type = "personal_access_token"; return nil }, "InternalServerError"},
		"no type":         {func(c *credential.Credential) error { c.Type = ""; return nil }, "InternalServerError"},
		"another subject": {func(c *credential.Credential) error { c.Subject = world.A.Customer; return nil }, "InternalServerError"},
		"no scope":        {func(c *credential.Credential) error { c.Scopes = nil; return nil }, "InsufficientScope"},
		"nobody":          {func(c *credential.Credential) error { c.Subject.ID = uuid.Nil; return nil }, "InvalidToken"},
		"the anonymous":   {func(c *credential.Credential) error { c.Type = "none"; return nil }, "InternalServerError"},
		"the web session": {func(c *credential.Credential) error { c.Type = "web_session"; return nil }, "InternalServerError"},
	} {
		answer = func(string) (*credential.Credential, error) {
			own := kept
			if err := c.change(&own); err != nil {
				return nil, err
			}
			return &own, nil
		}
		require.Equal(t, c.want, ask("header.payload.signature").ErrorName(), name)
	}
	answer = func(string) (*credential.Credential, error) { return nil, nil } //nolint:nilnil // the case
	requireError(t, ask("header.payload.signature"), 500, "InternalServerError")
	require.NotContains(t, log.String(), "header.payload.signature")
	require.Contains(t, log.String(), "no route for [redacted]")

	_, err := auth.New(own, auth.Config{Store: world.Store, Keys: world.Keys})
	sentence.Equal(t, "New: an external type without a fallback", err)
	_, err = auth.New(registry, auth.Config{Store: world.Store, Keys: world.Keys, Fallback: resolver(nil)})
	sentence.Equal(t, "New: a fallback without an external type", err)
}

func TestIssueRefuses(t *testing.T) {
	t.Parallel()
	s := newService(t)
	good := auth.Issue{Type: auth.PersonalAccessToken, Subject: s.A.User, Scopes: []credential.Scope{"customers:read"}, Lifetime: time.Hour}
	_, err := s.Issuer.System("a test").Issue(t.Context(), good)
	require.NoError(t, err)
	for name, change := range map[string]func(*auth.Issue){
		"another subject":         func(i *auth.Issue) { i.Subject = s.A.Organization },
		"nobody":                  func(i *auth.Issue) { i.Subject = credential.SubjectRef{} },
		"an unknown scope":        func(i *auth.Issue) { i.Scopes = []credential.Scope{"customers:admin"} },
		"a scope of another case": func(i *auth.Issue) { i.Scopes = []credential.Scope{"Customers:read"} },
		"a type not registered": func(i *auth.Issue) {
			i.Type = auth.NewTokenType("x", "x", auth.NewSubjectType[auth.User](auth.UserKind))
		},
		"no credential":             func(i *auth.Issue) { i.Type = auth.NoCredential },
		"a session that never ends": func(i *auth.Issue) { i.Type, i.Lifetime = auth.WebSession, 0 },
		"a customer's without an end": func(i *auth.Issue) {
			i.Type, i.Subject, i.Lifetime = auth.CustomerSession, s.A.Customer, 0
		},
		"a customer of nobody": func(i *auth.Issue) {
			i.Type, i.Subject = auth.CustomerSession, credential.SubjectRef{Kind: auth.CustomerKind, ID: uuid.New()}
		},
	} {
		issue := good
		change(&issue)
		_, err := s.Issuer.System("a test").Issue(t.Context(), issue)
		sentence.Equal(t, "Issue: "+name, err, s.A.Organization.ID.String(), "ID")
	}
	require.Len(t, s.Store.Records(), 1)
}
