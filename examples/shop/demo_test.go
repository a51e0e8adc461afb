package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth/audit"
	"github.com/polarkit-go/polarkit/auth/authtest"
	"github.com/polarkit-go/polarkit/examples/shop/access"
)

// The tokens stand together, with no line of the log between them.
func TestTheTokensAreOnePiece(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	issuer := authtest.New(t, access.Registry).Issuer.Audited(func(context.Context, audit.Action) { fmt.Fprintln(&out, "issued") })

	require.NoError(t, printDemo(t.Context(), &out, "http://shop.example.com", issuer))
	subjects := len(demoSubjects())
	page, logged := strings.CutPrefix(out.String(), strings.Repeat("issued\n", subjects))
	require.True(t, logged, out.String())
	require.NotContains(t, page, "issued")
	require.Equal(t, subjects, strings.Count(page, "  token: shop_"))
	require.Contains(t, page, "http://shop.example.com/v1/customers/")
}
