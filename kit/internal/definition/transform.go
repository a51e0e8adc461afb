package definition

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
)

// Transform is a transformation for transform tags.
type Transform struct {
	// Type is the type of the values that the transformation takes and makes.
	Type reflect.Type
	// Apply makes a value of Type from another. The error refuses the value.
	Apply func(v reflect.Value) (reflect.Value, error)
}

// transformWords are the words that a transform tag has without a definition.
var transformWords = []string{"strip", "lower", "upper", "empty_to_null", "dive"}

var transforms sync.Map // of *Transform by name

// AddTransform defines a transformation. The name must be free.
func AddTransform(name string, transform *Transform) error {
	if !isName(name) {
		return fmt.Errorf("%q cannot be the name of a transformation: use lower case letters, digits and underscores", name)
	}
	if slices.Contains(transformWords, name) {
		return fmt.Errorf("the transformation %s exists already", name)
	}
	if _, taken := transforms.LoadOrStore(name, transform); taken {
		return fmt.Errorf("the transformation %s has been defined already", name)
	}
	return nil
}

// TransformNamed is the transformation of a name.
func TransformNamed(name string) (transform *Transform, ok bool) {
	found, ok := transforms.Load(name)
	if !ok {
		return nil, false
	}
	return found.(*Transform), true //nolint:forcetypeassert // the map holds nothing else
}
