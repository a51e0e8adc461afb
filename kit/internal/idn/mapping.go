// Package idn reads international domain names, for e-mail addresses and for URLs.
//
// The mapping of UTS #46 with its tables, and Punycode, come from
// golang.org/x/net/idna. What a label may hold is checked here, since the two kinds
// have different rules for it. An address follows IDNA 2008 as the Python package
// idna has it: [Map], then [Encode] and [Decode]. A URL follows the URL standard:
// [ToASCII].
package idn

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"github.com/polarkit-go/polarkit/kit/internal/ascii"
)

const acePrefix = "xn--"

// mapping maps without transitional processing and refuses what UTS #46 has as
// disallowed. The rules for labels are off.
var mapping = idna.New( //nolint:gochecknoglobals // never written
	idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false), idna.CheckHyphens(false), idna.CheckJoiners(false))

// A Fault is a character that a domain name must not have.
type Fault struct {
	Char     rune
	Position int // from 1
}

// Map brings a domain name to the form in which it is compared: in lower case,
// composed, with full stops between labels. It maps each character by itself, so
// that labels of Punycode do not change.
func Map(s string) (string, *Fault) {
	var b strings.Builder
	b.Grow(len(s))
	position := 0
	for _, r := range s {
		position++
		if r < utf8.RuneSelf {
			if 'A' <= r && r <= 'Z' {
				r += 'a' - 'A'
			}
			b.WriteRune(r)
			continue
		}
		mapped, ok := mapRune(r)
		if !ok {
			return "", &Fault{Char: r, Position: position}
		}
		b.WriteString(mapped)
	}
	return Compose(b.String()), nil
}

func mapRune(r rune) (string, bool) {
	if r == 'ẞ' {
		// Unicode 15.1 changed the mapping to "ss", which is another domain.
		return "ß", true
	}
	mapped, err := mapping.ToUnicode(string(r))
	return mapped, err == nil && !strings.ContainsRune(mapped, utf8.RuneError)
}

// encodeLabel writes a label in ASCII.
func encodeLabel(label string) (string, bool) {
	encoded, err := idna.Punycode.ToASCII(label)
	return encoded, err == nil
}

// decodeLabel reads a label that begins with xn-- (in lower case) and stands for
// a label that is not ASCII.
func decodeLabel(encoded string) (string, bool) {
	if len(encoded) == len(acePrefix) {
		return "", false
	}
	label, err := idna.Punycode.ToUnicode(encoded)
	return label, err == nil
}

// Compose is Unicode's normalization form C. The package norm also puts U+034F into
// runs of more than 30 marks. Compose removes it again.
func Compose(s string) string {
	if ascii.Only(s) {
		return s
	}
	composed := norm.NFC.String(s)
	if len(composed) > 30 && strings.Contains(composed, graphemeJoiner) && !strings.Contains(s, graphemeJoiner) {
		return strings.ReplaceAll(composed, graphemeJoiner, "")
	}
	return composed
}

const graphemeJoiner = "\u034F"
