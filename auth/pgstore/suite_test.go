package pgstore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth/authtest"
	"github.com/polarkit-go/polarkit/auth/pgstore"
)

func TestStoreSuite(t *testing.T) {
	t.Parallel()
	authtest.StoreSuite(t, func(t *testing.T) authtest.FullStore {
		t.Helper()
		store, err := pgstore.New(database.Pool(t))
		require.NoError(t, err)
		return store
	})
}
