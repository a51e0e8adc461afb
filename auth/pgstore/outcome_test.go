package pgstore_test

import (
	"context"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/auth/pgstore"
	"github.com/polarkit-go/polarkit/errors"
)

// lossy is a connection that loses the next answer, once it has come, and ends.
type lossy struct {
	net.Conn

	loses *atomic.Bool
}

func (c *lossy) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if err == nil && c.loses.CompareAndSwap(true, false) {
		_ = c.Close()
		return 0, io.EOF
	}
	return n, err
}

// newLossy is a pool of one connection, and what makes it lose its next answer.
func newLossy(t *testing.T) (*pgxpool.Pool, *atomic.Bool) {
	t.Helper()
	var loses atomic.Bool
	return database.Pool(t, func(config *pgxpool.Config) {
		config.MaxConns = 1
		dial := config.ConnConfig.DialFunc
		config.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dial(ctx, network, address)
			return &lossy{Conn: conn, loses: &loses}, err
		}
	}), &loses
}

// TestALostAnswerOfACredential has the answer to each statement that writes lost.
// What may not be repeated does not invite to.
func TestALostAnswerOfACredential(t *testing.T) {
	t.Parallel()
	pool, loses := newLossy(t)
	store, err := pgstore.New(pool)
	require.NoError(t, err)
	issuer, err := auth.NewIssuer(registry, newKeys(t), store)
	require.NoError(t, err)
	credentials := issuer.System("test")
	user := auth.User{ID: uuid.New()}.Ref()
	issue := func() (auth.Issued, error) {
		return credentials.Issue(t.Context(), auth.Issue{Type: auth.PersonalAccessToken, Subject: user, Limit: credential.Unrestricted()})
	}
	invites := func(err error) bool {
		polar, ok := errors.AsType[*errors.PolarError](err)
		require.True(t, ok, "%v", err)
		for name := range polar.Headers() {
			if name == "Retry-After" {
				return true
			}
		}
		return false
	}
	list := func() []credential.Credential {
		all, err := credentials.List(t.Context(), credential.Selection{Subject: user})
		require.NoError(t, err)
		return all
	}
	// Each statement is prepared on the connection before its answer is lost.
	old, err := issue()
	require.NoError(t, err)
	loses.Store(true)
	_, err = issue()
	require.ErrorIs(t, err, errors.OutcomeUnknown)
	require.False(t, invites(err))
	require.Len(t, list(), 2, "it was stored")

	// To revoke twice is to revoke once.
	revoke := func() (int, error) {
		return credentials.Revoke(t.Context(), credential.Selection{Subject: user, ID: old.Credential.ID})
	}
	absent := credential.Selection{Subject: user, ID: uuid.New()}
	_, err = credentials.Revoke(t.Context(), absent)
	require.NoError(t, err)
	loses.Store(true)
	_, err = revoke()
	require.ErrorIs(t, err, errors.ServiceUnavailable)
	require.ErrorIs(t, err, credential.ErrUnavailable)
	require.True(t, invites(err))
	n, err := revoke()
	require.NoError(t, err)
	require.Zero(t, n, "it was revoked")

	// The time that ends before anything is sent is no unknown outcome.
	held, err := pool.Acquire(t.Context())
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = credentials.Issue(ctx, auth.Issue{Type: auth.PersonalAccessToken, Subject: user, Limit: credential.Unrestricted()})
	held.Release()
	require.ErrorIs(t, err, errors.ServiceUnavailable)
	require.True(t, invites(err))
	require.Len(t, list(), 2)
}

// TestALostRotation is unknown too: the old token may have expired.
func TestALostRotation(t *testing.T) {
	t.Parallel()
	pool, loses := newLossy(t)
	store, err := pgstore.New(pool)
	require.NoError(t, err)
	now := time.Now()
	record := func() credential.Record {
		id := uuid.New()
		return credential.Record{
			Credential: credential.Credential{ID: id, Type: "some_token", Subject: auth.User{ID: uuid.New()}.Ref(), Limit: credential.Unrestricted(), CreatedAt: now},
			Hash:       credential.Hash{KeyID: "k1", Sum: [32]byte(append(id[:], id[:]...))},
		}
	}
	first, second, third := record(), record(), record()
	require.NoError(t, store.Add(t.Context(), first, credential.Replacement{}))
	require.NoError(t, store.Add(t.Context(), second, credential.Replacement{ID: first.Credential.ID, Until: now.Add(time.Hour)}))
	loses.Store(true)
	err = store.Add(t.Context(), third, credential.Replacement{ID: second.Credential.ID, Until: now})
	require.ErrorIs(t, err, errors.OutcomeUnknown)
	require.ErrorIs(t, store.Add(t.Context(), record(), credential.Replacement{ID: second.Credential.ID, Until: now}), credential.ErrInvalid, "it took place")

	// In a transaction, what is lost before the COMMIT did not take place.
	tx, err := pool.Begin(t.Context())
	require.NoError(t, err)
	inTx := store.On(tx)
	require.NoError(t, inTx.Add(t.Context(), record(), credential.Replacement{}))
	loses.Store(true)
	err = inTx.Add(t.Context(), record(), credential.Replacement{})
	require.ErrorIs(t, err, credential.ErrUnavailable)
	require.NotErrorIs(t, err, errors.OutcomeUnknown)
	_ = tx.Rollback(t.Context())
}
