package kit

import (
	"encoding/json"

	"github.com/polarkit-go/polarkit/kit/internal/noun"
)

// Optional is a field of an input that may be absent. The zero value is
// absent. Null is a value only where T takes it: Optional[*string] tells
// absent, null and text apart, Optional[string] refuses null.
type Optional[T any] struct {
	value T
	set   bool
}

// Some is a value that is there.
func Some[T any](value T) Optional[T] { return Optional[T]{value: value, set: true} }

// Get returns the value and whether it is there; the zero value of T if not.
func (o Optional[T]) Get() (T, bool) { return o.value, o.set }

// Or returns the value if it is there, else the fallback.
func (o Optional[T]) Or(fallback T) T {
	if o.set {
		return o.value
	}
	return fallback
}

// IsSet reports whether the value is there.
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

// Fill makes the value present and returns a pointer to it. Packages of this module
// recognize the type by this method and read requests with it; others cannot call it.
func (o *Optional[T]) Fill(noun.Key) (value any) {
	o.set = true
	return &o.value
}

// MarshalJSON writes the value, or null when it is absent: use omitzero to
// leave an absent field out.
func (o Optional[T]) MarshalJSON() ([]byte, error) {
	if !o.set {
		return []byte("null"), nil
	}
	return json.Marshal(o.value)
}

// UnmarshalJSON reads the value with encoding/json, for programs that read an
// API's schemas as a client. Requests are decoded by package kit/request.
func (o *Optional[T]) UnmarshalJSON(data []byte) error {
	var value T
	if err := json.Unmarshal(data, &value); err != nil {
		return err
	}
	*o = Some(value)
	return nil
}
