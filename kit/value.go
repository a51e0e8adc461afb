package kit

// Value is a JSON value as it was sent, before it is read into a type. A function of
// [DefineUnionBy] and a [BeforeValidator] look at it. Nothing of it is copied, so that a
// function may look at a part of a large value. It may be used until the function that got
// it returns.
type Value interface {
	// Has reports whether the value is an object with the key.
	Has(key string) bool
	// Member is the value of an object's key, of a repeated key the last one. It reports
	// false where the value is no object, or has no such key.
	Member(key string) (value Value, ok bool)
	// Text is the value of a text. It reports false for a value that is no text.
	Text() (text string, ok bool)
	// Any is the whole value, as a field of the type any has it.
	Any() any
	// With is the object with a member, which is a Value or any value of Go: it has the JSON
	// that a reply has. A member of the name is replaced in its place. A value that is no
	// object stays as it is.
	With(key string, member any) Value
	// Without is the object without some members. A value that is no object stays as it is.
	Without(keys ...string) Value
}
