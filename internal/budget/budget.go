// Package budget has token buckets by key, bounded in number.
//
// golang.org/x/time/rate does not fit. Here a caller returns the token of an attempt that
// was not a failure, and a reservation of x/time/rate cannot be canceled that late.
package budget

import (
	"crypto/sha256"
	"math"
	"strconv"
	"sync"
	"time"
)

// Buckets hold a bucket for each key. Each bucket is full at first, and gets one
// more token after every interval. They are safe for concurrent use.
type Buckets struct {
	burst float64
	every time.Duration
	most  int
	now   func() time.Time

	mu  sync.Mutex
	all map[key]*bucket
}

// key is a hash, so that a long key needs no more memory than a short one.
type key [sha256.Size]byte

type bucket struct {
	left float64
	at   time.Time // when left was computed
	// empty says that the bucket ran out and is not half full yet, see Pace.
	empty bool
	next  time.Time // the next free slot of Pace
}

// Most is the default for the number of keys. With more keys, those that used the fewest
// tokens are forgotten.
const Most = 1 << 16

// New makes buckets that hold at most burst tokens and get one more after every interval.
// The argument most limits the number of keys. The argument now is the clock.
func New(burst int, every time.Duration, most int, now func() time.Time) *Buckets {
	return &Buckets{burst: float64(burst), every: every, most: most, now: now, all: map[key]*bucket{}}
}

// Take takes a token from the bucket of a key. If there is none, it returns the time until
// there is one.
func (b *Buckets) Take(name string) (wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	of := b.of(name)
	if of.left < 1 {
		return b.until(of)
	}
	of.left--
	return 0
}

// Return puts a token back.
func (b *Buckets) Return(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	of := b.of(name)
	of.left = min(of.left+1, b.burst)
}

// Charge takes a token if there is one. If the bucket has run out before (see
// [Buckets.Pace]), it returns the time until there is one.
func (b *Buckets) Charge(name string) (wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	of := b.of(name)
	wasEmpty := b.ranOut(of)
	of.left = max(of.left-1, 0)
	if b.ranOut(of); !wasEmpty {
		return 0
	}
	return max(b.until(of), 1)
}

// Pace returns how long a key waits for its turn. Before its bucket runs out it does not
// wait. After that, and until the bucket is half full again, there is one interval
// between two turns of the key. Otherwise one new token would let all waiting attempts
// pass. A key that would wait longer than most gets no turn. Then wait is the time until
// the bucket has a token.
func (b *Buckets) Pace(name string, interval, most time.Duration) (wait time.Duration, turn bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	of := b.of(name)
	if !b.ranOut(of) {
		return 0, true
	}
	now := b.now()
	slot := of.next
	if slot.Before(now) {
		slot = now
	}
	if wait = slot.Sub(now); wait > most {
		return max(b.until(of), 1), false
	}
	of.next = slot.Add(interval)
	return wait, true
}

// RetryAfter is a time to wait as the value of the header Retry-After (RFC 9110,
// section 10.2.3): whole seconds, at least one.
func RetryAfter(wait time.Duration) string {
	return strconv.Itoa(max(int(math.Ceil(wait.Seconds())), 1))
}

// Len is the number of keys.
func (b *Buckets) Len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.all)
}

// ranOut reports whether the bucket has run out and is not half full yet.
func (b *Buckets) ranOut(of *bucket) bool {
	switch {
	case of.left < 1:
		of.empty = true
	case of.left >= b.burst/2:
		of.empty = false
	}
	return of.empty
}

func (b *Buckets) until(of *bucket) time.Duration {
	return time.Duration((1 - of.left) * float64(b.every))
}

// of returns the bucket of a key, with the tokens that it has now.
func (b *Buckets) of(name string) *bucket {
	now := b.now()
	k := key(sha256.Sum256([]byte(name)))
	of := b.all[k]
	if of == nil {
		if len(b.all) >= b.most {
			b.forget(now)
		}
		of = &bucket{left: b.burst, at: now}
		b.all[k] = of
		return of
	}
	b.fill(of, now)
	return of
}

func (b *Buckets) fill(of *bucket, now time.Time) {
	if passed := now.Sub(of.at); passed > 0 {
		of.left = min(of.left+float64(passed)/float64(b.every), b.burst)
		of.at = now
	}
}

// forget drops full buckets. If that is not enough, it drops the fuller half of the
// others, so that the keys that used the most tokens stay.
func (b *Buckets) forget(now time.Time) {
	total := 0.0
	for k, of := range b.all {
		b.fill(of, now)
		if of.left >= b.burst {
			delete(b.all, k)
			continue
		}
		total += of.left
	}
	if len(b.all) < b.most {
		return
	}
	mean := total / float64(len(b.all))
	for k, of := range b.all {
		if of.left >= mean {
			delete(b.all, k)
		}
	}
}
