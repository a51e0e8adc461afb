package server_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"github.com/polarkit-go/polarkit/examples/shop/seed"
	"github.com/polarkit-go/polarkit/examples/shop/shoptest"
	"github.com/polarkit-go/polarkit/kit/kittest"
)

func (b *browser) signIn(t *testing.T, email, password string) *kittest.Response {
	t.Helper()
	return b.send(t, http.MethodPost, sessionsPath, `{"email":`+strconv.Quote(email)+`,"password":`+strconv.Quote(password)+`}`)
}

func (s *shop) setPassword(t *testing.T, user seed.User, password string, cost int) {
	t.Helper()
	hash, err := bcrypt.GenerateFromPassword([]byte(password), cost)
	require.NoError(t, err)
	_, err = s.pool.Exec(t.Context(), `UPDATE users SET password_hash = $2 WHERE id = $1`, user.ID(), string(hash))
	require.NoError(t, err)
}

func TestLongPasswordsAreNotCut(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	full := strings.Repeat("ä", 36)
	s.setPassword(t, seed.AcmeOwner, full, shoptest.PasswordCost)
	b := &browser{shop: s, site: "same-origin"}
	wrong := b.signIn(t, seed.AcmeOwner.Email, "wrong")
	wrong.Want(http.StatusForbidden).WantError("WrongCredentials")
	for _, password := range []string{full + strings.Repeat("ä", 36), full + "x", full[:len(full)-2]} {
		got := b.signIn(t, seed.AcmeOwner.Email, password)
		require.Equal(t, wrong.Status, got.Status, string(got.Body))
		require.Equal(t, string(wrong.Body), string(got.Body))
	}
	require.Equal(t, http.StatusNoContent, b.signIn(t, seed.AcmeOwner.Email, full).Status)
}

func TestFailedSignInsHaveABudget(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	var group sync.WaitGroup
	var mu sync.Mutex
	answers := map[int]int{}
	for range 40 {
		group.Go(func() {
			got := (&browser{shop: s, site: "same-origin"}).signIn(t, seed.AcmeOwner.Email, "wrong")
			mu.Lock()
			defer mu.Unlock()
			answers[got.Status]++
			if got.Status == http.StatusTooManyRequests || got.Status == http.StatusServiceUnavailable {
				wait, err := strconv.Atoi(got.Header.Get("Retry-After"))
				if err != nil || wait < 1 {
					t.Errorf("Retry-After: %q", got.Header.Get("Retry-After"))
				}
			}
		})
	}
	group.Wait()
	require.LessOrEqual(t, answers[http.StatusForbidden], 10+40, "a failure every 30 seconds")
	require.Positive(t, answers[http.StatusForbidden])
	require.Positive(t, answers[http.StatusTooManyRequests])
	require.Equal(t, 40, answers[http.StatusForbidden]+answers[http.StatusTooManyRequests]+answers[http.StatusServiceUnavailable])
	// Others from the same address sign in, and the account's own sessions go on.
	signIn(t, s, seed.BothOwner)
	acmeOwner(t, s, "customers:read").Get(customersPath).Want(http.StatusOK)
}

func TestPasswordIsHashedAgain(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	stored := func() string {
		var hash string
		require.NoError(t, s.pool.QueryRow(t.Context(), `SELECT password_hash FROM users WHERE id = $1`, seed.AcmeOwner.ID()).Scan(&hash))
		return hash
	}
	s.setPassword(t, seed.AcmeOwner, seed.Password, shoptest.PasswordCost+1)
	before := stored()
	(&browser{shop: s}).signIn(t, seed.AcmeOwner.Email, "wrong").Want(http.StatusForbidden).WantError("WrongCredentials")
	require.Equal(t, before, stored())
	signIn(t, s, seed.AcmeOwner)
	cost, err := bcrypt.Cost([]byte(stored()))
	require.NoError(t, err)
	require.Equal(t, shoptest.PasswordCost, cost)
	signIn(t, s, seed.AcmeOwner)

	// Where it cannot be stored, the user is signed in all the same.
	s.setPassword(t, seed.AcmeOwner, seed.Password, shoptest.PasswordCost+1)
	_, err = s.pool.Exec(t.Context(), `ALTER TABLE users ADD CONSTRAINT refused CHECK (password_hash LIKE '$2a$05$%') NOT VALID`)
	require.NoError(t, err)
	signIn(t, s, seed.AcmeOwner)
}

// A client that leaves takes its attempt with it.
func TestSignInEndsWithTheRequest(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+sessionsPath, strings.NewReader(`{"email":"a@example.com","password":"x"}`))
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	if err == nil {
		_ = response.Body.Close()
	}
	require.ErrorIs(t, err, context.DeadlineExceeded)
	signIn(t, s, seed.AcmeOwner)
}
