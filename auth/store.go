package auth

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/errors"
)

// Errors by which stores and resolvers answer. Every other error of theirs
// means that it is not known who is calling: 503, never 401.
var (
	// ErrInvalid says for certain that there is no such credential.
	ErrInvalid = errors.New("auth: invalid credential")
	// ErrUnavailable says that the question cannot be answered for now.
	ErrUnavailable = errors.New("auth: credentials cannot be looked up")
)

// Record is a credential as a store keeps it.
type Record struct {
	Credential Credential
	Hash       Hash
}

// Store is where an [Authenticator] looks credentials up. It is an interface
// because it is the seam to an application's database: pgstore has one for
// PostgreSQL, authtest one in memory and a conformance suite. No method will be
// added to it.
type Store interface {
	// Find returns the record that the look-up is about, dead or not: the
	// caller judges, and keeps it. Without one it fails with [ErrInvalid].
	Find(ctx context.Context, lookup Lookup) (*Record, error)
	// Used records that a credential was used. It is called off a request's
	// path, and its failure changes nothing.
	Used(ctx context.Context, id uuid.UUID, use Use) error
}

// Lookup says which credential a [Store] is asked for: the one that fits all of
// it. Its prefix or its place has told which type it is before the store is
// asked, so a store need not look at what other kinds of subject depend on.
type Lookup struct {
	// Type is the name of the type of credential, as in [Credential.Type].
	Type string
	// SubjectKind is the kind of subject that it stands for.
	SubjectKind SubjectKind
	// Hashes are the token's, one for each key, the current key's first. The
	// record has one of them.
	Hashes []Hash
}

// Matches reports whether a look-up is about a record: for stores that filter
// in Go.
func (l Lookup) Matches(r *Record) bool {
	return r.Credential.Type == l.Type && r.Credential.Subject.Kind == l.SubjectKind &&
		slices.ContainsFunc(l.Hashes, func(h Hash) bool { return h.Sum == r.Hash.Sum })
}

// Use is one recorded use of a credential.
type Use struct {
	At time.Time
	// Rehash replaces the stored hash where it is not zero: the token's hash
	// with the current key.
	Rehash Hash
}

// Ledger is where an [Issuer] writes credentials. It is an interface for the
// same reason as [Store], and the same value is usually both.
type Ledger interface {
	// Add stores a new record. Where replaces is not zero, the credential with
	// this identifier expires at the given time, or earlier if it was to, in
	// the same step; when it is absent or dead at the record's creation, Add
	// fails with [ErrInvalid] and stores nothing. Where nobody knows whether it was
	// stored, since an answer was lost, Add fails with errors.OutcomeUnknown.
	Add(ctx context.Context, record Record, replaces Replacement) error
	// List returns the credentials of a selection, the newest first, dead ones too.
	List(ctx context.Context, selection Selection) ([]Credential, error)
	// Revoke revokes the living credentials of a selection and returns how many.
	Revoke(ctx context.Context, selection Selection, at time.Time) (int, error)
}

// Replacement names the credential that a new one takes the place of.
type Replacement struct {
	ID    uuid.UUID
	Until time.Time
}

// IsZero reports whether nothing is replaced.
func (r Replacement) IsZero() bool { return r.ID == uuid.Nil }

// Selection selects credentials of one subject. Without a subject it selects
// nothing, so that nobody reaches another's credential.
type Selection struct {
	Subject SubjectRef
	// Type narrows to a type of credential by its name; empty is all.
	Type string
	// ID narrows to one; zero is all.
	ID uuid.UUID
}

// Matches reports whether a selection holds a credential: for stores that
// filter in Go.
func (s Selection) Matches(c *Credential) bool {
	return !s.Subject.IsZero() && c.Subject.Kind == s.Subject.Kind && c.Subject.ID == s.Subject.ID &&
		(s.Type == "" || c.Type == s.Type) && (s.ID == uuid.Nil || c.ID == s.ID)
}

// Resolver tells whose a token is that has none of the known prefixes, such as
// a JWT. It answers with a credential of a type made by [NewExternalType], with
// [ErrInvalid], or with another error, which is taken as being unable to tell.
// It is an interface because what it asks is the application's; no method will be added.
type Resolver interface {
	Resolve(ctx context.Context, token Secret) (*Credential, error)
}
