package errors_test

import (
	"fmt"
	"io"
	"time"

	"github.com/polarkit-go/polarkit/errors"
)

// Kinds are package variables of the application.
var OrderShipped = errors.DefineKind("OrderShipped", 409, "The order has been shipped.")

func ExampleDefineKind() {
	err := fmt.Errorf("cancel: %w", OrderShipped.New())

	fmt.Println(errors.Is(err, OrderShipped))
	fmt.Println(errors.KindOf(err).Status())
	// Output:
	// true
	// 409
}

func ExampleKind_Wrap() {
	err := errors.ServiceUnavailable.Wrap(io.ErrUnexpectedEOF)

	fmt.Println("client:", err.Detail())
	fmt.Println("log:   ", err)
	fmt.Println(errors.Is(err, io.ErrUnexpectedEOF))
	// Output:
	// client: Service Unavailable
	// log:    ServiceUnavailable: Service Unavailable: unexpected EOF
	// true
}

func ExampleKind_WithDetail() {
	err := OrderShipped.WithDetail("Order 7 was shipped on Monday.")

	fmt.Println(err.Detail())
	// Output: Order 7 was shipped on Monday.
}

func ExamplePolarError_WithHeader() {
	err := errors.ServiceUnavailable.New().WithHeader("Retry-After", fmt.Sprint(int(time.Minute.Seconds())))

	for name, value := range err.Headers() {
		fmt.Println(name+":", value)
	}
	// Output: Retry-After: 60
}

func ExampleKindOf() {
	fmt.Println(errors.KindOf(fmt.Errorf("get: %w", errors.ResourceNotFound)).Name())
	fmt.Println(errors.KindOf(io.EOF).Name())
	// Output:
	// ResourceNotFound
	// InternalServerError
}

func ExampleValidationErrorAt() {
	err := errors.ValidationErrorAt(errors.Loc{"body", "email"}, "value_error", "This e-mail address is taken.", "ann@example.com")

	fmt.Println(err)
	fmt.Println(err.Details()[0].Msg)
	// Output:
	// PolarRequestValidationError: value_error at body.email
	// This e-mail address is taken.
}

func ExampleValueError() {
	even := func(a int) error {
		if a%2 != 0 {
			return errors.ValueError("a must be even")
		}
		return nil
	}
	details, _ := errors.DetailsOf(even(3))
	fmt.Println(details[0].Type, "/", details[0].Msg)
	// Output: value_error / Value error, a must be even
}

// The details of a joined error go to the client, the rest to the log.
func ExampleDetailsOf() {
	err := errors.Join(errors.ValueErrorAt(errors.Loc{"body", "until"}, "It has to be later.", nil), errors.New("the cache is away"))
	details, rest := errors.DetailsOf(err)
	fmt.Println(len(details), details[0].Loc, details[0].Msg)
	fmt.Println(rest)
	// Output:
	// 1 body.until Value error, It has to be later.
	// the cache is away
}

func ExampleNewRequestValidationError() {
	err := errors.NewRequestValidationError(
		errors.ValidationError{Type: "missing", Loc: errors.Loc{"body", "items", 0, "price"}, Msg: "Field required"},
		errors.ValidationError{
			Type: "less_than_equal", Loc: errors.Loc{"body", "discount"}, Input: 120,
			Msg: "Input should be less than or equal to 100", Ctx: errors.Ctx{{Name: "le", Value: 100}},
		},
	)

	fmt.Println(err)
	// Output: PolarRequestValidationError: missing at body.items.0.price and 1 more
}

func ExampleCustomError() {
	err := errors.CustomError("not_positive", "A discount must be positive, not {value}",
		errors.Ctx{{Name: "value", Value: -5}})
	fmt.Println(err.Details()[0].Msg)
	// Output: A discount must be positive, not -5
}
