package repository

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
)

// Conversion makes the value of a column out of the value of a field, for
// [RowOf] and [ChangesOf]. [Convert] makes one.
type Conversion struct {
	from, to reflect.Type
	convert  func(any) any
}

// Convert connects a type of an input with the type of a column. The function is
// called for each field of exactly this type, and also for its null where the
// type is a pointer:
//
//	repository.Convert(func(in *AddressInput) *Address { … })
func Convert[From, To any](convert func(From) To) Conversion {
	c := Conversion{from: reflect.TypeFor[From](), to: reflect.TypeFor[To]()}
	if convert != nil {
		c.convert = func(value any) any {
			from, _ := value.(From)
			return convert(from)
		}
	}
	return c
}

// lookup is what every [kit.Optional] has.
type lookup interface{ Lookup() (any, bool) }

var errZeroModel = errors.New("the model is a zero one: make it with New")

var (
	schemaType = reflect.TypeFor[kit.Schema]()
	lookupType = reflect.TypeFor[lookup]()
)

// schemaField is a field of an input with the column that it is for.
type schemaField struct {
	index    []int
	column   int
	name     string // on the wire
	optional bool
	convert  func(any) any // nil for none
}

// value is the value for the column, and whether the field was sent.
func (f *schemaField) value(input reflect.Value) (any, bool) {
	value, sent := input.FieldByIndex(f.index).Interface(), true
	if f.optional {
		value, sent = value.(lookup).Lookup()
	}
	if !sent {
		return nil, false
	}
	if f.convert != nil {
		value = f.convert(value)
	}
	return value, true
}

// schemaReader goes through the fields of an input, and collects what is wrong
// with them.
type schemaReader struct {
	what        string // of which kind the input is
	plan        *plan
	conversions []Conversion
	used        []bool // which of the conversions have a field
	// column finds the column of a field by its name; -1 leaves the field out.
	column func(name string) (int, error)
	// allowsRequired: a field need not be a [kit.Optional].
	allowsRequired bool
	fields         []schemaField
	mistakes       mistakes
}

func (p *plan) readSchema(typ reflect.Type, conversions []Conversion, r schemaReader) ([]schemaField, error) {
	if typ.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%s is a struct", r.what)
	}
	r.plan, r.conversions, r.used = p, conversions, make([]bool, len(conversions))
	r.read(typ, nil)
	for i, c := range conversions {
		switch {
		case c.convert == nil:
			r.mistakes.add(fmt.Errorf("a conversion has no function"))
		case !r.used[i] && len(r.mistakes) == 0:
			r.mistakes.add(fmt.Errorf("the conversion of %s is for no field", c.from))
		}
	}
	return r.fields, r.mistakes.err()
}

func (r *schemaReader) read(typ reflect.Type, path []int) {
	for field := range typ.Fields() {
		index := append(slices.Clip(path), field.Index...)
		wire, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		name, tagged := field.Tag.Lookup("db")
		if !tagged {
			name = wire
		}
		switch {
		case name == "-" || field.Type == schemaType:
		case field.Anonymous && name == "" && field.Type.Kind() == reflect.Struct:
			r.read(field.Type, index)
		case !field.IsExported():
		default:
			if wire = cmp.Or(wire, field.Name); wire == "-" {
				wire = "" // no request has it
			}
			compiled, err := r.field(field, cmp.Or(name, wire))
			if err != nil {
				r.mistakes.add(fmt.Errorf("the field %s: %w", field.Name, err))
				continue
			}
			if compiled.column < 0 {
				continue
			}
			compiled.index, compiled.name = index, wire
			r.fields = append(r.fields, compiled)
		}
	}
}

func (r *schemaReader) field(field reflect.StructField, name string) (schemaField, error) {
	value, optional := optionalOf(field.Type)
	if !optional && !r.allowsRequired {
		return schemaField{}, fmt.Errorf("its type is %s: every field of an update schema is a kit.Optional", field.Type)
	}
	column, err := r.column(name)
	if err != nil {
		return schemaField{}, fmt.Errorf("%w (name another column with db:\"…\", or leave the field out with db:\"-\")", err)
	}
	f := schemaField{column: column, optional: optional}
	if column < 0 {
		return f, nil
	}
	if slices.ContainsFunc(r.fields, func(have schemaField) bool { return have.column == column }) {
		return schemaField{}, fmt.Errorf("another field is for the column %q already", name)
	}
	for i, c := range r.conversions {
		if c.from == value && c.convert != nil {
			r.used[i], f.convert, value = true, c.convert, c.to
			break
		}
	}
	c := &r.plan.columns[column]
	if !fitsType(value, c.typ) {
		return schemaField{}, fmt.Errorf("its type %s does not fit the column %q of the type %s", value, c.name, c.typ)
	}
	if value.Kind() == reflect.Pointer && !c.nullable {
		return schemaField{}, fmt.Errorf("it may be null, and the column %q of the type %s may not; remove the pointer, or make the field of the row a pointer", c.name, c.typ)
	}
	return f, nil
}

// optionalOf is the type within a [kit.Optional], or the type itself.
func optionalOf(typ reflect.Type) (value reflect.Type, optional bool) {
	get, ok := typ.MethodByName("Get")
	if !ok || !typ.Implements(lookupType) || get.Type.NumOut() == 0 {
		return typ, false
	}
	return get.Type.Out(0), true
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

// mistakes are everything that is wrong with one declaration, to be reported at
// once.
type mistakes []error

func (m *mistakes) add(err error) {
	if err != nil {
		*m = append(*m, err)
	}
}

// err is one error with a sentence for each mistake, nil for none.
func (m mistakes) err() error {
	switch len(m) {
	case 0:
		return nil
	case 1:
		return m[0]
	}
	text := make([]string, len(m))
	for i, err := range m {
		text[i] = err.Error()
	}
	return fmt.Errorf("%d mistakes: %s", len(m), strings.Join(text, "; "))
}
