// Package budget counts what keys use up: token buckets, bounded in number.
//
// golang.org/x/time/rate does not fit: what turns out to be no failure is given
// back, and its reservations cannot be once they have begun.
package budget

import (
	"crypto/sha256"
	"sync"
	"time"
)

// Buckets hold a bucket for each key. Each is full at first, and gets one more
// after every interval. They are safe for concurrent use.
type Buckets struct {
	burst float64
	every time.Duration
	most  int
	now   func() time.Time

	mu  sync.Mutex
	all map[key]*bucket
}

// key is a hash, so that a long key takes no more room than a short one.
type key [sha256.Size]byte

type bucket struct {
	left float64
	at   time.Time // when left was right
	// empty says that it ran out, until it is half full again: see Pace.
	empty bool
	next  time.Time // the next free slot of Pace
}

// Most is how many keys are counted at once by default. Beyond it, those that
// used the least are forgotten.
const Most = 1 << 16

// New makes buckets of a size that get one more after every interval. Now is the
// clock; most is how many keys are counted at once.
func New(burst int, every time.Duration, most int, now func() time.Time) *Buckets {
	return &Buckets{burst: float64(burst), every: every, most: most, now: now, all: map[key]*bucket{}}
}

// Take takes one from the bucket of a key. Where there is none it takes nothing
// and answers how long it is until there is one.
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

// Return gives one back.
func (b *Buckets) Return(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	of := b.of(name)
	of.left = min(of.left+1, b.burst)
}

// Charge takes one, down to an empty bucket. Where it has run out, see
// [Buckets.Pace], it answers how long it is until there is one.
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

// Pace answers how long a key waits for its turn. Until its bucket runs out it
// does not. After that, and until the bucket is half full again, its turns come one
// after another with an interval between them: else each that flows in would let
// through all that wait for it. Who would wait longer than most gets no turn, and is
// told when the bucket has one.
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

// Len is how many keys are counted.
func (b *Buckets) Len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.all)
}

// ranOut reports whether a bucket ran out and is not half full yet.
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

// of is the bucket of a key, with what has flowed into it.
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

// forget drops full buckets, and the fuller half of the others where that is not
// enough: who uses up the most is remembered the longest.
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
