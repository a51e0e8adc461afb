package auth_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/authtest"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/reply"
)

var (
	exampleUser = auth.User{ID: uuid.MustParse("992fae2a-2a17-4b7a-8d9e-e287cf90131b")}
	exampleOrg  = uuid.MustParse("1dbfc517-0bbf-4301-9ba8-555ca42b9737")
)

// send sends a request, with header lines as pairs of name and value.
func send(handler http.Handler, method, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

// exampleSetUp is what a program's main does, with a store in memory in place of pgstore.
func exampleSetUp(registry *auth.Registry, configure ...func(*auth.Config)) (*auth.Authenticator, *auth.Issuer) {
	keys, err := auth.NewKeys(auth.Key{ID: "2026-01", Secret: []byte("thirty-two bytes from a random source")})
	if err != nil {
		panic(err)
	}
	store := &authtest.Store{}
	config := auth.Config{Store: store, Keys: keys}
	for _, set := range configure {
		set(&config)
	}
	authenticator, err := auth.New(registry, config)
	if err != nil {
		panic(err)
	}
	issuer, err := auth.NewIssuer(registry, keys, store)
	if err != nil {
		panic(err)
	}
	return authenticator, issuer
}

func Example() {
	// Package variables: what exists, and what an endpoint requires.
	registry := auth.NewRegistry("shop",
		auth.PersonalAccessToken, auth.OrganizationAccessToken,
		auth.Scopes{"customers:read": nil, "customers:write": {"customers:read"}},
	)
	canRead := auth.Require[auth.Admin](registry, auth.AnyScope("customers:read"))

	// At start-up: keys and a store.
	authenticator, issuer := exampleSetUp(registry)
	defer authenticator.Close(context.Background())

	// Any handler: the requirement around it, the authenticator around all.
	mux := http.NewServeMux()
	mux.Handle("GET /customers", canRead.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		subject, _ := auth.From[auth.Admin](r.Context())
		switch s := subject.Subject().(type) {
		case auth.User:
			fmt.Fprintln(w, "Hello, user", s.ID)
		case auth.Organization:
			fmt.Fprintln(w, "Hello, organization", s.ID)
		}
	})))
	service := authenticator.Middleware(mux)

	issued, err := issuer.System("an example").Issue(context.Background(), auth.Issue{
		Type:     auth.PersonalAccessToken,
		Subject:  exampleUser.Ref(),
		Scopes:   []credential.Scope{"customers:write"},
		Limit:    credential.Unrestricted(),
		Lifetime: 90 * 24 * time.Hour,
	})
	if err != nil {
		panic(err)
	}
	for _, authorization := range []string{"Bearer " + issued.Token.Reveal(), "Bearer nonsense", ""} {
		r := httptest.NewRequest(http.MethodGet, "/customers", nil)
		if authorization != "" {
			r.Header.Set("Authorization", authorization)
		}
		w := httptest.NewRecorder()
		service.ServeHTTP(w, r)
		fmt.Println(w.Code, strings.TrimSpace(w.Body.String()))
	}
	// Output:
	// 200 Hello, user 992fae2a-2a17-4b7a-8d9e-e287cf90131b
	// 401 {"error":"InvalidToken","detail":"The credential is malformed, expired, revoked or otherwise invalid."}
	// 401 {"error":"Unauthorized","detail":"Unauthorized"}
}

func ExampleRequire() {
	registry := auth.NewRegistry("shop", auth.PersonalAccessToken, auth.CustomerSession, auth.WebSession)

	for _, requirement := range []fmt.Stringer{
		auth.Require[auth.Customer](registry, auth.AnyScope("customer_portal:read", "customer_portal:write")),
		auth.Require[auth.Admin](registry, auth.AllScopes("customers:read", "orders:read")),
		auth.Require[auth.User](registry, auth.NoScope("the user's own settings"), auth.Fresh(15*time.Minute)),
	} {
		fmt.Println(requirement)
	}
	// Output:
	// customer any(customer_portal:read customer_portal:write)
	// user all(customers:read orders:read)
	// user web_session fresh(15m0s)
}

// An application's own subject types: registered for a kind of subject, loaded
// once per request, and united by an interface of the application's.
func ExampleNewSubjectType() {
	type Employee struct{ Name string }

	employees := auth.NewSubjectType[Employee](auth.UserKind)
	registry := auth.NewRegistry("shop", auth.PersonalAccessToken.Of(employees))
	canGreet := auth.Require[Employee](registry, auth.NoScope("greets every employee"))

	store := &authtest.Store{}
	keys, _ := auth.NewKeys(auth.Key{ID: "2026-01", Secret: []byte("thirty-two bytes from a random source")})
	authenticator, err := auth.New(registry, auth.Config{Store: store, Keys: keys, Subjects: []auth.Loader{
		employees.Load(func(_ context.Context, c credential.Credential) (Employee, error) {
			if c.Subject.ID != exampleUser.ID {
				return Employee{}, credential.ErrInvalid
			}
			return Employee{Name: "Ada"}, nil
		}),
	}})
	if err != nil {
		panic(err)
	}
	issuer, _ := auth.NewIssuer(registry, keys, store)
	issued, _ := issuer.System("an example").Issue(context.Background(), auth.Issue{Type: auth.PersonalAccessToken, Subject: exampleUser.Ref()})

	send(authenticator.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		subject, err := canGreet.Authorize(r)
		fmt.Println(subject.Subject().Name, err)
	})), "GET", "/", "Authorization", "Bearer "+issued.Token.Reveal())
	// Output:
	// Ada <nil>
}

func ExampleAuthSubject_Own() {
	registry := auth.NewRegistry("shop", auth.OrganizationAccessToken)
	canWrite := auth.Require[auth.Organization](registry, auth.NoScope("an example"))
	authenticator, issuer := exampleSetUp(registry)
	issued, _ := issuer.System("an example").Issue(context.Background(), auth.Issue{
		Type: auth.OrganizationAccessToken, Subject: auth.Organization{ID: exampleOrg}.Ref(), Limit: credential.Unrestricted(),
	})

	send(authenticator.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		subject, _ := canWrite.Authorize(r)
		owner, err := subject.Own(r.Context(), kit.Optional[uuid.UUID]{})
		fmt.Println(owner.Kind(), owner.ID(), err)
		_, err = subject.Own(r.Context(), kit.Some(exampleOrg))
		fmt.Println(err)
	})), "POST", "/", "Authorization", "Bearer "+issued.Token.Reveal())
	// Output:
	// organization 1dbfc517-0bbf-4301-9ba8-555ca42b9737 <nil>
	// PolarRequestValidationError: organization_token at body.organization_id
}

// A handler issues for its caller: the token can do what the caller can.
func ExampleIssuer_For() {
	registry := auth.NewRegistry("shop", auth.PersonalAccessToken, auth.Scopes{"customers:read": nil, "customers:write": {"customers:read"}})
	authenticator, issuer := exampleSetUp(registry)
	guard := auth.Require[auth.User](registry, auth.NoScope("users manage their own tokens"))
	handler := authenticator.Middleware(guard.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		subject, _ := auth.From[auth.User](r.Context())
		for _, scope := range []credential.Scope{"customers:read", "customers:write"} {
			_, err := issuer.For(subject).Issue(r.Context(), auth.Issue{
				Type: auth.PersonalAccessToken, Subject: subject.Ref(), Scopes: []credential.Scope{scope}, Limit: credential.Unrestricted(),
			})
			fmt.Println(scope, errors.Is(err, auth.InsufficientScope))
		}
	})))
	narrow, _ := issuer.System("an example").Issue(context.Background(), auth.Issue{
		Type: auth.PersonalAccessToken, Subject: exampleUser.Ref(), Scopes: []credential.Scope{"customers:read"}, Limit: credential.Unrestricted(),
	})
	r := httptest.NewRequest("POST", "/tokens", nil)
	r.Header.Set("Authorization", "Bearer "+narrow.Token.Reveal())
	handler.ServeHTTP(httptest.NewRecorder(), r)
	// Output:
	// customers:read false
	// customers:write true
}

func ExampleCredentials_Rotate() {
	registry := auth.NewRegistry("shop", auth.PersonalAccessToken)
	_, issuer := exampleSetUp(registry)
	ctx := context.Background()
	old, _ := issuer.System("an example").Issue(ctx, auth.Issue{Type: auth.PersonalAccessToken, Subject: exampleUser.Ref(), Name: "nightly export"})

	// The old token works for another hour.
	fresh, err := issuer.System("an example").Rotate(ctx, credential.Selection{Subject: exampleUser.Ref(), ID: old.Credential.ID}, time.Hour)
	fmt.Println(fresh.Credential.Name, fresh.Token.Reveal() != old.Token.Reveal(), err)

	list, _ := issuer.System("an example").List(ctx, credential.Selection{Subject: exampleUser.Ref()})
	for _, c := range list {
		fmt.Println(c.ID == fresh.Credential.ID, c.ExpiresAt != nil)
	}
	// Output:
	// nightly export true <nil>
	// true false
	// false true
}

func ExampleSessions() {
	registry := auth.NewRegistry("shop", auth.WebSession)
	authenticator, issuer := exampleSetUp(registry)
	sessions, err := auth.NewSessions(authenticator, issuer, 24*time.Hour)
	if err != nil {
		panic(err)
	}
	login := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// … after the password was checked:
		if _, err := sessions.Login(w.Header(), r, exampleUser.ID, "web:write"); err != nil {
			reply.Error(w, r, err)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	response := send(authenticator.Middleware(login), "POST", "/login")
	_, attributes, _ := strings.Cut(response.Header().Get("Set-Cookie"), ";")
	fmt.Println(response.Code, attributes)
	response = send(authenticator.Middleware(login), "POST", "/login", "Sec-Fetch-Site", "cross-site")
	fmt.Println(response.Code, response.Body)
	// Output:
	// 204  Path=/; Max-Age=86400; HttpOnly; Secure; SameSite=Lax
	// 403 {"error":"CrossOrigin","detail":"Cross-origin requests are not accepted with a web session."}
}

// A source that sends one bad token after the other is soon refused with 429.
func ExampleNewFailureBudget() {
	registry := auth.NewRegistry("shop", auth.PersonalAccessToken)
	authenticator, issuer := exampleSetUp(registry, func(c *auth.Config) {
		c.Failures = auth.NewFailureBudget(auth.FailureBudgetConfig{Burst: 10})
	})
	defer authenticator.Close(context.Background())
	guard := auth.Require[auth.User](registry, auth.NoScope("an example"))
	handler := authenticator.Middleware(guard.Handler(http.NotFoundHandler()))

	ctx, system := context.Background(), issuer.System("an example")
	revoked, _ := system.Issue(ctx, auth.Issue{Type: auth.PersonalAccessToken, Subject: exampleUser.Ref()})
	_, _ = system.Revoke(ctx, credential.Selection{Subject: exampleUser.Ref()})
	response := send(handler, "GET", "/", "Authorization", "Bearer "+revoked.Token.Reveal())
	fmt.Println(response.Code)
	for response.Code == http.StatusUnauthorized {
		response = send(handler, "GET", "/", "Authorization", "Bearer "+revoked.Token.Reveal())
	}
	fmt.Println(response.Code, response.Body, response.Header().Get("Retry-After") != "")
	// Output:
	// 401
	// 429 {"error":"TooManyFailures","detail":"Too many requests with invalid credentials."} true
}

func ExampleSecret() {
	token := auth.NewSecret("shop_pat_…")
	fmt.Printf("%v %+v %q\n", token, struct{ Token auth.Secret }{token}, []auth.Secret{token})
	slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}})).Info("issued", "token", token)
	fmt.Println(token.Reveal())
	// Output:
	// [redacted] {Token:[redacted]} [[redacted]]
	// {"level":"INFO","msg":"issued","token":"[redacted]"}
	// shop_pat_…
}

func ExampleRegistry_ParseScopes() {
	registry := auth.NewRegistry("shop", auth.PersonalAccessToken, auth.Scopes{"customers:read": nil, "orders:read": nil})
	fmt.Println(registry.ParseScopes("customers:read,orders:read"))
	fmt.Println(registry.ParseScopes("customers:read everything"))
	// Output:
	// [customers:read orders:read] <nil>
	// [] auth: unknown scope "everything"
}
