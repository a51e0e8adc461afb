package authtest_test

import (
	"testing"

	"github.com/polarkit-go/polarkit/auth/authtest"
)

func TestStoreSuite(t *testing.T) {
	t.Parallel()
	authtest.StoreSuite(t, func(*testing.T) authtest.FullStore { return &authtest.Store{} })
}
