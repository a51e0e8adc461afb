package auth_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/audit"
	"github.com/polarkit-go/polarkit/auth/authtest"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
)

func newSessions(t *testing.T, s *service) *auth.Sessions {
	t.Helper()
	sessions, err := auth.NewSessions(s.Authenticator, s.Issuer, 24*time.Hour)
	require.NoError(t, err)
	return sessions
}

// login signs in and returns the session's cookie.
func login(t *testing.T, sessions *auth.Sessions, user credential.SubjectRef, with authtest.Credential) (*http.Cookie, credential.Credential) {
	t.Helper()
	header := http.Header{}
	started, err := sessions.Login(header, request(with, "POST", "/login"), user.ID, "customers:read")
	require.NoError(t, err)
	require.Equal(t, "no-store", header.Get("Cache-Control"))
	cookies := (&http.Response{Header: header}).Cookies()
	require.Len(t, cookies, 1)
	return cookies[0], started
}

func TestSessions(t *testing.T) {
	t.Parallel()
	s := newService(t)
	sessions := newSessions(t, s)
	cookie, started := login(t, sessions, s.A.User, noCredential)
	require.Equal(t, "__Host-shop_session", cookie.Name)
	require.Equal(t, "/", cookie.Path)
	require.Empty(t, cookie.Domain)
	require.True(t, cookie.Secure && cookie.HttpOnly)
	require.Equal(t, http.SameSiteLaxMode, cookie.SameSite)
	require.Equal(t, 24*60*60, cookie.MaxAge)
	require.Equal(t, s.Now(), started.AuthenticatedAt)

	browser := authtest.Cookie("browser", cookie.Name, cookie.Value)
	requireIn(t, s.do(browser, "GET", "/read"), s.A.User)
	requireIn(t, s.do(browser, "POST", "/fresh"), s.A.User)

	// A new id at every login; the one before is dead.
	again, second := login(t, sessions, s.A.User, browser)
	require.NotEqual(t, cookie.Value, again.Value)
	require.NotEqual(t, started.ID, second.ID)
	requireError(t, s.do(browser, "GET", "/read"), 401, "InvalidToken")
	browser = authtest.Cookie("browser", again.Name, again.Value)
	requireIn(t, s.do(browser, "GET", "/read"), s.A.User)
	// Also the one of another user, on a shared computer.
	shared, _ := login(t, sessions, s.B.User, browser)
	requireError(t, s.do(browser, "GET", "/read"), 401, "InvalidToken")
	browser = authtest.Cookie("browser", shared.Name, shared.Value)
	requireIn(t, s.do(browser, "GET", "/read"), s.B.User)

	header := http.Header{}
	require.NoError(t, sessions.Logout(header, request(browser, "POST", "/logout")))
	require.Equal(t, "__Host-shop_session=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax", header.Get("Set-Cookie"))
	requireError(t, s.do(browser, "GET", "/read"), 401, "InvalidToken")
	for _, without := range []authtest.Credential{noCredential, browser, authtest.Cookie("bad", shared.Name, "x"), s.Credential(s.A.User)} {
		header := http.Header{}
		require.NoError(t, sessions.Logout(header, request(without, "POST", "/logout")))
		require.NotEmpty(t, header.Get("Set-Cookie"))
	}
}

func TestSessionsAreNotMovedAcrossOrigins(t *testing.T) {
	t.Parallel()
	s := newService(t)
	sessions := newSessions(t, s)
	cookie, _ := login(t, sessions, s.A.User, noCredential)
	browser := authtest.Cookie("browser", cookie.Name, cookie.Value)
	evil := browser.With("Sec-Fetch-Site", "cross-site")
	header := http.Header{}
	_, err := sessions.Login(header, request(evil, "POST", "/login"), s.B.User.ID)
	require.ErrorIs(t, err, auth.CrossOrigin)
	require.ErrorIs(t, sessions.Logout(header, request(evil, "POST", "/logout")), auth.CrossOrigin)
	require.Empty(t, header)
	requireIn(t, s.do(browser, "GET", "/read"), s.A.User)
	trusted := browser.With("Sec-Fetch-Site", "cross-site").With("Origin", "https://app.example.com")
	require.NoError(t, sessions.Logout(header, request(trusted, "POST", "/logout")))
}

func TestSessionLifetimes(t *testing.T) {
	t.Parallel()
	s := newService(t, func(c *auth.Config) { c.IdleLifetime = time.Hour })
	cookie, _ := login(t, newSessions(t, s), s.A.User, noCredential)
	browser := authtest.Cookie("browser", cookie.Name, cookie.Value)
	for range 30 { // used often enough, it lives for a day and no longer
		response := s.do(browser, "GET", "/read")
		require.Eventually(t, func() bool {
			last := s.Store.Records()[0].Credential.LastUsedAt
			return response.Status != 200 || last != nil && last.Equal(s.Now())
		}, time.Minute, time.Millisecond)
		if response.Status != 200 {
			break
		}
		s.Pass(59 * time.Minute)
	}
	require.Equal(t, audit.ReasonExpired, s.audit.last().Reason)
	require.Equal(t, 24*59*time.Minute+59*time.Minute, s.Now().Sub(s.Store.Records()[0].Credential.CreatedAt))

	unlimited := newService(t, func(c *auth.Config) { c.IdleLifetime = -1 })
	session := unlimited.Issue(auth.Issue{Type: auth.WebSession, Subject: unlimited.A.User, Scopes: []credential.Scope{"customers:read"}, Limit: credential.Unrestricted(), Lifetime: 400 * 24 * time.Hour})
	unlimited.Pass(399 * 24 * time.Hour)
	requireIn(t, unlimited.do(session, "GET", "/read"), unlimited.A.User)
}

func TestSessionsWithTheStoreAway(t *testing.T) {
	t.Parallel()
	s := newService(t)
	sessions := newSessions(t, s)
	cookie, _ := login(t, sessions, s.A.User, noCredential)
	browser := authtest.Cookie("browser", cookie.Name, cookie.Value)
	s.Store.OnFind(func(context.Context) (*credential.Record, error) { return nil, errors.New("away") })
	header := http.Header{}
	require.ErrorIs(t, sessions.Logout(header, request(browser, "POST", "/logout")), errors.ServiceUnavailable)
	_, err := sessions.Login(header, request(browser, "POST", "/login"), s.A.User.ID)
	require.ErrorIs(t, err, errors.ServiceUnavailable)
	require.Empty(t, header, "a cookie was set, and the old session lives")
	s.Store.OnFind(nil)
	requireIn(t, s.do(browser, "GET", "/read"), s.A.User)
	list, err := s.Issuer.System("a test").List(t.Context(), credential.Selection{Subject: s.A.User, Type: "web_session"})
	require.NoError(t, err)
	living := 0
	for i := range list {
		if list[i].RevokedAt == nil {
			living++
		}
	}
	require.Equal(t, 1, living)
}

func TestSessionsSetUp(t *testing.T) {
	t.Parallel()
	s := newService(t)
	for _, nobody := range []*auth.Authenticator{nil, {}} {
		_, err := auth.NewSessions(nobody, s.Issuer, 0)
		sentence.Equal(t, "NewSessions: no authenticator", err)
	}
	for _, nobody := range []*auth.Issuer{nil, {}} {
		_, err := auth.NewSessions(s.Authenticator, nobody, 0)
		sentence.Equal(t, "NewSessions: no issuer", err)
	}
	_, err := auth.NewSessions(s.Authenticator, s.Issuer, -1)
	sentence.Equal(t, "NewSessions: a negative lifetime", err)
	tokens := auth.NewRegistry("shop", auth.PersonalAccessToken)
	a, err := auth.New(tokens, auth.Config{Store: s.Store, Keys: s.Keys})
	require.NoError(t, err)
	_, err = auth.NewSessions(a, s.Issuer, 0)
	sentence.Equal(t, "NewSessions: no web session", err)
	another, err := auth.NewIssuer(tokens, s.Keys, s.Store)
	require.NoError(t, err)
	_, err = auth.NewSessions(s.Authenticator, another, 0)
	sentence.Equal(t, "NewSessions: two registries", err)

	_, err = auth.New(registry, auth.Config{Store: s.Store, Keys: s.Keys, InsecureCookie: true})
	sentence.Equal(t, "New: a __Host- cookie without Secure", err)
	_, err = auth.New(registry, auth.Config{Store: s.Store, Keys: s.Keys, TrustedOrigins: []string{"app.example.com"}})
	sentence.Equal(t, "New: a trusted origin that is not one", err, `"app.example.com"`, `"ORIGIN"`)
	plain := auth.NewRegistry("shop", auth.WebSession.Cookie("shop_session"))
	_, err = auth.New(plain, auth.Config{Store: s.Store, Keys: s.Keys, InsecureCookie: true})
	require.NoError(t, err)
}

func TestRevoke(t *testing.T) {
	t.Parallel()
	s := newService(t)
	mine, other, theirs := s.Credential(s.A.User, "customers:read"), s.WebSession(s.A.User, "customers:read"), s.Credential(s.B.User, "customers:read")
	revoke := func(selection credential.Selection) int {
		n, err := s.Issuer.System("a test").Revoke(t.Context(), selection)
		require.NoError(t, err)
		return n
	}
	require.Zero(t, revoke(credential.Selection{Subject: s.A.User, ID: theirs.Issued().Credential.ID}))
	require.Zero(t, revoke(credential.Selection{ID: theirs.Issued().Credential.ID}))
	require.Zero(t, revoke(credential.Selection{Subject: s.A.User, ID: uuid.New()}))
	requireIn(t, s.do(theirs, "GET", "/read"), s.B.User)
	require.Equal(t, 1, revoke(credential.Selection{Subject: s.A.User, Type: "web_session"}))
	requireError(t, s.do(other, "GET", "/read"), 401, "InvalidToken")
	requireIn(t, s.do(mine, "GET", "/read"), s.A.User)
	require.Equal(t, 1, revoke(credential.Selection{Subject: s.A.User}))
	requireError(t, s.do(mine, "GET", "/read"), 401, "InvalidToken")
	list, err := s.Issuer.System("a test").List(t.Context(), credential.Selection{Subject: s.A.User})
	require.NoError(t, err)
	require.Len(t, list, 2)
}

func TestVaryIsForCookies(t *testing.T) {
	t.Parallel()
	s := newService(t)
	for _, path := range []string{"/public", "/read", "/anyone"} {
		require.Equal(t, "Cookie", s.do(noCredential, "GET", path).Header.Get("Vary"))
	}
	tokens := auth.NewRegistry("shop", auth.PersonalAccessToken)
	a, err := auth.New(tokens, auth.Config{Store: s.Store, Keys: s.Keys})
	require.NoError(t, err)
	recorder := httptest.NewRecorder()
	a.Middleware(s.answer()).ServeHTTP(recorder, httptest.NewRequest("GET", "/", nil))
	require.Empty(t, recorder.Header().Get("Vary"))
}
