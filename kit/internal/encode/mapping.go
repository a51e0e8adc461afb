package encode

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// entry is one key of a map with its value.
type entry struct {
	key   string
	value reflect.Value
}

// mapping writes a map with its keys sorted as text. A nil map is {}.
func (c *compiler) mapping(t reflect.Type) encoder {
	if t.Key().Kind() == reflect.String && t.ConvertibleTo(dictType) {
		return encodeDict
	}
	text := keyText(t.Key())
	if text == nil {
		err := fmt.Errorf("the type %s has no JSON: keys must be texts or integers", t)
		return func(*state, reflect.Value) error { return err }
	}
	element := c.compile(t.Elem())
	return func(s *state, v reflect.Value) error {
		if err := s.enter(); err != nil {
			return err
		}
		entries := make([]entry, 0, v.Len())
		for rows := v.MapRange(); rows.Next(); {
			key, err := text(rows.Key())
			if err != nil {
				return err
			}
			entries = append(entries, entry{key: key, value: rows.Value()})
		}
		slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.key, b.key) })
		s.buf = append(s.buf, '{')
		for i, e := range entries {
			if i > 0 {
				s.buf = append(s.buf, ',')
			}
			s.buf = AppendString(s.buf, e.key)
			s.buf = append(s.buf, ':')
			if err := (*element)(s, e.value); err != nil {
				return within(err, "["+strconv.Quote(e.key)+"]")
			}
		}
		s.buf = append(s.buf, '}')
		s.depth--
		return nil
	}
}

var dictType = reflect.TypeFor[map[string]any]()

// encodeDict writes a map[string]any, or a type that is defined as one, such as kit.Metadata.
func encodeDict(s *state, v reflect.Value) error {
	var dict map[string]any
	if v.CanAddr() {
		dict = *v.Addr().Convert(reflect.PointerTo(dictType)).Interface().(*map[string]any) //nolint:forcetypeassert // converted to it
	} else {
		dict = v.Convert(dictType).Interface().(map[string]any) //nolint:forcetypeassert // converted to it
	}
	if err := s.enter(); err != nil {
		return err
	}
	keys := make([]string, 0, len(dict))
	for key := range dict {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	s.buf = append(s.buf, '{')
	for i, key := range keys {
		if i > 0 {
			s.buf = append(s.buf, ',')
		}
		s.buf = AppendString(s.buf, key)
		s.buf = append(s.buf, ':')
		if err := s.any(dict[key]); err != nil {
			return within(err, "["+strconv.Quote(key)+"]")
		}
	}
	s.buf = append(s.buf, '}')
	s.depth--
	return nil
}

// keyText writes keys as encoding/json does: texts as they are, other types with their
// TextMarshaler, and integers in digits. It is nil for a type that cannot be a key.
func keyText(t reflect.Type) func(reflect.Value) (string, error) {
	switch {
	case t.Kind() == reflect.String:
		return func(v reflect.Value) (string, error) { return v.String(), nil }
	case t.Implements(textMarshalerType):
		return func(v reflect.Value) (string, error) {
			if v.Kind() == reflect.Pointer && v.IsNil() {
				return "", nil
			}
			text, err := v.Interface().(encoding.TextMarshaler).MarshalText() //nolint:forcetypeassert // checked above
			return string(text), err
		}
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Int64:
		return func(v reflect.Value) (string, error) { return strconv.FormatInt(v.Int(), 10), nil }
	case t.Kind() >= reflect.Uint && t.Kind() <= reflect.Uintptr:
		return func(v reflect.Value) (string, error) { return strconv.FormatUint(v.Uint(), 10), nil }
	}
	return nil
}
