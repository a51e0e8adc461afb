// Package organization knows who belongs to which organization.
package organization

import (
	"context"
	"fmt"

	sq "github.com/Masterminds/squirrel"
	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/repository"
)

// membership is a user's place in an organization.
type membership struct {
	UserID         uuid.UUID `db:"user_id,pk"`
	OrganizationID uuid.UUID `db:"organization_id,pk"`
}

var memberships = repository.MustNew[membership]("memberships", repository.Options{})

// alive is a membership of an organization that is not deleted. A scalar
// sub-select looks one organization up by its key; EXISTS becomes a join, which
// takes longer to set up than these few rows to read.
const alive = `(SELECT o.deleted_at IS NULL FROM organizations o WHERE o.id = organization_id)`

// Memberships are the organizations of users. It is what package auth asks.
type Memberships struct{ reader repository.Reader }

var _ auth.Memberships = Memberships{}

// NewMemberships makes memberships.
func NewMemberships(reader repository.Reader) Memberships { return Memberships{reader: reader} }

// Organizations are the organizations of which the user is a member. There are
// no roles, so no permission is known.
func (m Memberships) Organizations(ctx context.Context, userID uuid.UUID, permission auth.Permission) (owner.Set, error) {
	if permission != "" {
		return owner.Set{}, fmt.Errorf("organization: unknown permission %q", permission)
	}
	return owner.Deferred(`SELECT organization_id FROM memberships WHERE user_id = ? AND `+alive, []any{userID},
		func(ctx context.Context) ([]uuid.UUID, error) { return m.list(ctx, userID) }), nil
}

func (m Memberships) list(ctx context.Context, userID uuid.UUID) ([]uuid.UUID, error) {
	found, err := memberships.For(owner.System("what a user reaches follows from it")).All(ctx, m.reader, repository.Query{
		Where: sq.Expr("user_id = ? AND "+alive, userID), Max: repository.NoLimit,
	})
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, len(found))
	for i := range found {
		ids[i] = found[i].OrganizationID
	}
	return ids, nil
}
