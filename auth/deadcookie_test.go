package auth_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/audit"
	"github.com/polarkit-go/polarkit/auth/authtest"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/kittest"
)

const cleared = "__Host-shop_session=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax"

func TestEmptySessionCookieIsAbsent(t *testing.T) {
	t.Parallel()
	s := newService(t)
	for _, path := range []string{"/read", "/web", "/anyone", "/public"} {
		without := s.raw("GET " + path)
		for _, line := range []string{
			"__Host-shop_session=", `__Host-shop_session=""`, "__Host-shop_session= ", `__Host-shop_session=" "`, "__Host-shop_session",
			"a=b; __Host-shop_session=", "__Host-shop_session=; __Host-shop_session=",
		} {
			cost := s.finds(func() {
				require.True(t, without.Same(s.raw("GET "+path, "Cookie: "+line)), "%s with %s", path, line)
			})
			require.Zero(t, cost)
		}
	}
	requireError(t, s.raw("GET /read", "Cookie: __Host-shop_session="), 401, "Unauthorized")
	living := token(s.WebSession(s.A.User, "customers:read"))
	requireIn(t, s.raw("GET /read", "Cookie: __Host-shop_session=; __Host-shop_session="+living), s.A.User)
	// An empty one does not turn two that differ into one.
	other := token(s.WebSession(s.A.User, "customers:read"))
	requireError(t, s.raw("GET /read", "Cookie: __Host-shop_session=; __Host-shop_session="+living+"; __Host-shop_session="+other), 401, "InvalidToken")
}

func TestDeadSessionIsAnonymousWhereThatIsTaken(t *testing.T) {
	t.Parallel()
	s := newService(t)
	session := func(lifetime time.Duration) authtest.Credential {
		user := auth.User{ID: uuid.New()}.Ref()
		return s.Issue(auth.Issue{Type: auth.WebSession, Subject: user, Scopes: []credential.Scope{"customers:read"}, Limit: credential.Unrestricted(), Lifetime: lifetime})
	}
	dead := map[string]authtest.Credential{}
	dead["expired"] = session(time.Minute)
	dead["idle"] = session(30 * 24 * time.Hour)
	s.Pass(7 * 24 * time.Hour)
	dead["revoked"] = session(time.Hour)
	s.Store.Change(dead["revoked"].Issued().Credential.ID, func(c *credential.Credential) { now := s.Now(); c.RevokedAt = &now })
	dead["of a user who is gone"] = session(time.Hour)
	s.Store.Remove(dead["of a user who is gone"].Issued().Credential.Subject)
	other := newService(t)
	dead["unknown"] = other.WebSession(other.A.User, "customers:read")
	living := s.WebSession(s.A.User, "customers:read")
	dead["malformed"] = authtest.Cookie("malformed", "__Host-shop_session", "x")
	dead["mistyped"] = authtest.Cookie("mistyped", "__Host-shop_session", token(living)[:20]+"x"+token(living)[21:])
	dead["a bearer token"] = authtest.Cookie("a bearer token", "__Host-shop_session", token(s.Credential(s.A.User, "customers:read")))

	want := s.do(noCredential, "GET", "/anyone")
	require.Equal(t, "200 anonymous", want.String())
	for name, caller := range dead {
		for _, method := range []string{"GET", "POST"} {
			got := s.do(caller, method, "/anyone")
			require.Equal(t, []string{cleared}, got.Header.Values("Set-Cookie"), name)
			got.Header.Del("Set-Cookie")
			require.True(t, want.Same(got), "%s: %s", name, got)
			d := s.audit.last()
			require.Equal(t, audit.Granted, d.Outcome, name)
			require.True(t, d.Subject.IsZero(), name)
		}
		// Where a subject is needed it is the refusal that it was.
		got := s.do(caller, "GET", "/read")
		requireError(t, got, 401, "InvalidToken")
		require.Equal(t, []string{cleared}, got.Header.Values("Set-Cookie"), name)
	}

	t.Run("a living one is not cleared", func(t *testing.T) {
		response := s.do(living, "GET", "/anyone")
		requireIn(t, response, s.A.User)
		require.Empty(t, response.Header.Values("Set-Cookie"))
		require.Empty(t, want.Header.Values("Set-Cookie"))
	})
	t.Run("a dead token is refused", func(t *testing.T) {
		for _, token := range []string{"x", token(living), token(other.Credential(other.A.User, "customers:read"))} {
			response := s.do(authtest.Bearer("dead", token), "GET", "/anyone")
			requireError(t, response, 401, "InvalidToken")
			require.Empty(t, response.Header.Values("Set-Cookie"))
			requireError(t, s.do(dead["expired"].With("Authorization", "Bearer "+token), "GET", "/anyone"), 401, "InvalidToken")
		}
	})
	t.Run("an ambiguous one is refused", func(t *testing.T) {
		requireError(t, s.raw("GET /anyone", "Cookie: __Host-shop_session="+token(living)+"; __Host-shop_session=x"), 401, "InvalidToken")
	})
	t.Run("from another site", func(t *testing.T) {
		requireError(t, s.do(dead["expired"], "POST", "/anyone", "Sec-Fetch-Site", "cross-site"), 403, "CrossOrigin")
	})
	t.Run("with the store away", func(t *testing.T) {
		s.Store.OnFind(func(context.Context) (*credential.Record, error) { return nil, errors.New("away") })
		defer s.Store.OnFind(nil)
		response := s.do(dead["expired"], "GET", "/anyone")
		requireError(t, response, 503, "ServiceUnavailable")
		require.Empty(t, response.Header.Values("Set-Cookie"))
	})
}

func TestSignInOnAReplyThatClearsTheCookie(t *testing.T) {
	t.Parallel()
	s := newService(t)
	sessions := newSessions(t, s)
	handler := s.Authenticator.Middleware(anyone.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "theme", Value: "dark"})
		_, err := sessions.Login(w.Header(), r, s.A.User.ID, "customers:read")
		require.NoError(t, err)
	})))
	response := kittest.NewClient(t, handler).As(authtest.Cookie("dead", "__Host-shop_session", "x")).Post("/", nil)
	lines := response.Header.Values("Set-Cookie")
	require.Len(t, lines, 2)
	require.Equal(t, "theme=dark", lines[0])
	require.Regexp(t, "^__Host-shop_session=shop_ws_", lines[1])
}
