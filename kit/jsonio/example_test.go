package jsonio_test

import (
	"context"
	"fmt"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/jsonio"
)

type Event interface{ event() }

type OrderPaid struct {
	kit.Schema

	Type   string `json:"type" validate:"oneof=order.paid"`
	Amount int64  `json:"amount" validate:"gt=0"`
}

type OrderRefunded struct {
	kit.Schema

	Type   string  `json:"type" validate:"oneof=order.refunded"`
	Reason *string `json:"reason" default:"null"`
}

func (OrderPaid) event()     {}
func (OrderRefunded) event() {}

var _ = kit.DefineUnion[Event]("type", OrderPaid{}, OrderRefunded{})

// A consumer of webhooks reads the payload that a queue has delivered.
func ExampleParse() {
	event, err := jsonio.Parse[Event](context.Background(), []byte(`{"type":"order.paid","amount":2500}`))
	fmt.Printf("%+v %v\n", event, err)

	_, err = jsonio.Parse[Event](context.Background(), []byte(`{"type":"order.paid","amount":"none"}`))
	details, _ := errors.DetailsOf(err)
	for _, detail := range details {
		fmt.Println(detail.Loc, detail.Msg)
	}
	// Output:
	// {Schema:{} Type:order.paid Amount:2500} <nil>
	// order.paid.amount Input should be a valid integer, unable to parse string as an integer
}

// Locations begin where the application says that the value stands.
func ExampleAt() {
	_, err := jsonio.Parse[[]int](context.Background(), []byte(`[1, null]`), jsonio.At("env", "PORTS"))
	details, _ := errors.DetailsOf(err)
	fmt.Println(details[0].Loc)
	// Output: env.PORTS.1
}

func ExampleMarshal() {
	data, err := jsonio.Marshal(map[string]any{"price": 1.0, "tags": []string(nil)})
	fmt.Println(string(data), err)
	// Output: {"price":1.0,"tags":[]} <nil>
}

// A program that checks its types when it starts finds mistakes before the first value.
func ExampleCheck() {
	fmt.Println(jsonio.Check[struct {
		Size int `json:"size" validate:"mn=1"`
	}]() != nil)
	// Output: true
}

// Clause takes a number for a clause too, so it reads itself.
type Clause struct {
	Property string
	Value    int
}

type clauseFields struct {
	Property string `json:"property"`
	Value    int    `json:"value"`
}

// UnmarshalJSON reads the long form by the library, so that errors have their places.
func (c *Clause) UnmarshalJSON(data []byte) error {
	if data[0] != '{' {
		value, err := jsonio.Parse[int](context.Background(), data)
		*c = Clause{Property: "amount", Value: value}
		return err
	}
	fields, err := jsonio.Parse[clauseFields](context.Background(), data)
	*c = Clause(fields)
	return err
}

// A type that reads itself keeps the places of the errors inside of it.
func ExampleParse_unmarshaler() {
	type query struct {
		Clauses []Clause `json:"clauses"`
	}
	_, err := jsonio.Parse[query](context.Background(), []byte(`{"clauses":[7,{"property":1,"value":"x"}]}`))
	details, _ := errors.DetailsOf(err)
	for _, detail := range details {
		fmt.Println(detail.Loc, detail.Input, detail.Type)
	}
	// Output:
	// clauses.1.property 1 string_type
	// clauses.1.value x int_parsing
}
