package fastapi

import (
	"context"
	"regexp"
	"strconv"
	"strings"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/internal/python"
	"github.com/polarkit-go/polarkit/kit/request"
)

var (
	_ = kit.DefineTransform("strip_text", func(text string) (string, error) { return strings.TrimFunc(text, python.IsSpace), nil })
	_ = kit.DefineTransform("lower_text", func(text string) (string, error) { return strings.ToLower(text), nil })
	_ = kit.DefineTransform("colour", func(text string) (string, error) {
		if !isColour.MatchString(text) {
			return "", errors.ValueError("Not a colour")
		}
		return strings.ToUpper(text), nil
	})
)

var isColour = regexp.MustCompile(`^#[0-9a-f]{6}\z`)

// words are the words of a text.
type words []string

// Validate refuses a word that is there twice.
func (w words) Validate(context.Context) error {
	seen := map[string]bool{}
	for _, word := range w {
		seen[word] = true
	}
	if len(seen) < len(w) {
		return errors.NewRequestValidationError(errors.ValidationError{
			Type: "doubled", Msg: strconv.Itoa(len(w)) + " words, some twice",
			Ctx: errors.Ctx{{Name: "count", Value: len(w)}},
		})
	}
	return nil
}

type text struct {
	Handle  string  `json:"handle"  transform:"strip,lower"   validate:"min=2,max=8"          pattern:"^[a-z0-9_]+$"`
	Title   string  `json:"title"   transform:"strip_text"    validate:"min=1,max=6"`
	Note    *string `json:"note"    transform:"empty_to_null" validate:"min=2"                default:"null"`
	Paint   string  `json:"paint"   transform:"colour"        default:"#000000"`
	Code    string  `json:"code"    transform:"lower_text"    validate:"max=4"                default:"abc"`
	Words   words   `json:"words"   transform:"dive,strip"    validate:"max=3,dive,min=1"     default:"[]"`
	Country *string `json:"country" transform:"upper"         pattern:"^[A-Z]{2}$"            default:"null"`
}

var _ = theme("texts", request.Decode[text])
