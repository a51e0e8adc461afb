package kit_test

import (
	"context"
	"fmt"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

// Survey has a title, which older clients call its name.
type Survey struct {
	kit.Schema

	Title string `json:"title" validate:"min=3"`
	Total int    `json:"total" default:"0" validate:"even"`
}

// BeforeValidate reads the old form.
func (Survey) BeforeValidate(_ context.Context, raw kit.Value) (any, error) {
	name, ok := raw.Member("name")
	switch {
	case !ok:
		return raw, nil
	case raw.Has("title"):
		return nil, errors.ValueError("name is the old word for title")
	}
	return raw.With("title", name).Without("name"), nil
}

// The error of this rule says something about the value.
var _ = kit.DefineRule("even", kit.Rule[int]{
	Validate: func(value int, _ string) error {
		if value%2 == 0 {
			return nil
		}
		return errors.CustomError("odd", "The total is even, and {total} is not", errors.Ctx{{Name: "total", Value: value}})
	},
})

func ExampleBeforeValidator() {
	for _, body := range []string{
		`{"name":"Lunch","total":4}`,
		`{"name":"Lu","total":3}`,
		`{"name":"Lunch","title":"Dinner"}`,
	} {
		survey, err := request.Decode[Survey](post(body))
		details, _ := errors.DetailsOf(err)
		for _, e := range details {
			fmt.Println(e.Type, e.Loc, e.Msg)
		}
		if err == nil {
			fmt.Println(survey.Title, survey.Total)
		}
	}
	// Output:
	// Lunch 4
	// string_too_short body.title String should have at least 3 characters
	// odd body.total The total is even, and 3 is not
	// value_error body Value error, name is the old word for title
}
