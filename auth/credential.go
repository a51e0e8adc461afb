package auth

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// Credential is what is known of a credential, without its secret. The zero
// value is no credential and is refused.
type Credential struct {
	// ID identifies the credential in lists, logs and decisions.
	ID uuid.UUID
	// Type is the name of its type, such as "personal_access_token".
	Type string
	// Subject is whom it stands for.
	Subject SubjectRef
	// Scopes are what it may do. Scopes that are not known any more count for nothing.
	Scopes []Scope
	// Limit is which organizations it reaches. The zero value is none.
	Limit Limit
	// Name is the owner's text for it, such as "nightly export"; may be empty.
	Name string
	// CreatedAt is when it was issued.
	CreatedAt time.Time
	// AuthenticatedAt is when its owner last proved who they are: the login of
	// a web session. Zero for tokens.
	AuthenticatedAt time.Time
	// ExpiresAt is the first moment at which it is dead; nil is never.
	ExpiresAt *time.Time
	// LastUsedAt is when it was last used, to the minute; nil is never.
	LastUsedAt *time.Time
	// RevokedAt is when it was revoked; nil is not.
	RevokedAt *time.Time
	// SubjectGone says that the subject, or the organization that it belongs
	// to, was deleted or blocked. The credential is dead while it is true.
	SubjectGone bool
}

// clone is a credential that shares nothing with c.
func (c *Credential) clone() Credential {
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

// Limit says which organizations a credential is limited to: all that its
// subject reaches ([Unrestricted]), or exactly some ([LimitedTo]). The zero
// value is limited to none.
type Limit struct {
	unrestricted bool
	ids          []uuid.UUID
}

// Unrestricted is no limit: everything that the subject reaches.
func Unrestricted() Limit { return Limit{unrestricted: true} }

// LimitedTo is exactly these organizations, of those that the subject reaches.
// Without any, nothing is reached.
func LimitedTo(ids ...uuid.UUID) Limit { return Limit{ids: slices.Clone(ids)} }

// IsUnrestricted reports whether there is no limit.
func (l Limit) IsUnrestricted() bool { return l.unrestricted }

// IDs are the organizations of a limit; nil for [Unrestricted].
func (l Limit) IDs() []uuid.UUID { return slices.Clone(l.ids) }

// Contains reports whether the limit lets an organization through.
func (l Limit) Contains(id uuid.UUID) bool { return l.unrestricted || slices.Contains(l.ids, id) }

// within reports whether a limit lets through nothing that the other does not.
func (l Limit) within(other Limit) bool {
	return other.unrestricted || !l.unrestricted && !slices.ContainsFunc(l.ids, func(id uuid.UUID) bool { return !slices.Contains(other.ids, id) })
}

// state says why a credential is dead at a time; empty while it lives.
func (c *Credential) state(now time.Time, idle time.Duration) Reason {
	switch {
	case c.ID == uuid.Nil || c.Subject.IsZero():
		return ReasonUnknownToken
	case c.RevokedAt != nil:
		return ReasonRevoked
	case c.ExpiresAt != nil && !now.Before(*c.ExpiresAt):
		return ReasonExpired
	case c.SubjectGone:
		return ReasonSubjectGone
	}
	if idle > 0 {
		active := c.CreatedAt
		if c.LastUsedAt != nil && c.LastUsedAt.After(active) {
			active = *c.LastUsedAt
		}
		if !now.Before(active.Add(idle)) {
			return ReasonIdle
		}
	}
	return ""
}
