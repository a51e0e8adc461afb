package jsonio

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/encode"
	"github.com/polarkit-go/polarkit/kit/internal/plan"
)

// Parse reads JSON into a T, which is any type that a body may have: a schema, a slice, a
// map, a scalar, or an interface of a union. It is Pydantic's TypeAdapter(T), with the
// errors that FastAPI gives for a body.
//
// What is wrong with the data is a *errors.PolarRequestValidationError with all errors. A
// location begins inside the value: the whole is errors.Loc{}, and a field of it is
// errors.Loc{"email"}. [At] sets what comes before. Text that is not JSON is json_invalid,
// and null is the error of T, unless T is a pointer. Bytes that are not text, more than 500
// levels and integers of more than 4300 digits are errors.BadRequest.
//
// The context is that of the Validate methods. Parse does not limit the length of the data,
// and does not keep it.
//
// A type with an UnmarshalJSON method of its own reads its parts by Parse. Its error then
// has the places inside of the value, and the reader of the whole value puts its own place
// before them:
//
//	func (c *Clause) UnmarshalJSON(data []byte) error {
//		fields, err := jsonio.Parse[clauseFields](context.Background(), data)
//		…
//	}
//
// Each level of such types reads its bytes again, as with encoding/json.
//
// Any other error is a mistake in the program, as with request.Decode: see [Check].
func Parse[T any](ctx context.Context, data []byte, options ...Option) (T, error) {
	var value T
	if err := parse(ctx, data, "Parse", reflect.ValueOf(&value).Elem(), options); err != nil {
		var zero T
		return zero, err
	}
	return value, nil
}

// Unmarshal is [Parse] for a type that the program meets when it runs, such as the type of
// a column. The target is a pointer that is not nil. Its value becomes the zero value
// first, and stays so when there is an error.
func Unmarshal(ctx context.Context, data []byte, target any, options ...Option) error {
	v := reflect.ValueOf(target)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return fmt.Errorf("jsonio: Unmarshal: the target is %T; pass a pointer to a value", target)
	}
	v.Elem().SetZero()
	if err := parse(ctx, data, "Unmarshal", v.Elem(), options); err != nil {
		v.Elem().SetZero()
		return err
	}
	return nil
}

// parse reads into a zero value.
func parse(ctx context.Context, data []byte, name string, v reflect.Value, options []Option) error {
	node, err := plan.For(v.Type())
	if err != nil {
		return fmt.Errorf("jsonio: %s: %w", name, err)
	}
	var o settings
	for _, option := range options {
		option(&o)
	}
	return node.Parse(ctx, bytes.Clone(data), o.at, v)
}

// Option is an option of [Parse].
type Option func(*settings)

type settings struct{ at errors.Loc }

// At says where the value stands. All locations begin with it:
//
//	jsonio.Parse[Filter](ctx, data, jsonio.At("query", "filter"))
//
// Its elements are strings and ints, as those of errors.Loc.
func At(loc ...any) Option {
	loc = slices.Clone(loc)
	return func(s *settings) { s.at = loc }
}

// Marshal returns the JSON of a value as reply.JSON writes it. The error says that the
// value cannot be written.
func Marshal(value any) ([]byte, error) {
	data, err := encode.Append(nil, value)
	if err != nil {
		return nil, fmt.Errorf("jsonio: Marshal: %w", err)
	}
	return data, nil
}

// Check reports whether [Parse] can read a T. Programs call it when they start. The error
// has a line for each mistake, as that of request.Check.
func Check[T any]() error {
	if _, err := plan.For(reflect.TypeFor[T]()); err != nil {
		return fmt.Errorf("jsonio: Check: %w", err)
	}
	return nil
}
