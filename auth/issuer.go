package auth

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/errors"
)

// Issuer issues credentials and ends them. It needs no authenticator, so that a
// command can issue a token too. It is safe for concurrent use.
type Issuer struct {
	kinds  *Kinds
	keys   Keys
	ledger Ledger
	now    func() time.Time
}

// NewIssuer makes an issuer. To issue within a transaction, give it a ledger on that.
func NewIssuer(kinds *Kinds, keys Keys, ledger Ledger) (*Issuer, error) {
	switch {
	case kinds == nil || kinds.word == "":
		return nil, errors.New("auth: NewIssuer: no kinds; make them with NewKinds")
	case len(keys.keys) == 0:
		return nil, errNoKeys
	case ledger == nil:
		return nil, errors.New("auth: NewIssuer: the ledger is nil")
	}
	return &Issuer{kinds: kinds, keys: keys, ledger: ledger, now: time.Now}, nil
}

// At is an issuer with another clock, for tests.
func (i *Issuer) At(now func() time.Time) *Issuer {
	c := *i
	c.now = now
	return &c
}

// time is as exact as databases keep it.
func (i *Issuer) time() time.Time { return i.now().Truncate(time.Microsecond) }

// Issue is a credential to issue.
type Issue struct {
	// Kind is which: one of the kinds of the registry, by its variable.
	Kind CredentialKind
	// Subject is whom it stands for; its kind must be that of the credential.
	Subject SubjectRef
	// Scopes are what it may do. Unknown ones are an error.
	Scopes []Scope
	// Limit is which organizations it reaches. The zero value is none: say
	// [Unrestricted] or [LimitedTo].
	Limit Limit
	// Name is the owner's text for it. Default: none.
	Name string
	// Lifetime ends it. Zero or less: it does not expire, which web and customer sessions refuse.
	Lifetime time.Duration
}

// Issued is a new credential. The token is shown to its owner now and never
// again: only its hash is stored.
type Issued struct {
	Token      Secret
	Credential Credential
}

// Issue makes a credential and stores it.
func (i *Issuer) Issue(ctx context.Context, issue Issue) (Issued, error) {
	kind := i.kinds.named(issue.Kind.name)
	switch {
	case kind == nil:
		return Issued{}, fmt.Errorf("auth: Issue: credential kind %q is not in the registry", issue.Kind.name)
	case kind.prefix == "":
		return Issued{}, fmt.Errorf("auth: Issue: credentials of kind %q are not issued here", kind.name)
	case issue.Subject.IsZero() || issue.Subject.Kind != kind.subject.kind:
		return Issued{}, fmt.Errorf("auth: Issue: a credential of kind %q stands for a subject of kind %q, not for %s", kind.name, kind.subject.kind, issue.Subject)
	case issue.Subject.Kind == CustomerKind && issue.Subject.OrganizationID == uuid.Nil:
		return Issued{}, errors.New("auth: Issue: the customer has no OrganizationID")
	case issue.Lifetime <= 0 && (kind.place == cookie || kind.subject.kind == CustomerKind):
		return Issued{}, fmt.Errorf("auth: Issue: a credential of kind %q needs a Lifetime", kind.name)
	}
	for _, scope := range issue.Scopes {
		if !isScope(string(scope)) || !i.kinds.lattice.knows(scope) {
			return Issued{}, fmt.Errorf("auth: Issue: unknown scope %q", scope)
		}
	}
	now := i.time()
	c := Credential{
		Kind:    kind.name,
		Subject: issue.Subject,
		Scopes:  slices.Clone(issue.Scopes),
		Limit:   issue.Limit,
		Name:    issue.Name,
	}
	if issue.Lifetime > 0 {
		expires := now.Add(issue.Lifetime)
		c.ExpiresAt = &expires
	}
	if kind.place == cookie {
		c.AuthenticatedAt = now
	}
	return i.add(ctx, kind, c, now, Replacement{})
}

func (i *Issuer) add(ctx context.Context, kind *CredentialKind, c Credential, now time.Time, replaces Replacement) (Issued, error) {
	id, err := uuid.NewRandom()
	if err != nil {
		return Issued{}, fmt.Errorf("auth: making an identifier: %w", err)
	}
	c.ID, c.CreatedAt = id, now
	token := newToken(kind.prefix)
	if err := i.ledger.Add(ctx, Record{Credential: c.clone(), Hash: i.keys.current(token)}, replaces); err != nil {
		return Issued{}, err
	}
	return Issued{Token: NewSecret(token), Credential: c}, nil
}

// Rotate issues a token in place of a living one of the subject, with the same
// rights and the same time to live from now on. The old token works until the
// overlap is over. Which is meant is said by a selection with an ID; without a
// living one it fails with [ErrInvalid].
func (i *Issuer) Rotate(ctx context.Context, selection Selection, overlap time.Duration) (Issued, error) {
	if selection.ID == uuid.Nil {
		return Issued{}, errors.New("auth: Rotate: the selection has no ID")
	}
	found, err := i.ledger.List(ctx, selection)
	if err != nil {
		return Issued{}, err
	}
	now := i.time()
	if len(found) != 1 || found[0].state(now, 0) != "" {
		return Issued{}, ErrInvalid
	}
	old := found[0]
	kind := i.kinds.named(old.Kind)
	if kind == nil || kind.place != bearer {
		return Issued{}, fmt.Errorf("auth: Rotate: credentials of kind %q are not rotated", old.Kind)
	}
	c := old
	c.LastUsedAt, c.RevokedAt = nil, nil
	c.Scopes = slices.DeleteFunc(slices.Clone(old.Scopes), func(s Scope) bool { return !i.kinds.lattice.knows(s) })
	if old.ExpiresAt != nil {
		expires := now.Add(old.ExpiresAt.Sub(old.CreatedAt))
		c.ExpiresAt = &expires
	}
	return i.add(ctx, kind, c, now, Replacement{ID: old.ID, Until: now.Add(max(overlap, 0))})
}

// List returns the credentials of a selection, the newest first, dead ones too.
func (i *Issuer) List(ctx context.Context, selection Selection) ([]Credential, error) {
	return i.ledger.List(ctx, selection)
}

// Revoke ends the living credentials of a selection and returns how many there
// were: one by its ID, or all of a subject (after a password change, say).
func (i *Issuer) Revoke(ctx context.Context, selection Selection) (int, error) {
	return i.ledger.Revoke(ctx, selection, i.time())
}
