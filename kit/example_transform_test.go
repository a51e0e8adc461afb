package kit_test

import (
	"fmt"
	"strings"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

// A transformation of one's own is made once, in a package variable, and named in tags.
var _ = kit.DefineTransform("hyphens", func(text string) (string, error) {
	if strings.Contains(text, "--") {
		return "", errors.ValueError("two hyphens in a row")
	}
	return strings.ReplaceAll(text, " ", "-"), nil
})

func ExampleDefineTransform() {
	type Page struct {
		kit.Schema

		Title string  `json:"title" transform:"strip"               validate:"min=3"`
		Path  string  `json:"path"  transform:"strip,lower,hyphens" validate:"min=3"`
		Note  *string `json:"note"  transform:"strip,empty_to_null" default:"null"`
	}
	page, err := request.Decode[Page](post(`{"title":" About ","path":" about us ","note":"  "}`))
	fmt.Printf("%q %q %v %v\n", page.Title, page.Path, page.Note == nil, err)

	_, err = request.Decode[Page](post(`{"title":"  A ","path":" a ","note":null}`))
	if invalid, ok := errors.AsType[*errors.PolarRequestValidationError](err); ok {
		for _, e := range invalid.Details() {
			fmt.Printf("%s %v %q %s\n", e.Type, e.Loc, e.Input, e.Msg)
		}
	}
	// Output:
	// "About" "about-us" true <nil>
	// string_too_short body.title "  A " String should have at least 3 characters
	// too_short body.path " a " Value should have at least 3 items after validation, not 1
}
