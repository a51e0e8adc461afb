package pgstore_test

import (
	"bytes"
	"crypto/sha256"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/auth/pgstore"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/repository/pgtest"
)

var database = pgtest.FromSQL(pgstore.Schema(), `CREATE TABLE users (id uuid PRIMARY KEY, deleted_at timestamptz)`)

var registry = auth.NewRegistry("shop", auth.PersonalAccessToken, auth.OrganizationAccessToken, auth.CustomerSession)

var canRead = auth.Require[auth.Admin](registry, auth.AnyScope("customers:read", "customers:write"))

func newKeys(tb testing.TB) auth.Keys {
	tb.Helper()
	keys, err := auth.NewKeys(auth.Key{ID: "test", Secret: bytes.Repeat([]byte{7}, 32)})
	require.NoError(tb, err)
	return keys
}

func TestWholePath(t *testing.T) {
	t.Parallel()
	pool := database.Pool(t)
	store, err := pgstore.New(pool, pgstore.AliveWhile(auth.UserKind,
		"EXISTS (SELECT 1 FROM users WHERE users.id = credential.subject_id AND users.deleted_at IS NULL)"))
	require.NoError(t, err)
	keys := newKeys(t)
	authenticator, err := auth.New(registry, auth.Config{Store: store, Keys: keys})
	require.NoError(t, err)
	issuer, err := auth.NewIssuer(registry, keys, store)
	require.NoError(t, err)

	user := auth.User{ID: uuid.New()}
	_, err = pool.Exec(t.Context(), `INSERT INTO users (id) VALUES ($1)`, user.ID)
	require.NoError(t, err)
	issued, err := issuer.System("a test").Issue(t.Context(), auth.Issue{
		Type: auth.PersonalAccessToken, Subject: user.Ref(), Scopes: []credential.Scope{"customers:read"},
		Limit: credential.Unrestricted(), Lifetime: time.Hour,
	})
	require.NoError(t, err)

	ask := func() (auth.AuthSubject[auth.Admin], error) {
		var subject auth.AuthSubject[auth.Admin]
		var err error
		handler := authenticator.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			subject, err = canRead.Authorize(r)
		}))
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Authorization", "Bearer "+issued.Token.Reveal())
		handler.ServeHTTP(httptest.NewRecorder(), r)
		return subject, err
	}
	subject, err := ask()
	require.NoError(t, err)
	require.Equal(t, user, subject.Subject())
	require.True(t, subject.HasScope("customers:read"))
	require.Equal(t, issued.Credential.ID, subject.Credential().ID)

	require.NoError(t, authenticator.Close(t.Context()))
	list, err := issuer.System("a test").List(t.Context(), credential.Selection{Subject: user.Ref()})
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.NotNil(t, list[0].LastUsedAt)

	_, err = pool.Exec(t.Context(), `UPDATE users SET deleted_at = now()`)
	require.NoError(t, err)
	_, err = ask()
	require.ErrorIs(t, err, auth.InvalidToken)

	pool.Close()
	_, err = ask()
	require.ErrorIs(t, err, errors.ServiceUnavailable)
}

func TestSetUp(t *testing.T) {
	t.Parallel()
	for _, nothing := range []pgstore.DB{nil, (*pgxpool.Pool)(nil), (*pgx.Conn)(nil)} {
		_, err := pgstore.New(nothing)
		sentence.Equal(t, "New: no database", err)
	}
	for name, alive := range map[string]pgstore.Alive{
		"no kind": pgstore.AliveWhile("", "true"), "no condition": pgstore.AliveWhile(auth.UserKind, " "), "the zero condition": {},
	} {
		_, err := pgstore.New(database.Pool(t), alive)
		sentence.Equal(t, "New: "+name, err)
	}
}

// TestPrune deletes what died before a time, and nothing else.
func TestPrune(t *testing.T) {
	t.Parallel()
	pool := database.Pool(t)
	store, err := pgstore.New(pool)
	require.NoError(t, err)
	now := time.Now()
	past, recent := now.Add(-time.Hour), now.Add(-time.Minute)
	user := auth.User{ID: uuid.New()}.Ref()
	var want []string
	for name, c := range map[string]struct {
		expires, revoked *time.Time
		stays            bool
	}{
		"expired long ago":  {expires: &past},
		"revoked long ago":  {revoked: &past},
		"expired recently":  {expires: &recent, stays: true},
		"revoked recently":  {revoked: &recent, stays: true},
		"without an expiry": {stays: true},
	} {
		id := uuid.New()
		require.NoError(t, store.Add(t.Context(), credential.Record{
			Credential: credential.Credential{
				ID: id, Type: "some_token", Subject: user, Limit: credential.Unrestricted(), Name: name,
				CreatedAt: past.Add(-time.Hour), ExpiresAt: c.expires, RevokedAt: c.revoked,
			},
			Hash: credential.Hash{KeyID: "k1", Sum: sha256.Sum256(id[:])},
		}, credential.Replacement{}))
		if c.stays {
			want = append(want, name)
		}
	}
	n, err := store.Prune(t.Context(), now.Add(-30*time.Minute))
	require.NoError(t, err)
	require.EqualValues(t, 2, n)
	list, err := store.List(t.Context(), credential.Selection{Subject: user})
	require.NoError(t, err)
	var got []string
	for i := range list {
		got = append(got, list[i].Name)
	}
	require.ElementsMatch(t, want, got)
	pool.Close()
	_, err = store.Prune(t.Context(), now)
	require.ErrorIs(t, err, credential.ErrUnavailable)
}
