// Package noun is how this module recognizes the generic types of package kit. The
// reflection of Go does not say that a type is an instance of kit.Optional, and the text
// of its name and its import path is not an answer: another package, a fork or a later
// major version has another one. So each of these types has a method with a parameter of
// the type [Key]. Nobody else can declare such a method, because nobody else can import
// this package.
package noun

import "reflect"

// Key is the parameter of the methods that recognize the types. Other packages cannot
// write a value of it.
type Key struct{ _ struct{} }

// optional is implemented by the pointer to each kit.Optional.
type optional interface {
	// Fill makes the value present and returns a pointer to it.
	Fill(key Key) (value any)
	// Lookup returns the value and whether it is present.
	Lookup() (value any, present bool)
}

// filter is implemented by each kit.Filter.
type filter interface {
	// FiltersBy returns the type of the values.
	FiltersBy(key Key) reflect.Type
}

var (
	optionalType = reflect.TypeFor[optional]()
	filterType   = reflect.TypeFor[filter]()
)

// IsOptional reports whether the type is a kit.Optional.
func IsOptional(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && reflect.PointerTo(t).Implements(optionalType) && !embeds(t)
}

// Fill makes a kit.Optional present, which is addressable, and returns the value inside.
func Fill(v reflect.Value) reflect.Value {
	return reflect.ValueOf(v.Addr().Interface().(optional).Fill(Key{})).Elem() //nolint:forcetypeassert // see IsOptional
}

// Lookup returns the value of a kit.Optional and whether it is present.
func Lookup(v reflect.Value) (value any, present bool) {
	return v.Interface().(interface{ Lookup() (any, bool) }).Lookup() //nolint:forcetypeassert // see IsOptional
}

// IsFilter reports whether the type is a kit.Filter.
func IsFilter(t reflect.Type) bool { return t.Kind() == reflect.Slice && t.Implements(filterType) }

// set is implemented by each kit.Set.
type set interface {
	// Holds returns the type of the values.
	Holds(key Key) reflect.Type
}

var setType = reflect.TypeFor[set]()

// IsSet reports whether the type is a kit.Set.
func IsSet(t reflect.Type) bool { return t.Kind() == reflect.Map && t.Implements(setType) }

// embeds reports whether a struct embeds anything: its methods are then perhaps those
// of an embedded Optional.
func embeds(t reflect.Type) bool {
	for field := range t.Fields() {
		if field.Anonymous {
			return true
		}
	}
	return false
}
