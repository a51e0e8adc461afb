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

// membership says that a user belongs to an organization.
type membership struct {
	UserID         uuid.UUID `db:"user_id,pk"`
	OrganizationID uuid.UUID `db:"organization_id,pk"`
}

var memberships = repository.MustNew[membership]("memberships", repository.Options{})

// alive matches memberships of organizations that are not deleted. A scalar sub-select
// finds each organization by its key. EXISTS would become a join, and preparing the join
// takes longer than reading these few rows.
const alive = `(SELECT o.deleted_at IS NULL FROM organizations o WHERE o.id = organization_id)`

// Memberships are the organizations of users. Package auth asks for them.
type Memberships struct{ reader repository.Reader }

var _ auth.Memberships = Memberships{}

// NewMemberships makes memberships.
func NewMemberships(reader repository.Reader) Memberships { return Memberships{reader: reader} }

// Organizations returns the organizations of the user. The service has no roles, so there
// are no permissions.
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
