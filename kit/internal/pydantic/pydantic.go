// Package pydantic holds the type of Pydantic's errors, and the pieces of their
// messages.
package pydantic

import (
	"strconv"
	"strings"

	"github.com/polarkit-go/polarkit/errors"
)

// An Issue is what is wrong with a value. It is an error of Pydantic without the
// place and the input, which only the caller knows. Issues are shared between
// calls, so a caller must not change them.
type Issue struct {
	Type string
	Msg  string
	Ctx  errors.Ctx
}

// ParsingIssue makes an issue of one of Pydantic's *_parsing types. Its message is
// the prefix and the text, and its context is the text.
func ParsingIssue(typ, prefix, text string) *Issue {
	return &Issue{Type: typ, Msg: prefix + text, Ctx: errors.Ctx{{Name: "error", Value: text}}}
}

// Plural is the ending of a noun after a number: empty after 1, else s.
func Plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// Expected joins the values that would have been right, as the errors of enums and
// literals list them: 'a', 'b' or 'c'. The values come as Python's repr.
func Expected(reprs []string) string {
	if len(reprs) < 2 {
		return strings.Join(reprs, "")
	}
	last := len(reprs) - 1
	return strings.Join(reprs[:last], ", ") + " or " + reprs[last]
}

// FloatText writes a number in the form that bounds have in Pydantic's messages:
// without a fraction of zero, and never with an exponent.
func FloatText(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
