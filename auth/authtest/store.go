package authtest

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/credential"
)

// Store is a [credential.Store] and a [credential.Ledger] in memory. It counts its
// calls, and a test can make it fail. The zero value is an empty store. It is safe
// for concurrent use.
type Store struct {
	mu      sync.Mutex
	records []credential.Record
	gone    map[credential.SubjectRef]bool
	finds   int
	uses    int
	onFind  func(ctx context.Context) (*credential.Record, error)
	onUsed  func(ctx context.Context) error
}

var (
	_ credential.Store  = (*Store)(nil)
	_ credential.Ledger = (*Store)(nil)
)

// Find implements [credential.Store].
func (s *Store) Find(ctx context.Context, lookup credential.Lookup) (*credential.Record, error) {
	s.mu.Lock()
	s.finds++
	instead := s.onFind
	s.mu.Unlock()
	if instead != nil {
		return instead(ctx)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.records {
		if lookup.Matches(&s.records[i]) {
			found := credential.Record{Credential: s.records[i].Credential.Clone(), Hash: s.records[i].Hash}
			found.Credential.SubjectGone = s.isGone(found.Credential.Subject)
			return &found, nil
		}
	}
	return nil, credential.ErrInvalid
}

// isGone is also true for customers of an organization that is gone.
func (s *Store) isGone(ref credential.SubjectRef) bool {
	return s.gone[key(ref)] || s.gone[credential.SubjectRef{Kind: auth.OrganizationKind, ID: ref.OrganizationID}]
}

func key(ref credential.SubjectRef) credential.SubjectRef {
	return credential.SubjectRef{Kind: ref.Kind, ID: ref.ID}
}

// Used implements [credential.Store].
func (s *Store) Used(ctx context.Context, id uuid.UUID, use credential.Use) error {
	s.mu.Lock()
	s.uses++
	instead := s.onUsed
	s.mu.Unlock()
	if instead != nil {
		return instead(ctx)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.records {
		if c := &s.records[i].Credential; c.ID == id {
			if c.LastUsedAt == nil || use.At.After(*c.LastUsedAt) {
				at := use.At
				c.LastUsedAt = &at
			}
			if !use.Rehash.IsZero() {
				s.records[i].Hash = use.Rehash
			}
		}
	}
	return nil
}

// Add implements [credential.Ledger].
func (s *Store) Add(_ context.Context, record credential.Record, replaces credential.Replacement) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !replaces.IsZero() {
		i := slices.IndexFunc(s.records, func(r credential.Record) bool { return r.Credential.ID == replaces.ID })
		if i < 0 || !s.records[i].Credential.IsAlive(record.Credential.CreatedAt) {
			return credential.ErrInvalid
		}
		if old := &s.records[i].Credential; old.ExpiresAt == nil || replaces.Until.Before(*old.ExpiresAt) {
			until := replaces.Until
			old.ExpiresAt = &until
		}
	}
	s.records = append(s.records, credential.Record{Credential: record.Credential.Clone(), Hash: record.Hash})
	return nil
}

// List implements [credential.Ledger].
func (s *Store) List(_ context.Context, selection credential.Selection) ([]credential.Credential, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []credential.Credential
	for i := range s.records {
		if c := &s.records[i].Credential; selection.Matches(c) {
			list = append(list, c.Clone())
		}
	}
	slices.SortStableFunc(list, func(a, b credential.Credential) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), slices.Compare(a.ID[:], b.ID[:]))
	})
	return list, nil
}

// Revoke implements [credential.Ledger].
func (s *Store) Revoke(_ context.Context, selection credential.Selection, at time.Time) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for i := range s.records {
		if c := &s.records[i].Credential; selection.Matches(c) && c.IsAlive(at) {
			when := at
			c.RevokedAt = &when
			n++
		}
	}
	return n, nil
}

// Finds is how many times a credential was looked up.
func (s *Store) Finds() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.finds
}

// Uses is how many times a use was written.
func (s *Store) Uses() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.uses
}

// Records are copies of everything that is stored.
func (s *Store) Records() []credential.Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]credential.Record, len(s.records))
	for i := range s.records {
		all[i] = credential.Record{Credential: s.records[i].Credential.Clone(), Hash: s.records[i].Hash}
	}
	return all
}

// Change changes a stored credential, as another program would in the database.
func (s *Store) Change(id uuid.UUID, change func(*credential.Credential)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.records {
		if s.records[i].Credential.ID == id {
			change(&s.records[i].Credential)
		}
	}
}

// Remove deletes or blocks a subject: its credentials are dead, and for an
// organization those of its customers too.
func (s *Store) Remove(ref credential.SubjectRef) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone == nil {
		s.gone = map[credential.SubjectRef]bool{}
	}
	s.gone[key(ref)] = true
}

// OnFind sets a function that is called in place of Find: it may fail, panic, return
// nothing, or wait. Nil ends that.
func (s *Store) OnFind(instead func(ctx context.Context) (*credential.Record, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onFind = instead
}

// OnUsed sets a function that is called in place of Used. Nil ends that.
func (s *Store) OnUsed(instead func(ctx context.Context) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onUsed = instead
}
