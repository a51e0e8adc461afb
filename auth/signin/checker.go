package signin

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/budget"
)

// The kinds of error of this package. Where too many attempts wait, the error is
// errors.ServiceUnavailable.
var (
	// WrongCredentials is an attempt with an unknown account or a wrong password. A
	// client cannot see which.
	WrongCredentials = errors.DefineKind("WrongCredentials", 403, "The account or the password is wrong.")
	// TooManyAttempts is an attempt for an account, or from a source, whose
	// failures have used up their budget. Retry-After says when there is more.
	TooManyAttempts = errors.DefineKind("TooManyAttempts", 429, "Too many failed attempts to sign in. Try again later.")
)

// DefaultCost is the cost of bcrypt for new hashes: about a quarter of a second.
const DefaultCost = 12

// maxHeld is how many refusals are delayed at once.
const maxHeld = 1024

// Config configures a [Checker]. The zero value is right for most programs.
type Config struct {
	// Cost is the cost of bcrypt for new hashes, from 4 to 18. Each is twice as slow as
	// the one before. A password whose hash has another cost is hashed again at the
	// next sign-in. Default: [DefaultCost]. Tests use 4.
	Cost int
	// Parallel is how many passwords are hashed at once. Default: half of
	// GOMAXPROCS, at least one, so that the other processors serve other requests.
	Parallel int
	// Queue is how many attempts wait for their turn. More are refused with 503 and
	// Retry-After. Default: 24 × Parallel. This is more than the default budget of one
	// source, so that one source does not fill the queue.
	Queue int
	// Budget counts failures. Default: a [MemoryBudget] with its own defaults.
	Budget Budget
	// Hold is the delay before an attempt without budget is refused, so that a
	// client that tries again at once costs little. Negative: no delay. Default: one
	// second.
	Hold time.Duration
	// Event is called with every attempt. The request waits for it, so it must be
	// quick. Default: none.
	Event func(context.Context, Event)
}

// Outcome is the result of an attempt.
type Outcome string

// The outcomes. A client cannot distinguish the second to the fifth.
const ( //nolint:gosec // no passwords, but words for what is wrong with them
	Succeeded     Outcome = "succeeded"
	WrongPassword Outcome = "wrong_password"
	NoAccount     Outcome = "no_account"
	UnusableHash  Outcome = "unusable_hash"     // the stored hash is not one of bcrypt, or costs too much
	UnusableText  Outcome = "unusable_password" // see ErrPassword
	OverBudget    Outcome = "over_budget"
	Busy          Outcome = "busy"
	ClientGone    Outcome = "client_gone"
	Undecided     Outcome = "undecided" // Find or the budget failed
)

// Event is one attempt, for logs and counters. It holds no password.
type Event struct {
	Outcome Outcome
	// Account and Source are those of the [Attempt]. The account is the text that was
	// typed, which may be a password in the wrong field.
	Account, Source string
	// Hashes is how many hashes were computed, and Took how long the attempt took.
	Hashes int
	Took   time.Duration
	// Err says why it is undecided, or why a right password was not hashed again.
	Err error
}

// Checker checks passwords. It is safe for concurrent use. Make one with [New].
type Checker struct {
	config  Config
	slots   chan struct{}
	waiting atomic.Int64
	held    atomic.Int64
	highest atomic.Int64 // the highest cost that was seen
}

// New makes a checker. It fails for a cost out of range, and for a negative number.
func New(config Config) (*Checker, error) {
	if config.Cost == 0 {
		config.Cost = DefaultCost
	}
	if config.Parallel == 0 {
		config.Parallel = max(runtime.GOMAXPROCS(0)/2, 1)
	}
	if config.Queue == 0 {
		config.Queue = 24 * config.Parallel
	}
	if config.Budget == nil {
		config.Budget = NewMemoryBudget(Allowance{}, Allowance{})
	}
	if config.Hold == 0 {
		config.Hold = time.Second
	}
	switch {
	case config.Cost < bcrypt.MinCost || config.Cost > highestCost:
		return nil, fmt.Errorf("signin: New: Config.Cost is %d; it must be from %d to %d", config.Cost, bcrypt.MinCost, highestCost)
	case config.Parallel < 0:
		return nil, errors.New("signin: New: Config.Parallel is negative")
	case config.Queue < 0:
		return nil, errors.New("signin: New: Config.Queue is negative")
	}
	c := &Checker{config: config, slots: make(chan struct{}, config.Parallel)}
	c.highest.Store(int64(config.Cost))
	return c, nil
}

// Attempt is one attempt to sign in.
type Attempt struct {
	// Account names the account in its normal form, such as an e-mail address in
	// lower case. It need not exist.
	Account string
	// Source names where the request came from, such as auth.Source(r).
	Source string
	// Password is what was typed.
	Password string
	// Find returns the stored hash, "" where there is no such account, or one
	// without a password. Required.
	Find func(ctx context.Context) (hash string, err error)
	// Rehash stores a new hash of the same password after a success, where the one
	// that is stored has another cost than [Config.Cost]. It must replace only the
	// hash that Find returned, because the password may have changed since. Where it
	// fails, the attempt still succeeds. Default: the stored hash stays.
	Rehash func(ctx context.Context, hash string) error
}

var errNoFind = errors.New("signin: Attempt.Find is nil")

// Check returns nil for the right password. It fails with [WrongCredentials]; with
// [TooManyAttempts]; with errors.ServiceUnavailable where too many attempts wait,
// the budget fails or the context ends; and with the error of Find.
func (c *Checker) Check(ctx context.Context, attempt Attempt) error {
	if attempt.Find == nil {
		return errors.InternalServerError.Wrap(errNoFind)
	}
	began := time.Now()
	event := Event{Account: attempt.Account, Source: attempt.Source}
	err := c.check(ctx, attempt, &event)
	if c.config.Event != nil {
		event.Took = time.Since(began)
		c.config.Event(ctx, event)
	}
	return err
}

func (c *Checker) check(ctx context.Context, attempt Attempt, event *Event) error {
	wait, err := c.config.Budget.Take(ctx, attempt.Account, attempt.Source)
	switch {
	case err != nil:
		event.Outcome, event.Err = Undecided, err
		return unavailable(err)
	case wait > 0:
		event.Outcome = OverBudget
		c.hold(ctx)
		return TooManyAttempts.New().WithHeader("Retry-After", budget.RetryAfter(wait))
	}
	err = c.decide(ctx, attempt, event)
	switch event.Outcome {
	case WrongPassword, NoAccount, UnusableHash, UnusableText:
	default: // no failure
		c.config.Budget.Return(context.WithoutCancel(ctx), attempt.Account, attempt.Source)
	}
	return err
}

// decide does the work of an attempt that has budget.
func (c *Checker) decide(ctx context.Context, attempt Attempt, event *Event) error {
	if err := c.enter(ctx); err != nil {
		event.Outcome = Busy
		if ctx.Err() != nil {
			event.Outcome = ClientGone
		}
		return err
	}
	defer c.leave()
	stored, err := attempt.Find(ctx)
	if err != nil {
		event.Outcome, event.Err = Undecided, err
		return err
	}
	result, err := c.compare(ctx, stored, attempt.Password)
	event.Hashes = result.hashes
	switch {
	case result.match && err == nil:
		event.Outcome = Succeeded
		c.rehash(ctx, attempt, result, event)
		return nil
	case result.match:
		event.Outcome = ClientGone
		return unavailable(err)
	case !usable(attempt.Password):
		event.Outcome = UnusableText
	case result.usable:
		event.Outcome = WrongPassword
	case stored == "":
		event.Outcome = NoAccount
	default:
		event.Outcome = UnusableHash
	}
	return WrongCredentials.New()
}

// rehash hashes a password again whose hash has another cost than new ones.
func (c *Checker) rehash(ctx context.Context, attempt Attempt, result compared, event *Event) {
	if attempt.Rehash == nil || result.cost == c.config.Cost {
		return
	}
	hash, err := c.hash(attempt.Password)
	event.Hashes++
	if err == nil {
		err = attempt.Rehash(ctx, hash)
	}
	if err != nil {
		event.Err = err
	}
}

// enter waits for a turn to hash, until the context ends. Where the queue is full it
// does not wait.
func (c *Checker) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return unavailable(err)
	}
	select {
	case c.slots <- struct{}{}:
		return nil
	default:
	}
	if c.waiting.Add(1) > int64(c.config.Queue) {
		c.waiting.Add(-1)
		return unavailable(errBusy)
	}
	defer c.waiting.Add(-1)
	select {
	case c.slots <- struct{}{}:
		if err := ctx.Err(); err != nil { // both were ready
			c.leave()
			return unavailable(err)
		}
		return nil
	case <-ctx.Done():
		return unavailable(ctx.Err())
	}
}

func (c *Checker) leave() { <-c.slots }

var errBusy = errors.New("signin: too many passwords wait to be hashed")

// hold delays a refusal. At most maxHeld refusals wait at the same time. The others
// are sent at once, so that they take no memory.
func (c *Checker) hold(ctx context.Context) {
	if c.config.Hold < 0 {
		return
	}
	defer c.held.Add(-1)
	if c.held.Add(1) > maxHeld {
		return
	}
	timer := time.NewTimer(c.config.Hold)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func unavailable(cause error) error {
	return errors.ServiceUnavailable.Wrap(cause).WithHeader("Retry-After", "2")
}
