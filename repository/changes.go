package repository

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/Masterminds/squirrel"

	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/kit"
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
	if !ok || own.IsZero() || c.plan.columns[c.plan.byName[name]].key {
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
		return fmt.Errorf("the column %q is a %s, which %s does not fit", c.name, c.typ, typ)
	}
	if v := reflect.ValueOf(value); v.Kind() == reflect.Pointer && v.IsNil() && !c.nullable {
		return fmt.Errorf("the column %q does not take NULL", c.name)
	}
	return nil
}

// fitsType compares types without their pointers: of the same kind and
// convertible, such as a named string and a string.
func fitsType(have, want reflect.Type) bool {
	for have.Kind() == reflect.Pointer {
		have = have.Elem()
	}
	for want.Kind() == reflect.Pointer {
		want = want.Elem()
	}
	return have.AssignableTo(want) || have.Kind() == want.Kind() && have.ConvertibleTo(want)
}

// ChangesOf connects an update schema to a model: the function that it returns
// makes changes of those fields that a request has sent. A field goes to the
// column of its wire name, or to the one in its db tag; db:"-" leaves it out.
//
//	var customerChanges = repository.ChangesOf[CustomerUpdate](customers)
//
// It panics, as the model's package variables are made, when a field is not a
// [kit.Optional], has no column, or may be null where the column must not be.
func ChangesOf[Update, Row any](m *Model[Row]) func(Update) Changes[Row] {
	typ := reflect.TypeFor[Update]()
	fail := func(err error) {
		panic(fmt.Sprintf("repository: changes of %s in table %q: %v", typ, m.Table(), err))
	}
	if m.compiled() == nil {
		fail(fmt.Errorf("the model is a zero one: make it with New"))
	}
	if typ.Kind() != reflect.Struct {
		fail(fmt.Errorf("an update schema is a struct"))
	}
	fields, err := m.plan.updateFields(typ, nil)
	if err != nil {
		fail(err)
	}
	if len(fields) == 0 {
		fail(fmt.Errorf("the update schema has no fields"))
	}
	return func(update Update) Changes[Row] {
		changes := Changes[Row]{plan: m.plan}
		v := reflect.ValueOf(&update).Elem()
		for _, field := range fields {
			if value, ok := v.FieldByIndex(field.index).Interface().(lookup).Lookup(); ok {
				changes.set = append(changes.set, change{column: field.column, value: value, field: field.name})
			}
		}
		return changes
	}
}

// lookup is what every [kit.Optional] has.
type lookup interface{ Lookup() (any, bool) }

var schemaType = reflect.TypeFor[kit.Schema]()

type updateField struct {
	index  []int
	column int
	name   string // on the wire
}

func (p *plan) updateFields(typ reflect.Type, path []int) ([]updateField, error) {
	var fields []updateField
	for field := range typ.Fields() {
		index := append(slices.Clip(path), field.Index...)
		name, tagged := field.Tag.Lookup("db")
		if name == "-" || field.Type == schemaType {
			continue
		}
		if !tagged {
			name, _, _ = strings.Cut(field.Tag.Get("json"), ",")
		}
		if field.Anonymous && name == "" && field.Type.Kind() == reflect.Struct {
			inner, err := p.updateFields(field.Type, index)
			if err != nil {
				return nil, err
			}
			fields = append(fields, inner...)
			continue
		}
		if !field.IsExported() || name == "-" {
			continue
		}
		column, err := p.updateField(field, name)
		if err != nil {
			return nil, fmt.Errorf("the field %s: %w", field.Name, err)
		}
		if slices.ContainsFunc(fields, func(have updateField) bool { return have.column == column }) {
			return nil, fmt.Errorf("the field %s: the column %q is changed twice", field.Name, name)
		}
		wire, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		fields = append(fields, updateField{index: index, column: column, name: wire})
	}
	return fields, nil
}

func (p *plan) updateField(field reflect.StructField, name string) (int, error) {
	if !field.Type.Implements(reflect.TypeFor[lookup]()) {
		return 0, fmt.Errorf("it is a %s: every field of an update schema is a kit.Optional", field.Type)
	}
	column, err := p.changeable(name)
	if err != nil {
		return 0, fmt.Errorf("%w (name another column with db:\"…\", or leave the field out with db:\"-\")", err)
	}
	get, ok := field.Type.MethodByName("Get")
	if !ok || get.Type.NumOut() == 0 {
		return 0, fmt.Errorf("it is a %s: every field of an update schema is a kit.Optional", field.Type)
	}
	value, c := get.Type.Out(0), &p.columns[column]
	if !fitsType(value, c.typ) {
		return 0, fmt.Errorf("a %s does not fit the column %q, which is a %s", value, c.name, c.typ)
	}
	if value.Kind() == reflect.Pointer && !c.nullable {
		return 0, fmt.Errorf("it may be null, which the column %q, a %s, does not take", c.name, c.typ)
	}
	return column, nil
}
