package seed_test

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"github.com/polarkit-go/polarkit/examples/shop/seed"
	"github.com/polarkit-go/polarkit/examples/shop/shoptest"
)

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func count(t *testing.T, conn *pgx.Conn, sql string, args ...any) int {
	t.Helper()
	var n int
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) "+sql, args...).Scan(&n))
	return n
}

func TestCounts(t *testing.T) {
	t.Parallel()
	conn := connect(t, shoptest.URL(t))

	require.Equal(t, 2, count(t, conn, "FROM organizations"))
	require.Equal(t, 3, count(t, conn, "FROM users"))
	for email, slugs := range map[string]string{
		"owner@acme.example.com": "acme", "owner@globex.example.com": "globex", "owner@both.example.com": "acme,globex",
	} {
		var got string
		require.NoError(t, conn.QueryRow(t.Context(), `SELECT string_agg(o.slug, ',' ORDER BY o.slug)
			FROM users u JOIN memberships m ON m.user_id = u.id JOIN organizations o ON o.id = m.organization_id WHERE u.email = $1`, email).Scan(&got))
		require.Equal(t, slugs, got, email)
	}
	for _, o := range seed.Organizations() {
		require.Equal(t, 25, count(t, conn, "FROM customers WHERE organization_id = $1", o.ID()))
		require.Equal(t, 1, count(t, conn, "FROM customers WHERE organization_id = $1 AND email = $2", o.ID(), seed.SharedEmail))
		require.Equal(t, 5, count(t, conn, "FROM customers WHERE organization_id = $1 AND name IS NULL", o.ID()))
		require.Equal(t, 13, count(t, conn, "FROM customers WHERE organization_id = $1 AND metadata <> '{}'", o.ID()))
		require.Equal(t, 36, count(t, conn, "FROM orders WHERE organization_id = $1", o.ID()))
	}
}

func TestApplyingAgainChangesNothing(t *testing.T) {
	t.Parallel()
	conn := connect(t, shoptest.URL(t))
	// What was done since stays done: a change, a deletion, an address taken over.
	gone := seed.Customers(seed.Acme)[0]
	_, err := conn.Exec(t.Context(), `UPDATE customers SET deleted_at = now() WHERE id = $1`, gone.ID)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), `UPDATE customers SET email = $2 WHERE id = $1`, seed.Customers(seed.Acme)[1].ID, seed.SharedEmail)
	require.NoError(t, err)
	before := snapshot(t, conn)

	require.NoError(t, seed.Apply(t.Context(), conn))
	require.Equal(t, before, snapshot(t, conn))
}

func snapshot(t *testing.T, conn *pgx.Conn) string {
	t.Helper()
	var all string
	for _, table := range []string{"organizations", "users", "memberships", "customers", "orders"} {
		var text string
		require.NoError(t, conn.QueryRow(t.Context(), "SELECT coalesce(string_agg(t::text, E'\n' ORDER BY t::text), '') FROM "+table+" t").Scan(&text))
		all += table + "\n" + text + "\n"
	}
	return all
}

func TestTheSameEverywhere(t *testing.T) {
	t.Parallel()
	one, other := connect(t, shoptest.URL(t)), connect(t, shoptest.URL(t))
	require.Equal(t, snapshot(t, one), snapshot(t, other))

	require.Equal(t, "aa4d1ff9-4394-530a-b050-1fb98c09026b", seed.Acme.ID().String(), "identifiers are the same on every machine and do not change")
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, o := range seed.Organizations() {
		for _, c := range seed.Customers(o) {
			require.Equal(t, strings.ToLower(c.Email), c.Email)
			require.False(t, seen[c.Email] && c.Email != seed.SharedEmail, "%s twice", c.Email)
			seen[c.Email] = true
		}
	}
	require.Len(t, seen, 49)
}

func TestIsEmptyAndIsThere(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		url            string
		sql            string
		empty, isThere bool
	}{
		"a new database":   {shoptest.Empty(t), ``, true, false},
		"a seeded one":     {shoptest.URL(t), ``, false, true},
		"somebody's own":   {shoptest.Empty(t), `INSERT INTO organizations (id, created_at, slug, name) VALUES (gen_random_uuid(), now(), 'acme', 'Another')`, false, false},
		"one without acme": {shoptest.URL(t), `UPDATE organizations SET deleted_at = now() WHERE slug = 'acme'`, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := connect(t, test.url)
			_, err := conn.Exec(t.Context(), test.sql)
			require.NoError(t, err)

			empty, err := seed.IsEmpty(t.Context(), conn)
			require.NoError(t, err)
			require.Equal(t, test.empty, empty)
			isThere, err := seed.IsThere(t.Context(), conn)
			require.NoError(t, err)
			require.Equal(t, test.isThere, isThere)
		})
	}
}

func TestPassword(t *testing.T) {
	t.Parallel()
	conn := connect(t, shoptest.Empty(t))
	require.NoError(t, seed.Apply(t.Context(), conn))
	var hash string
	require.NoError(t, conn.QueryRow(t.Context(), `SELECT password_hash FROM users WHERE id = $1`, seed.AcmeOwner.ID()).Scan(&hash))
	require.NoError(t, bcrypt.CompareHashAndPassword([]byte(hash), []byte(seed.Password)))
}
