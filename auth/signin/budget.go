package signin

import (
	"context"
	"time"

	"github.com/polarkit-go/polarkit/internal/budget"
)

// Budget counts failed attempts. It is an interface, because processes that serve
// the same accounts may count together, in a store of the application. No method will
// be added to it. An attempt waits for both methods, so they must be quick.
type Budget interface {
	// Take takes one attempt from the budgets of the account and of the source,
	// from both or from none. It returns zero, or the time after which a budget that is
	// used up has another attempt. An error refuses the attempt.
	Take(ctx context.Context, account, source string) (wait time.Duration, err error)
	// Return gives an attempt back that was not a failure. Its context does not end
	// with that of the request.
	Return(ctx context.Context, account, source string)
}

// Allowance is the size of a budget.
type Allowance struct {
	// Burst is how many failures there are at once. Below 1, the whole Allowance is
	// the default, see [NewMemoryBudget].
	Burst int
	// Every is the time after which there is one more.
	Every time.Duration
}

// MemoryBudget implements [Budget] in the memory of the process, for at most
// 65,536 accounts and as many sources. Beyond that, it forgets those with the fewest
// failures. It is safe for concurrent use. Make one with [NewMemoryBudget].
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

// Take implements [Budget]. An empty account or source is not counted.
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

// Return implements [Budget].
func (b *MemoryBudget) Return(_ context.Context, account, source string) {
	if source != "" {
		b.sources.Return(source)
	}
	if account != "" {
		b.accounts.Return(account)
	}
}
