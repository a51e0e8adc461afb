package lax

import (
	"slices"

	"golang.org/x/text/unicode/bidi"
)

// isRightToLeft reports whether a label holds characters that are written from
// right to left, so that the rules of RFC 5893 apply.
func isRightToLeft(label []rune) bool {
	return slices.ContainsFunc(label, func(r rune) bool {
		class := bidiClass(r)
		return class == bidi.R || class == bidi.AL || class == bidi.AN
	})
}

func bidiClass(r rune) bidi.Class {
	properties, _ := bidi.LookupRune(r)
	return properties.Class()
}

// followsBidiRule is the rule of RFC 5893, section 2, for a label of a name
// that holds text from right to left.
func followsBidiRule(label []rune) bool {
	if len(label) == 0 {
		return true
	}
	first := bidiClass(label[0])
	rightToLeft := first == bidi.R || first == bidi.AL
	if !rightToLeft && first != bidi.L {
		return false
	}
	last := first
	european, arabic := false, false
	for _, r := range label {
		class := bidiClass(r)
		switch class {
		case bidi.NSM:
			continue // what it stands on counts
		case bidi.EN:
			european = true
		case bidi.ES, bidi.CS, bidi.ET, bidi.ON, bidi.BN:
		case bidi.R, bidi.AL, bidi.AN:
			if !rightToLeft {
				return false
			}
			arabic = arabic || class == bidi.AN
		case bidi.L:
			if rightToLeft {
				return false
			}
		default:
			return false
		}
		last = class
	}
	if rightToLeft {
		return (last == bidi.R || last == bidi.AL || last == bidi.EN || last == bidi.AN) && !(european && arabic)
	}
	return last == bidi.L || last == bidi.EN
}
