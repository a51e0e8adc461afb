package kit

import (
	"reflect"

	"github.com/polarkit-go/polarkit/kit/internal/definition"
)

// TransformName is the name of a transformation that has been defined.
type TransformName string

// DefineTransform defines a transformation for transform tags. It is called once, in a
// package variable. The transformation fits fields of type T and of types that are defined
// as T:
//
//	var _ = kit.DefineTransform("slug", func(text string) (string, error) {
//		return strings.ReplaceAll(text, " ", "-"), nil
//	})
//
//	type PageCreate struct {
//		kit.Schema
//
//		Title string  `json:"title" transform:"strip"               validate:"min=1,max=80"`
//		Path  string  `json:"path"  transform:"strip,lower,slug"    validate:"max=80"`
//		Note  *string `json:"note"  transform:"strip,empty_to_null" validate:"min=2"`
//	}
//
// It is Pydantic's AfterValidator in front of the rules of the field: it gets the value as
// it was read, and the rules look at what it returns. A length is then that of a value and
// no longer that of a text: too_short and "Value should have at least 3 items after
// validation, not 1". An error is reported at the field as an error of a [Validator] is:
// errors.ValueError for what is wrong with the value. Null and a default are not
// transformed. The function must be safe for concurrent use.
//
// Four transformations are built in. strip takes the white space away from both ends
// (StringConstraints(strip_whitespace=True) in Pydantic) before the rules. lower and upper
// change the case (to_lower, to_upper), as in Pydantic after the rules. On a type that is
// read from text, such as an enum, all three change the text before it is read. With
// empty_to_null the empty text means null; the field is a pointer. The built-in ones run
// first, in this order, then the application's in the order of the tag. What stands behind
// dive is for the items of a list or the values of a map.
//
// It panics without a function, and for a name that is built in or defined already.
func DefineTransform[T any](name string, transform func(T) (T, error)) TransformName {
	if transform == nil {
		panic("kit: DefineTransform(" + name + "): the function is nil") //nolint:forbidigo // a package variable
	}
	err := definition.AddTransform(name, &definition.Transform{
		Type: reflect.TypeFor[T](),
		Apply: func(v reflect.Value) (reflect.Value, error) {
			made, err := transform(v.Interface().(T)) //nolint:forcetypeassert // the plan converts the value
			return reflect.ValueOf(&made).Elem(), err
		},
	})
	if err != nil {
		panic("kit: DefineTransform: " + err.Error()) //nolint:forbidigo // a package variable
	}
	return TransformName(name)
}
