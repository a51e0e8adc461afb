package auth

import (
	"context"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
)

// Memberships says which organizations a user belongs to. It is an interface
// because that is in the application's database; no method will be added.
type Memberships interface {
	// Organizations are the organizations of which the user is a member, that
	// are not deleted, and, where a permission is named, in which the user's
	// role has it. An unknown permission is an error or an empty set.
	Organizations(ctx context.Context, userID uuid.UUID, permission Permission) (owner.Set, error)
}

// AccessConfig is what an [Access] is made of.
type AccessConfig struct {
	// Memberships tells the organizations of users. Default: users have none.
	Memberships Memberships
	// Policy adds grants for kinds of owner of the application's own, or for
	// subjects that the package does not know. It is asked once for each reach,
	// and not about organizations and customers: those grants are the package's,
	// and what Policy says of them is left out. Default: nothing is added.
	Policy func(ctx context.Context, caller Caller) ([]owner.Grant, error)
}

// Access answers which rows a caller may reach. The zero value and nil answer
// only for organizations and customers themselves. It is safe for concurrent use.
type Access struct{ config AccessConfig }

// NewAccess makes an access.
func NewAccess(config AccessConfig) *Access { return &Access{config: config} }

// Reach is what the caller may touch: for a [User] the organizations of which
// they are a member, as far as the credential's limit goes and the role has
// the permission that the requirement asks for; for an [Organization] itself; for
// a [Customer] their own rows, by customer, unless the credential is limited to
// other organizations than theirs; then what the policy adds.
//
// It fails only when the application's part does, or when there is no caller.
func (a *Access) Reach(ctx context.Context, caller Caller) (owner.Reach, error) {
	return a.reach(ctx, caller, permissionOf(caller))
}

// Visible is [Access.Reach] without regard to the permission: what the caller
// may know of. An endpoint that requires a permission gets a row by this (404
// where it is absent) and then asks [Access.Permit] (403).
func (a *Access) Visible(ctx context.Context, caller Caller) (owner.Reach, error) {
	return a.reach(ctx, caller, "")
}

func (a *Access) reach(ctx context.Context, caller Caller, permission Permission) (owner.Reach, error) {
	ref, err := callerRef(caller)
	if err != nil || ref.IsZero() {
		return owner.Reach{}, err
	}
	var grants []owner.Grant
	if ref.Kind == CustomerKind {
		if caller.caller().credential.Limit.Contains(ref.OrganizationID) {
			grants = append(grants, owner.Grant{Kind: CustomerKind, Set: owner.IDs(ref.ID)})
		}
	} else {
		organizations, err := a.organizations(ctx, caller, ref, permission)
		if err != nil {
			return owner.Reach{}, err
		}
		grants = organizations.reach.Grants()
	}
	if a == nil || a.config.Policy == nil {
		return owner.ReachOf(grants...), nil
	}
	more, err := a.config.Policy(ctx, caller)
	if err != nil {
		return owner.Reach{}, err
	}
	for _, g := range more {
		if g.Kind != OrganizationKind && g.Kind != CustomerKind {
			grants = append(grants, g)
		}
	}
	return owner.ReachOf(grants...), nil
}

// Organizations are the organizations that the caller reaches: the part of
// [Access.Reach] that is about organizations. A [Deferred] set is listed.
func (a *Access) Organizations(ctx context.Context, caller Caller) (Organizations, error) {
	ref, err := callerRef(caller)
	if err != nil || ref.IsZero() {
		return Organizations{}, err
	}
	all, err := a.organizations(ctx, caller, ref, permissionOf(caller))
	if err != nil {
		return Organizations{}, err
	}
	all.reach, err = all.reach.Listed(ctx)
	return all, err
}

func (a *Access) organizations(ctx context.Context, caller Caller, ref credential.SubjectRef, permission Permission) (Organizations, error) {
	limit := caller.caller().credential.Limit
	var set owner.Set
	switch {
	case !limit.IsUnrestricted() && len(limit.IDs()) == 0:
		return Organizations{}, nil
	case ref.Kind == OrganizationKind:
		set = owner.IDs(ref.ID)
	case ref.Kind == UserKind && a != nil && a.config.Memberships != nil:
		var err error
		if set, err = a.config.Memberships.Organizations(ctx, ref.ID, permission); err != nil {
			return Organizations{}, err
		}
	}
	all := owner.ReachOf(owner.Grant{Kind: OrganizationKind, Set: set})
	if !limit.IsUnrestricted() {
		all = all.Restrict(OrganizationKind, limit.IDs()...)
	}
	return Organizations{reach: all}, nil
}

// Permit answers whether the caller may do what the requirement's permission
// stands for in an organization: nil, errors.NotPermitted where the
// organization is reached without it, errors.ResourceNotFound where it is not reached.
func (a *Access) Permit(ctx context.Context, caller Caller, organizationID uuid.UUID) error {
	allowed, err := a.Organizations(ctx, caller)
	if err != nil {
		return err
	}
	if ok, err := allowed.Contains(ctx, organizationID); ok || err != nil {
		return err
	}
	ref, err := callerRef(caller)
	if err != nil || ref.IsZero() {
		return errors.ResourceNotFound.New()
	}
	visible, err := a.organizations(ctx, caller, ref, "")
	if err != nil {
		return err
	}
	if ok, err := visible.Contains(ctx, organizationID); err != nil {
		return err
	} else if ok {
		return refusal(errors.NotPermitted)
	}
	return errors.ResourceNotFound.New()
}

// Own makes the owner of a new row from the organization that a body names in
// the field organization_id. An [Organization] owns what it makes and may name
// none; a user may leave it out where exactly one is reached. What does not fit
// is a 422 on that field, with the same text for an organization that is
// absent and for one out of reach.
func (a *Access) Own(ctx context.Context, caller Caller, organizationID kit.Optional[uuid.UUID]) (owner.Owner, error) {
	all, err := a.Organizations(ctx, caller)
	if err != nil {
		return owner.Owner{}, err
	}
	id, named := organizationID.Get()
	if refOf(caller).Kind == OrganizationKind {
		if named {
			return owner.Owner{}, errors.ValidationErrorAt(organizationField(), "organization_token",
				"Setting organization_id is disallowed when using an organization token.", id)
		}
		id = refOf(caller).ID
	} else if !named {
		only, ok := all.Only()
		if !ok {
			return owner.Owner{}, errors.ValidationErrorAt(organizationField(), "missing", "Field required", nil)
		}
		id = only
	}
	own, err := all.Own(ctx, id)
	if errors.Is(err, owner.ErrOutOfReach) {
		return owner.Owner{}, errors.ValidationErrorAt(organizationField(), "value_error", "Organization not found.", id)
	}
	return own, err
}

func organizationField() errors.Loc { return errors.Loc{"body", "organization_id"} }

// Organizations is an opaque set of organizations. The zero value is empty; it
// only shrinks.
type Organizations struct{ reach owner.Reach }

// Restrict keeps only those named: for a filter by organization.
func (o Organizations) Restrict(ids ...uuid.UUID) Organizations {
	return Organizations{reach: o.reach.Restrict(OrganizationKind, ids...)}
}

// Reach is the set as a reach.
func (o Organizations) Reach() owner.Reach { return o.reach }

// IsEmpty reports whether the set is known to be empty.
func (o Organizations) IsEmpty() bool { return o.reach.IsEmpty() }

// Own makes the owner of a new row; it fails with [owner.ErrOutOfReach] for an
// organization that is not in the set.
func (o Organizations) Own(ctx context.Context, id uuid.UUID) (owner.Owner, error) {
	return o.reach.Own(ctx, OrganizationKind, id)
}

// Contains reports whether an organization is in the set.
func (o Organizations) Contains(ctx context.Context, id uuid.UUID) (bool, error) {
	_, err := o.Own(ctx, id)
	if errors.Is(err, owner.ErrOutOfReach) {
		return false, nil
	}
	return err == nil, err
}

// Only is the organization of a set that is known to hold exactly one. A
// sub-select is never known to.
func (o Organizations) Only() (uuid.UUID, bool) {
	return o.reach.One(OrganizationKind)
}

var errNoCaller = errors.New("auth: there is no caller: the AuthSubject was not made by a requirement")

// callerRef is the caller's subject, zero for an anonymous one.
func callerRef(caller Caller) (credential.SubjectRef, error) {
	if caller == nil || caller.caller() == nil {
		return credential.SubjectRef{}, errNoCaller
	}
	return refOf(caller), nil
}

func permissionOf(caller Caller) Permission {
	if caller == nil || caller.caller() == nil {
		return ""
	}
	return caller.caller().permission
}
