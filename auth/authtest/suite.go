package authtest

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/credential"
)

// FullStore is a store that is read and written.
type FullStore interface {
	credential.Store
	credential.Ledger
}

// StoreSuite tests an implementation of [credential.Store] and [credential.Ledger].
// Each rule is a subtest. The function newStore makes an empty store for each.
func StoreSuite(t *testing.T, newStore func(t *testing.T) FullStore) {
	for _, rule := range []struct {
		name string
		run  func(*suite)
	}{
		{"what is added is found by its hash, whole", (*suite).roundTrip},
		{"a hash that is not there is ErrInvalid", (*suite).unknown},
		{"a credential of another type, or of another kind of subject, is ErrInvalid", (*suite).otherType},
		{"any of several hashes is enough", (*suite).severalHashes},
		{"an empty limit stays empty and never becomes unrestricted", (*suite).emptyLimit},
		{"a use is recorded and never goes back", (*suite).used},
		{"a use of what is not there is no error", (*suite).usedUnknown},
		{"a new hash replaces the old one", (*suite).rehash},
		{"a selection without a subject selects nothing", (*suite).emptySelection},
		{"a list holds the subject's own, the newest first", (*suite).list},
		{"revoking ends living credentials of the subject, once", (*suite).revoke},
		{"a replacement shortens the old credential's life, never lengthens it", (*suite).replace},
		{"a dead or absent credential is not replaced, and nothing is stored", (*suite).replaceDead},
		{"of many replacements at once each is whole", (*suite).concurrent},
		{"an ended context is an error other than ErrInvalid", (*suite).context},
	} {
		t.Run(rule.name, func(t *testing.T) {
			t.Parallel()
			rule.run(&suite{T: t, store: newStore(t), ctx: t.Context()})
		})
	}
}

type suite struct {
	*testing.T
	store FullStore
	ctx   context.Context //nolint:containedctx // the context of one subtest
}

// epoch is a time to the microsecond, as PostgreSQL stores it.
var epoch = time.Date(2026, 3, 4, 5, 6, 7, 89000, time.UTC)

func (s *suite) record(subject credential.SubjectRef, age time.Duration) credential.Record {
	id := uuid.New()
	return credential.Record{
		Credential: credential.Credential{
			ID: id, Type: "personal_access_token", Subject: subject, Scopes: []credential.Scope{"a:read", "b:write"},
			Limit: credential.Unrestricted(), Name: "it's a \"name\"", CreatedAt: epoch.Add(-age),
		},
		Hash: credential.Hash{KeyID: "k1", Sum: sha256.Sum256(id[:])},
	}
}

func (s *suite) add(r credential.Record) credential.Record {
	s.Helper()
	if err := s.store.Add(s.ctx, r, credential.Replacement{}); err != nil {
		s.Fatalf("Add: %v", err)
	}
	return r
}

// lookup asks for a record by one of the hashes, or by its own without any.
func lookup(r credential.Record, hashes ...credential.Hash) credential.Lookup {
	if len(hashes) == 0 {
		hashes = []credential.Hash{r.Hash}
	}
	return credential.Lookup{Type: r.Credential.Type, SubjectKind: r.Credential.Subject.Kind, Hashes: hashes}
}

func (s *suite) find(want credential.Record, hashes ...credential.Hash) credential.Record {
	s.Helper()
	r, err := s.store.Find(s.ctx, lookup(want, hashes...))
	if err != nil {
		s.Fatalf("Find: %v", err)
	}
	if r == nil {
		s.Fatal("Find answered neither a record nor an error")
	}
	return *r
}

func newUser() credential.SubjectRef { return auth.User{ID: uuid.New()}.Ref() }

func (s *suite) roundTrip() {
	expires, used, revoked := epoch.Add(time.Hour), epoch.Add(time.Minute), epoch.Add(2*time.Minute)
	customer := auth.Customer{ID: uuid.New(), OrganizationID: uuid.New()}.Ref()
	full := s.record(customer, 0)
	full.Credential.Limit = credential.LimitedTo(uuid.New(), uuid.New())
	full.Credential.AuthenticatedAt = epoch
	full.Credential.ExpiresAt, full.Credential.LastUsedAt, full.Credential.RevokedAt = &expires, &used, &revoked
	bare := s.record(newUser(), 0)
	bare.Credential.Scopes, bare.Credential.Name = nil, ""
	for _, want := range []credential.Record{full, bare} {
		s.add(want)
		got := s.find(want)
		if got.Hash != want.Hash {
			s.Errorf("the hash is %v, want %v", got.Hash, want.Hash)
		}
		s.same(got.Credential, want.Credential)
	}
}

func (s *suite) same(got, want credential.Credential) {
	s.Helper()
	switch {
	case got.ID != want.ID, got.Type != want.Type, got.Subject != want.Subject, got.Name != want.Name:
		s.Errorf("got %+v, want %+v", got, want)
	case !slices.Equal(got.Scopes, want.Scopes):
		s.Errorf("scopes are %q, want %q", got.Scopes, want.Scopes)
	case got.Limit.IsUnrestricted() != want.Limit.IsUnrestricted() || !slices.Equal(got.Limit.IDs(), want.Limit.IDs()):
		s.Errorf("the limit is %+v, want %+v", got.Limit, want.Limit)
	case !got.CreatedAt.Equal(want.CreatedAt) || !got.AuthenticatedAt.Equal(want.AuthenticatedAt):
		s.Errorf("the times are %v and %v, want %v and %v", got.CreatedAt, got.AuthenticatedAt, want.CreatedAt, want.AuthenticatedAt)
	case !sameTime(got.ExpiresAt, want.ExpiresAt) || !sameTime(got.LastUsedAt, want.LastUsedAt) || !sameTime(got.RevokedAt, want.RevokedAt):
		s.Errorf("expiry, use and revocation are %v, %v, %v, want %v, %v, %v", got.ExpiresAt, got.LastUsedAt, got.RevokedAt, want.ExpiresAt, want.LastUsedAt, want.RevokedAt)
	case got.SubjectGone:
		s.Error("the subject is gone, and nothing took it away")
	}
}

func sameTime(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}

func (s *suite) unknown() {
	stored := s.add(s.record(newUser(), 0))
	for _, hashes := range [][]credential.Hash{nil, {{}}, {{KeyID: "k1", Sum: sha256.Sum256([]byte("another"))}}} {
		asked := lookup(stored)
		asked.Hashes = hashes
		if r, err := s.store.Find(s.ctx, asked); !errors.Is(err, credential.ErrInvalid) {
			s.Errorf("Find(%d hashes) = %v, %v, want ErrInvalid", len(hashes), r, err)
		}
	}
}

func (s *suite) otherType() {
	stored := s.add(s.record(newUser(), 0))
	for _, change := range []func(*credential.Lookup){
		func(l *credential.Lookup) { l.Type = "organization_access_token" },
		func(l *credential.Lookup) { l.SubjectKind = auth.OrganizationKind },
		func(l *credential.Lookup) { l.Type, l.SubjectKind = "", "" },
	} {
		for _, more := range [][]credential.Hash{nil, {{KeyID: "k2", Sum: sha256.Sum256(nil)}}} {
			asked := lookup(stored)
			asked.Hashes = append(asked.Hashes, more...)
			change(&asked)
			if r, err := s.store.Find(s.ctx, asked); !errors.Is(err, credential.ErrInvalid) {
				s.Errorf("Find(%q of %q) = %v, %v, want ErrInvalid", asked.Type, asked.SubjectKind, r, err)
			}
		}
	}
}

func (s *suite) severalHashes() {
	r := s.add(s.record(newUser(), 0))
	got, err := s.store.Find(s.ctx, lookup(r, credential.Hash{KeyID: "k2", Sum: sha256.Sum256(nil)}, r.Hash))
	if err != nil || got.Credential.ID != r.Credential.ID || got.Hash != r.Hash {
		s.Errorf("Find = %v, %v, want the record by its own hash", got, err)
	}
}

func (s *suite) emptyLimit() {
	r := s.record(newUser(), 0)
	r.Credential.Limit = credential.LimitedTo()
	s.add(r)
	if limit := s.find(r).Credential.Limit; limit.IsUnrestricted() || len(limit.IDs()) != 0 {
		s.Errorf("the limit is %+v, want none", limit)
	}
}

func (s *suite) use(id uuid.UUID, use credential.Use) {
	s.Helper()
	if err := s.store.Used(s.ctx, id, use); err != nil {
		s.Errorf("Used: %v", err)
	}
}

func (s *suite) used() {
	r := s.add(s.record(newUser(), 0))
	s.use(r.Credential.ID, credential.Use{At: epoch.Add(time.Hour)})
	s.use(r.Credential.ID, credential.Use{At: epoch})
	got := s.find(r).Credential.LastUsedAt
	if want := epoch.Add(time.Hour); !sameTime(got, &want) {
		s.Errorf("last used at %v, want %v", got, want)
	}
}

func (s *suite) usedUnknown() { s.use(uuid.New(), credential.Use{At: epoch}) }

func (s *suite) rehash() {
	r := s.add(s.record(newUser(), 0))
	hash := credential.Hash{KeyID: "k2", Sum: sha256.Sum256([]byte("new"))}
	s.use(r.Credential.ID, credential.Use{At: epoch, Rehash: hash})
	if got := s.find(r, hash); got.Credential.ID != r.Credential.ID || got.Hash != hash {
		s.Errorf("found %+v by the new hash, want the record", got)
	}
	if _, err := s.store.Find(s.ctx, lookup(r)); !errors.Is(err, credential.ErrInvalid) {
		s.Errorf("the old hash still answers: %v", err)
	}
}

func (s *suite) emptySelection() {
	r := s.add(s.record(newUser(), 0))
	for _, empty := range []credential.Selection{{}, {ID: r.Credential.ID}, {Type: r.Credential.Type}, {Subject: credential.SubjectRef{Kind: auth.UserKind}}} {
		if list, err := s.store.List(s.ctx, empty); err != nil || len(list) != 0 {
			s.Errorf("List(%+v) = %d credentials, %v, want none", empty, len(list), err)
		}
		if n, err := s.store.Revoke(s.ctx, empty, epoch); err != nil || n != 0 {
			s.Errorf("Revoke(%+v) = %d, %v, want 0", empty, n, err)
		}
	}
	if s.find(r).Credential.RevokedAt != nil {
		s.Error("an empty selection revoked a credential")
	}
}

func (s *suite) list() {
	user := newUser()
	old, recent, session := s.record(user, time.Hour), s.record(user, 0), s.record(user, time.Minute)
	session.Credential.Type = "web_session"
	for _, r := range []credential.Record{old, recent, session, s.record(newUser(), 0)} {
		s.add(r)
	}
	namesake := s.record(auth.Organization{ID: user.ID}.Ref(), 0) // another kind of subject by the same identifier
	s.add(namesake)
	if _, err := s.store.Revoke(s.ctx, credential.Selection{Subject: user, ID: old.Credential.ID}, epoch); err != nil {
		s.Errorf("Revoke: %v", err)
	}
	for _, c := range []struct {
		selection credential.Selection
		want      []uuid.UUID
	}{
		{credential.Selection{Subject: user}, []uuid.UUID{recent.Credential.ID, session.Credential.ID, old.Credential.ID}},
		{credential.Selection{Subject: user, Type: "web_session"}, []uuid.UUID{session.Credential.ID}},
		{credential.Selection{Subject: user, ID: recent.Credential.ID}, []uuid.UUID{recent.Credential.ID}},
		{credential.Selection{Subject: user, ID: namesake.Credential.ID}, nil},
		{credential.Selection{Subject: user, Type: "web_session", ID: recent.Credential.ID}, nil},
	} {
		list, err := s.store.List(s.ctx, c.selection)
		if err != nil {
			s.Fatalf("List: %v", err)
		}
		var got []uuid.UUID
		for i := range list {
			got = append(got, list[i].ID)
		}
		if !slices.Equal(got, c.want) {
			s.Errorf("List(%+v) = %v, want %v", c.selection, got, c.want)
		}
	}
}

func (s *suite) revoke() {
	user := newUser()
	one, two, other := s.add(s.record(user, 0)), s.add(s.record(user, 0)), s.add(s.record(newUser(), 0))
	expired := s.record(user, time.Hour)
	expired.Credential.ExpiresAt = new(epoch)
	s.add(expired)
	for _, c := range []struct {
		selection credential.Selection
		want      int
	}{
		{credential.Selection{Subject: user, ID: other.Credential.ID}, 0},
		{credential.Selection{Subject: user, ID: one.Credential.ID}, 1},
		{credential.Selection{Subject: user, ID: one.Credential.ID}, 0},
		{credential.Selection{Subject: user}, 1},
	} {
		n, err := s.store.Revoke(s.ctx, c.selection, epoch)
		if err != nil || n != c.want {
			s.Errorf("Revoke(%+v) = %d, %v, want %d", c.selection, n, err, c.want)
		}
	}
	for _, r := range []credential.Record{one, two} {
		if got := s.find(r).Credential.RevokedAt; !sameTime(got, new(epoch)) {
			s.Errorf("revoked at %v, want %v", got, epoch)
		}
	}
	for _, r := range []credential.Record{other, expired} {
		if got := s.find(r).Credential.RevokedAt; got != nil {
			s.Errorf("revoked at %v, want not", got)
		}
	}
}

func (s *suite) replace() {
	user := newUser()
	soon, late := epoch.Add(time.Minute), epoch.Add(time.Hour)
	for _, c := range []struct{ expires, want *time.Time }{{nil, &soon}, {&late, &soon}, {new(epoch.Add(time.Second)), new(epoch.Add(time.Second))}} {
		old := s.record(user, time.Hour)
		old.Credential.ExpiresAt = c.expires
		s.add(old)
		fresh := s.record(user, 0)
		if err := s.store.Add(s.ctx, fresh, credential.Replacement{ID: old.Credential.ID, Until: soon}); err != nil {
			s.Fatalf("Add: %v", err)
		}
		if got := s.find(old).Credential.ExpiresAt; !sameTime(got, c.want) {
			s.Errorf("the old one expires at %v, want %v", got, c.want)
		}
		s.same(s.find(fresh).Credential, fresh.Credential)
	}
}

func (s *suite) replaceDead() {
	user := newUser()
	expired, revoked := s.record(user, time.Hour), s.record(user, time.Hour)
	expired.Credential.ExpiresAt = new(epoch)
	revoked.Credential.RevokedAt = new(epoch.Add(-time.Minute))
	s.add(expired)
	s.add(revoked)
	for _, id := range []uuid.UUID{expired.Credential.ID, revoked.Credential.ID, uuid.New()} {
		fresh := s.record(user, 0)
		if err := s.store.Add(s.ctx, fresh, credential.Replacement{ID: id, Until: epoch.Add(time.Minute)}); !errors.Is(err, credential.ErrInvalid) {
			s.Errorf("Add = %v, want ErrInvalid", err)
		}
		if _, err := s.store.Find(s.ctx, lookup(fresh)); !errors.Is(err, credential.ErrInvalid) {
			s.Errorf("the new record was stored: %v", err)
		}
	}
}

func (s *suite) concurrent() {
	user := newUser()
	old := s.add(s.record(user, time.Hour))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			fresh := s.record(user, 0)
			if err := s.store.Add(s.ctx, fresh, credential.Replacement{ID: old.Credential.ID, Until: epoch.Add(time.Minute)}); err != nil {
				s.Errorf("Add: %v", err)
			}
			if err := s.store.Used(s.ctx, old.Credential.ID, credential.Use{At: epoch}); err != nil {
				s.Errorf("Used: %v", err)
			}
		})
	}
	wg.Wait()
	list, err := s.store.List(s.ctx, credential.Selection{Subject: user})
	if err != nil || len(list) != 9 {
		s.Errorf("List = %d credentials, %v, want 9", len(list), err)
	}
}

func (s *suite) context() {
	r := s.add(s.record(newUser(), 0))
	ctx, cancel := context.WithCancel(s.ctx)
	cancel()
	if got, err := s.store.Find(ctx, lookup(r)); err == nil || errors.Is(err, credential.ErrInvalid) {
		s.Errorf("Find = %v, %v, want the context's error", got, err)
	}
}
