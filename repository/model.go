package repository

import (
	"fmt"
	"reflect"

	"github.com/polarkit-go/polarkit/auth/owner"
)

// Model is a table with its row type: what it needs to write every statement,
// computed once. It is made in a package variable and holds no connection; it
// is immutable and safe for concurrent use. [Model.For] gives its rows.
type Model[Row any] struct {
	plan *plan
}

// New makes a model of a table, which may be named with its schema. Row is a
// struct whose db tags name the columns. It may be the read schema itself, where
// the API gives what the table holds:
//
//	type Customer struct {
//		kit.TimestampedSchema `doc:"A customer."` // created_at and updated_at
//
//		ID             uuid.UUID    `json:"id"              db:"id"`
//		OrganizationID uuid.UUID    `json:"organization_id" db:"organization_id"`
//		Name           *string      `json:"name"            db:"name"`            // a pointer where the column takes NULL
//		Metadata       kit.Metadata `json:"metadata"        db:"metadata"`        // jsonb
//		Search         string       `json:"-"               db:"search,readonly"` // generated: read, never written
//		IsNew          bool         `json:"is_new"          db:"-"`               // no column: the program sets it
//	}
//
// Where the two differ, the row is a type of its own that embeds [Record].
//
// Every exported field needs a db tag; db:"-" leaves the field out. Embedded
// structs without a tag are taken apart. After the name of a column may stand pk,
// readonly, for what the database sets, and version, for the number by which
// [Rows.UpdateVersion] sees changes.
//
// The primary key is the columns tagged pk (several for a composite key), and
// otherwise the column id. The repository sets, whatever the type that the fields
// stand in:
//
//   - the primary key of a new row, where it is one column, a uuid.UUID and zero:
//     a UUIDv7;
//   - created_at, or [Options.CreatedAt], of a new row, where it is zero;
//   - updated_at, or [Options.UpdatedAt], at every change;
//   - deleted_at, or [Options.SoftDelete], when a row is softly deleted;
//   - the owner column of a new row, and the version.
//
// New fails when the row type and the options do not fit together, and names
// everything that is wrong.
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
	if err := p.addColumns(typ, nil).err(); err != nil {
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

// For is the rows that somebody may touch: the only way to the rows of a model.
// It takes anybody who answers for a reach, such as an auth.AuthSubject, an
// [owner.Owner] or an [owner.Reach]:
//
//	customers.For(subject).Get(ctx, db, id)
//	customers.For(owner).Create(ctx, db, row)
//	customers.For(owner.System("nightly export")).Walk(ctx, db, query, 1000)
//
// Each verb of the [Rows] asks for the reach once, when it runs, and fails with
// the error of the answer. Rows keep no answer. An auth.AuthSubject keeps its own
// for the request. With an empty reach there are no rows, and no statement is
// sent.
//
// A verb that gets a [Tx] asks while the transaction holds its connection. Where
// the answer takes a second connection, ask before the transaction, and pass the
// reach to For.
func (m *Model[Row]) For(by owner.Reacher) Rows[Row] { return Rows[Row]{plan: m.compiled(), by: by} }

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
