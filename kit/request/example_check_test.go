package request_test

import (
	"fmt"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

type Reminder struct {
	kit.Schema

	Text string `json:"text" validate:"mx=500"`
}

// A program that checks its types when it starts finds mistakes before the first request.
func ExampleCheck() {
	fmt.Println(request.Check[Reminder]())
	// Output: request: Check: request_test.Reminder.Text: there is no rule mx; use one of validator's or define it with kit.DefineRule
}
