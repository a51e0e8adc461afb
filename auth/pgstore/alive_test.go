package pgstore_test

import (
	"crypto/sha256"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/auth/pgstore"
)

// A look-up asks only what its own kind of subject depends on: the statement
// of the others would fail here.
func TestAliveWhileOfOtherKindsIsNotAsked(t *testing.T) {
	t.Parallel()
	pool := database.Pool(t)
	store, err := pgstore.New(pool,
		pgstore.AliveWhile(auth.UserKind, "SELECT u.deleted_at IS NULL FROM users u WHERE u.id = credential.subject_id"),
		pgstore.AliveWhile(auth.UserKind, "credential.name <> 'blocked'"),
		pgstore.AliveWhile(auth.OrganizationKind, "EXISTS (SELECT 1 FROM no_such_table)"),
	)
	require.NoError(t, err)
	there, deleted, absent := auth.User{ID: uuid.New()}, auth.User{ID: uuid.New()}, auth.User{ID: uuid.New()}
	_, err = pool.Exec(t.Context(), `INSERT INTO users (id, deleted_at) VALUES ($1, NULL), ($2, now())`, there.ID, deleted.ID)
	require.NoError(t, err)

	for name, tt := range map[string]struct {
		subject credential.SubjectRef
		name    string
		gone    bool
		fails   bool
	}{
		"there":               {subject: there.Ref()},
		"deleted":             {subject: deleted.Ref(), gone: true},
		"absent":              {subject: absent.Ref(), gone: true},
		"another condition":   {subject: there.Ref(), name: "blocked", gone: true},
		"its own statement":   {subject: auth.Organization{ID: uuid.New()}.Ref(), fails: true},
		"without a condition": {subject: auth.Customer{ID: uuid.New(), OrganizationID: uuid.New()}.Ref()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			id := uuid.New()
			record := credential.Record{
				Credential: credential.Credential{ID: id, Type: "some_token", Subject: tt.subject, Limit: credential.Unrestricted(), Name: tt.name, CreatedAt: time.Now()},
				Hash:       credential.Hash{KeyID: "k1", Sum: sha256.Sum256(id[:])},
			}
			require.NoError(t, store.Add(t.Context(), record, credential.Replacement{}))
			found, err := store.Find(t.Context(), credential.Lookup{Type: "some_token", SubjectKind: tt.subject.Kind, Hashes: []credential.Hash{record.Hash}})
			if tt.fails {
				require.ErrorIs(t, err, credential.ErrUnavailable)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.gone, found.Credential.SubjectGone)
		})
	}
}
