package bench

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/authtest"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/auth/pgstore"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/repository/pgtest"
)

// The decision on a request, compared with one HMAC-SHA256 of the token, the minimal
// cost of a keyed hash. "decision" is the work of a requirement without the store.
// "request" adds the middleware, which reads the header and copies the request
// without it.

var (
	authRegistry = auth.NewRegistry("shop", auth.PersonalAccessToken, auth.OrganizationAccessToken, auth.CustomerSession, auth.WebSession,
		auth.Scopes{"customers:read": nil, "customers:write": {"customers:read"}})
	authCanRead = auth.Require[auth.Admin](authRegistry, auth.AnyScope("customers:read", "customers:write"))
	authSecret  = bytes.Repeat([]byte{7}, 32)
)

// found is a store that returns one record without a search.
type found struct{ record *credential.Record }

func (f found) Find(context.Context, credential.Lookup) (*credential.Record, error) {
	return f.record, nil
}
func (f found) Used(context.Context, uuid.UUID, credential.Use) error { return nil }

type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(int)             {}

func newAuthIssuer(b *testing.B, ledger credential.Ledger) (auth.Keys, auth.Issued) {
	b.Helper()
	keys, err := auth.NewKeys(auth.Key{ID: "bench", Secret: authSecret})
	if err != nil {
		b.Fatal(err)
	}
	issuer, err := auth.NewIssuer(authRegistry, keys, ledger)
	if err != nil {
		b.Fatal(err)
	}
	issued, err := issuer.System("a test").Issue(b.Context(), auth.Issue{
		Type: auth.PersonalAccessToken, Subject: auth.User{ID: uuid.New()}.Ref(), Scopes: []credential.Scope{"customers:read"},
		Limit: credential.Unrestricted(), Lifetime: time.Hour,
	})
	if err != nil {
		b.Fatal(err)
	}
	return keys, issued
}

func newAuthenticator(b *testing.B, keys auth.Keys, store credential.Store) *auth.Authenticator {
	b.Helper()
	authenticator, err := auth.New(authRegistry, auth.Config{Store: store, Keys: keys, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := authenticator.Close(context.Background()); err != nil {
			b.Error(err)
		}
	})
	return authenticator
}

func newAuthRequest(token string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/v1/customers/", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "bench")
	return r
}

// decide measures the decision: the work of a requirement on a request that has
// passed the middleware. The requests are made in batches before.
func decide(b *testing.B, keys auth.Keys, store credential.Store, token string, want *errors.Kind) {
	b.Helper()
	var passed *http.Request
	handler := newAuthenticator(b, keys, store).Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { passed = r }))
	batch := make([]*http.Request, 4096)
	w := &discard{header: http.Header{}}
	r := newAuthRequest(token)
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		if n%len(batch) == 0 {
			b.StopTimer()
			for i := range batch {
				handler.ServeHTTP(w, r)
				batch[i] = passed
			}
			b.StartTimer()
		}
		if _, err := authCanRead.Authorize(batch[n%len(batch)]); errors.KindOf(err) != want {
			b.Fatalf("the decision is %v, want %v", err, want)
		}
	}
}

// authenticate measures the middleware and the decision together.
func authenticate(b *testing.B, keys auth.Keys, store credential.Store, token string, want *errors.Kind) {
	b.Helper()
	handler := newAuthenticator(b, keys, store).Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if _, err := authCanRead.Authorize(r); errors.KindOf(err) != want {
			b.Errorf("the decision is %v, want %v", err, want)
		}
	}))
	w := &discard{header: http.Header{}}
	r := newAuthRequest(token)
	b.ReportAllocs()
	for b.Loop() {
		handler.ServeHTTP(w, r)
	}
}

func BenchmarkAuth(b *testing.B) {
	memory := &authtest.Store{}
	keys, issued := newAuthIssuer(b, memory)
	token := issued.Token.Reveal()
	malformed := token[:20] + "x" + token[21:]
	if malformed == token {
		malformed = token[:20] + "y" + token[21:]
	}
	valid := found{&memory.Records()[0]}
	b.Run("peer=hmac-sha256", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			mac := hmac.New(sha256.New, authSecret)
			mac.Write([]byte(token))
			_ = mac.Sum(nil)
		}
	})
	b.Run("decision/valid", func(b *testing.B) { decide(b, keys, valid, token, nil) })
	b.Run("decision/malformed", func(b *testing.B) { decide(b, keys, memory, malformed, auth.InvalidToken) })
	b.Run("decision/garbage", func(b *testing.B) { decide(b, keys, memory, "garbage", auth.InvalidToken) })
	b.Run("request/public", func(b *testing.B) {
		handler := newAuthenticator(b, keys, memory).Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		w, r := &discard{header: http.Header{}}, newAuthRequest(token)
		b.ReportAllocs()
		for b.Loop() {
			handler.ServeHTTP(w, r)
		}
	})
	b.Run("request/valid", func(b *testing.B) { authenticate(b, keys, valid, token, nil) })
	b.Run("request/malformed", func(b *testing.B) { authenticate(b, keys, memory, malformed, auth.InvalidToken) })
	if memory.Finds() != 0 {
		b.Errorf("malformed tokens cost %d look-ups, want none", memory.Finds())
	}
}

var authDatabase = pgtest.FromSQL(pgstore.Schema())

func BenchmarkAuthPostgreSQL(b *testing.B) {
	pool := authDatabase.Pool(b)
	store, err := pgstore.New(pool)
	if err != nil {
		b.Fatal(err)
	}
	keys, issued := newAuthIssuer(b, store)
	b.Run("peer=select-1", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var one int
			if err := pool.QueryRow(b.Context(), "SELECT 1").Scan(&one); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("valid", func(b *testing.B) {
		authenticate(b, keys, store, issued.Token.Reveal(), nil)
	})
}
