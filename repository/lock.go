package repository

import (
	"context"
)

// Lock is how rows are locked until the end of a transaction: [ForUpdate] or
// [ForNoKeyUpdate]. They wait for a row that another transaction has locked, unless
// [Lock.NoWait] or [Lock.SkipLocked] changes that.
type Lock uint8

const (
	// ForUpdate locks rows against every change and every other lock.
	ForUpdate Lock = 0
	// ForNoKeyUpdate locks rows against changes. Other transactions may still add rows
	// that refer to them. Most updates need no more.
	ForNoKeyUpdate Lock = 1

	noWait     Lock = 2
	skipLocked Lock = 4
)

// NoWait makes a verb fail with ResourceConflict and the reason [LockNotAvailable] when
// a row is locked. It still waits for a lock of the table, as every statement does.
func (l Lock) NoWait() Lock { return l&ForNoKeyUpdate | noWait }

// SkipLocked makes a verb leave out rows that are locked, as workers of a queue do.
func (l Lock) SkipLocked() Lock { return l&ForNoKeyUpdate | skipLocked }

// sql is the clause, none for a nil lock.
func (l *Lock) sql(p *plan) string {
	if l == nil {
		return ""
	}
	text := " FOR UPDATE OF " + p.alias
	if *l&ForNoKeyUpdate != 0 {
		text = " FOR NO KEY UPDATE OF " + p.alias
	}
	switch {
	case *l&noWait != 0:
		text += " NOWAIT"
	case *l&skipLocked != 0:
		text += " SKIP LOCKED"
	}
	return text
}

func (l *Lock) isNoWait() bool { return l != nil && *l&noWait != 0 }

// Lock locks the row with this primary key and returns it as it is then. It fails with
// ResourceNotFound like [Rows.Get], and for a locked row that it skips.
func (s Rows[Row]) Lock(ctx context.Context, tx Tx, id any, lock Lock) (Row, error) {
	if err := s.lockable(); err != nil {
		var none Row
		return none, err
	}
	return s.get(ctx, tx, "lock", &lock, func(st *statement) { s.plan.whereKey(st, id) })
}

// LockAll locks the rows of a query, at most [Query.Max] of them, and returns
// them.
func (s Rows[Row]) LockAll(ctx context.Context, tx Tx, q Query, lock Lock) ([]Row, error) {
	if err := s.lockable(); err != nil {
		return nil, err
	}
	if err := q.bounded(s.plan, "LockAll"); err != nil {
		return nil, err
	}
	return s.list(ctx, tx, "lock_all", q, q.Max, &lock)
}

func (s Rows[Row]) lockable() error {
	if err := s.made(); err != nil {
		return err
	}
	if s.source() != nil {
		return s.onlyRead()
	}
	return nil
}
