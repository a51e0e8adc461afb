package auth

import (
	"crypto/sha256"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/budget"
)

// Failures sees requests with bad credentials, so that a source that guesses
// costs the store little. [FailureBudget] is one. It is an interface because the
// counting may be the application's; no method will be added. Both methods are
// called on a request's path; the request holds no Authorization header.
//
// Whether a credential is good, only the store can tell. So that a good one is let
// in from a source that sends bad ones too, Allow is not asked about credentials
// that were good within the last minutes, and should let others through at a
// bounded rate, not refuse all of them.
type Failures interface {
	// Allow is asked before a store is. It may wait, as long as the request's
	// context lasts. An error refuses the request with it: usually
	// [TooManyFailures] with a Retry-After header.
	Allow(r *http.Request) error
	// Failed is told of each credential that was refused: not of requests
	// without one, and not when it could not be told. An error is answered in
	// place of 401.
	Failed(r *http.Request, reason Reason) error
}

// FailureBudgetConfig is what a [FailureBudget] is made of.
type FailureBudgetConfig struct {
	// Source names where a request came from. Default: [Source].
	Source func(*http.Request) string
	// Burst is how many refused look-ups a source has before it is slowed down. It
	// gets one more every second, and is slowed down until it has half of them again.
	// Default: 100.
	Burst int
	// PerSecond is how many look-ups a second a source has after that. Default: 250.
	PerSecond int
	// MaxWait is how long a request waits for its turn among these; beyond it, it
	// is refused without a look-up. Negative: not at all. Default: 2 seconds.
	MaxWait time.Duration
}

// FailureBudget is a [Failures] in the memory of the process, for at most 65,536
// sources at once.
//
// Each refused look-up uses up the budget of its source. When that is empty, the
// look-ups of the source are made one after another at a bounded rate, and what is
// refused is answered with [TooManyFailures] and Retry-After. A good credential is
// let in all the same: after its turn where it is new, at once where it was good
// within the last minutes. What is refused without a look-up, such as a wrong
// checksum, costs nothing and is not counted.
//
// So a source causes at most Burst refused look-ups, those that were under way when
// the last of them failed, and from then on PerSecond look-ups in each second.
type FailureBudget struct {
	config   FailureBudgetConfig
	interval time.Duration
	buckets  *budget.Buckets
}

// NewFailureBudget makes a budget.
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

// Allow is Failures'.
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

// Failed is Failures'.
func (b *FailureBudget) Failed(r *http.Request, reason Reason) error {
	switch reason {
	case ReasonUnknownToken, ReasonRevoked, ReasonExpired, ReasonIdle, ReasonSubjectGone:
	default:
		return nil // it cost no look-up
	}
	if wait := b.buckets.Charge(b.config.Source(r)); wait > 0 {
		return tooManyFailures(wait)
	}
	return nil
}

func tooManyFailures(wait time.Duration) error {
	return TooManyFailures.New().WithHeader("Retry-After", strconv.Itoa(max(int(math.Ceil(wait.Seconds())), 1)))
}

const (
	// knownFor is about how long a credential counts as good after it was.
	knownFor = 5 * time.Minute
	// mostKnown bounds how many do, in each of two generations.
	mostKnown = 1 << 15
)

// knownGood remembers which credentials were good within the last minutes, by
// their hashes. It decides nothing: a credential that is remembered is looked up
// like any other, and need not ask whether it may be.
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

// refusedByHook keeps an answer that is one, and makes anything else a 503:
// the hook could not tell.
func refusedByHook(err error) error {
	if errors.KindOf(err) == errors.InternalServerError {
		return unavailable(err)
	}
	return err
}
