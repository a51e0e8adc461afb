// Package organization knows who belongs to which organization.
package organization

import (
	"context"
	"fmt"

	sq "github.com/Masterminds/squirrel"
	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/repository"
)

// membership is a user's place in an organization.
type membership struct {
	UserID         uuid.UUID `db:"user_id,pk"`
	OrganizationID uuid.UUID `db:"organization_id,pk"`
}

var memberships = repository.MustNew[membership]("memberships", repository.Options{})

// alive is a membership of an organization that is not deleted.
var alive = sq.Expr(`EXISTS (SELECT FROM organizations o WHERE o.id = organization_id AND o.deleted_at IS NULL)`)

// Memberships are the organizations of users. It is what package auth asks.
type Memberships struct{ reader repository.Reader }

var _ auth.Memberships = Memberships{}

// NewMemberships makes memberships.
func NewMemberships(reader repository.Reader) Memberships { return Memberships{reader: reader} }

// Organizations are the organizations of which the user is a member. There are
// no roles, so no permission is known.
func (m Memberships) Organizations(ctx context.Context, userID uuid.UUID, permission auth.Permission) (auth.Set, error) {
	if permission != "" {
		return auth.Set{}, fmt.Errorf("organization: unknown permission %q", permission)
	}
	all := memberships.In(repository.System("what a user reaches follows from it"))
	found, err := all.All(ctx, m.reader, repository.Query{Where: sq.And{sq.Eq{"user_id": userID}, alive}, Max: repository.NoLimit})
	if err != nil {
		return auth.Set{}, err
	}
	ids := make([]uuid.UUID, len(found))
	for i := range found {
		ids[i] = found[i].OrganizationID
	}
	return auth.IDs(ids...), nil
}
