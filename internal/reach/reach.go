// Package reach holds the opaque value that says whose rows a statement may
// touch. Package auth makes it from a subject, package repository turns it into
// a predicate, and nothing outside this module can make one.
package reach

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/errors"
)

// Kind names a kind of owner, such as "organization".
type Kind string

// ErrOutOfReach is returned by [Reach.Own] for an owner that the reach does not
// hold. Its kind is ResourceNotFound: out of reach answers as if absent.
var ErrOutOfReach error = errors.ResourceNotFound.Wrap(errors.New("reach: the owner is out of reach"))

// Reach is a union of grants, one per kind of owner. The zero value reaches
// nothing. It is immutable and safe for concurrent use.
type Reach struct {
	grants []Grant
	system string
}

// Grant is the set of owners of one kind that a [Reach] holds: exactly IDs, or,
// for a set too large to list, what a sub-select finds.
type Grant struct {
	Kind Kind
	IDs  []uuid.UUID
	// Select is set instead of IDs for a large set.
	Select *Select
}

// Select is a set of owners in the database.
type Select struct {
	// SQL selects one uuid column, with ? placeholders for Args.
	SQL  string
	Args []any
	// Contains answers for one owner, where List is nil.
	Contains func(ctx context.Context, id uuid.UUID) (bool, error)
	// List is what SQL selects, for a set that is small enough to list; nil for
	// one that is not.
	List func(ctx context.Context) ([]uuid.UUID, error)
	// Only, when not nil, narrows the set to these.
	Only []uuid.UUID
}

// Of is the union of the grants, which are the reach's from then on.
func Of(grants ...Grant) Reach { return Reach{grants: grants} }

// System is the reach of the program itself: every row, with the reason.
// An empty reason reaches nothing.
func System(why string) Reach { return Reach{system: why} }

// IsSystem reports whether the reach is that of the program itself.
func (r Reach) IsSystem() bool { return r.system != "" }

// Why is the reason given to [System].
func (r Reach) Why() string { return r.system }

// Grants are the grants of the reach; none for [System]. They are copies: who
// changes them changes no reach.
func (r Reach) Grants() []Grant {
	grants := make([]Grant, len(r.grants))
	for i, g := range r.grants {
		grants[i] = g.clone()
	}
	return grants
}

// GrantsOf is [Reach.Grants] without copies, for packages of this module that
// only read them.
func GrantsOf(r Reach) []Grant { return r.grants }

func (g Grant) clone() Grant {
	g.IDs = slices.Clone(g.IDs)
	if g.Select == nil {
		return g
	}
	own := *g.Select
	own.Args = slices.Clone(own.Args)
	if own.Only != nil {
		own.Only = append([]uuid.UUID{}, own.Only...) // an empty one stays one
	}
	if list := own.List; list != nil {
		own.List = func(ctx context.Context) ([]uuid.UUID, error) {
			ids, err := list(ctx)
			return slices.Clone(ids), err
		}
	}
	g.Select = &own
	return g
}

// IsEmpty reports whether the reach is known to hold no owner at all.
func (r Reach) IsEmpty() bool {
	return !r.IsSystem() && !slices.ContainsFunc(r.grants, func(g Grant) bool { return !g.isEmpty() })
}

func (g Grant) isEmpty() bool {
	if g.Select != nil {
		return g.Select.Only != nil && len(g.Select.Only) == 0
	}
	return len(g.IDs) == 0
}

// Restrict keeps only owners of this kind and of them only those named. It
// never adds one: of [System] it makes exactly those named.
func (r Reach) Restrict(kind Kind, ids ...uuid.UUID) Reach {
	if r.IsSystem() {
		return Of(Grant{Kind: kind, IDs: slices.Clone(ids)})
	}
	var kept []Grant
	for _, g := range r.grants {
		if g.Kind != kind {
			continue
		}
		if g.Select != nil {
			narrowed := *g.Select
			narrowed.Only = intersect(narrowed.Only, ids, narrowed.Only == nil)
			g.Select = &narrowed
		} else {
			g.IDs = intersect(g.IDs, ids, false)
		}
		kept = append(kept, g)
	}
	return Of(kept...)
}

// intersect keeps of want what have holds, each once. It is never nil, so that an
// empty narrowing stays one.
func intersect(have, want []uuid.UUID, all bool) []uuid.UUID {
	left := make(map[uuid.UUID]struct{}, len(have))
	for _, id := range have {
		left[id] = struct{}{}
	}
	if all {
		for _, id := range want {
			left[id] = struct{}{}
		}
	}
	kept := make([]uuid.UUID, 0, min(len(want), len(left)))
	for _, id := range want {
		if _, ok := left[id]; ok {
			delete(left, id)
			kept = append(kept, id)
		}
	}
	return kept
}

// Own makes the owner of a new row, which only an owner in reach can be. It
// fails with [ErrOutOfReach], or with what a large set's look-up failed with.
func (r Reach) Own(ctx context.Context, kind Kind, id uuid.UUID) (Owner, error) {
	if r.IsSystem() {
		return Owner{kind: kind, id: id}, nil
	}
	for _, g := range r.grants {
		if g.Kind != kind {
			continue
		}
		found, err := g.contains(ctx, id)
		if err != nil {
			return Owner{}, err
		}
		if found {
			return Owner{kind: kind, id: id}, nil
		}
	}
	return Owner{}, ErrOutOfReach
}

func (g Grant) contains(ctx context.Context, id uuid.UUID) (bool, error) {
	if g.Select == nil {
		return slices.Contains(g.IDs, id), nil
	}
	if g.Select.Only != nil && !slices.Contains(g.Select.Only, id) {
		return false, nil
	}
	switch {
	case g.Select.List != nil:
		ids, err := g.Select.List(ctx)
		return err == nil && slices.Contains(ids, id), err
	case g.Select.Contains != nil:
		return g.Select.Contains(ctx, id)
	}
	return false, nil
}

// Listed is the same reach with a list in place of each sub-select that can be
// listed. It fails with what a look-up failed with.
func (r Reach) Listed(ctx context.Context) (Reach, error) {
	if !slices.ContainsFunc(r.grants, Grant.isListable) {
		return r, nil
	}
	grants := slices.Clone(r.grants)
	for i, g := range grants {
		if !g.isListable() {
			continue
		}
		listed := Grant{Kind: g.Kind}
		if !g.isEmpty() {
			ids, err := g.Select.List(ctx)
			if err != nil {
				return Reach{}, err
			}
			if g.Select.Only != nil {
				ids = intersect(ids, g.Select.Only, false)
			}
			listed.IDs = ids
		}
		grants[i] = listed
	}
	return Of(grants...), nil
}

func (g Grant) isListable() bool { return g.Select != nil && g.Select.List != nil }

// Owner is the owner of a new row. The zero value owns nothing and is refused.
type Owner struct {
	kind Kind
	id   uuid.UUID
}

// Kind is the kind of the owner, empty for the zero value.
func (o Owner) Kind() Kind { return o.kind }

// ID is the owner's identifier.
func (o Owner) ID() uuid.UUID { return o.id }

// Reach is the reach of exactly this owner: enough to create a row of theirs
// without asking again what the subject reaches.
func (o Owner) Reach() Reach {
	if o.IsZero() {
		return Reach{}
	}
	return Of(Grant{Kind: o.kind, IDs: []uuid.UUID{o.id}})
}

// IsZero reports whether there is no owner.
func (o Owner) IsZero() bool { return o.kind == "" }
