package encode

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
)

// field is one member of an object.
type field struct {
	name   string
	index  []int
	tagged bool
	omit   func(reflect.Value) bool // nil: never
	quoted bool
	typ    reflect.Type

	key    []byte // ,"name":
	encode *encoder
}

func (c *compiler) structure(t reflect.Type) encoder {
	fields := fieldsOf(t)
	for i := range fields {
		f := &fields[i]
		f.key = append(AppendString([]byte{','}, f.name), ':')
		f.encode = c.compile(f.typ)
		if f.quoted {
			f.encode = quoted(f.encode)
		}
	}
	extra := c.extra(t, fields)
	return func(s *state, v reflect.Value) error {
		start := len(s.buf)
		for i := range fields {
			f := &fields[i]
			value, ok := f.of(v)
			if !ok || f.omit != nil && f.omit(value) {
				continue
			}
			s.buf = append(s.buf, f.key...)
			if err := (*f.encode)(s, value); err != nil {
				return within(err, f.name)
			}
		}
		if extra != nil {
			if err := extra(s, v); err != nil {
				return err
			}
		}
		if len(s.buf) == start {
			s.buf = append(s.buf, "{}"...)
			return nil
		}
		s.buf[start] = '{' // in place of the first comma
		s.buf = append(s.buf, '}')
		return nil
	}
}

// of walks to the field; there is none behind a nil embedded pointer.
func (f *field) of(v reflect.Value) (reflect.Value, bool) {
	for i, step := range f.index {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return reflect.Value{}, false
			}
			v = v.Elem()
		}
		v = v.Field(step)
	}
	return v, true
}

// quoted is for the option string of a tag: the JSON of the value is written as a text.
func quoted(plain *encoder) *encoder {
	e := encoder(func(s *state, v reflect.Value) error {
		if v.Kind() == reflect.Pointer && v.IsNil() {
			s.null()
			return nil
		}
		start := len(s.buf)
		if err := (*plain)(s, v); err != nil {
			return err
		}
		text := string(s.buf[start:])
		s.buf = AppendString(s.buf[:start], text)
		return nil
	})
	return &e
}

// fieldsOf lists the members of a struct's object in the order of the fields, by the rules
// of encoding/json. An embedded struct without a name gives its fields to the object. Of
// several fields with one name the least nested counts. If several are equally nested, the
// one whose tag has the name counts. If that is not exactly one, none counts.
func fieldsOf(t reflect.Type) []field {
	var all []field
	collect(t, nil, map[reflect.Type]bool{}, &all)
	byName := map[string][]field{}
	for _, f := range all {
		byName[f.name] = append(byName[f.name], f)
	}
	kept := all[:0]
	for _, f := range all {
		if isDominant(f, byName[f.name]) {
			kept = append(kept, f)
		}
	}
	return slices.SortedFunc(slices.Values(kept), func(a, b field) int { return slices.Compare(a.index, b.index) })
}

// collect lists the fields of a struct and of those that it embeds. When a type embeds
// itself, its second occurrence is ignored: it is more nested than the first.
func collect(t reflect.Type, path []int, above map[reflect.Type]bool, to *[]field) {
	above[t] = true
	defer delete(above, t)
	for i := range t.NumField() {
		sf := t.Field(i)
		tag := sf.Tag.Get("json")
		if tag == "-" {
			continue
		}
		embedded := sf.Type
		if embedded.Kind() == reflect.Pointer {
			embedded = embedded.Elem()
		}
		lends := sf.Anonymous && embedded.Kind() == reflect.Struct
		if !sf.IsExported() && !lends {
			continue
		}
		index := append(slices.Clone(path), i)
		name, options, _ := strings.Cut(tag, ",")
		if name == "" && lends {
			if !above[embedded] {
				collect(embedded, index, above, to)
			}
			continue
		}
		if !sf.IsExported() {
			continue
		}
		f := field{name: cmp.Or(name, sf.Name), index: index, tagged: name != "", typ: sf.Type}
		f.omit = omission(sf.Type, options)
		_, f.quoted = FieldOptions(sf)
		*to = append(*to, f)
	}
}

func isDominant(f field, rivals []field) bool {
	for _, rival := range rivals {
		if slices.Equal(rival.index, f.index) {
			continue
		}
		switch {
		case len(rival.index) < len(f.index):
			return false
		case len(rival.index) == len(f.index) && (rival.tagged || !f.tagged):
			return false
		}
	}
	return true
}

func hasOption(options, name string) bool {
	return slices.Contains(strings.Split(options, ","), name)
}

// FieldOptions returns the effect of the options of a json tag: whether some values leave
// the field out, and whether the JSON of its value is written as a text.
func FieldOptions(sf reflect.StructField) (omits, quotes bool) {
	_, options, _ := strings.Cut(sf.Tag.Get("json"), ",")
	return omission(sf.Type, options) != nil, hasOption(options, "string") && isQuotable(sf.Type)
}

// isQuotable reports whether the option string has an effect on a type. It has one on texts,
// numbers and booleans without a marshaler.
func isQuotable(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	plain := t.Kind() >= reflect.Bool && t.Kind() <= reflect.Float64 || t.Kind() == reflect.String
	return plain && (t == numberType || special(t) == nil)
}

// canBeEmpty reports whether omitempty leaves out some value of a type.
func canBeEmpty(t reflect.Type) bool {
	return t.Kind() != reflect.Struct && (t.Kind() != reflect.Array || t.Len() == 0)
}

// omission returns a function that reports whether the tag leaves the field out. It is nil
// when the tag never does.
func omission(t reflect.Type, options string) func(reflect.Value) bool {
	empty, zero := hasOption(options, "omitempty") && canBeEmpty(t), hasOption(options, "omitzero")
	switch {
	case empty && zero:
		isZero := zeroTest(t)
		return func(v reflect.Value) bool { return isEmpty(v) || isZero(v) }
	case empty:
		return isEmpty
	case zero:
		return zeroTest(t)
	}
	return nil
}

func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	default:
		return v.IsZero()
	}
}

type zeroer interface{ IsZero() bool }

var zeroerType = reflect.TypeFor[zeroer]()

// zeroTest is the method IsZero of the type, if it has one.
func zeroTest(t reflect.Type) func(reflect.Value) bool {
	switch {
	case t.Implements(zeroerType):
		return func(v reflect.Value) bool {
			if (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface) && v.IsNil() {
				return true
			}
			return v.Interface().(zeroer).IsZero() //nolint:forcetypeassert // checked above
		}
	case reflect.PointerTo(t).Implements(zeroerType):
		return func(v reflect.Value) bool {
			if !v.CanAddr() {
				return v.IsZero()
			}
			return v.Addr().Interface().(zeroer).IsZero() //nolint:forcetypeassert // checked above
		}
	}
	return reflect.Value.IsZero
}
