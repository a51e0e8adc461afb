package encode

import (
	"reflect"
	"slices"
	"strconv"
)

// KeepsExtra reports whether a field keeps the keys of an object that no other field is
// read from. They are written among the fields.
func KeepsExtra(sf reflect.StructField) bool {
	return sf.IsExported() && sf.Tag.Get("extra") == "allow" && sf.Tag.Get("json") == "-" &&
		sf.Type.Kind() == reflect.Map && sf.Type.Key() == stringType
}

var stringType = reflect.TypeFor[string]()

// extraOf finds the field of a struct, or of one that it embeds, that keeps further keys.
func extraOf(t reflect.Type, path []int) *field {
	for i := range t.NumField() {
		sf := t.Field(i)
		index := append(slices.Clone(path), i)
		if KeepsExtra(sf) {
			return &field{index: index, typ: sf.Type}
		}
		if sf.Anonymous && sf.Type.Kind() == reflect.Struct && sf.Tag.Get("json") == "" {
			if f := extraOf(sf.Type, index); f != nil {
				return f
			}
		}
	}
	return nil
}

// extra writes the further keys of an object, sorted, each behind a comma. A key that a
// field has is not written twice.
func (c *compiler) extra(t reflect.Type, fields []field) encoder {
	f := extraOf(t, nil)
	if f == nil {
		return nil
	}
	names := map[string]bool{}
	for i := range fields {
		names[fields[i].name] = true
	}
	element := c.compile(f.typ.Elem())
	return func(s *state, v reflect.Value) error {
		kept, _ := f.of(v)
		keys := make([]string, 0, kept.Len())
		for _, key := range kept.MapKeys() {
			if name := key.String(); !names[name] {
				keys = append(keys, name)
			}
		}
		slices.Sort(keys)
		for _, key := range keys {
			s.buf = append(AppendString(append(s.buf, ','), key), ':')
			if err := (*element)(s, kept.MapIndex(reflect.ValueOf(key))); err != nil {
				return within(err, "["+strconv.Quote(key)+"]")
			}
		}
		return nil
	}
}
