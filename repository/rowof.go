package repository

import (
	"fmt"
	"reflect"
)

// RowOf connects a create schema to a model: the function that it returns makes
// a new row of what a request has sent. It is the mirror of [ChangesOf]. A field
// goes to the column of its wire name, or to the one in its db tag; db:"-"
// leaves it out, for a value that the program sets by hand.
//
//	var newCustomer = repository.RowOf[CustomerCreate](customers)
//
//	row := newCustomer(in)
//	row.EmailVerified = false
//
// What a request left out is the zero value of the column's field, which is NULL
// where that is a pointer. A null is NULL. Columns without a field are zero values
// too: [Rows.Create] writes every column, so a DEFAULT of the table does not apply.
//
// A field for the owner column is left out, since the owner comes from
// [Model.For]. This holds for a column of a composite primary key too. Where a
// model has several owner columns, For fills one of them: leave such fields out
// with db:"-", and set the other columns by hand.
//
// A field of another type than the column's needs a [Conversion]:
//
//	repository.RowOf[CustomerCreate](customers, repository.Convert((*AddressInput).Address))
//
// It panics, as the model's package variables are made, with everything that is
// wrong: a field that has no column or does not fit it, one that may be null
// where the column must not be, one for what the repository or the database sets,
// a conversion that no field needs.
func RowOf[Create, Row any](m *Model[Row], conversions ...Conversion) func(Create) Row {
	typ, p := reflect.TypeFor[Create](), m.compiled()
	var fields []schemaField
	err := errZeroModel
	if p != nil {
		fields, err = p.readSchema(typ, conversions, schemaReader{what: "a create schema", allowsRequired: true, column: p.creatable})
	}
	if err != nil {
		panic(fmt.Sprintf("repository: rows of %s in table %q: %v", typ, m.Table(), err)) //nolint:forbidigo // for package variables
	}
	return func(create Create) Row {
		var row Row
		input, target := reflect.ValueOf(&create).Elem(), reflect.ValueOf(&row).Elem()
		for i := range fields {
			if value, sent := fields[i].value(input); sent && value != nil {
				assign(target.FieldByIndex(p.columns[fields[i].column].index), reflect.ValueOf(value))
			}
		}
		return row
	}
}

// creatable finds a column that a request may set in a new row. The result is -1
// for the owner column, which the request does not set.
func (p *plan) creatable(name string) (int, error) {
	i, ok := p.byName[name]
	switch {
	case !ok:
		return 0, fmt.Errorf("there is no column %q", name)
	case p.columns[i].readonly:
		return 0, fmt.Errorf("the column %q is read-only", name)
	case p.isKey(i):
		return i, nil
	case p.isOwner(name):
		if p.ownersOfNew() > 1 {
			return 0, fmt.Errorf("the column %q is one of several owner columns, and For fills only one", name)
		}
		return -1, nil
	case p.isOwn(i):
		return 0, fmt.Errorf("the column %q is the repository's own", name)
	}
	return i, nil
}

// ownersOfNew is the number of columns that can name the owner of a new row.
func (p *plan) ownersOfNew() int {
	columns := make(map[string]struct{}, len(p.owners))
	for _, name := range p.owners {
		if !p.isKey(p.byName[name]) {
			columns[name] = struct{}{}
		}
	}
	return len(columns)
}

// assign sets a field of a row to a value that fits it.
func assign(target, value reflect.Value) {
	if value.Type().AssignableTo(target.Type()) {
		target.Set(value)
		return
	}
	for value.Kind() == reflect.Pointer {
		if value.IsNil() {
			target.SetZero()
			return
		}
		value = value.Elem()
	}
	for target.Kind() == reflect.Pointer {
		target.Set(reflect.New(target.Type().Elem()))
		target = target.Elem()
	}
	if !value.Type().AssignableTo(target.Type()) {
		value = value.Convert(target.Type())
	}
	target.Set(value)
}
