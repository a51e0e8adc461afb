package authtest

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth"
)

// Store is an auth.Store and an auth.Ledger in memory, which counts what it is
// asked and can be broken. The zero value is empty and ready. It is safe for
// concurrent use.
type Store struct {
	mu      sync.Mutex
	records []auth.Record
	gone    map[auth.SubjectRef]bool
	finds   int
	uses    int
	onFind  func(ctx context.Context) (*auth.Record, error)
	onUsed  func(ctx context.Context) error
}

var (
	_ auth.Store  = (*Store)(nil)
	_ auth.Ledger = (*Store)(nil)
)

// Find is auth.Store's.
func (s *Store) Find(ctx context.Context, lookup auth.Lookup) (*auth.Record, error) {
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
			found := auth.Record{Credential: copied(&s.records[i].Credential), Hash: s.records[i].Hash}
			found.Credential.SubjectGone = s.isGone(found.Credential.Subject)
			return &found, nil
		}
	}
	return nil, auth.ErrInvalid
}

// isGone is also true for customers of an organization that is gone.
func (s *Store) isGone(ref auth.SubjectRef) bool {
	return s.gone[key(ref)] || s.gone[auth.SubjectRef{Kind: auth.OrganizationKind, ID: ref.OrganizationID}]
}

func key(ref auth.SubjectRef) auth.SubjectRef { return auth.SubjectRef{Kind: ref.Kind, ID: ref.ID} }

// Used is auth.Store's.
func (s *Store) Used(ctx context.Context, id uuid.UUID, use auth.Use) error {
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

// Add is auth.Ledger's.
func (s *Store) Add(_ context.Context, record auth.Record, replaces auth.Replacement) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !replaces.IsZero() {
		i := slices.IndexFunc(s.records, func(r auth.Record) bool { return r.Credential.ID == replaces.ID })
		if i < 0 || !living(&s.records[i].Credential, record.Credential.CreatedAt) {
			return auth.ErrInvalid
		}
		if old := &s.records[i].Credential; old.ExpiresAt == nil || replaces.Until.Before(*old.ExpiresAt) {
			until := replaces.Until
			old.ExpiresAt = &until
		}
	}
	s.records = append(s.records, auth.Record{Credential: copied(&record.Credential), Hash: record.Hash})
	return nil
}

// List is auth.Ledger's.
func (s *Store) List(_ context.Context, selection auth.Selection) ([]auth.Credential, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []auth.Credential
	for i := range s.records {
		if c := &s.records[i].Credential; selection.Matches(c) {
			list = append(list, copied(c))
		}
	}
	slices.SortStableFunc(list, func(a, b auth.Credential) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), slices.Compare(a.ID[:], b.ID[:]))
	})
	return list, nil
}

// Revoke is auth.Ledger's.
func (s *Store) Revoke(_ context.Context, selection auth.Selection, at time.Time) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for i := range s.records {
		if c := &s.records[i].Credential; selection.Matches(c) && living(c, at) {
			when := at
			c.RevokedAt = &when
			n++
		}
	}
	return n, nil
}

func living(c *auth.Credential, now time.Time) bool {
	return c.RevokedAt == nil && (c.ExpiresAt == nil || c.ExpiresAt.After(now))
}

// copied is a credential that shares nothing with the store's.
func copied(c *auth.Credential) auth.Credential {
	own := *c
	own.Scopes = slices.Clone(c.Scopes)
	for _, at := range []**time.Time{&own.ExpiresAt, &own.LastUsedAt, &own.RevokedAt} {
		if *at != nil {
			when := **at
			*at = &when
		}
	}
	return own
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
func (s *Store) Records() []auth.Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]auth.Record, len(s.records))
	for i := range s.records {
		all[i] = auth.Record{Credential: copied(&s.records[i].Credential), Hash: s.records[i].Hash}
	}
	return all
}

// Change changes a stored credential, behind everybody's back.
func (s *Store) Change(id uuid.UUID, change func(*auth.Credential)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.records {
		if s.records[i].Credential.ID == id {
			change(&s.records[i].Credential)
		}
	}
}

// Remove takes a subject away, as a deleted or blocked one: its credentials are
// dead, and for an organization those of its customers too.
func (s *Store) Remove(ref auth.SubjectRef) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone == nil {
		s.gone = map[auth.SubjectRef]bool{}
	}
	s.gone[key(ref)] = true
}

// OnFind answers look-ups in place of the store: an error, a panic, nothing,
// or after a while. Nil ends that.
func (s *Store) OnFind(instead func(ctx context.Context) (*auth.Record, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onFind = instead
}

// OnUsed answers writes of a use in place of the store. Nil ends that.
func (s *Store) OnUsed(instead func(ctx context.Context) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onUsed = instead
}
