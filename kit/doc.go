// Package kit holds the nouns of a Polar-style API: the types that schemas and structs of
// parameters embed and name. It links neither net/http nor a validator. Package
// kit/request reads requests into these types, package kit/reply writes them, and package
// kit/api makes typed endpoints of both.
//
// A schema is a struct that embeds [Schema]:
//
//	type CustomerCreate struct {
//		kit.Schema `doc:"A customer to create."`
//
//		Email string                `json:"email" validate:"email"`
//		Name  kit.Optional[*string] `json:"name" validate:"max=256"`
//	}
//
//	in, err := request.Decode[CustomerCreate](r)
//
// A field is required unless its type or its tags say otherwise. An [Optional] may be
// absent, and a pointer may be null. A default:"…" is the value of an absent field.
//
// Rules are validate tags. The file docs/validation.md lists them with their errors. A
// rule that no tag can express is the method of a [Validator]. [DefineRule] adds rules
// for tags. [DefineUnion] and [DefineSmartUnion] name the types that an interface stands
// for.
//
// A type is compiled once, when it is first used. Its mistakes are found then, or when
// the program starts: request.Check compiles a type, and package kit/api compiles those
// of each endpoint.
package kit
