// Package pydantic holds the errors of Pydantic v2 and the pieces of which their
// messages are made.
package pydantic

import (
	"strconv"
	"strings"

	"github.com/polarkit-go/polarkit/errors"
)

// An Issue is what is wrong with a value: an error of Pydantic without the
// place and the input, which only the caller knows. Issues are shared between
// calls: read them only.
type Issue struct {
	Type string
	Msg  string
	Ctx  errors.Ctx
}

// ParsingIssue makes an issue whose message ends in the text that is also its
// context, as all of Pydantic's *_parsing types have it.
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

// Expected joins what would have been right into the text of enum and literal
// errors: 'a', 'b' or 'c'. The parts are joined as they are: texts come as
// Python's repr.
func Expected(reprs []string) string {
	if len(reprs) < 2 {
		return strings.Join(reprs, "")
	}
	last := len(reprs) - 1
	return strings.Join(reprs[:last], ", ") + " or " + reprs[last]
}

// FloatText writes a number as Pydantic's messages have it (a bound, say):
// without a fraction of zero and never with an exponent.
func FloatText(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
