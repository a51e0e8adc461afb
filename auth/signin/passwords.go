package signin

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/crypto/bcrypt"

	"github.com/polarkit-go/polarkit/errors"
)

// MaxPassword is the longest password, in bytes: what bcrypt reads.
const MaxPassword = 72

// highestCost is the highest cost of a hash that is checked: beyond it one check
// takes minutes.
const highestCost = 18

// ErrPassword is returned by [Checker.Hash] for a password that cannot be kept: it
// is empty, has more than [MaxPassword] bytes, or holds a NUL byte.
var ErrPassword = errors.New("signin: a password has 1 to 72 bytes in UTF-8, and no NUL byte")

func usable(password string) bool {
	return password != "" && len(password) <= MaxPassword && !strings.Contains(password, "\x00")
}

// Hash makes the bcrypt hash of a new password. It waits for its turn as
// [Checker.Check] does, and fails with [ErrPassword] for a password that cannot be
// kept, and with errors.ServiceUnavailable where too many attempts wait or the
// context ends.
func (c *Checker) Hash(ctx context.Context, password string) (string, error) {
	if !usable(password) {
		return "", ErrPassword
	}
	if err := c.enter(ctx); err != nil {
		return "", err
	}
	defer c.leave()
	return c.hash(password)
}

func (c *Checker) hash(password string) (string, error) {
	hash, err := bcrypt.GenerateFromPassword([]byte(password), c.config.Cost)
	if err != nil {
		return "", fmt.Errorf("signin: hashing a password: %w", err)
	}
	return string(hash), nil
}

// compared is how comparing went.
type compared struct {
	match  bool
	usable bool // the stored hash is one of bcrypt
	cost   int
	hashes int
}

// compare compares a password with a stored hash. A failure takes as long as the
// most expensive hash that was ever seen: after a cheaper one, dummies of its cost
// and all higher ones are computed, since a hash of cost c+1 takes twice as long as
// one of cost c. It stops between two hashes when the context ends.
func (c *Checker) compare(ctx context.Context, stored, password string) (compared, error) {
	cost, err := bcrypt.Cost([]byte(stored))
	result := compared{usable: err == nil && cost <= highestCost, cost: cost}
	text := []byte(password)
	if !usable(password) {
		text = []byte("x")
	}
	if result.usable {
		c.raise(cost)
		result.match = bcrypt.CompareHashAndPassword([]byte(stored), text) == nil && usable(password)
		result.hashes++
		if result.match {
			return result, ctx.Err()
		}
	} else {
		// A dummy of the full cost instead of the hash that is not there.
		cost = c.ceiling()
		_ = bcrypt.CompareHashAndPassword(dummyHash(cost), text)
		result.hashes++
	}
	for ; cost < c.ceiling(); cost++ {
		if err := ctx.Err(); err != nil {
			return result, err
		}
		_ = bcrypt.CompareHashAndPassword(dummyHash(cost), text)
		result.hashes++
	}
	return result, ctx.Err()
}

// dummyHash is a hash of the cost, of a password that is not known.
func dummyHash(cost int) []byte {
	return fmt.Appendf(nil, "$2a$%02d$wTxLUT9ODBNMdCORgMFHv.7hQCIaErijbG0QfAF0rymFhnF/ONWbW", cost)
}

func (c *Checker) ceiling() int { return int(c.highest.Load()) }

// raise remembers the highest cost that was seen.
func (c *Checker) raise(cost int) {
	for {
		seen := c.highest.Load()
		if int64(cost) <= seen || c.highest.CompareAndSwap(seen, int64(cost)) {
			return
		}
	}
}
