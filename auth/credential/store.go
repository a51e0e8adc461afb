package credential

import (
	"context"
	"crypto/sha256"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
)

// The two errors that stores return. Every other error counts as
// [ErrUnavailable]: it is not known who is calling, and the answer is 503, not 401.
var (
	// ErrInvalid says that there is certainly no such credential.
	ErrInvalid = errors.New("credential: there is no such credential")
	// ErrUnavailable says that the store cannot answer at present.
	ErrUnavailable = errors.New("credential: the store cannot answer")
)

// Store is where an authenticator looks credentials up. It is an interface,
// because the application chooses the database. Package auth/pgstore implements
// it for PostgreSQL. Package auth/authtest implements it in memory, and has a
// conformance suite. No method will be added to it.
type Store interface {
	// Find returns the record that fits the look-up, also when it is dead: the
	// caller decides, and owns the record. Without one it fails with [ErrInvalid].
	Find(ctx context.Context, lookup Lookup) (*Record, error)
	// Used records that a credential was used. It is not called while a request
	// waits, and its failure changes nothing.
	Used(ctx context.Context, id uuid.UUID, use Use) error
}

// Ledger is where an issuer writes credentials. It is an interface for the same
// reason as [Store]. The same value usually implements both.
type Ledger interface {
	// Add stores a new record. Where replaces is not zero, the credential with
	// this identifier expires at the given time, or at its own earlier time, in the
	// same step. When that credential is absent, or dead when the record was
	// created, Add fails with [ErrInvalid] and stores nothing. When the answer of
	// the database is lost, it is not known whether the record was stored: Add then
	// fails with errors.OutcomeUnknown.
	Add(ctx context.Context, record Record, replaces Replacement) error
	// List returns the credentials of a selection, the newest first, dead ones too.
	List(ctx context.Context, selection Selection) ([]Credential, error)
	// Revoke revokes the living credentials of a selection and returns how many
	// there were.
	Revoke(ctx context.Context, selection Selection, at time.Time) (int, error)
}

// Record is a credential as a store keeps it.
type Record struct {
	Credential Credential
	Hash       Hash
}

// Hash is what a store keeps of a token: the HMAC-SHA256 of the whole token.
type Hash struct {
	// KeyID is the ID of the key that made it.
	KeyID string
	Sum   [sha256.Size]byte
}

// IsZero reports whether there is no hash.
func (h Hash) IsZero() bool { return h == Hash{} }

// Lookup says which credential a [Store] is asked for: the one that fits all
// fields. The prefix of the token, or the cookie that it came in, has already
// shown the type and the kind of subject, so a statement needs only the tables of
// this kind.
type Lookup struct {
	// Type is the name of the type of credential, as in [Credential.Type].
	Type string
	// SubjectKind is the kind of the credential's subject.
	SubjectKind owner.Kind
	// Hashes are those of the token, one for each key, the current key's first. The
	// record has one of them.
	Hashes []Hash
}

// Matches reports whether a record fits the look-up, for stores that filter in Go.
func (l Lookup) Matches(r *Record) bool {
	return r.Credential.Type == l.Type && r.Credential.Subject.Kind == l.SubjectKind &&
		slices.ContainsFunc(l.Hashes, func(h Hash) bool { return h.Sum == r.Hash.Sum })
}

// Use is one recorded use of a credential.
type Use struct {
	At time.Time
	// Rehash replaces the stored hash where it is not zero. It is the hash of the
	// token with the current key.
	Rehash Hash
}

// Replacement names the credential that a new one replaces.
type Replacement struct {
	ID    uuid.UUID
	Until time.Time
}

// IsZero reports whether nothing is replaced.
func (r Replacement) IsZero() bool { return r.ID == uuid.Nil }

// Selection selects credentials of one subject. Without a subject it selects
// none, so that no mistake reaches the credentials of others.
type Selection struct {
	Subject SubjectRef
	// Type selects one type of credential by its name. Empty: all.
	Type string
	// ID selects one credential. Zero: all.
	ID uuid.UUID
}

// Matches reports whether a selection holds a credential, for stores that filter in Go.
func (s Selection) Matches(c *Credential) bool {
	return !s.Subject.IsZero() && c.Subject.Kind == s.Subject.Kind && c.Subject.ID == s.Subject.ID &&
		(s.Type == "" || c.Type == s.Type) && (s.ID == uuid.Nil || c.ID == s.ID)
}
