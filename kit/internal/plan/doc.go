// Package plan compiles Go types into plans: once per type, from its fields and
// tags, and then used for every request.
//
// [For] gives the plan of a body as a tree of [Node]: what a value is (Kind),
// whether it may be null, its rules with their numbers, and for an object its
// fields in order with wire name, description, example and default. [ForOutput]
// is the same tree for a type that is only written. [ForInput] gives the plan of
// a whole request: parameters in the order in which they are checked, and the
// body. The same trees decode requests (Decode, Bind) and describe them in an
// OpenAPI document, so the two cannot disagree. Nodes are immutable once
// compiled and shared between goroutines; a recursive type is a tree that
// refers back to itself.
//
// Decoding has two steps. The scanner, package pyjson, walks once over the bytes
// of a body: it checks the syntax as Python's json module does and leaves a flat
// list of tokens. The plan then walks the tokens it has a use for, in the order of the
// type's fields, so errors come in Pydantic's order whatever the order of the
// input. What an error shows as its input is rendered from the bytes only when
// there is an error.
//
// The package imports package kit and knows its types as types: the generic ones by
// package noun, and what an application has defined by package definition. Package kit
// does not import it, so that programs which use the nouns alone do not link validator.
package plan
