package lax

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// International names come from golang.org/x/net/idna: the mapping of UTS #46
// with its tables, and Punycode. What a label may hold is checked here, since
// e-mail addresses and URLs have different rules for it: see label.go.

const acePrefix = "xn--"

// mapping maps without transitional processing and refuses what UTS #46 has as
// disallowed. The rules for labels are off.
var mapping = idna.New( //nolint:gochecknoglobals // never written
	idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false), idna.CheckHyphens(false), idna.CheckJoiners(false))

// A domainFault is a character that may not stand in a domain name.
type domainFault struct {
	char     rune
	position int // from 1
}

// mapDomain brings a domain name to the form in which it is compared: lower
// case, composed, with full stops between labels. It maps each character on its
// own, so that labels of Punycode stay as they are.
func mapDomain(s string) (string, *domainFault) {
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
			return "", &domainFault{char: r, position: position}
		}
		b.WriteString(mapped)
	}
	return compose(b.String()), nil
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
	ascii, err := idna.Punycode.ToASCII(label)
	return ascii, err == nil
}

// decodeLabel reads a label that begins with xn-- (in lower case) and stands for
// a label that is not ASCII.
func decodeLabel(ascii string) (string, bool) {
	if len(ascii) == len(acePrefix) {
		return "", false
	}
	label, err := idna.Punycode.ToUnicode(ascii)
	return label, err == nil
}
