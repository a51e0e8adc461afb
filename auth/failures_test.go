package auth_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/audit"
	"github.com/polarkit-go/polarkit/auth/authtest"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/kittest"
)

// from is a handler as a source reaches it.
func from(address string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.RemoteAddr = address
		next.ServeHTTP(w, r)
	})
}

func forged() authtest.Credential { return authtest.Bearer("forged", auth.NewToken("shop_pat_")) }

func TestForgedTokensDoNotLockOutAValidOne(t *testing.T) {
	t.Parallel()
	const n, burst, perSecond = 10_000, 100, 4000
	began := time.Now()
	s := newService(t, func(c *auth.Config) {
		c.Audit = nil
		c.Failures = auth.NewFailureBudget(auth.FailureBudgetConfig{Burst: burst, PerSecond: perSecond})
	})
	handler := from("192.0.2.1:1000", s.server.Config.Handler)
	refused := map[int]int{}
	for i := range n {
		response := kittest.NewClient(t, handler).As(forged()).Get("/read")
		refused[response.Status]++
		if response.Status == http.StatusTooManyRequests {
			require.Equal(t, "TooManyFailures", response.ErrorName())
			wait, err := strconv.Atoi(response.Header.Get("Retry-After"))
			require.NoError(t, err)
			require.Positive(t, wait)
		} else {
			requireError(t, response, 401, "InvalidToken")
		}
		if i%1000 == 999 { // each a token that nobody has seen before
			requireIn(t, kittest.NewClient(t, handler).As(s.Credential(s.A.User, "customers:read")).Get("/read"), s.A.User)
		}
	}
	elapsed := time.Since(began)
	require.Equal(t, n, refused[401]+refused[429])
	require.GreaterOrEqual(t, refused[401], burst)
	require.LessOrEqual(t, refused[401], burst+int(elapsed.Seconds())+1, "one more a second")
	require.LessOrEqual(t, float64(s.Store.Finds()), burst+perSecond*elapsed.Seconds()+2)
	// What costs no look-up is neither counted nor slowed down.
	requireError(t, kittest.NewClient(t, handler).As(authtest.Bearer("mistyped", "shop_pat_x")).Get("/read"), 401, "InvalidToken")
	// Another source has a budget of its own.
	requireError(t, kittest.NewClient(t, from("192.0.2.2:1000", s.server.Config.Handler)).As(forged()).Get("/read"), 401, "InvalidToken")
}

// Many forge at the same time. A credential that was let in lately is let in at once; the
// others wait for their turn, and beyond the longest wait the store is not asked.
func TestForgedTokensInParallel(t *testing.T) {
	t.Parallel()
	s := newService(t, func(c *auth.Config) {
		c.Audit = nil
		c.Failures = auth.NewFailureBudget(auth.FailureBudgetConfig{Burst: 10, PerSecond: 1, MaxWait: -1})
	})
	handler := from("[2001:db8::1]:1000", s.server.Config.Handler)
	known := s.Credential(s.A.User, "customers:read")
	requireIn(t, kittest.NewClient(t, handler).As(known).Get("/read"), s.A.User)
	began := time.Now()
	finds := s.finds(func() {
		var wg sync.WaitGroup
		for i := range 40 {
			// One network, however many addresses it has.
			handler := from("[2001:db8::"+strconv.Itoa(i)+"]:1000", s.server.Config.Handler)
			wg.Go(func() {
				for range 50 {
					if status := kittest.NewClient(t, handler).As(forged()).Get("/read").Status; status != 401 && status != 429 {
						t.Errorf("a forged token: %d", status)
					}
				}
			})
		}
		wg.Wait()
	})
	require.LessOrEqual(t, float64(finds), 10+40+2*time.Since(began).Seconds()+1, "the budget, what was under way, and one a second")
	for range 100 {
		requireIn(t, kittest.NewClient(t, handler).As(known).Get("/read"), s.A.User)
	}
	// A known one that is revoked is refused like any other, and known no more.
	n, err := s.Issuer.System("a test").Revoke(t.Context(), credential.Selection{Subject: s.A.User})
	require.NoError(t, err)
	require.Equal(t, 1, n)
	finds = s.finds(func() {
		for range 5 {
			require.Contains(t, []int{401, 429}, kittest.NewClient(t, handler).As(known).Get("/read").Status)
		}
	})
	require.LessOrEqual(t, finds, 1+int(time.Since(began).Seconds())+1)
}

func TestFailureBudgetWaitsNoLongerThanTheClient(t *testing.T) {
	t.Parallel()
	b := auth.NewFailureBudget(auth.FailureBudgetConfig{Burst: 1, PerSecond: 1, MaxWait: time.Hour})
	r := httptest.NewRequest("GET", "/", nil)
	for range 100 {
		_ = b.Failed(r, audit.ReasonUnknownToken)
		ctx, cancel := context.WithCancel(r.Context())
		cancel()
		if err := b.Allow(r.WithContext(ctx)); err != nil {
			require.ErrorIs(t, err, context.Canceled)
			return
		}
	}
	t.Fatal("nobody had to wait")
}

func TestFailedMayAnswer(t *testing.T) {
	t.Parallel()
	answers := map[string]error{}
	s := newService(t, func(c *auth.Config) { c.Failures = answering{answers} })
	bad := forged()
	requireError(t, s.do(bad, "GET", "/read"), 401, "InvalidToken")
	answers["failed"] = auth.TooManyFailures.New()
	require.Equal(t, 429, s.do(bad, "GET", "/read").Status)
	require.Equal(t, audit.ReasonUnknownToken, s.audit.last().Reason)
	// It does not turn a dead session into a refusal where nobody need sign in.
	require.Equal(t, "200 anonymous", s.do(authtest.Cookie("dead", "__Host-shop_session", "x"), "GET", "/anyone").String())
	answers["failed"] = errors.New("the counter is away")
	requireError(t, s.do(bad, "GET", "/read"), 503, "ServiceUnavailable")
	delete(answers, "failed")
	// A caller that may not be looked up is not known to be anonymous.
	answers["allow"] = auth.TooManyFailures.New()
	session := s.WebSession(s.A.User, "customers:read")
	require.Equal(t, 429, s.do(session, "GET", "/anyone").Status)
}

type answering struct{ answers map[string]error }

func (a answering) Allow(*http.Request) error { return a.answers["allow"] }

func (a answering) Failed(*http.Request, audit.Reason) error { return a.answers["failed"] }

func TestSource(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"192.0.2.1:80": "192.0.2.1", "[::ffff:192.0.2.1]:80": "192.0.2.1", "[2001:db8:1:2:3:4:5:6]:80": "2001:db8:1:2::/64", "[fe80::1%eth0]:80": "fe80::/64", "@": "@", "": "",
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = address
		r.Header.Set("X-Forwarded-For", "203.0.113.1")
		require.Equal(t, want, auth.Source(r), address)
	}
}
