package repository

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/Masterminds/squirrel"

	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
)

// Changes are columns with their new values: those that an update writes, and
// no others. [ChangesOf] makes them of an update schema, [Model.Set] by hand.
// They are immutable: every method returns a copy.
type Changes[Row any] struct {
	plan  *plan
	set   []change
	owner bool // an owner column is set, on purpose
	err   error
}

type change struct {
	column int
	value  any
	field  string // on the wire, of an update schema; empty for a value set by hand
}

// Set begins changes with one column. The value is one of the column's field,
// or a squirrel expression such as squirrel.Expr("balance + ?", 5). A column
// that is not there or not to be changed, or a value that does not fit, is an
// error of the verb that takes the changes.
func (m *Model[Row]) Set(column string, value any) Changes[Row] {
	return Changes[Row]{plan: m.compiled()}.Set(column, value)
}

// Set adds a column; the last value for a column counts.
func (c Changes[Row]) Set(name string, value any) Changes[Row] {
	if c.err != nil {
		return c
	}
	if c.plan == nil {
		c.err = fmt.Errorf("repository: changes begin with Set of the model")
		return c
	}
	i, err := c.plan.changeable(name)
	if err == nil {
		err = c.plan.fits(i, value)
	}
	if err != nil {
		c.err = fmt.Errorf("repository: %s: %w", c.plan.table, err)
		return c
	}
	return c.with(i, value)
}

// SetOwner moves the rows to another owner, which [owner.Reach.Own] made: the only
// way to change an owner column.
func (c Changes[Row]) SetOwner(own owner.Owner) Changes[Row] {
	if c.err != nil {
		return c
	}
	name, ok := "", false
	if c.plan != nil {
		name, ok = c.plan.owners[own.Kind()]
	}
	if ok {
		column := &c.plan.columns[c.plan.byName[name]]
		ok = !column.key && !column.readonly
	}
	if !ok || own.IsZero() {
		c.err = fmt.Errorf("repository: the changes cannot take %q for an owner", own.Kind())
		return c
	}
	c.owner = true
	return c.with(c.plan.byName[name], own.ID())
}

// MoveTo begins changes that move rows to another owner; see [Changes.SetOwner].
func (m *Model[Row]) MoveTo(own owner.Owner) Changes[Row] {
	return Changes[Row]{plan: m.compiled()}.SetOwner(own)
}

func (c Changes[Row]) with(column int, value any) Changes[Row] {
	set := slices.DeleteFunc(slices.Clone(c.set), func(have change) bool { return have.column == column })
	c.set = append(set, change{column: column, value: value})
	return c
}

// IsEmpty reports whether there is nothing to write.
func (c Changes[Row]) IsEmpty() bool { return len(c.set) == 0 && c.err == nil }

// Has reports whether a column is written.
func (c Changes[Row]) Has(name string) bool {
	return slices.ContainsFunc(c.set, func(have change) bool { return c.plan.columns[have.column].name == name })
}

// changeable finds a column that updates may write. What the repository or the
// database sets is not among them, nor are owners and primary keys.
func (p *plan) changeable(name string) (int, error) {
	i, ok := p.byName[name]
	switch {
	case !ok:
		return 0, fmt.Errorf("there is no column %q to change", name)
	case p.columns[i].key:
		return 0, fmt.Errorf("the column %q is part of the primary key, which does not change", name)
	case p.columns[i].readonly:
		return 0, fmt.Errorf("the column %q is read-only", name)
	case p.isOwner(name):
		return 0, fmt.Errorf("the column %q says whose the row is: only SetOwner changes it", name)
	case p.isOwn(i):
		return 0, fmt.Errorf("the column %q is the repository's own", name)
	}
	return i, nil
}

// isOwn reports whether the repository itself, and no request, says what a column
// holds.
func (p *plan) isOwn(i int) bool {
	c := &p.columns[i]
	return i == p.version || i == p.created || i == p.updated || c.name == p.softDelete || p.isOwner(c.name)
}

// fits reports whether a value can be one of a column.
func (p *plan) fits(i int, value any) error {
	c := &p.columns[i]
	if value == nil {
		if c.nullable {
			return nil
		}
		return fmt.Errorf("the column %q does not take NULL", c.name)
	}
	if _, ok := value.(squirrel.Sqlizer); ok {
		return nil
	}
	typ := reflect.TypeOf(value)
	if !fitsType(typ, c.typ) {
		return fmt.Errorf("a value of the type %s does not fit the column %q of the type %s", typ, c.name, c.typ)
	}
	if v := reflect.ValueOf(value); v.Kind() == reflect.Pointer && v.IsNil() && !c.nullable {
		return fmt.Errorf("the column %q does not take NULL", c.name)
	}
	return nil
}

// ChangesOf connects an update schema to a model: the function that it returns
// makes changes of those fields that a request has sent. A field goes to the
// column of its wire name, or to the one in its db tag; db:"-" leaves it out. A
// field of another type than the column's needs a [Conversion].
//
//	var customerChanges = repository.ChangesOf[CustomerUpdate](customers)
//
// It panics, as the model's package variables are made, with everything that is
// wrong: a field that is not a [kit.Optional], has no column, does not fit it, or
// may be null where the column must not be, and a conversion that no field needs.
func ChangesOf[Update, Row any](m *Model[Row], conversions ...Conversion) func(Update) Changes[Row] {
	typ, p := reflect.TypeFor[Update](), m.compiled()
	var fields []schemaField
	err := errZeroModel
	if p != nil {
		fields, err = p.readSchema(typ, conversions, schemaReader{what: "an update schema", column: p.changeable})
	}
	if err == nil && len(fields) == 0 {
		err = errors.New("the update schema has no fields")
	}
	if err != nil {
		panic(fmt.Sprintf("repository: changes of %s in table %q: %v", typ, m.Table(), err)) //nolint:forbidigo // for package variables
	}
	return func(update Update) Changes[Row] {
		changes := Changes[Row]{plan: p}
		input := reflect.ValueOf(&update).Elem()
		for i := range fields {
			if value, sent := fields[i].value(input); sent {
				changes.set = append(changes.set, change{column: fields[i].column, value: value, field: fields[i].name})
			}
		}
		return changes
	}
}
