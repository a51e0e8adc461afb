package credential

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth/owner"
)

// Credential is what is known of a credential, without its secret. The zero
// value is no credential and is refused.
type Credential struct {
	// ID identifies the credential in lists, logs and decisions.
	ID uuid.UUID
	// Type is the name of its type, such as "personal_access_token".
	Type string
	// Subject is who uses it.
	Subject SubjectRef
	// Scopes are what it allows. A scope that is not declared any more counts for nothing.
	Scopes []Scope
	// Limit says which organizations it reaches. The zero value is none.
	Limit Limit
	// Name is the owner's text for it, such as "nightly export". It may be empty.
	Name string
	// CreatedAt is when it was issued.
	CreatedAt time.Time
	// AuthenticatedAt is when its owner last proved who they are: the sign-in of
	// a web session. It is zero for tokens.
	AuthenticatedAt time.Time
	// ExpiresAt is the first moment at which it is dead. Nil: it does not expire.
	ExpiresAt *time.Time
	// LastUsedAt is when it was last used, to the minute. Nil: it was not used.
	LastUsedAt *time.Time
	// RevokedAt is when it was revoked. Nil: it was not revoked.
	RevokedAt *time.Time
	// SubjectGone says that the subject, or the organization that it belongs
	// to, was deleted or blocked. The credential is dead while it is true.
	SubjectGone bool
}

// IsAlive reports whether the credential can be used at a time: it is not the zero
// value, not revoked and not expired, and its subject is not gone. The idle time of
// a web session does not count here.
func (c *Credential) IsAlive(at time.Time) bool {
	return c.ID != uuid.Nil && !c.Subject.IsZero() && c.RevokedAt == nil && !c.SubjectGone && (c.ExpiresAt == nil || at.Before(*c.ExpiresAt))
}

// Clone returns a credential that shares no memory with c. A store that keeps
// credentials in memory hands out clones, and package auth does the same.
func (c *Credential) Clone() Credential {
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

// Scope is the name of something that a credential allows, such as
// "customers:read": lower-case words with underscores, separated by colons.
type Scope string

// SubjectRef refers to a subject by kind and identifier. The zero value refers
// to nobody and is refused everywhere.
type SubjectRef struct {
	// Kind is the kind of subject, such as "user". A subject owns rows, so it is
	// also a kind of owner.
	Kind owner.Kind
	ID   uuid.UUID
	// OrganizationID is the organization that a customer belongs to. It is zero
	// for other subjects.
	OrganizationID uuid.UUID
}

// IsZero reports whether the reference is to nobody.
func (r SubjectRef) IsZero() bool { return r.Kind == "" || r.ID == uuid.Nil }

// String returns the kind and the identifier for logs, such as "user:0190…", or
// "anonymous" for the zero value.
func (r SubjectRef) String() string {
	if r.IsZero() {
		return "anonymous"
	}
	return string(r.Kind) + ":" + r.ID.String()
}

// Limit says which organizations a credential reaches: all that its subject
// reaches ([Unrestricted]), or only some of these ([LimitedTo]). The zero value
// reaches none.
type Limit struct {
	unrestricted bool
	ids          []uuid.UUID
}

// Unrestricted is no limit: the credential reaches everything that its subject reaches.
func Unrestricted() Limit { return Limit{unrestricted: true} }

// LimitedTo limits a credential to these organizations. Of these it reaches those
// that its subject reaches. Without any it reaches none.
func LimitedTo(ids ...uuid.UUID) Limit { return Limit{ids: slices.Clone(ids)} }

// IsUnrestricted reports whether there is no limit.
func (l Limit) IsUnrestricted() bool { return l.unrestricted }

// IDs returns a copy of the organizations of a limit. It is nil for [Unrestricted].
func (l Limit) IDs() []uuid.UUID { return slices.Clone(l.ids) }

// Contains reports whether the limit allows an organization.
func (l Limit) Contains(id uuid.UUID) bool { return l.unrestricted || slices.Contains(l.ids, id) }

// Within reports whether the limit allows only organizations that the other one
// allows too.
func (l Limit) Within(other Limit) bool {
	return other.unrestricted || !l.unrestricted && !slices.ContainsFunc(l.ids, func(id uuid.UUID) bool { return !slices.Contains(other.ids, id) })
}
