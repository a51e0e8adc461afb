package idn

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/polarkit-go/polarkit/kit/internal/python"
)

// labelFault is the reason why IDNA 2008 (RFC 5891, section 4.2) refuses a label, in the
// words of Python's idna package. It is empty for a valid label. Mapped says whether
// [Map] has returned the label.
func labelFault(label string, mapped bool) string {
	runes := []rune(label)
	switch {
	case len(runes) == 0:
		return "Empty Label"
	case Compose(label) != label:
		return "Label must be in Normalization Form C"
	case len(runes) >= 4 && runes[2] == '-' && runes[3] == '-':
		return "Label has disallowed hyphens in 3rd and 4th position"
	case runes[0] == '-' || runes[len(runes)-1] == '-':
		return "Label must not start or end with a hyphen"
	case unicode.Is(unicode.M, runes[0]):
		return "Label begins with an illegal combining character"
	}
	for i, r := range runes {
		switch {
		case isJoiner(r):
			if !isJoinerAllowed(runes, i) {
				return fmt.Sprintf("Unknown codepoint adjacent to joiner U+%04X at position %d in %s", r, i+1, python.Repr(label))
			}
		case isContextual(r):
			if !isContextAllowed(runes, i) {
				return fmt.Sprintf("Codepoint U+%04X not allowed at position %d in %s", r, i+1, python.Repr(label))
			}
		case !isLabelRune(r) || !mapped && !isMapped(r):
			return fmt.Sprintf("Codepoint U+%04X at position %d of %s not allowed", r, i+1, python.Repr(label))
		}
	}
	if isRightToLeft(label) {
		return bidiFault(label)
	}
	return ""
}

// isLabelRune reports whether RFC 5892, section 3, lists a character as PVALID, if
// UTS #46 maps the character to itself. These are letters, digits and marks.
func isLabelRune(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return r == '-' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z'
	case unicode.Is(exceptional, r): // section 2.6
		return strings.ContainsRune("\u00DF\u03C2\u06FD\u06FE\u0F0B\u3007", r)
	case unicode.Is(ignoredBlocks, r) || unicode.Is(oldHangulJamo, r):
		return false
	}
	return unicode.In(r, unicode.Ll, unicode.Lu, unicode.Lo, unicode.Lm, unicode.Mn, unicode.Mc, unicode.Nd)
}

func isMapped(r rune) bool {
	mapped, ok := mapRune(r)
	return ok && mapped == string(r)
}

var ( //nolint:gochecknoglobals // never written
	exceptional = &unicode.RangeTable{R16: []unicode.Range16{
		{0x00DF, 0x00DF, 1}, {0x03C2, 0x03C2, 1}, {0x0640, 0x0640, 1}, {0x06FD, 0x06FE, 1}, {0x07FA, 0x07FA, 1}, {0x0F0B, 0x0F0B, 1},
		{0x3007, 0x3007, 1}, {0x302E, 0x302F, 1}, {0x3031, 0x3035, 1}, {0x303B, 0x303B, 1},
	}, LatinOffset: 1}
	// Section 2.4: combining marks for symbols and musical notations.
	ignoredBlocks = &unicode.RangeTable{
		R16: []unicode.Range16{{0x20D0, 0x20FF, 1}},
		R32: []unicode.Range32{{0x1D100, 0x1D1FF, 1}, {0x1D200, 0x1D24F, 1}},
	}
	// Section 2.9.
	oldHangulJamo = &unicode.RangeTable{R16: []unicode.Range16{{0x1100, 0x11FF, 1}, {0xA960, 0xA97F, 1}, {0xD7B0, 0xD7FF, 1}}}
)

// isContextual are the characters of RFC 5892 that are allowed in a context
// only. The joiners are not among them.
func isContextual(r rune) bool {
	return strings.ContainsRune("\u00B7\u0375\u05F3\u05F4\u30FB", r) || isArabicDigit(r) || isExtendedArabicDigit(r)
}

func isArabicDigit(r rune) bool         { return '\u0660' <= r && r <= '\u0669' }
func isExtendedArabicDigit(r rune) bool { return '\u06F0' <= r && r <= '\u06F9' }

// isContextAllowed has the rules of RFC 5892, appendix A.3 to A.9.
func isContextAllowed(label []rune, i int) bool {
	switch r := label[i]; {
	case r == '\u00B7':
		return i > 0 && i+1 < len(label) && label[i-1] == 'l' && label[i+1] == 'l'
	case r == '\u0375':
		return i+1 < len(label) && unicode.Is(unicode.Greek, label[i+1])
	case r == '\u05F3' || r == '\u05F4':
		return i > 0 && unicode.Is(unicode.Hebrew, label[i-1])
	case r == '\u30FB':
		return slices.ContainsFunc(label, func(r rune) bool { return unicode.In(r, unicode.Hiragana, unicode.Katakana, unicode.Han) })
	case isArabicDigit(r):
		return !slices.ContainsFunc(label, isExtendedArabicDigit)
	default:
		return !slices.ContainsFunc(label, isArabicDigit)
	}
}

func isJoiner(r rune) bool { return r == zeroWidthNonJoiner || r == zeroWidthJoiner }

const (
	zeroWidthNonJoiner = '\u200C'
	zeroWidthJoiner    = '\u200D'
	virama             = 9 // a canonical combining class
)

// isJoinerAllowed has the rules of RFC 5892, appendix A.1 and A.2: a joiner
// stands after a virama, a non-joiner also between letters that would join.
//
// golang.org/x/net/idna has them too, but takes a non-joiner before a character
// that never joins.
func isJoinerAllowed(label []rune, i int) bool {
	switch {
	case i > 0 && norm.NFC.PropertiesString(string(label[i-1])).CCC() == virama:
		return true
	case label[i] == zeroWidthJoiner:
		return false
	}
	before, after := i-1, i+1
	for before >= 0 && isTransparent(label[before]) {
		before--
	}
	for after < len(label) && isTransparent(label[after]) {
		after++
	}
	return before >= 0 && unicode.Is(joinsNext, label[before]) &&
		after < len(label) && unicode.Is(joinsPrevious, label[after])
}

// isTransparent are the characters with Joining_Type T: marks and format
// controls, with the exceptions of the Unicode Character Database.
func isTransparent(r rune) bool {
	switch r {
	case zeroWidthNonJoiner, zeroWidthJoiner, '\U0001171E':
		return false
	case '\U0001E94B':
		return true
	}
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf)
}
