package idn

import (
	"fmt"
	"strings"

	"golang.org/x/text/unicode/bidi"

	"github.com/polarkit-go/polarkit/kit/internal/python"
)

func bidiClass(r rune) bidi.Class {
	properties, _ := bidi.LookupRune(r)
	return properties.Class()
}

// isRightToLeft reports whether a label holds characters that are written from
// right to left, so that the rules of RFC 5893 apply.
func isRightToLeft(label string) bool {
	return strings.ContainsFunc(label, func(r rune) bool {
		class := bidiClass(r)
		return class == bidi.R || class == bidi.AL || class == bidi.AN
	})
}

// bidiFault is the rule of RFC 5893, section 2, for a label of a name that holds
// text from right to left, in the words of Python's idna package. The label is
// not empty.
//
// golang.org/x/text/secure/bidirule has it for labels from right to left only.
func bidiFault(label string) string {
	rightToLeft, last := false, bidi.L
	number := bidi.L // the kind of digits so far: EN, AN or none
	position := 0
	for _, r := range label {
		class := bidiClass(r)
		position++
		if position == 1 {
			rightToLeft = class == bidi.R || class == bidi.AL
			if !rightToLeft && class != bidi.L {
				return fmt.Sprintf("First codepoint in label %s must be directionality L, R or AL", python.Repr(label))
			}
		}
		switch class {
		case bidi.ES, bidi.CS, bidi.ET, bidi.ON, bidi.BN, bidi.EN, bidi.NSM:
		case bidi.R, bidi.AL, bidi.AN:
			if !rightToLeft {
				return fmt.Sprintf("Invalid direction for codepoint at position %d in a left-to-right label", position)
			}
		default:
			if rightToLeft {
				return fmt.Sprintf("Invalid direction for codepoint at position %d in a right-to-left label", position)
			}
			if class != bidi.L {
				return fmt.Sprintf("Invalid direction for codepoint at position %d in a left-to-right label", position)
			}
		}
		if rightToLeft && (class == bidi.EN || class == bidi.AN) {
			if number != bidi.L && number != class {
				return "Can not mix numeral types in a right-to-left label"
			}
			number = class
		}
		if class != bidi.NSM {
			last = class
		}
	}
	switch {
	case last == bidi.EN:
	case rightToLeft && (last == bidi.R || last == bidi.AL || last == bidi.AN):
	case !rightToLeft && last == bidi.L:
	default:
		return "Label ends with illegal codepoint directionality"
	}
	return ""
}
