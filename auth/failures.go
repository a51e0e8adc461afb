package auth

import (
	"crypto/sha256"
	"net/http"
	"sync"
	"time"

	"github.com/polarkit-go/polarkit/auth/audit"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/budget"
)

// Failures counts requests with bad credentials, so that a source that guesses
// costs the store little. [FailureBudget] implements it. It is an interface, because
// an application may count in its own way. No method will be added to it. A request
// waits for both methods. It has no Authorization header.
//
// Only the store knows whether a credential is good. A source that sends bad
// credentials may send good ones too. So Allow is not called for a credential that
// was good within the last minutes, and should let others through at a bounded
// rate, and not refuse all of them.
type Failures interface {
	// Allow is called before the look-up in the store. It may wait, as long as the
	// request's context lasts. Its error is the answer: usually [TooManyFailures]
	// with a Retry-After header.
	Allow(r *http.Request) error
	// Failed is called for each credential that was refused. It is not called for
	// requests without one, or where the store failed. Its error is the answer
	// instead of 401.
	Failed(r *http.Request, reason audit.Reason) error
}

// FailureBudgetConfig configures a [FailureBudget]. The zero value is usable.
type FailureBudgetConfig struct {
	// Source names where a request came from. Default: [Source].
	Source func(*http.Request) string
	// Burst is how many refused look-ups a source has before it is slowed down. It
	// gets one more every second, and is slowed down until it has half of Burst
	// again. Default, also below 1: 100.
	Burst int
	// PerSecond is how many look-ups a second a source has after that. Default, also
	// below 1: 250.
	PerSecond int
	// MaxWait is how long a request waits for its turn among these. A request that
	// would wait longer is refused without a look-up. Negative: it does not wait.
	// Default: 2 seconds.
	MaxWait time.Duration
}

// FailureBudget implements [Failures] in the memory of the process, for at most
// 65,536 sources at once. It is safe for concurrent use. Make one with
// [NewFailureBudget].
//
// Each refused look-up takes one from the budget of its source. When the budget is
// empty, the look-ups of the source are made one after another at a bounded rate,
// and a refused credential is answered with [TooManyFailures] and Retry-After. A
// good credential is still accepted: a new one after its turn, one that was good
// within the last minutes at once. A credential that is refused without a look-up,
// such as one with a wrong checksum, is not counted.
//
// So a source causes at most Burst refused look-ups, those that had begun when the
// last of them failed, and after that PerSecond look-ups in each second.
type FailureBudget struct {
	config   FailureBudgetConfig
	interval time.Duration
	buckets  *budget.Buckets
}

// NewFailureBudget makes a budget, for [Config.Failures].
func NewFailureBudget(config FailureBudgetConfig) *FailureBudget {
	if config.Source == nil {
		config.Source = Source
	}
	if config.Burst <= 0 {
		config.Burst = 100
	}
	if config.PerSecond <= 0 {
		config.PerSecond = 250
	}
	if config.MaxWait == 0 {
		config.MaxWait = 2 * time.Second
	}
	return &FailureBudget{
		config:   config,
		interval: time.Second / time.Duration(config.PerSecond),
		buckets:  budget.New(config.Burst, time.Second, budget.Most, time.Now),
	}
}

// Allow implements [Failures].
func (b *FailureBudget) Allow(r *http.Request) error {
	wait, turn := b.buckets.Pace(b.config.Source(r), b.interval, max(b.config.MaxWait, 0))
	switch {
	case !turn:
		return tooManyFailures(wait)
	case wait <= 0:
		return nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-r.Context().Done():
		return r.Context().Err()
	}
}

// Failed implements [Failures].
func (b *FailureBudget) Failed(r *http.Request, reason audit.Reason) error {
	switch reason {
	case audit.ReasonUnknownToken, audit.ReasonRevoked, audit.ReasonExpired, audit.ReasonIdle, audit.ReasonSubjectGone:
	default:
		return nil // it cost no look-up
	}
	if wait := b.buckets.Charge(b.config.Source(r)); wait > 0 {
		return tooManyFailures(wait)
	}
	return nil
}

func tooManyFailures(wait time.Duration) error {
	return TooManyFailures.New().WithHeader("Retry-After", budget.RetryAfter(wait))
}

const (
	// knownFor is about how long a credential counts as good.
	knownFor = 5 * time.Minute
	// mostKnown is the most credentials in each of two generations.
	mostKnown = 1 << 15
)

// knownGood holds the hashes of credentials that were good within the last minutes.
// Such a credential is looked up like any other, but without a call of
// [Failures.Allow].
type knownGood struct {
	mu           sync.Mutex
	fresh, older map[[sha256.Size]byte]struct{}
	turned       time.Time
}

func (k *knownGood) has(sum [sha256.Size]byte) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, ok := k.fresh[sum]
	if !ok {
		_, ok = k.older[sum]
	}
	return ok
}

func (k *knownGood) add(sum [sha256.Size]byte, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.fresh == nil || len(k.fresh) >= mostKnown || now.Sub(k.turned) >= knownFor {
		k.older, k.fresh, k.turned = k.fresh, map[[sha256.Size]byte]struct{}{}, now
	}
	k.fresh[sum] = struct{}{}
}

func (k *knownGood) remove(sum [sha256.Size]byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.fresh, sum)
	delete(k.older, sum)
}

// refusedByHook returns an error of a hook that has a kind as it is. Any other error
// means that the hook has failed, and the answer is 503.
func refusedByHook(err error) error {
	if errors.KindOf(err) == errors.InternalServerError {
		return unavailable(err)
	}
	return err
}
