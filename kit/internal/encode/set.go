package encode

import (
	"bytes"
	"reflect"
	"slices"
)

// set writes the values of a kit.Set as a list, sorted by their JSON. A nil set is [].
func (c *compiler) set(t reflect.Type) encoder {
	element := c.compile(t.Key())
	return func(s *state, v reflect.Value) error {
		if err := s.enter(); err != nil {
			return err
		}
		start := len(s.buf)
		values := make([][]byte, 0, v.Len())
		for _, value := range v.MapKeys() {
			s.buf = s.buf[:start]
			if err := (*element)(s, value); err != nil {
				return within(err, "[]")
			}
			values = append(values, bytes.Clone(s.buf[start:]))
		}
		slices.SortFunc(values, bytes.Compare)
		s.buf = append(s.buf[:start], '[')
		s.buf = append(s.buf, bytes.Join(values, []byte{','})...)
		s.buf = append(s.buf, ']')
		s.depth--
		return nil
	}
}
