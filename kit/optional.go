package kit

import (
	"encoding/json"

	"github.com/polarkit-go/polarkit/kit/internal/noun"
)

// Optional is a field of an input that may be absent. The zero value is absent. Null is a
// value only where T has one: Optional[*string] distinguishes absent, null and text, and
// Optional[string] refuses null.
type Optional[T any] struct {
	value T
	set   bool
}

// Some is a value that is present.
func Some[T any](value T) Optional[T] { return Optional[T]{value: value, set: true} }

// Get returns the value and whether it is present. An absent value is the zero value of T.
func (o Optional[T]) Get() (T, bool) { return o.value, o.set }

// Or returns the value, or the fallback when the value is absent.
func (o Optional[T]) Or(fallback T) T {
	if o.set {
		return o.value
	}
	return fallback
}

// IsSet reports whether the value is present.
func (o Optional[T]) IsSet() bool { return o.set }

// IsZero reports whether the value is absent, for the omitzero option of encoding/json.
func (o Optional[T]) IsZero() bool { return !o.set }

// Lookup is [Optional.Get] for code that does not know T.
func (o Optional[T]) Lookup() (any, bool) {
	if !o.set {
		return nil, false
	}
	return o.value, true
}

// Fill makes the value present and returns a pointer to it. It is for the packages of this
// module: they recognize the type by this method.
func (o *Optional[T]) Fill(noun.Key) (value any) {
	o.set = true
	return &o.value
}

// MarshalJSON writes the value, or null when it is absent. The option omitzero in the
// field's json tag leaves an absent field out.
func (o Optional[T]) MarshalJSON() ([]byte, error) {
	if !o.set {
		return []byte("null"), nil
	}
	return json.Marshal(o.value)
}

// UnmarshalJSON reads the value with encoding/json, for clients that read the schemas of
// an API. Servers read requests with package kit/request.
func (o *Optional[T]) UnmarshalJSON(data []byte) error {
	var value T
	if err := json.Unmarshal(data, &value); err != nil {
		return err
	}
	*o = Some(value)
	return nil
}
