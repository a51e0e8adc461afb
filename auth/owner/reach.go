package owner

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/errors"
)

// Kind names a kind of owner, such as "organization". Package auth declares the
// common ones: auth.OrganizationKind, auth.CustomerKind and auth.UserKind.
type Kind string

// ErrOutOfReach is returned by [Reach.Own] for an owner that the reach does not
// hold. Its kind is errors.ResourceNotFound, so a handler may return it as it
// is: what is out of reach is answered as if it did not exist.
var ErrOutOfReach error = errors.ResourceNotFound.Wrap(errors.New("owner: the owner is out of reach"))

// Reacher answers for a reach. [Reach], [Owner] and auth.AuthSubject are
// Reachers, and a model of package repository takes any of them.
type Reacher interface {
	// Reach is what may be touched. It fails where the reach has to be looked up
	// and the look-up fails.
	Reach(ctx context.Context) (Reach, error)
}

// Grant is the [Set] of owners of one [Kind] that a [Reach] holds.
type Grant struct {
	// Kind is the kind of the owners.
	Kind Kind
	// Set are the owners.
	Set Set
}

// Reach says whose rows a statement may touch: a union of grants. It is opaque
// and immutable: its methods only make smaller ones. The zero value reaches
// nothing.
type Reach struct {
	grants []Grant
	all    bool
	why    string
}

// ReachOf is the union of the grants. Several grants of one kind are allowed;
// the reach holds the owners of each. With no grant it reaches nothing.
//
// A handler gets its reach from the subject. ReachOf is for what makes subjects,
// and for tests and commands.
func ReachOf(grants ...Grant) Reach { return Reach{grants: slices.Clone(grants)} }

// System is the reach of the program itself: every owner of every kind. It is
// for work that no subject asked for, such as a job, a command or a seed. The
// reason says which work, in a few words: "nightly export". Package repository
// writes it into the names of statements. A blank reason reaches nothing.
func System(why string) Reach {
	why = strings.TrimSpace(why)
	return Reach{all: why != "", why: why}
}

// Reach is the reach itself, so that a Reach is a [Reacher]. It never fails.
func (r Reach) Reach(context.Context) (Reach, error) { return r, nil }

// IsSystem reports whether the reach is that of the program itself, which holds
// every owner. It is false for what [Reach.Restrict] made of it.
func (r Reach) IsSystem() bool { return r.all }

// Why is the reason that was given to [System], also for a reach that
// [Reach.Restrict] made of it. It is empty for the reach of a subject.
func (r Reach) Why() string { return r.why }

// Grants are the grants of the reach, as a copy; none for [System].
func (r Reach) Grants() []Grant { return slices.Clone(r.grants) }

// IsEmpty reports whether the reach is known to hold no owner at all. It asks
// nobody: the reach of a sub-select that finds nothing is not known to be empty.
func (r Reach) IsEmpty() bool {
	return !r.all && !slices.ContainsFunc(r.grants, func(g Grant) bool { return !g.Set.IsEmpty() })
}

// Restrict keeps only owners of this kind, and of them only those named, for a
// filter that a request names. It never adds one. With no IDs nothing is left.
// Of [System] it makes exactly those named.
func (r Reach) Restrict(kind Kind, ids ...uuid.UUID) Reach {
	if r.all {
		return Reach{grants: []Grant{{Kind: kind, Set: IDs(ids...)}}, why: r.why}
	}
	var kept []Grant
	for _, g := range r.grants {
		if g.Kind == kind {
			kept = append(kept, Grant{Kind: kind, Set: g.Set.Restrict(ids...)})
		}
	}
	return Reach{grants: kept, why: r.why}
}

// Contains reports whether the reach holds the owner. It fails only where a set
// has to be looked up and the look-up fails.
func (r Reach) Contains(ctx context.Context, kind Kind, id uuid.UUID) (bool, error) {
	if kind == "" || id == uuid.Nil {
		return false, nil // names nobody
	}
	if r.all {
		return true, nil
	}
	for _, g := range r.grants {
		if g.Kind != kind {
			continue
		}
		if found, err := g.Set.Contains(ctx, id); found || err != nil {
			return found && err == nil, err
		}
	}
	return false, nil
}

// Own makes the [Owner] of a new row. It fails with [ErrOutOfReach] for an owner
// that the reach does not hold, and with the error of the look-up where a set
// has to be looked up and that fails.
func (r Reach) Own(ctx context.Context, kind Kind, id uuid.UUID) (Owner, error) {
	held, err := r.Contains(ctx, kind, id)
	if err != nil {
		return Owner{}, err
	}
	if !held {
		return Owner{}, ErrOutOfReach
	}
	return Owner{kind: kind, id: id, why: r.why}, nil
}

// One is the only owner of a kind, where the reach is known to hold exactly one.
// It asks nobody: see [Reach.Listed]. [System] is not known to hold exactly one.
func (r Reach) One(kind Kind) (uuid.UUID, bool) {
	var one uuid.UUID
	known := false
	for _, g := range r.grants {
		if g.Kind != kind || g.Set.IsEmpty() {
			continue
		}
		id, ok := g.Set.One()
		if !ok || known && id != one {
			return uuid.Nil, false
		}
		one, known = id, true
	}
	return one, known
}

// Listed is the same reach with a list in place of each [Deferred] set. It fails
// with the error of a list that fails. A [SubSelect] stays what it is.
func (r Reach) Listed(ctx context.Context) (Reach, error) {
	if !slices.ContainsFunc(r.grants, func(g Grant) bool { return g.Set.isDeferred() }) {
		return r, nil
	}
	grants := slices.Clone(r.grants)
	for i, g := range grants {
		listed, err := g.Set.listed(ctx)
		if err != nil {
			return Reach{}, err
		}
		grants[i].Set = listed
	}
	return Reach{grants: grants, why: r.why}, nil
}
