package kit

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"

	"github.com/polarkit-go/polarkit/kit/internal/noun"
)

// Set is a set of values: a list in a request, where a value that is repeated counts once
// (Pydantic's set). The rules min and max are those of the number of different values. A
// reply has the values as a list, sorted by their JSON. T is a type whose values can be
// compared, and is neither a pointer nor an interface.
type Set[T comparable] map[T]struct{}

// SetOf is the set of the values.
func SetOf[T comparable](values ...T) Set[T] {
	s := make(Set[T], len(values))
	for _, value := range values {
		s[value] = struct{}{}
	}
	return s
}

// Has reports whether the value is in the set.
func (s Set[T]) Has(value T) bool { _, ok := s[value]; return ok }

// Holds returns the type of the values. It is for the packages of this module: they
// recognize the type by this method.
func (Set[T]) Holds(noun.Key) reflect.Type { return reflect.TypeFor[T]() }

// MarshalJSON writes the values as a list, sorted by their JSON.
func (s Set[T]) MarshalJSON() ([]byte, error) {
	values := make([]json.RawMessage, 0, len(s))
	for value := range s {
		data, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		values = append(values, data)
	}
	slices.SortFunc(values, func(a, b json.RawMessage) int { return bytes.Compare(a, b) })
	return json.Marshal(values)
}

// UnmarshalJSON reads a list.
func (s *Set[T]) UnmarshalJSON(data []byte) error {
	var values []T
	if err := json.Unmarshal(data, &values); err != nil {
		return err
	}
	*s = SetOf(values...)
	return nil
}
