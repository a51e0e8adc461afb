package kit_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/reply"
	"github.com/polarkit-go/polarkit/kit/request"
)

// Stay has a rule over two fields, which no tag can say.
type Stay struct {
	From  kit.Date `json:"from"`
	Until kit.Date `json:"until"`
}

// Validate runs once both dates are valid.
func (s Stay) Validate(context.Context) error {
	if s.Until.Compare(s.From) <= 0 {
		return errors.ValueErrorAt(errors.Loc{"until"}, "The stay has to end after it begins.", nil)
	}
	return nil
}

// Guests has a rule of its own.
type Guests struct {
	Adults   int `json:"adults"`
	Children int `json:"children"`
}

// Validate is about the guests as a whole.
func (g Guests) Validate(context.Context) error {
	if g.Adults == 0 && g.Children > 0 {
		return errors.ValueError("Children need an adult.")
	}
	return nil
}

// Reservation has the rules of both structs, as class Reservation(Stay, Guests)
// has in Pydantic: those of the last one first, and the first failure ends it.
type Reservation struct {
	kit.Schema
	Stay
	Guests
}

func ExampleValidator() {
	for _, body := range []string{
		`{"from":"2025-05-01","until":"2025-05-02","adults":0,"children":2}`,
		`{"from":"2025-05-01","until":"2025-04-01","adults":1,"children":2}`,
	} {
		_, err := request.Decode[Reservation](post(body))
		w := httptest.NewRecorder()
		reply.Error(w, post(body), err)
		fmt.Println(w.Code, w.Body)
	}
	// Output:
	// 422 {"error":"PolarRequestValidationError","detail":[{"type":"value_error","loc":["body"],"msg":"Value error, Children need an adult.","input":{"from":"2025-05-01","until":"2025-05-02","adults":0,"children":2},"ctx":{"error":{}}}]}
	// 422 {"error":"PolarRequestValidationError","detail":[{"type":"value_error","loc":["body","until"],"msg":"Value error, The stay has to end after it begins.","input":"2025-04-01","ctx":{"error":{}}}]}
}
