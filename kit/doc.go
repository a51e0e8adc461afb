// Package kit holds the nouns of a Polar-style API: what schemas and structs of
// parameters embed and name. It reads no request and writes no reply: packages
// kit/request and kit/reply do, and package kit/api builds typed endpoints on them.
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
// A field is required unless its type or tags say otherwise: an [Optional] may
// be absent, a pointer may be null, default:"…" is the value of what is absent.
// Rules are validate tags; docs/validation.md lists them with their errors.
// Rules that no tag can say are a [Validator]'s, new tags come from
// [DefineRule], and an interface with a closed set of structs from
// [DefineUnion].
//
// A type is compiled once, when it is first used. Mistakes in it are found then, or
// when the program starts with request.Check; package kit/api does so for every
// endpoint.
package kit
