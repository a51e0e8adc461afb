package owner

import (
	"context"

	"github.com/google/uuid"
)

// Owner is the owner of a new row. [Reach.Own] makes it of an owner that is in
// reach. It is comparable. The zero value is nobody, and owns nothing.
type Owner struct {
	kind Kind
	id   uuid.UUID
	why  string
}

// Kind is the kind of the owner, empty for the zero value.
func (o Owner) Kind() Kind { return o.kind }

// ID is the owner's identifier, zero for the zero value.
func (o Owner) ID() uuid.UUID { return o.id }

// IsZero reports whether there is no owner.
func (o Owner) IsZero() bool { return o.kind == "" }

// Reach is the reach of exactly this owner, so that an Owner is a [Reacher]. It
// is enough to create a row of theirs without a second look-up. It never fails.
// The zero Owner reaches nothing.
func (o Owner) Reach(context.Context) (Reach, error) {
	if o.IsZero() {
		return Reach{}, nil
	}
	return Reach{grants: []Grant{{Kind: o.kind, Set: IDs(o.id)}}, why: o.why}, nil
}
