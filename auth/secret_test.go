package auth_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/audit"
	"github.com/polarkit-go/polarkit/auth/authtest"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit/kittest"
)

func TestSecret(t *testing.T) {
	t.Parallel()
	const raw = "shop_pat_raw"
	secret := auth.NewSecret(raw)
	require.Equal(t, raw, secret.Reveal())
	require.False(t, secret.IsZero())
	require.True(t, auth.Secret{}.IsZero())
	require.Empty(t, auth.Secret{}.Reveal())
	key := auth.Key{ID: "k1", Secret: []byte(raw + strings.Repeat("x", 32))}
	keys, err := auth.NewKeys(key)
	require.NoError(t, err)
	type holder struct {
		Public  auth.Secret
		private auth.Secret
		Key     auth.Key
		keys    auth.Keys
		list    []auth.Secret
		any     any
	}
	h := holder{secret, secret, key, keys, []auth.Secret{secret}, secret}
	for _, value := range []any{secret, &secret, h, &h, []holder{h}, map[string]auth.Secret{"a": secret}, key, &key, keys, auth.Issued{Token: secret}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T"} {
			require.NotContains(t, fmt.Sprintf(verb, value), raw, verb)
			require.NotContains(t, fmt.Sprintf(verb, value), fmt.Sprintf("%x", raw), verb)
		}
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "value", value)
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "value", value)
		require.NotContains(t, log.String(), raw)
		if text, err := json.Marshal(value); err == nil {
			require.NotContains(t, string(text), raw)
		}
	}
	require.Equal(t, "[redacted]", secret.String())
	text, err := json.Marshal(map[string]any{"token": secret})
	require.NoError(t, err)
	require.JSONEq(t, `{"token":"[redacted]"}`, string(text))
}

func TestKeys(t *testing.T) {
	t.Parallel()
	good := auth.Key{ID: "2026-01", Secret: bytes.Repeat([]byte{9}, 32)}
	for name, keys := range map[string][]auth.Key{
		"no secret":    {{ID: "a"}},
		"31 bytes":     {{ID: "a", Secret: good.Secret[:31]}},
		"no ID":        {{Secret: good.Secret}},
		"a bad ID":     {{ID: "a:b", Secret: good.Secret}},
		"a long ID":    {{ID: strings.Repeat("a", 65), Secret: good.Secret}},
		"twice":        {good, good},
		"a bad second": {good, {ID: "b", Secret: []byte("short")}},
	} {
		_, err := auth.NewKeys(keys[0], keys[1:]...)
		sentence.Equal(t, "NewKeys: "+name, err)
	}
	encoded := base64.StdEncoding.EncodeToString(good.Secret)
	_, err := auth.ParseKeys("2026-01:" + encoded + ", 2025-01:" + encoded)
	require.NoError(t, err)
	for name, text := range map[string]string{
		"nothing": "", "a space": " ", "only an ID": "2026-01", "no secret": "2026-01:", "no ID": ":" + encoded, "a cut secret": "2026-01:" + encoded[:20],
		"a comma more": "2026-01:" + encoded + ",", "twice": "2026-01:" + encoded + ",2026-01:" + encoded, "no base64": "2026-01:" + encoded + "!secret!",
	} {
		_, err := auth.ParseKeys(text)
		sentence.Equal(t, "ParseKeys: "+name, err)
		require.NotContains(t, err.Error(), encoded[:20])
		require.NotContains(t, err.Error(), "!secret!")
	}
}

// TestNoSecretInAnyOutput sends credentials of every type into every outcome
// and looks for them in everything that was written or answered.
func TestNoSecretInAnyOutput(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.reached = func(r *http.Request) {
		subject, _ := auth.From[any](r.Context())
		slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})).Debug("handler",
			"request", fmt.Sprintf("%+v", r), "context", fmt.Sprintf("%+v", r.Context()), "subject", fmt.Sprintf("%+v %#v", subject, subject), "credential", subject.Credential())
	}
	scopes := []credential.Scope{"customers:read", "portal:read"}
	tokens := []authtest.Credential{s.Credential(s.A.User, scopes...), s.Credential(s.A.Organization, scopes...), s.Credential(s.A.Customer, scopes...)}
	session := s.WebSession(s.A.User, scopes...)
	secrets := []string{token(session)}
	var answers strings.Builder
	try := func() {
		for _, caller := range append(tokens, session) {
			for _, path := range []string{"/public", "/read", "/write", "/users", "/portal", "/web", "/fresh", "/anyone"} {
				r := s.do(caller, "POST", path, "Sec-Fetch-Site", "same-origin")
				fmt.Fprintf(&answers, "%d %v %s\n", r.Status, r.Header, r.Body)
			}
			s.do(caller, "POST", "/read", "Sec-Fetch-Site", "cross-site")
		}
	}
	for _, c := range tokens {
		secrets = append(secrets, token(c))
	}
	try()
	for _, fault := range []func(context.Context) (*credential.Record, error){
		func(context.Context) (*credential.Record, error) { return nil, errors.New("away") },
		func(context.Context) (*credential.Record, error) { return nil, nil }, //nolint:nilnil // the case
		func(context.Context) (*credential.Record, error) { panic("at the disco") },
		func(context.Context) (*credential.Record, error) { return nil, credential.ErrInvalid },
	} {
		s.Store.OnFind(fault)
		try()
	}
	all := answers.String() + s.log.String()
	require.Contains(t, all, "InsufficientScope")
	require.Contains(t, all, "level=DEBUG")
	for _, record := range s.Store.Records() {
		secrets = append(secrets, string(record.Hash.Sum[:]), fmt.Sprintf("%x", record.Hash.Sum), fmt.Sprint(record.Hash.Sum))
	}
	for _, secret := range secrets {
		where := strings.Index(all, secret)
		// The cookie is the browser's and stays in the request; the handler's own dump shows it.
		if secret == secrets[0] && where >= 0 {
			all = strings.ReplaceAll(all, "Cookie:[__Host-shop_session="+secret+"]", "")
			where = strings.Index(all, secret)
		}
		require.Negative(t, where, "a secret was written: …%s", all[max(0, where-200):max(0, where)])
	}
}

func TestTenThousandBadTokens(t *testing.T) {
	t.Parallel()
	const n = 10_000
	failures := &countingFailures{}
	s := newService(t, func(c *auth.Config) { c.Failures, c.Logger, c.Audit = failures, slog.New(slog.DiscardHandler), nil })
	handler := s.server.Config.Handler
	valid := token(s.Credential(s.A.User, "customers:read"))
	// Distinct tokens, none with its own checksum: garbage from one source.
	for i := range n {
		bad := valid[:len(valid)-6] + fmt.Sprintf("%06d", i)
		response := kittest.NewClient(t, handler).As(authtest.Bearer("guess", bad)).Get("/read")
		require.Equal(t, "InvalidToken", response.ErrorName())
	}
	require.EqualValues(t, n, failures.failed.Load())
	require.Zero(t, failures.allowed.Load())
	require.Zero(t, s.Store.Finds())

	// Distinct tokens with right checksums: the hook has a budget of 10.
	failures.failed.Store(0)
	failures.allow = func() error {
		if failures.failed.Load() >= 10 {
			return auth.TooManyFailures.New().WithHeader("Retry-After", "60")
		}
		return nil
	}
	limited := 0
	for range n {
		response := kittest.NewClient(t, handler).As(authtest.Bearer("guess", auth.NewToken("shop_pat_"))).Get("/read")
		if response.Status == http.StatusTooManyRequests {
			limited++
			require.Equal(t, "60", response.Header.Get("Retry-After"))
		}
	}
	require.Equal(t, n-10, limited)
	require.Equal(t, 10, s.Store.Finds())
	require.EqualValues(t, 10, failures.failed.Load())
	require.EqualValues(t, n, failures.allowed.Load())

	failures.allow = func() error { return errors.New("the limiter is away") }
	requireError(t, kittest.NewClient(t, handler).As(authtest.Bearer("valid", valid)).Get("/read"), 503, "ServiceUnavailable")
}

// The leak check counts goroutines, so it does not run beside other tests.
func TestCase23NoGoroutineIsLeft(t *testing.T) {
	before := runtime.NumGoroutine()
	func() {
		store := &authtest.Store{}
		keys, err := auth.NewKeys(auth.Key{ID: "k", Secret: bytes.Repeat([]byte{3}, 32)})
		require.NoError(t, err)
		issuer, err := auth.NewIssuer(registry, keys, store)
		require.NoError(t, err)
		var tokens []string
		for range 50 {
			issued, err := issuer.System("a test").Issue(t.Context(), auth.Issue{Type: auth.PersonalAccessToken, Subject: auth.User{ID: [16]byte{1}}.Ref(), Scopes: []credential.Scope{"customers:read"}, Limit: credential.Unrestricted()})
			require.NoError(t, err)
			tokens = append(tokens, issued.Token.Reveal())
		}
		release := make(chan struct{})
		store.OnFind(nil)
		store.OnUsed(func(ctx context.Context) error {
			select {
			case <-release:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		a, err := auth.New(registry, auth.Config{Store: store, Keys: keys, Logger: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		handler := a.Middleware(canRead.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})))
		var wg sync.WaitGroup
		for i := range 500 {
			wg.Go(func() {
				ctx, cancel := context.WithCancel(t.Context())
				if i%2 == 0 {
					cancel() // gone before it is answered
				}
				defer cancel()
				caller := authtest.Bearer("x", tokens[i%len(tokens)])
				recorder := &nullWriter{header: http.Header{}}
				handler.ServeHTTP(recorder, request(caller, "GET", "/read").WithContext(ctx))
			})
		}
		wg.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		require.ErrorIs(t, a.Close(ctx), context.DeadlineExceeded)
		close(release)
		require.NoError(t, a.Close(t.Context()))
		require.NoError(t, a.Close(t.Context()))
	}()
	deadline := time.Now().Add(time.Minute)
	for runtime.NumGoroutine() > before && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), before)
}

type nullWriter struct{ header http.Header }

func (w *nullWriter) Header() http.Header         { return w.header }
func (w *nullWriter) Write(p []byte) (int, error) { return len(p), nil }
func (w *nullWriter) WriteHeader(int)             {}

func TestUsesAreBounded(t *testing.T) {
	t.Parallel()
	s := newService(t, func(c *auth.Config) { c.Logger, c.Audit = slog.New(slog.DiscardHandler), nil })
	release := make(chan struct{})
	s.Store.OnUsed(func(context.Context) error { <-release; return nil })
	for range 6000 {
		caller := s.Credential(s.A.User, "customers:read")
		require.Equal(t, 200, kittest.NewClient(t, s.server.Config.Handler).As(caller).Get("/read").Status)
	}
	require.LessOrEqual(t, s.Authenticator.RecentUses(), 4096)
	close(release)
	require.NoError(t, s.Authenticator.Close(t.Context()))
	require.LessOrEqual(t, s.Store.Uses(), 1200)
	s.Store.OnUsed(func(context.Context) error { panic("x") }) // cannot happen after Close
}

func TestAPanicOfTheWriteIsSurvived(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.Store.OnUsed(func(context.Context) error { panic("x") })
	caller := s.Credential(s.A.User, "customers:read")
	requireIn(t, s.do(caller, "GET", "/read"), s.A.User)
	require.NoError(t, s.Authenticator.Close(t.Context()))
	require.Contains(t, s.log.String(), "recording the use of a credential panicked")
	requireIn(t, s.do(caller, "GET", "/read"), s.A.User)
}

func TestDecisions(t *testing.T) {
	t.Parallel()
	s := newService(t)
	caller := s.Credential(s.A.User, "customers:read")
	issued := caller.Issued().Credential
	s.do(caller, "GET", "/read")
	require.Equal(t, audit.Decision{
		Method: "GET", Route: "/read", Requirement: "user|organization any(customers:read customers:write)",
		Subject: s.A.User, CredentialID: issued.ID, CredentialType: "personal_access_token",
		Outcome: audit.Granted, Reason: audit.ReasonGranted,
	}, s.audit.last())
	s.do(caller, "POST", "/write")
	require.Equal(t, audit.Decision{
		Method: "POST", Route: "/write", Requirement: "user|organization any(customers:write)",
		Subject: s.A.User, CredentialID: issued.ID, CredentialType: "personal_access_token",
		Outcome: audit.Refused, Reason: audit.ReasonScope,
	}, s.audit.last())
	_, err := s.Issuer.System("a test").Revoke(t.Context(), credential.Selection{Subject: s.A.User})
	require.NoError(t, err)
	for _, c := range []struct {
		caller authtest.Credential
		path   string
		reason audit.Reason
		known  bool
	}{
		{caller, "/read", audit.ReasonRevoked, true},
		{noCredential, "/read", audit.ReasonNoCredential, false},
		{authtest.Bearer("x", "shop_pat_x"), "/read", audit.ReasonMalformedToken, false},
		{authtest.Bearer("x", "x"), "/read", audit.ReasonUnknownPrefix, false},
		{authtest.Bearer("x", auth.NewToken("shop_pat_")), "/read", audit.ReasonUnknownToken, false},
		{authtest.Bearer("x", auth.NewToken("shop_ws_")), "/read", audit.ReasonWrongPlace, false},
		{noCredential.With("Authorization", "Bearer"), "/read", audit.ReasonMalformedHeader, false},
		{s.Credential(s.A.Customer), "/read", audit.ReasonWrongSubject, true},
		{s.Credential(s.A.User), "/web", audit.ReasonNoWebSession, true},
		{s.WebSession(s.A.User).With("Sec-Fetch-Site", "cross-site"), "/web", audit.ReasonCrossOrigin, false},
	} {
		before := s.audit.count()
		s.do(c.caller, "POST", c.path)
		require.Equal(t, before+1, s.audit.count(), "one decision for each request")
		d := s.audit.last()
		require.Equal(t, c.reason, d.Reason)
		require.Equal(t, audit.Refused, d.Outcome)
		require.Equal(t, c.known, !d.Subject.IsZero(), c.reason)
	}
	s.do(noCredential, "GET", "/public")
	require.Equal(t, audit.ReasonCrossOrigin, s.audit.last().Reason, "a public route makes no decision")
	require.Contains(t, s.log.String(), `level=DEBUG msg="auth decision" decision.method=GET decision.route=/read`)
	require.Contains(t, s.log.String(), `level=INFO msg="auth decision"`)
	require.Contains(t, s.log.String(), "decision.reason=revoked decision.credential="+issued.ID.String()+" decision.credential_type=personal_access_token")
}
