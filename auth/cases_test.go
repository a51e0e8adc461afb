package auth_test

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/audit"
	"github.com/polarkit-go/polarkit/auth/authtest"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/kittest"
)

// The numbers are those of the policy's list of cases; 13 to 20 are about
// resources, see package authtest.

func TestCase01SchemeAndHeader(t *testing.T) {
	t.Parallel()
	s := newService(t)
	caller := s.Credential(s.A.User, "customers:read")
	cookie := s.WebSession(s.B.User, "customers:read").Issued().Token.Reveal()
	for _, scheme := range []string{"bearer", "BEARER", "Bearer", "bEaReR"} {
		requireIn(t, s.raw("GET /read", "Authorization: "+scheme+" "+token(caller)), s.A.User)
	}
	for _, value := range []string{
		"Bearer", "Bearer ", "Bearer\t" + token(caller), "Bearer " + token(caller) + " x", "Bearer " + token(caller) + ", Bearer " + token(caller),
		"Bearer \t" + token(caller), "Bearer,", "Bearer =", "Bearer " + token(caller) + "\x80", "bearer\xff" + token(caller),
	} {
		cost := s.finds(func() {
			response := s.raw("GET /read", "Authorization: "+value, "Cookie: __Host-shop_session="+cookie)
			requireError(t, response, 401, "InvalidToken")
		})
		require.Zero(t, cost, value)
	}
	response := s.raw("GET /read", "Authorization: Bearer "+token(caller), "Authorization: Bearer "+token(caller))
	requireError(t, response, 400, "BadRequest")
	require.Equal(t, `Bearer realm="shop", error="invalid_request", error_description="More than one Authorization header"`, response.Header.Get("WWW-Authenticate"))
}

func TestCase02GarbageNeverReachesTheStore(t *testing.T) {
	t.Parallel()
	s := newService(t)
	valid := token(s.Credential(s.A.User, "customers:read"))
	want := s.do(authtest.Bearer("unknown", "x"), "GET", "/read")
	requireError(t, want, 401, "InvalidToken")
	bad := []string{
		valid + "a", valid[:len(valid)-1], "shop_oat_" + strings.TrimPrefix(valid, "shop_pat_"), "other_pat_" + strings.TrimPrefix(valid, "shop_pat_"),
		"shop_pat_", "shop_", "SHOP" + strings.TrimPrefix(valid, "shop"), strings.Replace(valid, "_", ".", 1), strings.Repeat("a", 900_000),
		"shop_cst_" + strings.TrimPrefix(valid, "shop_pat_"), "shop_ws_" + strings.TrimPrefix(valid, "shop_pat_"), "shop_at_u_" + strings.TrimPrefix(valid, "shop_pat_"),
	}
	for i := range valid { // any one byte changed
		other := byte('a')
		if valid[i] == other {
			other = 'b'
		}
		bad = append(bad, valid[:i]+string(other)+valid[i+1:])
	}
	for _, token := range bad {
		cost := s.finds(func() {
			require.True(t, want.Same(s.do(authtest.Bearer("bad", token), "GET", "/read")), token)
		})
		require.Zero(t, cost, token)
	}
}

func TestCase03OtherPlacesAreIgnored(t *testing.T) {
	t.Parallel()
	s := newService(t)
	valid := token(s.Credential(s.A.User, "customers:read"))
	cost := s.finds(func() {
		requireError(t, s.do(noCredential, "GET", "/read?access_token="+valid+"&token="+valid), 401, "Unauthorized")
		requireError(t, s.do(noCredential, "GET", "/read", "X-Api-Key", valid, "Proxy-Authorization", "Bearer "+valid), 401, "Unauthorized")
		response := s.send(noCredential, "POST", "/read", []byte("access_token="+valid), "Content-Type", "application/x-www-form-urlencoded")
		requireError(t, response, 401, "Unauthorized")
		require.Equal(t, `Bearer realm="shop"`, response.Header.Get("WWW-Authenticate"))
	})
	require.Zero(t, cost)
}

func TestCase04Cookie(t *testing.T) {
	t.Parallel()
	s := newService(t)
	session := s.WebSession(s.A.User, "customers:read")
	response := s.do(session, "GET", "/read")
	requireIn(t, response, s.A.User)
	require.Equal(t, []string{"Cookie"}, response.Header.Values("Vary"))
	bearer := s.Credential(s.A.User, "customers:read")
	require.Empty(t, s.do(bearer, "GET", "/read").Header.Values("Vary"))
	cost := s.finds(func() {
		requireError(t, s.do(authtest.Bearer("a session value", token(session)), "GET", "/read"), 401, "InvalidToken")
		response := s.do(authtest.Cookie("a token", "__Host-shop_session", token(bearer)), "GET", "/read")
		requireError(t, response, 401, "InvalidToken")
		require.Equal(t, "__Host-shop_session=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax", response.Header.Get("Set-Cookie"))
	})
	require.Zero(t, cost)
	// two cookies of the name
	value := token(session)
	requireIn(t, s.raw("GET /read", "Cookie: __Host-shop_session="+value+"; a=b; __Host-shop_session="+value), s.A.User)
	requireError(t, s.raw("GET /read", "Cookie: __Host-shop_session="+value, "Cookie: __Host-shop_session="+token(s.WebSession(s.B.User))), 401, "InvalidToken")
	require.Equal(t, audit.ReasonAmbiguousCookie, s.audit.last().Reason)
}

func TestCase05OtherSchemes(t *testing.T) {
	t.Parallel()
	s := newService(t)
	session := s.WebSession(s.A.User, "customers:read")
	for _, value := range []string{"Basic dXNlcjpwYXNz", "Basic", "Negotiate x", "Bearers x", "bearer-ish y", ""} {
		requireIn(t, s.do(session.With("Authorization", value), "GET", "/read"), s.A.User)
		alone := s.do(noCredential.With("Authorization", value), "GET", "/read")
		require.True(t, alone.Same(s.do(noCredential, "GET", "/read")), value)
		requireError(t, alone, 401, "Unauthorized")
	}
}

func TestCase06CrossOrigin(t *testing.T) {
	t.Parallel()
	s := newService(t)
	session, bearer := s.WebSession(s.A.User, "customers:write"), s.Credential(s.A.User, "customers:write")
	for _, header := range [][]string{
		{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example.com"}, {"Origin", "null"},
	} {
		cost := s.finds(func() {
			for _, method := range []string{"POST", "PATCH", "PUT", "DELETE"} {
				requireError(t, s.do(session, method, "/write", header...), 403, "CrossOrigin")
			}
		})
		require.Zero(t, cost)
		requireIn(t, s.do(session, "GET", "/write", header...), s.A.User)
		requireIn(t, s.do(bearer, "POST", "/write", header...), s.A.User)
		requireIn(t, s.do(session.With("Authorization", "Bearer "+token(bearer)), "POST", "/write", header...), s.A.User)
	}
	requireIn(t, s.do(session, "POST", "/write", "Sec-Fetch-Site", "cross-site", "Origin", "https://app.example.com"), s.A.User)
	requireIn(t, s.do(session, "POST", "/write", "Sec-Fetch-Site", "same-origin"), s.A.User)
	requireIn(t, s.do(session, "POST", "/write"), s.A.User)
	require.Equal(t, 200, s.do(session, "POST", "/public", "Sec-Fetch-Site", "cross-site").Status)
}

func TestCase07DeadCredentialsAreAllTheSame(t *testing.T) {
	t.Parallel()
	s := newService(t)
	issue := func(subject credential.SubjectRef, typ auth.CredentialType, lifetime time.Duration) authtest.Credential {
		return s.Issue(auth.Issue{Type: typ, Subject: subject, Scopes: []credential.Scope{"customers:read"}, Limit: credential.Unrestricted(), Lifetime: lifetime})
	}
	newUser := func() credential.SubjectRef { return auth.User{ID: uuid.New()}.Ref() }
	dead := map[string]authtest.Credential{}

	revoked := issue(s.A.User, auth.PersonalAccessToken, 0)
	n, err := s.Issuer.System("a test").Revoke(t.Context(), credential.Selection{Subject: s.A.User, ID: revoked.Issued().Credential.ID})
	require.NoError(t, err)
	require.Equal(t, 1, n)
	dead["revoked"] = revoked
	dead["expired exactly now"] = issue(s.A.User, auth.OAuth2UserAccessToken, time.Minute)
	s.Pass(time.Minute - time.Nanosecond)
	requireIn(t, s.do(dead["expired exactly now"], "GET", "/read"), s.A.User)
	s.Pass(time.Nanosecond)
	dead["expired long ago"] = issue(s.A.User, auth.PersonalAccessToken, time.Minute)
	s.Pass(time.Minute * 2)
	dead["expired exactly now"] = issue(s.A.User, auth.OAuth2UserAccessToken, time.Minute)
	s.Pass(time.Minute)

	blocked := newUser()
	dead["blocked user"] = issue(blocked, auth.PersonalAccessToken, 0)
	s.Store.Remove(blocked)
	gone := newUser()
	dead["session of a deleted user"] = issue(gone, auth.WebSession, time.Hour)
	s.Store.Remove(gone)
	organization := auth.Organization{ID: uuid.New()}.Ref()
	customer := auth.Customer{ID: uuid.New(), OrganizationID: organization.ID}.Ref()
	dead["deleted organization"] = issue(organization, auth.OrganizationAccessToken, 0)
	dead["OAuth token of a deleted organization"] = issue(organization, auth.OAuth2OrganizationAccessToken, 0)
	dead["customer of a deleted organization"] = issue(customer, auth.CustomerSession, time.Hour)
	s.Store.Remove(organization)
	other := newService(t) // a token with a right checksum that this store has never seen
	dead["never stored"] = other.Credential(other.A.User, "customers:read")

	want := s.do(dead["revoked"], "GET", "/read")
	requireError(t, want, 401, "InvalidToken")
	require.Contains(t, want.Header.Get("WWW-Authenticate"), `error="invalid_token"`)
	for name, caller := range dead {
		cost := s.finds(func() {
			got := s.do(caller, "GET", "/read")
			got.Header.Del("Set-Cookie") // a session's is cleared, whatever it died of
			got.Header.Del("Vary")
			require.True(t, want.Same(got), "%s: %s", name, got)
		})
		require.Equal(t, 1, cost, name)
	}
	// sessions: idle, expired and revoked
	idle := s.WebSession(s.A.User, "customers:read")
	long := s.Issue(auth.Issue{Type: auth.WebSession, Subject: s.A.User, Scopes: []credential.Scope{"customers:read"}, Limit: credential.Unrestricted(), Lifetime: 30 * 24 * time.Hour})
	requireIn(t, s.do(long, "GET", "/read"), s.A.User)
	s.Pass(7 * 24 * time.Hour)
	first, second := s.do(idle, "GET", "/read"), s.do(long, "GET", "/read")
	requireError(t, first, 401, "InvalidToken")
	require.True(t, first.Same(second))
	require.Equal(t, audit.ReasonIdle, s.audit.last().Reason)
}

func TestCase08LimitedToAnOrganizationThatIsGone(t *testing.T) {
	t.Parallel()
	s := newService(t)
	limited := func(user credential.SubjectRef, to ...uuid.UUID) authtest.Credential {
		return s.Issue(auth.Issue{Type: auth.OAuth2UserAccessToken, Subject: user, Scopes: []credential.Scope{"customers:read"}, Limit: credential.LimitedTo(to...)})
	}
	reach := func(caller authtest.Credential) owner.Reach {
		t.Helper()
		var reach owner.Reach
		response := kittest.NewClient(t, s.Authenticator.Middleware(canRead.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			subject, ok := auth.From[auth.Admin](r.Context())
			require.True(t, ok)
			var err error
			reach, err = subject.Reach(r.Context())
			require.NoError(t, err)
		})))).As(caller).Get("/")
		require.Equal(t, 200, response.Status)
		return reach
	}
	ids := func(r owner.Reach) (all []uuid.UUID) {
		for _, g := range r.Grants() {
			require.Equal(t, auth.OrganizationKind, g.Kind)
			ids, _ := g.Set.IDs()
			all = append(all, ids...)
		}
		return all
	}
	require.Equal(t, []uuid.UUID{s.A.OrganizationID, s.B.OrganizationID}, ids(reach(s.Credential(s.Both, "customers:read"))))
	both := limited(s.Both, s.A.OrganizationID)
	require.Equal(t, []uuid.UUID{s.A.OrganizationID}, ids(reach(both)))
	require.True(t, reach(limited(s.Both)).IsEmpty())
	require.True(t, reach(limited(s.A.User, s.B.OrganizationID)).IsEmpty())

	leaver := limited(s.A.User, s.A.OrganizationID)
	require.False(t, reach(leaver).IsEmpty())
	s.Leave(s.A.User, s.A.OrganizationID)
	require.True(t, reach(leaver).IsEmpty())
	s.Join(s.A.User, s.B.OrganizationID)
	require.True(t, reach(leaver).IsEmpty())

	s.DeleteOrganization(s.A.OrganizationID)
	require.True(t, reach(both).IsEmpty())
	require.Equal(t, []uuid.UUID{s.B.OrganizationID}, ids(reach(s.Credential(s.Both, "customers:read"))))
}

func TestCase09Rotation(t *testing.T) {
	t.Parallel()
	s := newService(t)
	old := s.Credential(s.A.User, "customers:read")
	requireIn(t, s.do(old, "GET", "/read"), s.A.User)
	issued, err := s.Issuer.System("a test").Rotate(t.Context(), credential.Selection{Subject: s.A.User, ID: old.Issued().Credential.ID}, 10*time.Minute)
	require.NoError(t, err)
	fresh := s.Present(issued)
	requireIn(t, s.do(old, "GET", "/read"), s.A.User)
	requireIn(t, s.do(fresh, "GET", "/read"), s.A.User)
	s.Pass(10 * time.Minute)
	requireError(t, s.do(old, "GET", "/read"), 401, "InvalidToken")
	requireIn(t, s.do(fresh, "GET", "/read"), s.A.User)
	_, err = s.Issuer.System("a test").Rotate(t.Context(), credential.Selection{Subject: s.A.User, ID: old.Issued().Credential.ID}, 0)
	require.ErrorIs(t, err, credential.ErrInvalid)
	_, err = s.Issuer.System("a test").Rotate(t.Context(), credential.Selection{Subject: s.B.User, ID: fresh.Issued().Credential.ID}, 0)
	require.ErrorIs(t, err, credential.ErrInvalid)
}

func TestCase09KeyRotation(t *testing.T) {
	t.Parallel()
	s := newService(t)
	caller, idle := s.Credential(s.A.User, "customers:read"), s.Credential(s.B.User, "customers:read")
	older := auth.Key{ID: "older", Secret: bytes.Repeat([]byte{1}, 32)}
	newer := auth.Key{ID: "newer", Secret: bytes.Repeat([]byte{2}, 32)}
	with := func(keys ...auth.Key) (http.Handler, *auth.Authenticator, *auth.Issuer) {
		t.Helper()
		set, err := auth.NewKeys(keys[0], keys[1:]...)
		require.NoError(t, err)
		a, err := auth.New(registry, auth.Config{Store: s.Store, Keys: set, Now: s.Now})
		require.NoError(t, err)
		issuer, err := auth.NewIssuer(registry, set, s.Store)
		require.NoError(t, err)
		return a.Middleware(canRead.Handler(s.answer())), a, issuer.At(s.Now)
	}
	_, _, issuer := with(older)
	for _, c := range []*authtest.Credential{&caller, &idle} {
		issued, err := issuer.System("a test").Issue(t.Context(), auth.Issue{Type: auth.PersonalAccessToken, Subject: c.Issued().Credential.Subject, Scopes: []credential.Scope{"customers:read"}, Limit: credential.Unrestricted()})
		require.NoError(t, err)
		*c = s.Present(issued)
	}
	rotating, a, _ := with(newer, older)
	requireIn(t, kittest.NewClient(t, rotating).As(caller).Get("/"), s.A.User)
	require.NoError(t, a.Close(t.Context()))
	requireIn(t, kittest.NewClient(t, rotating).As(caller).Get("/"), s.A.User)
	requireIn(t, kittest.NewClient(t, rotating).As(idle).Get("/"), s.B.User) // works, and is not re-hashed after Close
	done, _, _ := with(newer)
	requireIn(t, kittest.NewClient(t, done).As(caller).Get("/"), s.A.User)
	requireError(t, kittest.NewClient(t, done).As(idle).Get("/"), 401, "InvalidToken")
}

func TestCase10OneWritePerMinute(t *testing.T) {
	t.Parallel()
	s := newService(t)
	caller := s.Credential(s.A.User, "customers:read")
	hundred := func() {
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() { requireIn(t, kittest.NewClient(t, s.server.Config.Handler).As(caller).Get("/read"), s.A.User) })
		}
		wg.Wait()
	}
	uses := func() int { return s.Store.Uses() }
	hundred()
	require.Eventually(t, func() bool { return uses() == 1 }, time.Minute, time.Millisecond)
	s.Pass(59 * time.Second)
	hundred()
	require.Equal(t, 1, uses())
	s.Pass(time.Second)
	s.Store.OnUsed(func(context.Context) error { return errors.New("the disk is full") }) // changes nothing
	hundred()
	require.NoError(t, s.Authenticator.Close(t.Context()))
	require.Equal(t, 2, uses())
	require.Contains(t, s.log.String(), "the disk is full")
	s.Pass(time.Hour)
	caller = s.Credential(s.A.User, "customers:read")
	requireIn(t, s.do(caller, "GET", "/read"), s.A.User) // answers after Close, and records nothing
	require.Equal(t, 2, uses())
}

func TestCase11SubjectsAndScopes(t *testing.T) {
	t.Parallel()
	s := newService(t)
	nobody := s.do(noCredential, "GET", "/read")
	customer := s.do(s.Credential(s.A.Customer, "portal:read"), "GET", "/read")
	requireError(t, customer, 401, "Unauthorized")
	customer.Header.Del("Vary")
	nobody.Header.Del("Vary")
	require.True(t, nobody.Same(customer))
	requireError(t, s.do(s.Credential(s.A.Organization, "customers:read"), "GET", "/users"), 401, "Unauthorized")
	requireError(t, s.do(s.Credential(s.A.User, "portal:read"), "GET", "/portal"), 401, "Unauthorized")
	requireIn(t, s.do(s.Credential(s.A.Customer, "portal:read"), "GET", "/portal"), s.A.Customer)

	for _, c := range []struct {
		scopes []credential.Scope
		path   string
		needs  string // empty: is let in
	}{
		{[]credential.Scope{"customers:read"}, "/read", ""},
		{[]credential.Scope{"customers:write"}, "/read", ""},
		{[]credential.Scope{"customers:read"}, "/write", "customers:write"},
		{[]credential.Scope{"orders:read"}, "/read", "customers:read"},
		{nil, "/read", "customers:read"},
		{[]credential.Scope{"customers:write", "orders:read"}, "/both", ""},
		{[]credential.Scope{"customers:write"}, "/both", "customers:read orders:read"},
		{[]credential.Scope{"orders:read"}, "/both", "customers:read orders:read"},
	} {
		for _, subject := range []credential.SubjectRef{s.A.User, s.A.Organization} {
			response := s.do(s.Credential(subject, c.scopes...), "POST", c.path)
			if c.needs == "" {
				requireIn(t, response, subject)
				continue
			}
			requireError(t, response, 403, "InsufficientScope")
			require.Equal(t, `Bearer realm="shop", error="insufficient_scope", error_description="The credential does not have the scope that is needed", scope="`+c.needs+`"`,
				response.Header.Get("WWW-Authenticate"))
		}
	}
	// scopes of another case, or not known any more, count for nothing
	for _, scopes := range [][]credential.Scope{{"Customers:Read"}, {"CUSTOMERS:READ", "customers:"}, {"customers:admin", "*", ""}} {
		stale := s.Credential(s.A.User)
		s.Store.Change(stale.Issued().Credential.ID, func(c *credential.Credential) { c.Scopes = scopes })
		requireError(t, s.do(stale, "GET", "/read"), 403, "InsufficientScope")
		s.Store.Change(stale.Issued().Credential.ID, func(c *credential.Credential) { c.Scopes = append(scopes, "customers:read") })
		requireIn(t, s.do(stale, "GET", "/read"), s.A.User)
	}

	requireError(t, s.do(s.Credential(s.A.User), "GET", "/web"), 403, "WebSessionRequired")
	requireError(t, s.do(s.Credential(s.A.Customer), "GET", "/web"), 401, "Unauthorized")
	session := s.WebSession(s.A.User)
	requireIn(t, s.do(session, "GET", "/web"), s.A.User)
	requireIn(t, s.do(session, "POST", "/fresh"), s.A.User)
	s.Pass(10*time.Minute - 1)
	requireIn(t, s.do(session, "POST", "/fresh"), s.A.User)
	s.Pass(1)
	requireError(t, s.do(session, "POST", "/fresh"), 403, "SessionNotFresh")
	requireIn(t, s.do(session, "GET", "/web"), s.A.User)
	requireError(t, s.do(s.Credential(s.A.User), "POST", "/fresh"), 403, "WebSessionRequired")
}

func TestCase12TheBodyOfAnAnonymousCallerIsNotRead(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.reached = func(*http.Request) { t.Error("the handler was reached") }
	// The body is announced and never sent: a server that waits for it does not answer.
	for _, lines := range [][]string{
		{"Content-Type: application/json", "Content-Length: 67108864"},
		{"Content-Type: application/json", "Content-Length: 8"},
		{"Content-Type: application/json", "Transfer-Encoding: chunked"},
		{"Content-Type: application/json", "Content-Length: 67108864", "Authorization: Bearer x"},
	} {
		response := s.raw("POST /write", lines...)
		require.Equal(t, 401, response.Status)
	}
	malformed := s.send(noCredential, "POST", "/write", []byte(`{"broken`))
	requireError(t, malformed, 401, "Unauthorized")
}

func TestCase21StoreAway(t *testing.T) {
	t.Parallel()
	s := newService(t)
	caller, session := s.Credential(s.A.User, "customers:read"), s.WebSession(s.A.User, "customers:read")
	for _, fault := range []error{credential.ErrUnavailable, errors.New("connection refused"), errors.Join(credential.ErrUnavailable, errors.New("reset")), context.DeadlineExceeded} {
		s.Store.OnFind(func(context.Context) (*credential.Record, error) { return nil, fault })
		for _, c := range []authtest.Credential{caller, session} {
			for _, path := range []string{"/read", "/anyone"} {
				response := s.do(c, "GET", path)
				requireError(t, response, 503, "ServiceUnavailable")
				require.Empty(t, response.Header.Get("WWW-Authenticate"))
				require.Empty(t, response.Header.Get("Set-Cookie"))
				seconds, err := strconv.Atoi(response.Header.Get("Retry-After"))
				require.NoError(t, err)
				require.Positive(t, seconds)
				require.NotContains(t, string(response.Body), "connection")
			}
			require.Equal(t, "200 nobody", s.do(c, "GET", "/public").String())
		}
		require.Equal(t, audit.Undecided, s.audit.last().Outcome)
	}
	requireError(t, s.do(noCredential, "GET", "/read"), 401, "Unauthorized")
	requireError(t, s.do(authtest.Bearer("bad", "x"), "GET", "/read"), 401, "InvalidToken")
	s.Store.OnFind(func(context.Context) (*credential.Record, error) { panic("secret " + token(caller)) })
	requireError(t, s.do(caller, "GET", "/read"), 500, "InternalServerError")
	s.Store.OnFind(func(context.Context) (*credential.Record, error) { panic(http.ErrAbortHandler) })
	requireError(t, s.do(caller, "GET", "/read"), 500, "InternalServerError")
	require.NotContains(t, s.log.String(), token(caller))
	s.Store.OnFind(nil)
	requireIn(t, s.do(caller, "GET", "/read"), s.A.User)
}

func TestCase22ClientGoneAndBrokenStores(t *testing.T) {
	t.Parallel()
	failures := &countingFailures{}
	s := newService(t, func(c *auth.Config) { c.Failures = failures })
	caller := s.Credential(s.A.User, "customers:read")

	looking := make(chan struct{})
	s.Store.OnFind(func(ctx context.Context) (*credential.Record, error) {
		close(looking)
		<-ctx.Done()
		return nil, ctx.Err()
	})
	ctx, cancel := context.WithCancel(t.Context())
	r := request(caller, "GET", s.server.URL+"/read").WithContext(ctx)
	r.RequestURI = ""
	go func() {
		<-looking
		cancel()
	}()
	_, err := s.server.Client().Do(r) //nolint:bodyclose // there is none
	require.ErrorIs(t, err, context.Canceled)
	require.Eventually(t, func() bool { return s.audit.count() == 1 }, time.Minute, time.Millisecond)
	require.Equal(t, audit.ReasonClientGone, s.audit.last().Reason)
	require.Zero(t, failures.failed.Load())
	require.Zero(t, s.Store.Uses())

	s.Store.OnFind(func(context.Context) (*credential.Record, error) { return nil, nil }) //nolint:nilnil // the case
	for _, path := range []string{"/read", "/anyone"} {
		requireError(t, s.do(caller, "GET", path), 500, "InternalServerError")
	}
	require.Contains(t, s.log.String(), "level=ERROR")
	require.Contains(t, s.log.String(), "neither a credential nor an error")
	require.Equal(t, audit.ReasonBroken, s.audit.last().Reason)

	s.Store.OnFind(nil)
	other := s.Credential(s.B.User, "customers:read")
	records := s.Store.Records()
	s.Store.OnFind(func(context.Context) (*credential.Record, error) { return &records[len(records)-1], nil }) // another's row
	requireError(t, s.do(caller, "GET", "/read"), 401, "InvalidToken")
	requireIn(t, s.do(other, "GET", "/read"), s.B.User)
	s.Store.OnFind(func(context.Context) (*credential.Record, error) { return &credential.Record{}, nil })
	requireError(t, s.do(caller, "GET", "/read"), 401, "InvalidToken")
}

type countingFailures struct {
	allowed, failed atomic.Int64
	allow           func() error
}

func (c *countingFailures) Allow(*http.Request) error {
	c.allowed.Add(1)
	if c.allow != nil {
		return c.allow()
	}
	return nil
}

func (c *countingFailures) Failed(*http.Request, audit.Reason) error {
	c.failed.Add(1)
	return nil
}
