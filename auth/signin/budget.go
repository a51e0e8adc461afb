package signin

import (
	"context"
	"time"

	"github.com/polarkit-go/polarkit/internal/budget"
)

// Budget counts failed attempts. It is an interface because processes that serve
// the same accounts may count together, in a store of the application's; no method
// will be added. Both are called for each attempt, so they must be quick.
type Budget interface {
	// Take takes one attempt from the budget of the account and of the source,
	// from both or from none. It answers how long to wait where one is used up,
	// zero where it was taken. An error means that it cannot tell: nobody signs in.
	Take(ctx context.Context, account, source string) (wait time.Duration, err error)
	// Return gives an attempt back that was no failure. Its context may outlive
	// the request's.
	Return(ctx context.Context, account, source string)
}

// Allowance is a budget: so many failures at once, and one more after every
// interval.
type Allowance struct {
	Burst int
	Every time.Duration
}

// MemoryBudget is a [Budget] in the memory of the process, for at most 65,536
// accounts and as many sources: beyond that, those with the fewest failures are
// forgotten. Make one with [NewMemoryBudget].
type MemoryBudget struct{ accounts, sources *budget.Buckets }

// NewMemoryBudget makes a budget. Without a burst, an account has 10 failures and
// one more every 30 seconds, and a source has 20 and one more every 5 seconds.
func NewMemoryBudget(account, source Allowance) *MemoryBudget {
	return newMemoryBudget(account, source, time.Now)
}

func newMemoryBudget(account, source Allowance, now func() time.Time) *MemoryBudget {
	if account.Burst <= 0 {
		account = Allowance{Burst: 10, Every: 30 * time.Second}
	}
	if source.Burst <= 0 {
		source = Allowance{Burst: 20, Every: 5 * time.Second}
	}
	return &MemoryBudget{
		accounts: budget.New(account.Burst, max(account.Every, 1), budget.Most, now),
		sources:  budget.New(source.Burst, max(source.Every, 1), budget.Most, now),
	}
}

// Take is Budget's. An account or a source without a name is not counted.
func (b *MemoryBudget) Take(_ context.Context, account, source string) (time.Duration, error) {
	if source != "" {
		if wait := b.sources.Take(source); wait > 0 {
			return wait, nil
		}
	}
	if account == "" {
		return 0, nil
	}
	wait := b.accounts.Take(account)
	if wait > 0 && source != "" {
		b.sources.Return(source)
	}
	return wait, nil
}

// Return is Budget's.
func (b *MemoryBudget) Return(_ context.Context, account, source string) {
	if source != "" {
		b.sources.Return(source)
	}
	if account != "" {
		b.accounts.Return(account)
	}
}
