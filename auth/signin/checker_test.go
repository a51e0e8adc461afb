package signin_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"github.com/polarkit-go/polarkit/auth/signin"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
)

// events collects the events of a checker.
type events struct {
	mu  sync.Mutex
	all []signin.Event
}

func (e *events) add(_ context.Context, event signin.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, event)
}

func (e *events) last() signin.Event {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.all[len(e.all)-1]
}

func (e *events) hashes() (n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, event := range e.all {
		n += event.Hashes
	}
	return n
}

func newChecker(t *testing.T, config signin.Config) (*signin.Checker, *events) {
	t.Helper()
	seen := &events{}
	config.Event = seen.add
	if config.Cost == 0 {
		config.Cost = bcrypt.MinCost
	}
	if config.Hold == 0 {
		config.Hold = -1
	}
	c, err := signin.New(config)
	require.NoError(t, err)
	return c, seen
}

func hashOf(t *testing.T, password string, cost int) string {
	t.Helper()
	hash, err := bcrypt.GenerateFromPassword([]byte(password), cost)
	require.NoError(t, err)
	return string(hash)
}

func found(hash string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return hash, nil }
}

// generous is a budget that no test uses up.
func generous() signin.Budget {
	plenty := signin.Allowance{Burst: 1_000_000, Every: time.Second}
	return signin.NewMemoryBudget(plenty, plenty)
}

func TestCheck(t *testing.T) {
	t.Parallel()
	c, seen := newChecker(t, signin.Config{Budget: generous()})
	hash, err := c.Hash(t.Context(), "correct horse")
	require.NoError(t, err)
	require.NoError(t, c.Check(t.Context(), signin.Attempt{Account: "a", Source: "s", Password: "correct horse", Find: found(hash)}))
	event := seen.last()
	require.Equal(t, signin.Event{Outcome: signin.Succeeded, Account: "a", Source: "s", Hashes: 1, Took: event.Took}, event)

	var want string
	for name, attempt := range map[string]struct {
		password, hash string
		outcome        signin.Outcome
	}{
		"wrong":           {"wrong", hash, signin.WrongPassword},
		"empty":           {"", hash, signin.UnusableText},
		"no account":      {"correct horse", "", signin.NoAccount},
		"no hash":         {"correct horse", "!", signin.UnusableHash},
		"another's hash":  {"correct horse", "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA", signin.UnusableHash},
		"a cut hash":      {"correct horse", hash[:30], signin.UnusableHash},
		"far too costly":  {"correct horse", strings.Replace(hash, "$04$", "$31$", 1), signin.UnusableHash},
		"too long":        {strings.Repeat("x", 73), hash, signin.UnusableText},
		"with a NUL":      {"correct horse\x00", hash, signin.UnusableText},
		"the hash itself": {hash, hash, signin.WrongPassword},
	} {
		err := c.Check(t.Context(), signin.Attempt{Account: "a", Source: "s", Password: attempt.password, Find: found(attempt.hash)})
		require.ErrorIs(t, err, signin.WrongCredentials, name)
		if want == "" {
			want = err.Error()
		}
		require.Equal(t, want, err.Error(), name)
		require.Equal(t, attempt.outcome, seen.last().Outcome, name)
		require.NotZero(t, seen.last().Hashes, "%s took no time", name)
	}
}

// bcrypt reads 72 bytes, and begins again at a NUL.
func TestLongPasswordsAreNotCut(t *testing.T) {
	t.Parallel()
	c, _ := newChecker(t, signin.Config{Budget: generous()})
	full := strings.Repeat("ä", 36)
	for password, more := range map[string][]string{
		full:                    {full + strings.Repeat("ä", 36), full + "x", full + "\x00"},
		strings.Repeat("x", 72): {strings.Repeat("x", 73), strings.Repeat("x", 1000)},
		"abc":                   {"abc\x00", "abc\x00abc", "abc\x00abc\x00abc"},
	} {
		hash, err := c.Hash(t.Context(), password)
		require.NoError(t, err)
		require.NoError(t, c.Check(t.Context(), signin.Attempt{Password: password, Find: found(hash)}))
		for _, text := range more {
			require.ErrorIs(t, c.Check(t.Context(), signin.Attempt{Password: text, Find: found(hash)}), signin.WrongCredentials, "%q for %q", text, password)
			_, err = c.Hash(t.Context(), text)
			require.ErrorIs(t, err, signin.ErrPassword)
		}
	}
	_, err := c.Hash(t.Context(), "")
	require.ErrorIs(t, err, signin.ErrPassword)
}

// A failure does the same work whatever is stored: 2^cost rounds of the highest
// cost that is in use. One of cost c and one of each from c to the highest add up to it.
func TestFailuresCostTheSame(t *testing.T) {
	t.Parallel()
	c, seen := newChecker(t, signin.Config{Cost: 8, Budget: generous()})
	fail := func(hash string) int {
		require.ErrorIs(t, c.Check(t.Context(), signin.Attempt{Password: "wrong", Find: found(hash)}), signin.WrongCredentials)
		return seen.last().Hashes
	}
	rounds := func(cost, hashes, highest int) int {
		if hashes == 1 {
			return 1 << cost
		}
		sum := 1 << cost
		for ; cost < highest; cost++ {
			sum += 1 << cost
		}
		return sum
	}
	for _, cost := range []int{4, 5, 7, 8} {
		hashes := fail(hashOf(t, "right", cost))
		require.Equal(t, 1+8-cost, hashes)
		require.Equal(t, 1<<8, rounds(cost, hashes, 8))
	}
	require.Equal(t, 1, fail(""), "one of the full cost")
	require.Equal(t, 1, fail("!"))
	// An account of a higher cost raises what the others take.
	require.Equal(t, 1, fail(hashOf(t, "right", 9)))
	require.Equal(t, 1, fail(""))
	require.Equal(t, 2, fail(hashOf(t, "right", 8)))
	require.Equal(t, 6, fail(hashOf(t, "right", 4)))
}

func TestPasswordsAreHashedAgain(t *testing.T) {
	t.Parallel()
	c, seen := newChecker(t, signin.Config{Cost: 5, Budget: generous()})
	check := func(stored, password string, fails error) (rehashed string, err error) {
		err = c.Check(t.Context(), signin.Attempt{Password: password, Find: found(stored), Rehash: func(_ context.Context, hash string) error {
			rehashed = hash
			return fails
		}})
		return rehashed, err
	}
	for _, cost := range []int{4, 6} {
		again, err := check(hashOf(t, "right", cost), "right", nil)
		require.NoError(t, err)
		is, err := bcrypt.Cost([]byte(again))
		require.NoError(t, err)
		require.Equal(t, 5, is)
		_, err = check(again, "right", nil)
		require.NoError(t, err)
	}
	again, err := check(hashOf(t, "right", 5), "right", nil)
	require.NoError(t, err)
	require.Empty(t, again)
	again, err = check(hashOf(t, "right", 4), "wrong", nil)
	require.ErrorIs(t, err, signin.WrongCredentials)
	require.Empty(t, again)
	away := errors.New("away")
	_, err = check(hashOf(t, "right", 4), "right", away)
	require.NoError(t, err, "its failure changes nothing")
	require.Equal(t, signin.Succeeded, seen.last().Outcome)
	require.ErrorIs(t, seen.last().Err, away)
}

func TestBudgetPerAccountAndSource(t *testing.T) {
	t.Parallel()
	c, seen := newChecker(t, signin.Config{Budget: signin.NewMemoryBudget(signin.Allowance{Burst: 3, Every: time.Hour}, signin.Allowance{Burst: 5, Every: time.Hour})})
	hash := hashOf(t, "right", 4)
	check := func(account, source, password string) error {
		return c.Check(t.Context(), signin.Attempt{Account: account, Source: source, Password: password, Find: found(hash)})
	}
	for range 20 { // what succeeds costs nothing
		require.NoError(t, check("a", "s", "right"))
	}
	for range 3 {
		require.ErrorIs(t, check("a", "s", "wrong"), signin.WrongCredentials)
	}
	before := seen.hashes()
	for range 10 {
		refused := check("a", "s", "wrong")
		require.ErrorIs(t, refused, signin.TooManyAttempts)
		require.Regexp(t, "^3[56]..$", header(t, refused, "Retry-After"))
		require.ErrorIs(t, check("a", "elsewhere", "right"), signin.TooManyAttempts, "the account is over its budget from anywhere")
	}
	require.Equal(t, before, seen.hashes())
	require.Equal(t, signin.OverBudget, seen.last().Outcome)
	// What was refused for the account did not count for the source.
	require.ErrorIs(t, check("b", "s", "wrong"), signin.WrongCredentials)
	require.ErrorIs(t, check("c", "s", "wrong"), signin.WrongCredentials)
	require.ErrorIs(t, check("d", "s", "wrong"), signin.TooManyAttempts)
	require.ErrorIs(t, check("d", "s", "right"), signin.TooManyAttempts)
	require.NoError(t, check("d", "elsewhere", "right"))
}

func TestBudgetThatCannotTell(t *testing.T) {
	t.Parallel()
	c, seen := newChecker(t, signin.Config{Budget: brokenBudget{}})
	err := c.Check(t.Context(), signin.Attempt{Password: "right", Find: found(hashOf(t, "right", 4))})
	require.ErrorIs(t, err, errors.ServiceUnavailable)
	require.NotEmpty(t, header(t, err, "Retry-After"))
	require.Equal(t, signin.Undecided, seen.last().Outcome)
	require.Zero(t, seen.hashes())
}

type brokenBudget struct{}

func (brokenBudget) Take(context.Context, string, string) (time.Duration, error) {
	return 0, errors.New("away")
}

func (brokenBudget) Return(context.Context, string, string) {}

func TestStoreIsAway(t *testing.T) {
	t.Parallel()
	c, seen := newChecker(t, signin.Config{Budget: signin.NewMemoryBudget(signin.Allowance{Burst: 1, Every: time.Hour}, signin.Allowance{Burst: 1, Every: time.Hour})})
	away := errors.ServiceUnavailable.New()
	for range 5 { // it costs no budget
		err := c.Check(t.Context(), signin.Attempt{Account: "a", Source: "s", Find: func(context.Context) (string, error) { return "", away }})
		require.ErrorIs(t, err, errors.ServiceUnavailable)
		require.Equal(t, signin.Undecided, seen.last().Outcome)
	}
	require.ErrorIs(t, c.Check(t.Context(), signin.Attempt{}), errors.InternalServerError)
}

// One hashes, one waits, one more is refused; and a client that leaves while waiting
// costs nothing.
func TestWorkIsBoundedAndEndsWithTheRequest(t *testing.T) {
	t.Parallel()
	c, seen := newChecker(t, signin.Config{Parallel: 1, Queue: 1, Budget: generous()})
	hash := hashOf(t, "right", 4)
	entered, proceed := make(chan struct{}), make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		_ = c.Check(t.Context(), signin.Attempt{Password: "right", Find: func(context.Context) (string, error) {
			close(entered)
			<-proceed
			return hash, nil
		}})
	})
	<-entered
	ctx, leave := context.WithCancel(t.Context())
	looked := false
	waits := make(chan error, 1)
	group.Go(func() {
		waits <- c.Check(ctx, signin.Attempt{Password: "right", Find: func(context.Context) (string, error) {
			looked = true
			return hash, nil
		}})
	})
	require.Eventually(t, func() bool { return c.Waiting() == 1 }, time.Minute, time.Millisecond)
	full := c.Check(t.Context(), signin.Attempt{Password: "right", Find: found(hash)})
	require.ErrorIs(t, full, errors.ServiceUnavailable)
	require.NotEmpty(t, header(t, full, "Retry-After"))
	require.Equal(t, signin.Busy, seen.last().Outcome)
	_, err := c.Hash(t.Context(), "right")
	require.ErrorIs(t, err, errors.ServiceUnavailable, "a new password waits in the same queue")

	leave()
	require.ErrorIs(t, <-waits, context.Canceled)
	require.Equal(t, signin.ClientGone, seen.last().Outcome)
	close(proceed)
	group.Wait()
	require.False(t, looked)
	require.Equal(t, 1, seen.hashes())

	// Of somebody who has left already, nothing is looked up or hashed.
	require.ErrorIs(t, c.Check(ctx, signin.Attempt{Password: "right", Find: func(context.Context) (string, error) {
		t.Error("it was looked up")
		return hash, nil
	}}), context.Canceled)
	// One who leaves during the look-up costs one hash at most.
	ctx, leave = context.WithCancel(t.Context())
	before := seen.hashes()
	_ = c.Check(ctx, signin.Attempt{Password: "right", Find: func(context.Context) (string, error) {
		leave()
		return hash, nil
	}})
	require.LessOrEqual(t, seen.hashes()-before, 1)
}

func TestRefusalsAreHeldBack(t *testing.T) {
	t.Parallel()
	one := signin.Allowance{Burst: 1, Every: time.Hour}
	c, _ := newChecker(t, signin.Config{Hold: time.Hour, Budget: signin.NewMemoryBudget(one, one)})
	attempt := signin.Attempt{Account: "a", Source: "s", Password: "wrong", Find: found("")}
	require.ErrorIs(t, c.Check(t.Context(), attempt), signin.WrongCredentials)
	ctx, leave := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Check(ctx, attempt) }()
	require.Eventually(t, func() bool { return c.Held() == 1 }, time.Minute, time.Millisecond)
	leave() // a client that leaves is not held
	require.ErrorIs(t, <-done, signin.TooManyAttempts)
}

func TestSetUp(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]signin.Config{
		"a low cost": {Cost: 3}, "a high cost": {Cost: 19}, "in parallel": {Parallel: -1}, "a queue": {Queue: -1},
	} {
		_, err := signin.New(config)
		sentence.Equal(t, "New: "+name, err)
	}
	_, err := signin.New(signin.Config{})
	require.NoError(t, err)
}

func header(t *testing.T, err error, name string) string {
	t.Helper()
	polar, ok := errors.AsType[*errors.PolarError](err)
	require.True(t, ok)
	for n, value := range polar.Headers() {
		if n == name {
			return value
		}
	}
	return ""
}
