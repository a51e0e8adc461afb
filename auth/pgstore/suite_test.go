package pgstore_test

import (
	"testing"

	"github.com/polarkit-go/polarkit/auth/authtest"
	"github.com/polarkit-go/polarkit/auth/pgstore"
)

func TestStoreSuite(t *testing.T) {
	t.Parallel()
	authtest.StoreSuite(t, func(t *testing.T) authtest.FullStore {
		t.Helper()
		return pgstore.New(database.Pool(t))
	})
}
