package repository

import (
	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
)

// Rows are the rows of a model that a reach holds and that are not deleted.
// Its methods are the verbs. Those that read take a [Readable] (a Reader,
// Writer or Tx), those that write a [Writable] (a Writer or Tx), and locks a
// [Tx].
//
// The zero value, and the scope of a model that [New] did not make, reach
// nothing: every verb fails and says so.
type Rows[Row any] struct {
	plan  *plan
	reach owner.Reach
	which deletion
	from  *fragment // a query of one's own in place of the table
	with  []Narrowed
	// fields are the places that this call names for constraints.
	fields Fields
	err    error
}

var errNoRows = errors.New("repository: zero Rows, or the rows of a zero Model: make the model with New, and call its method For")

// made fails for a scope that reaches nothing because it belongs to no model.
func (s Rows[Row]) made() error {
	if s.plan == nil {
		return errNoRows
	}
	return nil
}

// reader is the handle for a verb that reads.
func (s Rows[Row]) reader(from Readable) (*handle, error) {
	if err := s.made(); err != nil {
		return nil, err
	}
	return reader(from)
}

// deletion says which rows of a model with soft deletion are seen.
type deletion int8

const (
	notDeleted deletion = iota
	withDeleted
	onlyDeleted
)

// WithDeleted is the scope with deleted rows beside the others, for all verbs.
func (s Rows[Row]) WithDeleted() Rows[Row] {
	s.which = withDeleted
	return s
}

// OnlyDeleted is the scope of the deleted rows alone, for all verbs.
func (s Rows[Row]) OnlyDeleted() Rows[Row] {
	s.which = onlyDeleted
	return s
}

// WithFields is the scope with other places in the request for violated constraints
// (by name). They take precedence over those of the model's options, for a call
// whose request has other fields:
//
//	scope.WithFields(repository.Fields{"customers_name_key": {"path", "id"}}).Restore(ctx, writer, id)
//
// A constraint with a nil place is a conflict (409).
func (s Rows[Row]) WithFields(fields Fields) Rows[Row] {
	s.fields = fields
	return s
}
