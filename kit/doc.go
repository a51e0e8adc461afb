// Package kit holds what a Polar-style API is made of, usable in any net/http
// program: schemas, the decoding of requests, JSON replies, and one renderer
// for errors.
//
// A schema is a struct that embeds [Schema]. [Decode] reads one from the body
// of a request, with the rules and the errors of FastAPI and Pydantic v2:
//
//	type CustomerCreate struct {
//		kit.Schema `doc:"A customer to create."`
//
//		Email string                `json:"email" validate:"email"`
//		Name  kit.Optional[*string] `json:"name" validate:"max=256"`
//	}
//
//	in, err := kit.Decode[CustomerCreate](r)
//
// [Bind] reads path, query, headers and body together, into a struct whose tags
// say where each field comes from. [WriteJSON] replies, [WriteError] turns any
// error into the one error shape, and [Handler] makes a handler of a function
// that returns its error:
//
//	mux.Handle("POST /customers", kit.Handler(func(w http.ResponseWriter, r *http.Request) error {
//		in, err := kit.Decode[CustomerCreate](r)
//		if err != nil {
//			return err // 422 with everything that is wrong
//		}
//		…
//		return kit.WriteJSON(w, http.StatusCreated, customer)
//	}))
//
// A field is required unless its type or tags say otherwise: an [Optional] may
// be absent, a pointer may be null, default:"…" is the value of what is absent.
// Rules are validate tags; docs/validation.md lists them with their errors.
// Rules that no tag can say are a [Validator]'s, new tags come from
// [DefineRule], and an interface with a closed set of structs from
// [DefineUnion].
//
// Each type is compiled once, when it is first used; [Check] does so when a
// program starts, and package api for every endpoint. Package api builds on
// all of this and adds typed endpoints and their documentation.
package kit
