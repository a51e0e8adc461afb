package repository

import (
	"fmt"
	"reflect"

	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
)

// Model is a table with its row type: what it needs to write every statement,
// computed once. It is made in a package variable and holds no connection; it
// is immutable and safe for concurrent use. [Model.For] makes it usable.
type Model[Row any] struct {
	plan *plan
}

// New makes a model of a table, which may be named with its schema. Row is a
// struct whose fields name their columns:
//
//	type customerRow struct {
//		repository.Record
//
//		Email          string       `db:"email"`
//		Name           *string      `db:"name"`           // a pointer where the column takes NULL
//		OrganizationID uuid.UUID    `db:"organization_id"`
//		Metadata       kit.Metadata `db:"metadata"`       // jsonb
//		Search         string       `db:"search,readonly"` // generated: read, never written
//	}
//
// After the name may stand pk, for a primary key that is not simply id (several
// for a composite key), readonly, for what the database sets, and version, for
// the number by which [Rows.UpdateVersion] sees changes. The tag db:"-" leaves
// a field out. Embedded structs without a tag are taken apart.
//
// New fails when the row type and the options do not fit together.
func New[Row any](table string, options Options) (*Model[Row], error) {
	typ := reflect.TypeFor[Row]()
	fail := func(err error) (*Model[Row], error) {
		return nil, fmt.Errorf("repository: model of %s in table %q: %w", typ, table, err)
	}
	if typ.Kind() != reflect.Struct {
		return fail(fmt.Errorf("the row type must be a struct"))
	}
	if !isTable(table) {
		return fail(fmt.Errorf("the table is named in letters, digits and underscores, with or without a schema"))
	}
	p := &plan{row: typ, table: table, byName: map[string]int{}, version: -1}
	p.quoted, p.alias = quoteTable(table)
	if err := p.addColumns(typ, nil); err != nil {
		return fail(err)
	}
	if err := p.compile(options); err != nil {
		return fail(err)
	}
	return &Model[Row]{plan: p}, nil
}

// MustNew is [New] for package variables: it panics where New fails.
func MustNew[Row any](table string, options Options) *Model[Row] {
	m, err := New[Row](table, options)
	if err != nil {
		panic(err.Error())
	}
	return m
}

// For is the model as far as the reach goes: the only way to its rows. Every
// verb of the [Rows] touches only rows in reach; with the zero reach there are
// none.
func (m *Model[Row]) For(reach owner.Reach) Rows[Row] {
	return Rows[Row]{plan: m.compiled(), reach: reach}
}

// Table is the name of the table, empty for the zero model.
func (m *Model[Row]) Table() string {
	if p := m.compiled(); p != nil {
		return p.table
	}
	return ""
}

// compiled is the plan, nil for a model that [New] did not make.
func (m *Model[Row]) compiled() *plan {
	if m == nil {
		return nil
	}
	return m.plan
}

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
