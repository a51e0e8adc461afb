package auth

import (
	"context"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
)

// Memberships says which organizations a user belongs to, for [Config]. It is an
// interface because that is in the application's database. No method will be
// added to it. An application without roles may read one table:
//
//	func (m memberships) Organizations(ctx context.Context, userID uuid.UUID, _ auth.Permission) (owner.Set, error) {
//		rows, err := m.pool.Query(ctx, "SELECT organization_id FROM memberships WHERE user_id = $1", userID)
//		if err != nil {
//			return owner.Set{}, err
//		}
//		ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
//		return owner.IDs(ids...), err
//	}
type Memberships interface {
	// Organizations are the organizations of which the user is a member, that
	// are not deleted, and, where a permission is named, in which the user's
	// role has it. An unknown permission is an error or an empty set.
	//
	// owner.IDs makes a set of a list, and owner.Deferred one of a sub-select that
	// becomes part of the statement for the rows.
	//
	// One request asks it once for each permission that it needs. A failure is
	// not kept.
	Organizations(ctx context.Context, userID uuid.UUID, permission Permission) (owner.Set, error)
}

// Reach is what the subject may touch, so that an AuthSubject is an
// [owner.Reacher]. For a [User] these are the organizations of which they are a
// member, as far as the credential's limit goes, and in which their role has the
// permission that the requirement asks for. For an [Organization] it is itself,
// and for a [Customer] their own rows, by customer, unless the credential is
// limited to other organizations than theirs. [Config.Policy] may add other
// kinds of owner. [Anonymous] reaches nothing.
//
// What one request has asked of [Config.Memberships] and [Config.Policy] it does
// not ask again. Reach fails with the error of these two, and for the zero
// AuthSubject.
func (s AuthSubject[S]) Reach(ctx context.Context) (owner.Reach, error) {
	return reachOf(ctx, s, permissionOf(s))
}

// Visible answers for what the subject may know of: [AuthSubject.Reach] without
// regard to the permission that the requirement asks for. An endpoint that
// requires a permission gets a row by it (404 where there is none in reach) and
// then asks [AuthSubject.Permit] (403).
func (s AuthSubject[S]) Visible() owner.Reacher { return visible{s} }

// visible is what a caller may know of.
type visible struct{ caller Caller }

func (v visible) Reach(ctx context.Context) (owner.Reach, error) { return reachOf(ctx, v.caller, "") }

// Permit returns nil where the subject may do in an organization what the
// requirement's permission stands for. It fails with errors.NotPermitted where
// the subject reaches the organization without the permission, with
// errors.ResourceNotFound where they do not reach it, and otherwise as
// [AuthSubject.Reach] does.
func (s AuthSubject[S]) Permit(ctx context.Context, organizationID uuid.UUID) error {
	allowed, err := holdsOrganization(ctx, s, permissionOf(s), organizationID)
	if allowed || err != nil {
		return err
	}
	visible, err := holdsOrganization(ctx, s, "", organizationID)
	switch {
	case err != nil:
		return err
	case visible:
		return refusal(errors.NotPermitted)
	}
	return errors.ResourceNotFound.New()
}

// Own makes the owner of a new row from the organization that a body names in
// the field organization_id. An [Organization] owns what it makes and may name
// none. A user may leave it out where they reach exactly one.
//
// What does not fit is a 422 on that field. The text is the same for an
// organization that does not exist and for one out of reach. Otherwise Own fails
// as [AuthSubject.Reach] does.
func (s AuthSubject[S]) Own(ctx context.Context, organizationID kit.Optional[uuid.UUID]) (owner.Owner, error) {
	all, err := organizationsOf(ctx, s, permissionOf(s))
	if err != nil {
		return owner.Owner{}, err
	}
	if all, err = all.Listed(ctx); err != nil {
		return owner.Owner{}, err
	}
	id, named := organizationID.Get()
	if refOf(s).Kind == OrganizationKind {
		if named {
			return owner.Owner{}, errors.ValidationErrorAt(organizationField(), "organization_token",
				"Setting organization_id is disallowed when using an organization token.", id)
		}
		id = refOf(s).ID
	} else if !named {
		only, ok := all.One(OrganizationKind)
		if !ok {
			return owner.Owner{}, errors.ValidationErrorAt(organizationField(), "missing", "Field required", nil)
		}
		id = only
	}
	own, err := all.Own(ctx, OrganizationKind, id)
	if errors.Is(err, owner.ErrOutOfReach) {
		return owner.Owner{}, errors.ValidationErrorAt(organizationField(), "value_error", "Organization not found.", id)
	}
	return own, err
}

func organizationField() errors.Loc { return errors.Loc{"body", "organization_id"} }

// reachOf is what the caller may touch with a permission, or without one.
func reachOf(ctx context.Context, caller Caller, permission Permission) (owner.Reach, error) {
	ref, err := callerRef(caller)
	if err != nil || ref.IsZero() {
		return owner.Reach{}, err
	}
	p := caller.caller()
	var grants []owner.Grant
	if ref.Kind == CustomerKind {
		if p.credential.Limit.Contains(ref.OrganizationID) {
			grants = append(grants, owner.Grant{Kind: CustomerKind, Set: owner.IDs(ref.ID)})
		}
	} else {
		organizations, err := organizationsOf(ctx, caller, permission)
		if err != nil {
			return owner.Reach{}, err
		}
		grants = organizations.Grants()
	}
	more, err := p.asked.policy(ctx, caller)
	if err != nil {
		return owner.Reach{}, err
	}
	return owner.ReachOf(append(grants, more...)...), nil
}

// organizationsOf is the part of [reachOf] that is about organizations.
func organizationsOf(ctx context.Context, caller Caller, permission Permission) (owner.Reach, error) {
	ref, err := callerRef(caller)
	if err != nil || ref.IsZero() {
		return owner.Reach{}, err
	}
	p := caller.caller()
	limited, limit := !p.credential.Limit.IsUnrestricted(), p.credential.Limit.IDs()
	if limited && len(limit) == 0 {
		return owner.Reach{}, nil
	}
	var set owner.Set
	switch ref.Kind {
	case OrganizationKind:
		set = owner.IDs(ref.ID)
	case UserKind:
		if set, err = p.asked.organizations(ctx, ref.ID, permission); err != nil {
			return owner.Reach{}, err
		}
	}
	if limited {
		set = set.Restrict(limit...)
	}
	return owner.ReachOf(owner.Grant{Kind: OrganizationKind, Set: set}), nil
}

func holdsOrganization(ctx context.Context, caller Caller, permission Permission, id uuid.UUID) (bool, error) {
	organizations, err := organizationsOf(ctx, caller, permission)
	if err != nil {
		return false, err
	}
	return organizations.Contains(ctx, OrganizationKind, id)
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
