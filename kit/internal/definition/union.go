package definition

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
)

// Union is a closed set of types that an interface stands for.
type Union struct {
	// Mode is how a variant is chosen.
	Mode Mode
	// Tag is the wire name of the field that distinguishes the variants of a union by
	// tag, and the name of the function of a union by function.
	Tag string
	// Function is the function of a union by function: a func(kit.Value) (string, bool).
	Function any
	// Variants are the types in their order.
	Variants []Variant
}

// Mode is how a variant of a union is chosen.
type Mode uint8

// The modes.
const (
	// ByTag is by the value of a field.
	ByTag Mode = iota
	// Smart is by trying all variants: the best one counts.
	Smart
	// Ordered is by trying the variants: the first that takes the value counts.
	Ordered
	// ByFunction is by the tag that a function returns.
	ByFunction
)

// Variant is one type of a union.
type Variant struct {
	// Type is the type, a pointer to it, or the interface of another union.
	Type reflect.Type
	// Rules is a tag with the rules of a value.
	Rules reflect.StructTag
	// Tag is the label of the variant where HasTag is set.
	Tag    string
	HasTag bool
}

var unions sync.Map // of *Union by reflect.Type

// AddUnion defines what an interface stands for, once.
func AddUnion(t reflect.Type, union *Union) error {
	switch {
	case t.Kind() != reflect.Interface:
		return fmt.Errorf("%s is not an interface", t)
	case t.Name() == "":
		return fmt.Errorf("%s has no name; declare a type of its own, such as type Word any", t)
	case union.Tag == "" && union.Mode == ByTag:
		return fmt.Errorf("%s: the name of the tag field is empty", t)
	case union.Tag == "" && union.Mode == ByFunction:
		return fmt.Errorf("%s: the name of the function is empty", t)
	}
	if _, taken := unions.LoadOrStore(t, union); taken {
		return fmt.Errorf("%s has been defined already", t)
	}
	return nil
}

// Add adds a variant.
func (u *Union) Add(v Variant) error {
	t := v.Type
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if u.Mode == ByTag && t.Kind() != reflect.Struct {
		return fmt.Errorf("%s is not a struct", v.Type)
	}
	u.Variants = append(u.Variants, v)
	return nil
}

// Holds reports whether values of a type belong to the union: whether it is a variant, or a
// pointer to one.
func (u *Union) Holds(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return slices.ContainsFunc(u.Variants, func(v Variant) bool {
		switch v.Type.Kind() {
		case reflect.Pointer:
			return v.Type.Elem() == t
		case reflect.Interface:
			nested, ok := UnionOf(v.Type)
			return ok && nested.Holds(t)
		default:
			return v.Type == t
		}
	})
}

// UnionOf is the union that an interface stands for.
func UnionOf(t reflect.Type) (union *Union, ok bool) {
	found, ok := unions.Load(t)
	if !ok {
		return nil, false
	}
	return found.(*Union), true //nolint:forcetypeassert // the map holds nothing else
}
