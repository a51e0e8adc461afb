// Package encode writes Go values as the JSON of a reply, as Pydantic writes a
// response model. The JSON is compact and in raw UTF-8 without HTML escapes. Every field
// is there, a nil slice is [] and a nil map is {}, datetimes have Z and microseconds, and
// numbers look as Python prints them.
//
// Otherwise the rules are those of encoding/json: field tags, promotion of
// embedded fields, json.Marshaler and encoding.TextMarshaler, sorted map keys.
// Each type is compiled once into a plan, which is kept for the life of the program.
package encode

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"sync"

	"github.com/polarkit-go/polarkit/kit/internal/definition"

	"github.com/polarkit-go/polarkit/kit/internal/noun"
)

// maxDepth is how deep pointers, slices, maps and interfaces may nest. Only a
// cyclic value gets there.
const maxDepth = 1000

var errDepth = fmt.Errorf("the value is nested deeper than %d levels or refers to itself", maxDepth)

// Raw is JSON that is known to be valid and compact. It is written as it is.
type Raw []byte

// MarshalJSON lets encoding/json write it too.
func (r Raw) MarshalJSON() ([]byte, error) { return r, nil }

// Append appends the JSON of v. NaN and the infinities are null, as Pydantic
// writes them. After an error the returned slice is the one given.
func Append(to []byte, v any) ([]byte, error) { return appendValue(to, v, false) }

// AppendEcho is [Append] for a value that a client sent. It never fails. NaN and the
// infinities become text, and a value that cannot be written is null.
func AppendEcho(to []byte, v any) []byte {
	out, err := appendValue(to, v, true)
	if err != nil {
		return append(to, "null"...)
	}
	return out
}

func appendValue(to []byte, v any, echo bool) ([]byte, error) {
	if out, done := appendPlain(to, v); done {
		return out, nil
	}
	s := state{buf: to, echo: echo}
	value := reflect.ValueOf(v)
	if kind := value.Kind(); kind == reflect.Struct || kind == reflect.Array {
		// In addressable memory, fields such as times need no copy of their own.
		addressable := reflect.New(value.Type()).Elem()
		addressable.Set(value)
		value = addressable
	}
	if err := encoderOf(value.Type())(&s, value); err != nil {
		return to, fmt.Errorf("cannot encode %T: %w", v, err)
	}
	return s.buf, nil
}

// state is one run of the encoder.
type state struct {
	buf   []byte
	depth int
	echo  bool
}

// appendPlain appends values of the most frequent types. It needs no state, which would be
// an allocation. It reports whether v has one of these types.
func appendPlain(to []byte, v any) ([]byte, bool) {
	switch v := v.(type) {
	case nil:
		return append(to, "null"...), true
	case string:
		return AppendString(to, v), true
	case bool:
		return strconv.AppendBool(to, v), true
	case int:
		return strconv.AppendInt(to, int64(v), 10), true
	case int64:
		return strconv.AppendInt(to, v, 10), true
	case Raw:
		return append(to, v...), true
	}
	return to, false
}

func (s *state) plain(v any) (done bool) {
	s.buf, done = appendPlain(s.buf, v)
	return done
}

func (s *state) enter() error {
	if s.depth++; s.depth > maxDepth {
		return errDepth
	}
	return nil
}

// An encoder writes values of one type.
type encoder func(s *state, v reflect.Value) error

var encoders sync.Map // of reflect.Type to encoder

func encoderOf(t reflect.Type) encoder {
	if found, ok := encoders.Load(t); ok {
		return found.(encoder) //nolint:forcetypeassert // nothing else is stored
	}
	c := compiler{done: map[reflect.Type]*encoder{}}
	result := c.compile(t)
	// They are stored when all of them are complete.
	for t, e := range c.done {
		encoders.Store(t, *e)
	}
	return *result
}

// compiler makes the encoders of a type and of all types inside.
type compiler struct {
	done map[reflect.Type]*encoder
}

// compile returns a pointer, because a type that refers to itself is used
// before its encoder is complete.
func (c *compiler) compile(t reflect.Type) *encoder {
	if e, ok := c.done[t]; ok {
		return e
	}
	e := new(encoder)
	c.done[t] = e
	*e = c.make(t)
	return e
}

func (c *compiler) make(t reflect.Type) encoder {
	if e := special(t); e != nil {
		return e
	}
	switch t.Kind() {
	case reflect.Bool:
		return func(s *state, v reflect.Value) error { s.bool(v.Bool()); return nil }
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return func(s *state, v reflect.Value) error { s.int(v.Int()); return nil }
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return func(s *state, v reflect.Value) error { s.uint(v.Uint()); return nil }
	case reflect.Float32:
		return func(s *state, v reflect.Value) error { s.float(v.Float(), 32); return nil }
	case reflect.Float64:
		return func(s *state, v reflect.Value) error { s.float(v.Float(), 64); return nil }
	case reflect.String:
		return func(s *state, v reflect.Value) error { s.buf = AppendString(s.buf, v.String()); return nil }
	case reflect.Interface:
		if union, closed := definition.UnionOf(t); closed {
			return closedSet(union)
		}
		return encodeInterface
	case reflect.Pointer:
		return c.pointer(t)
	case reflect.Slice:
		return c.slice(t)
	case reflect.Array:
		return c.array(t)
	case reflect.Map:
		if noun.IsSet(t) {
			return c.set(t)
		}
		return c.mapping(t)
	case reflect.Struct:
		return c.structure(t)
	default:
		err := fmt.Errorf("the type %s has no JSON", t)
		return func(*state, reflect.Value) error { return err }
	}
}

func encodeInterface(s *state, v reflect.Value) error {
	if v.IsNil() {
		s.null()
		return nil
	}
	return s.held(v.Elem())
}

// closedSet writes a value of a union, which must be one of its variants.
func closedSet(union *definition.Union) encoder {
	return func(s *state, v reflect.Value) error {
		held := v.Elem()
		switch {
		case !held.IsValid() || held.Kind() == reflect.Pointer && held.IsNil():
			return fmt.Errorf("a %s is nil; it must hold one of its variants, and a pointer to it may be nil", v.Type())
		case !union.Holds(held.Type()):
			return fmt.Errorf("a %s holds a %s, which is not one of its variants", v.Type(), held.Type())
		}
		return s.held(held)
	}
}

// any writes the value that an interface holds.
func (s *state) any(v any) error {
	if s.plain(v) {
		return nil
	}
	return s.held(reflect.ValueOf(v))
}

func (s *state) held(v reflect.Value) error {
	if err := s.enter(); err != nil {
		return err
	}
	err := encoderOf(v.Type())(s, v)
	s.depth--
	return err
}

func (c *compiler) pointer(t reflect.Type) encoder {
	element := c.compile(t.Elem())
	return func(s *state, v reflect.Value) error {
		if v.IsNil() {
			s.null()
			return nil
		}
		if err := s.enter(); err != nil {
			return err
		}
		err := (*element)(s, v.Elem())
		s.depth--
		return err
	}
}

// IsBytes reports whether a type is written as a text in base64. This is a slice of bytes
// whose type has no marshaler.
func IsBytes(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8 && !hasMarshaler(reflect.PointerTo(t.Elem()))
}

func (c *compiler) slice(t reflect.Type) encoder {
	if IsBytes(t) {
		return encodeBytes
	}
	return c.array(t)
}

// array writes the elements of a slice or an array.
func (c *compiler) array(t reflect.Type) encoder {
	element := c.compile(t.Elem())
	return func(s *state, v reflect.Value) error {
		if err := s.enter(); err != nil {
			return err
		}
		s.buf = append(s.buf, '[')
		for i := range v.Len() {
			if i > 0 {
				s.buf = append(s.buf, ',')
			}
			if err := (*element)(s, v.Index(i)); err != nil {
				return within(err, "["+strconv.Itoa(i)+"]")
			}
		}
		s.buf = append(s.buf, ']')
		s.depth--
		return nil
	}
}

// within adds the place of a value to an error. The place of a cycle would be too long.
func within(err error, place string) error {
	if errors.Is(err, errDepth) {
		return err
	}
	return fmt.Errorf("%s: %w", place, err)
}
