package repository

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
)

// Rows are the rows of a model that are in reach of somebody and not deleted.
// Their methods are the verbs. Those that read take a [Readable] (a Reader,
// Writer or Tx), those that write a [Writable] (a Writer or Tx), and locks a
// [Tx]. Rows are immutable and safe for concurrent use; [Model.For] makes them.
//
// The zero value, and the rows of a model that [New] did not make, reach
// nothing: every verb fails and says so.
type Rows[Row any] struct {
	plan *plan
	by   owner.Reacher
	// reach is what by answered, while a verb runs.
	reach    owner.Reach
	asked    bool
	narrowed narrowing
	which    deletion
	from     *fragment // a query of the caller's in place of the table
	with     []Narrowed
	// fields are the places that this call names for constraints.
	fields Fields
	err    error
}

// narrowing is the filters of [Rows.OwnedBy].
type narrowing struct {
	kind owner.Kind // empty for none
	ids  [][]uuid.UUID
}

// OwnedBy is those rows that are in reach through one of these owners. An empty
// list filters nothing, so OwnedBy takes the filter of a request as it is:
//
//	customers.For(subject).OwnedBy(auth.OrganizationKind, in.OrganizationID)
//
// It narrows the reach, as [owner.Reach.Restrict] does, and never adds a row. A
// subject that reaches nobody of this kind then finds nothing: rows that somebody
// reaches by organization are filtered by customer with a predicate ([OneOf]).
//
// Of several calls each has to hold. A kind without a column in
// [Options.Owners], and a second kind, are errors of every verb.
func (s Rows[Row]) OwnedBy(kind owner.Kind, ids []uuid.UUID) Rows[Row] {
	if s.plan == nil {
		return s
	}
	_, ok := s.plan.owners[kind]
	switch {
	case !ok:
		s.err = fmt.Errorf("repository: %s: OwnedBy: the model has no column for a %s", s.plan.table, kind)
	case s.narrowed.kind != "" && s.narrowed.kind != kind:
		s.err = fmt.Errorf("repository: %s: OwnedBy takes one kind of owner: filter by the %s with a predicate", s.plan.table, kind)
	}
	s.narrowed.kind = kind
	if len(ids) > 0 {
		s.narrowed.ids = append(slices.Clip(s.narrowed.ids), slices.Clone(ids))
	}
	return s
}

var (
	errNoRows  = errors.New("repository: zero Rows, or the rows of a zero Model: make the model with New, and call its method For")
	errNoReach = errors.New("For needs a subject, a reach or an owner, and got nil")
)

// made fails for rows that belong to no model.
func (s Rows[Row]) made() error {
	if s.plan == nil {
		return errNoRows
	}
	return nil
}

// ask is the rows with the answer to whose they may be. It is what every verb
// begins with.
func (s Rows[Row]) ask(ctx context.Context) (Rows[Row], error) {
	if err := s.made(); err != nil {
		return s, err
	}
	if s.err != nil {
		return s, s.err
	}
	if s.asked {
		return s, nil
	}
	if isNilPointer(s.by) || isNilFunction(s.by) {
		return s, fmt.Errorf("repository: %s: %w", s.plan.table, errNoReach)
	}
	reach, err := s.by.Reach(ctx)
	if err != nil {
		return s, err
	}
	for _, ids := range s.narrowed.ids {
		reach = reach.Restrict(s.narrowed.kind, ids...)
	}
	s.reach, s.asked = reach, true
	with := make([]Narrowed, len(s.with))
	for i, other := range s.with {
		if isNilPointer(other) {
			return s, errNoRows
		}
		if with[i], err = other.narrow(ctx); err != nil {
			return s, err
		}
	}
	s.with = with
	return s, nil
}

// narrow is ask for rows of any type.
func (s Rows[Row]) narrow(ctx context.Context) (Narrowed, error) { return s.ask(ctx) }

// named is the context of a verb, which says what it does, and why where the
// program itself does it.
func (s Rows[Row]) named(ctx context.Context, verb string) context.Context {
	return s.plan.named(ctx, verb, strings.Join(s.reasons(nil), "; "))
}

// reasons are those of the reach, and of the rows of [Rows.With], each once.
func (s Rows[Row]) reasons(to []string) []string {
	if why := s.reach.Why(); why != "" && !slices.Contains(to, why) {
		to = append(to, why)
	}
	for _, other := range s.with {
		to = other.reasons(to)
	}
	return to
}

// reader is the handle for a verb that reads.
func (s Rows[Row]) reader(from Readable) (*handle, error) {
	if err := s.made(); err != nil {
		return nil, err
	}
	return readerOf(from)
}

// deletion says which rows of a model with soft deletion are seen.
type deletion int8

const (
	notDeleted deletion = iota
	withDeleted
	onlyDeleted
)

// WithDeleted is the rows with deleted rows beside the others, for all verbs.
func (s Rows[Row]) WithDeleted() Rows[Row] {
	s.which = withDeleted
	return s
}

// OnlyDeleted is the deleted rows alone, for all verbs.
func (s Rows[Row]) OnlyDeleted() Rows[Row] {
	s.which = onlyDeleted
	return s
}

// WithFields is the rows with other places in the request for violated constraints
// (by name). They take precedence over those of the model's options, for a call
// whose request has other fields:
//
//	rows.WithFields(repository.Fields{"customers_name_key": {"path", "id"}}).Restore(ctx, writer, id)
//
// A constraint with a nil place is a conflict (409).
func (s Rows[Row]) WithFields(fields Fields) Rows[Row] {
	s.fields = fields
	return s
}
