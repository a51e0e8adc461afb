package lax

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// International domain names are handled without the tables of IDNA: the
// mapping of UTS #46 is taken as compatibility normalization with lower case,
// and the characters of IDNA 2008 as letters, digits and marks. The two agree
// for names in use.

// A domainFault is a character that may not stand in a domain name.
type domainFault struct {
	char     rune
	position int // from 1
}

// mapDomain brings a domain name to the form in which it is compared: lower
// case, composed, with full stops between labels.
func mapDomain(s string) (string, *domainFault) {
	var b strings.Builder
	b.Grow(len(s))
	position := 0
	for _, r := range s {
		position++
		switch {
		case r < utf8.RuneSelf:
			if 'A' <= r && r <= 'Z' {
				r += 'a' - 'A'
			}
			b.WriteRune(r)
		case r == '\u3002' || r == '\uFF0E' || r == '\uFF61':
			b.WriteByte('.')
		case isIgnored(r):
		case r == 'ß' || r == 'ς' || r == '\u200C' || r == '\u200D':
			b.WriteRune(r)
		case r == 'ẞ':
			b.WriteRune('ß')
		default:
			mapped := norm.NFKC.String(strings.ToLower(norm.NFKC.String(string(r))))
			if strings.Contains(mapped, ".") || unicode.In(r, unicode.C, unicode.Zl, unicode.Zp) || !isAssigned(r) {
				return "", &domainFault{char: r, position: position}
			}
			b.WriteString(mapped)
		}
	}
	return norm.NFC.String(b.String()), nil
}

// isIgnored are the characters that UTS #46 maps to nothing.
func isIgnored(r rune) bool {
	return r == '\u00AD' || r == '\u034F' || r == '\u200B' || r == '\u2060' || r == '\u2064' || r == '\uFEFF' ||
		'\u180B' <= r && r <= '\u180F' && r != '\u180E' ||
		'\uFE00' <= r && r <= '\uFE0F' || '\U000E0100' <= r && r <= '\U000E01EF'
}

func isAssigned(r rune) bool {
	return unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.C)
}

// checkLabel says what is wrong with an international label, in the words of
// Python's idna package; empty means nothing. Strict is IDNA 2008, which takes
// letters, digits and marks only; without it symbols are taken too.
func checkLabel(label []rune, strict bool) string {
	switch {
	case len(label) == 0:
		return "Empty Label"
	case !norm.NFC.IsNormalString(string(label)):
		return "Label must be in Normalization Form C"
	case len(label) >= 4 && label[2] == '-' && label[3] == '-' && strict:
		return "Label has disallowed hyphens in 3rd and 4th position"
	case strict && (label[0] == '-' || label[len(label)-1] == '-'):
		return "Label must not start or end with a hyphen"
	case unicode.Is(unicode.M, label[0]):
		return "Label begins with an illegal combining character"
	}
	for i, r := range label {
		switch {
		case r == '\u200C' || r == '\u200D':
			if !isJoinerAllowed(label, i) {
				return fmt.Sprintf("Joiner U+%04X not allowed at position %d in %s", r, i+1, Repr(string(label)))
			}
		case !strict:
			if unicode.IsUpper(r) || !isAssigned(r) || unicode.Is(unicode.C, r) {
				return "not allowed"
			}
		case isContextual(r):
			if !isContextAllowed(label, i) {
				return fmt.Sprintf("Codepoint U+%04X not allowed at position %d in %s", r, i+1, Repr(string(label)))
			}
		case !isLabelRune(r):
			return fmt.Sprintf("Codepoint U+%04X at position %d of %s not allowed", r, i+1, Repr(string(label)))
		}
	}
	if strict && isRightToLeft(label) && !followsBidiRule(label) {
		return "The label breaks the rules for text from right to left"
	}
	return ""
}

func isLabelRune(r rune) bool {
	if r < utf8.RuneSelf {
		return r == '-' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z'
	}
	return unicode.In(r, unicode.Ll, unicode.Lo, unicode.Lm, unicode.Mn, unicode.Mc, unicode.Nd) &&
		norm.NFKC.String(string(r)) == string(r)
}

// isJoinerAllowed is the first of the rules of RFC 5892, appendix A.1 and A.2:
// a joiner stands after a virama.
func isJoinerAllowed(label []rune, i int) bool {
	return i > 0 && norm.NFC.PropertiesString(string(label[i-1])).CCC() == 9
}

// isContextual are the characters of RFC 5892 that are allowed in a context only.
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
		return slices.ContainsFunc(label, func(r rune) bool {
			return r != '\u30FB' && unicode.In(r, unicode.Hiragana, unicode.Katakana, unicode.Han)
		})
	case isArabicDigit(r):
		return !slices.ContainsFunc(label, isExtendedArabicDigit)
	default:
		return !slices.ContainsFunc(label, isArabicDigit)
	}
}

const acePrefix = "xn--"

// decodeLabel reads a label that begins with xn-- (in lower case).
func decodeLabel(label string, strict bool) (decoded []rune, fault string) {
	puny := label[len(acePrefix):]
	switch {
	case puny == "":
		return nil, "Malformed A-label, no Punycode eligible content found"
	case puny[len(puny)-1] == '-':
		return nil, "A-label must not end with a hyphen"
	}
	decoded, ok := decodePunycode(puny)
	if !ok {
		return nil, "Invalid A-label"
	}
	if mapped, unmapped := mapDomain(string(decoded)); !strict && (unmapped != nil || mapped != string(decoded)) {
		return nil, "Invalid A-label" // what it stands for is written in another way
	}
	return decoded, checkLabel(decoded, strict)
}
