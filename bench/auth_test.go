package bench

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/authtest"
	"github.com/polarkit-go/polarkit/auth/pgstore"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/repository/pgtest"
)

// The decision on a request, beside one HMAC-SHA256 of the token, which is the
// least that a keyed hash costs. "valid" and "malformed" hold everything but
// the store: the middleware, the pipeline, the requirement.

var (
	authKinds = auth.NewKinds("shop", auth.PersonalAccessToken, auth.OrganizationAccessToken, auth.CustomerSession, auth.WebSession,
		auth.Scopes{"customers:read": nil, "customers:write": {"customers:read"}})
	authCanRead = auth.Require[auth.Admin](authKinds, auth.AnyScope("customers:read", "customers:write"))
	authSecret  = bytes.Repeat([]byte{7}, 32)
)

// found is a store that has found the record already.
type found struct{ record *auth.Record }

func (f found) Find(context.Context, []auth.Hash) (*auth.Record, error) { return f.record, nil }
func (f found) Used(context.Context, uuid.UUID, auth.Use) error         { return nil }

type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(int)             {}

func newAuthIssuer(b *testing.B, ledger auth.Ledger) (auth.Keys, auth.Issued) {
	b.Helper()
	keys, err := auth.NewKeys(auth.Key{ID: "bench", Secret: authSecret})
	if err != nil {
		b.Fatal(err)
	}
	issuer, err := auth.NewIssuer(authKinds, keys, ledger)
	if err != nil {
		b.Fatal(err)
	}
	issued, err := issuer.Issue(b.Context(), auth.Issue{
		Kind: auth.PersonalAccessToken, Subject: auth.User{ID: uuid.New()}.Ref(), Scopes: []auth.Scope{"customers:read"},
		Limit: auth.Unrestricted(), Lifetime: time.Hour,
	})
	if err != nil {
		b.Fatal(err)
	}
	return keys, issued
}

// decide runs whole decisions and requires that each goes one way.
func decide(b *testing.B, keys auth.Keys, store auth.Store, token string, want *errors.Kind) {
	b.Helper()
	authenticator, err := auth.New(authKinds, auth.Config{Store: store, Keys: keys, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := authenticator.Close(context.Background()); err != nil {
			b.Error(err)
		}
	})
	handler := authenticator.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if _, err := authCanRead.Authorize(r); errors.KindOf(err) != want {
			b.Errorf("the decision is %v, want %v", err, want)
		}
	}))
	r := authtest.Bearer("bench", token).Request(http.MethodGet, "/v1/customers/", nil)
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "bench")
	w := &discard{header: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		handler.ServeHTTP(w, r)
	}
}

func BenchmarkAuth(b *testing.B) {
	memory := &authtest.Store{}
	keys, issued := newAuthIssuer(b, memory)
	token := issued.Token.Reveal()
	b.Run("peer=hmac-sha256", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			mac := hmac.New(sha256.New, authSecret)
			mac.Write([]byte(token))
			_ = mac.Sum(nil)
		}
	})
	b.Run("valid", func(b *testing.B) {
		decide(b, keys, found{&memory.Records()[0]}, token, nil)
	})
	b.Run("malformed", func(b *testing.B) {
		decide(b, keys, memory, token[:20]+"x"+token[21:], auth.InvalidToken)
	})
	b.Run("garbage", func(b *testing.B) {
		decide(b, keys, memory, "garbage", auth.InvalidToken)
	})
	if memory.Finds() != 0 {
		b.Errorf("malformed tokens cost %d look-ups, want none", memory.Finds())
	}
}

var authDatabase = pgtest.FromSQL(pgstore.Schema())

func BenchmarkAuthPostgreSQL(b *testing.B) {
	pool := authDatabase.Pool(b)
	store := pgstore.New(pool)
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
		decide(b, keys, store, issued.Token.Reveal(), nil)
	})
}
