package auth

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth/audit"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
)

// Credentials are the credentials that a caller, or the program, may issue, list,
// rotate and revoke. [Issuer.For] and [Issuer.System] make them. With the zero
// value every method fails.
//
// An error of the ledger becomes errors.ServiceUnavailable with Retry-After: the
// client has made no mistake, and may try again. When it is not known whether a new
// credential was stored, the error is errors.OutcomeUnknown, without Retry-After.
type Credentials struct {
	issuer *Issuer
	caller Caller // nil for the program
	system bool   // for the program
	why    string
}

var (
	errNoIssuer      = errors.New("auth: neither Issuer.For nor Issuer.System has made these credentials")
	errNoWhy         = errors.New("auth: Issuer.System has no reason; say what the program does")
	errOtherRegistry = errors.New("auth: the credential of the caller and the issuer have different registries")
)

// mine returns the credential of the caller, nil for the program.
func (c Credentials) mine() (*credential.Credential, error) {
	switch {
	case c.issuer == nil:
		return nil, errNoIssuer
	case c.system && c.why == "":
		return nil, errNoWhy
	case c.system:
		return nil, nil //nolint:nilnil // the program has none, and is not refused
	}
	ref, err := callerRef(c.caller)
	switch {
	case err != nil:
		return nil, err
	case ref.IsZero():
		return nil, refusal(errors.NotPermitted)
	case c.caller.caller().registry != c.issuer.registry:
		return nil, errOtherRegistry
	}
	return c.caller.caller().credential, nil
}

// report gives the hook of the issuer what the program did.
func (c Credentials) report(ctx context.Context, a audit.Action) {
	if c.issuer != nil && c.why != "" {
		a.Why = c.why
		c.issuer.audit(ctx, a)
	}
}

// of is an action on the credentials of a selection.
func of(selection credential.Selection, verb audit.Verb, count int, err error) audit.Action {
	return audit.Action{Verb: verb, Subject: selection.Subject, CredentialType: selection.Type, CredentialID: selection.ID, Count: count, Err: err}
}

// Issue makes a credential and stores it. For a caller it allows at most what
// their own credential allows:
//
//   - The subject is the caller, an organization that they reach, or a customer of
//     one. Any other fails with [owner.ErrOutOfReach]. The organization of a customer
//     is the one that the call names, so take it from the stored customer.
//   - The caller has each of the scopes, itself or by implication. Otherwise it fails
//     with [InsufficientScope].
//   - Its limit is within that of the caller. An organization that is not fails with
//     [owner.ErrOutOfReach].
//   - It expires with the credential of the caller, or before.
//
// Only [Sessions.Login] starts a web session. A caller cannot issue one, because it
// would count as a sign-in.
func (c Credentials) Issue(ctx context.Context, issue Issue) (issued Issued, err error) {
	defer func() {
		c.report(ctx, audit.Action{
			Verb: audit.Issue, Subject: issue.Subject, CredentialType: issue.Type.name, CredentialID: issued.Credential.ID, Count: issued.count(), Err: err,
		})
	}()
	mine, err := c.mine()
	if err != nil {
		return Issued{}, err
	}
	i := c.issuer
	typ := i.registry.named(issue.Type.name)
	switch {
	case typ == nil:
		return Issued{}, fmt.Errorf("auth: Issue: credential type %q is not in the registry", issue.Type.name)
	case typ.prefix == "":
		return Issued{}, fmt.Errorf("auth: Issue: credentials of type %q are not issued here", typ.name)
	case issue.Subject.IsZero() || issue.Subject.Kind != typ.subject.kind:
		return Issued{}, fmt.Errorf("auth: Issue: a credential of type %q stands for a subject of kind %q, not for %s", typ.name, typ.subject.kind, issue.Subject)
	case issue.Subject.Kind == CustomerKind && issue.Subject.OrganizationID == uuid.Nil:
		return Issued{}, errors.New("auth: Issue: the customer has no OrganizationID")
	case issue.Lifetime <= 0 && (typ.place == cookie || typ.subject.kind == CustomerKind):
		return Issued{}, fmt.Errorf("auth: Issue: a credential of type %q needs a Lifetime", typ.name)
	case mine != nil && typ.place == cookie:
		return Issued{}, fmt.Errorf("auth: Issue: a credential of type %q is made by Sessions.Login, not for a caller", typ.name)
	}
	now := i.time()
	made := credential.Credential{Type: typ.name, Subject: issue.Subject, Limit: issue.Limit, Name: issue.Name}
	for _, scope := range issue.Scopes {
		if !isScope(string(scope)) || !i.registry.lattice.knows(scope) {
			return Issued{}, fmt.Errorf("auth: Issue: unknown scope %q", scope)
		}
		if !slices.Contains(made.Scopes, scope) {
			made.Scopes = append(made.Scopes, scope)
		}
	}
	if issue.Lifetime > 0 {
		expires := now.Add(issue.Lifetime)
		made.ExpiresAt = &expires
	}
	if typ.place == cookie {
		made.AuthenticatedAt = now
	}
	if mine != nil {
		if err := c.narrow(ctx, mine, typ, &made); err != nil {
			return Issued{}, err
		}
	}
	return i.add(ctx, typ, made, now, credential.Replacement{})
}

// narrow limits a new credential to what the caller's own allows, or refuses it.
func (c Credentials) narrow(ctx context.Context, mine *credential.Credential, typ *CredentialType, made *credential.Credential) error {
	if err := c.manages(ctx, mine, made.Subject); err != nil {
		return err
	}
	if err := c.hasScopes(mine, made.Scopes); err != nil {
		return err
	}
	switch {
	case made.Limit.IsUnrestricted():
		made.Limit = mine.Limit
	case !made.Limit.Within(mine.Limit):
		return owner.ErrOutOfReach
	}
	c.endWith(mine, typ, made)
	return nil
}

// manages returns nil where the caller may issue and end credentials of a subject.
func (c Credentials) manages(ctx context.Context, mine *credential.Credential, subject credential.SubjectRef) error {
	if subject == mine.Subject {
		return nil
	}
	organization := uuid.Nil
	switch {
	case mine.Subject.Kind == CustomerKind:
	case subject.Kind == OrganizationKind:
		organization = subject.ID
	case subject.Kind == CustomerKind:
		organization = subject.OrganizationID
	}
	if organization == uuid.Nil {
		return owner.ErrOutOfReach
	}
	if ok, err := holdsOrganization(ctx, c.caller, permissionOf(c.caller), organization); err != nil || ok {
		return err
	}
	return owner.ErrOutOfReach
}

// hasScopes refuses scopes that the caller does not have.
func (c Credentials) hasScopes(mine *credential.Credential, scopes []credential.Scope) error {
	var missing []credential.Scope
	for _, scope := range scopes {
		if c.issuer.registry.lattice.knows(scope) && !c.issuer.registry.lattice.satisfied(scope, mine.Scopes) {
			missing = append(missing, scope)
		}
	}
	if missing == nil {
		return nil
	}
	return insufficientScope(c.caller.caller().realm, joinScopes(c.issuer.registry.lattice.strongest(missing)))
}

// endWith lets a new credential expire at the latest with that of the caller.
func (c Credentials) endWith(mine *credential.Credential, typ *CredentialType, made *credential.Credential) {
	if mine.ExpiresAt == nil || typ.outlives && c.caller.caller().typ.place == cookie {
		return
	}
	if made.ExpiresAt == nil || made.ExpiresAt.After(*mine.ExpiresAt) {
		expires := *mine.ExpiresAt
		made.ExpiresAt = &expires
	}
}

// ends returns nil where the caller may rotate or revoke a credential: their own,
// or one that allows no more than their own.
func (c Credentials) ends(ctx context.Context, mine, found *credential.Credential) error {
	if found.ID == mine.ID {
		return nil
	}
	if err := c.manages(ctx, mine, found.Subject); err != nil {
		return err
	}
	if err := c.hasScopes(mine, found.Scopes); err != nil {
		return err
	}
	if !found.Limit.Within(mine.Limit) {
		return errBeyondLimit
	}
	return nil
}

var errBeyondLimit = refusal(errors.NotPermitted).WithDetail("The credential reaches organizations that yours does not reach.")

// Rotate replaces a living token by a new one with the same rights and the same
// lifetime, which begins now. The old token works until the overlap has passed. The
// selection must have an ID. Without a living token of this ID, Rotate fails with
// [credential.ErrInvalid], of the kind errors.ResourceNotFound.
//
// For a caller, the token is their own, or allows no more than their own. Otherwise
// it fails with [InsufficientScope], or with errors.NotPermitted where the token
// reaches more organizations. The new token expires with the credential of the
// caller, or before.
func (c Credentials) Rotate(ctx context.Context, selection credential.Selection, overlap time.Duration) (issued Issued, err error) {
	defer func() { c.report(ctx, of(selection, audit.Rotate, issued.count(), err)) }()
	mine, err := c.mine()
	if err != nil {
		return Issued{}, err
	}
	i := c.issuer
	if selection.ID == uuid.Nil {
		return Issued{}, errors.New("auth: Rotate: the selection has no ID")
	}
	found, err := i.list(ctx, selection)
	if err != nil {
		return Issued{}, err
	}
	now := i.time()
	if len(found) != 1 || !found[0].IsAlive(now) {
		return Issued{}, errors.ResourceNotFound.Wrap(credential.ErrInvalid)
	}
	old := found[0]
	typ := i.registry.named(old.Type)
	if typ == nil || typ.place != bearer {
		return Issued{}, fmt.Errorf("auth: Rotate: credentials of type %q are not rotated", old.Type)
	}
	made := old.Clone()
	made.LastUsedAt, made.RevokedAt = nil, nil
	made.Scopes = slices.DeleteFunc(made.Scopes, func(s credential.Scope) bool { return !i.registry.lattice.knows(s) })
	if old.ExpiresAt != nil {
		expires := now.Add(old.ExpiresAt.Sub(old.CreatedAt))
		made.ExpiresAt = &expires
	}
	if mine != nil {
		if err := c.ends(ctx, mine, &old); err != nil {
			return Issued{}, err
		}
		c.endWith(mine, typ, &made)
	}
	return i.add(ctx, typ, made, now, credential.Replacement{ID: old.ID, Until: now.Add(max(overlap, 0))})
}

// List returns the credentials of a selection, the newest first, dead ones too.
// For a caller it lists all credentials of the subjects that they manage, also
// those that allow more than their own.
func (c Credentials) List(ctx context.Context, selection credential.Selection) (found []credential.Credential, err error) {
	defer func() { c.report(ctx, of(selection, audit.List, len(found), err)) }()
	mine, err := c.mine()
	if err != nil {
		return nil, err
	}
	if mine != nil && !selection.Subject.IsZero() {
		if err := c.manages(ctx, mine, selection.Subject); err != nil {
			return nil, err
		}
	}
	if found, err = c.issuer.list(ctx, selection); err != nil || mine == nil {
		return found, err
	}
	// A store selects a customer by identifier. Whose customer it is, its credential says.
	return slices.DeleteFunc(found, func(f credential.Credential) bool { return f.Subject != selection.Subject }), nil
}

// Revoke ends the living credentials of a selection and returns how many there
// were: one by its ID, or all of a subject, such as after a password change.
//
// For a caller, each of them is their own, or allows no more than their own.
// Otherwise it fails with [InsufficientScope], or with errors.NotPermitted where one
// reaches more organizations, and none is revoked.
func (c Credentials) Revoke(ctx context.Context, selection credential.Selection) (revoked int, err error) {
	defer func() { c.report(ctx, of(selection, audit.Revoke, revoked, err)) }()
	mine, err := c.mine()
	if err != nil {
		return 0, err
	}
	i, now := c.issuer, c.issuer.time()
	if mine == nil {
		n, err := i.ledger.Revoke(ctx, selection, now)
		return n, stored(err)
	}
	found, err := c.List(ctx, selection)
	if err != nil {
		return 0, err
	}
	found = slices.DeleteFunc(found, func(f credential.Credential) bool { return !f.IsAlive(now) })
	for f := range found {
		if err := c.ends(ctx, mine, &found[f]); err != nil {
			return 0, err
		}
	}
	// One by one, so that only those are revoked that were checked.
	for f := range found {
		n, err := i.ledger.Revoke(ctx, credential.Selection{Subject: found[f].Subject, Type: found[f].Type, ID: found[f].ID}, now)
		if err != nil {
			return revoked, stored(err)
		}
		revoked += n
	}
	return revoked, nil
}

func (i *Issuer) list(ctx context.Context, selection credential.Selection) ([]credential.Credential, error) {
	found, err := i.ledger.List(ctx, selection)
	return found, stored(err)
}

func (i *Issuer) add(ctx context.Context, typ *CredentialType, made credential.Credential, now time.Time, replaces credential.Replacement) (Issued, error) {
	id, err := uuid.NewRandom()
	if err != nil {
		return Issued{}, fmt.Errorf("auth: making an identifier: %w", err)
	}
	made.ID, made.CreatedAt = id, now
	token := newToken(typ.prefix)
	if err := i.ledger.Add(ctx, credential.Record{Credential: made.Clone(), Hash: i.keys.current(token)}, replaces); err != nil {
		return Issued{}, stored(err)
	}
	return Issued{Token: NewSecret(token), Credential: made}, nil
}

// stored turns an error of a ledger into the answer: there is no such credential,
// or the ledger cannot be read or written.
func stored(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, credential.ErrInvalid):
		return errors.ResourceNotFound.Wrap(err)
	case errors.KindOf(err) != errors.InternalServerError:
		return err
	}
	return unavailable(err)
}
