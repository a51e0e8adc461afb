package kit

import (
	"reflect"

	"github.com/polarkit-go/polarkit/kit/internal/definition"
)

// Union is a closed set of structs that [DefineUnion] has made.
type Union[I any] struct{}

// DefineUnion names the structs that an interface stands for in requests, and the wire
// name of the field that distinguishes them (Pydantic's discriminated union). It is called
// once per interface, in a package variable:
//
//	type Pet interface{ pet() }
//
//	type Cat struct {
//		kit.Schema
//
//		Type  string `json:"type" validate:"oneof=cat"`
//		Lives int    `json:"lives"`
//	}
//
//	func (Cat) pet() {}
//
//	var _ = kit.DefineUnion[Pet]("type", Cat{}, Dog{})
//
// The compiler checks that each struct implements the interface. The tag field of a struct
// has the values that mean it: in a rule oneof, or in the Values method of its type. Fields
// of type Pet, []Pet or kit.Optional[Pet] then work in schemas, and a body may be a Pet
// itself.
//
// It panics for a type that is no interface or has been defined before, for an empty tag,
// and for variants that are no structs. Tags that are missing or belong to two structs are
// reported when a type that uses the union is compiled.
func DefineUnion[I any](tag string, variants ...I) *Union[I] {
	types := make([]reflect.Type, len(variants))
	for i, variant := range variants {
		if types[i] = reflect.TypeOf(variant); types[i] == nil {
			panic("kit: DefineUnion: a variant is nil; pass the zero value of each struct, such as Cat{}")
		}
	}
	if err := definition.AddUnion(reflect.TypeFor[I](), &definition.Union{Tag: tag, Variants: types}); err != nil {
		panic("kit: DefineUnion: " + err.Error())
	}
	return &Union[I]{}
}
