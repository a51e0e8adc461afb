package weburl

import (
	"strings"
	"unicode/utf8"

	"github.com/polarkit-go/polarkit/kit/internal/ascii"
)

// asciiSet is a set of characters below 0x80.
type asciiSet [2]uint64

func (set *asciiSet) has(c byte) bool { return set[c>>6]&(1<<(c&63)) != 0 }

// setOf is the control characters, DEL, and the characters given.
func setOf(chars string) (set asciiSet) {
	for c := range 0x20 {
		set[0] |= 1 << c
	}
	set[1] |= 1 << (0x7f - 64)
	for i := range len(chars) {
		c := chars[i]
		set[c>>6] |= 1 << (c & 63)
	}
	return set
}

// The percent-encode sets of the standard. All of them encode what is beyond ASCII.
var ( //nolint:gochecknoglobals // never written
	opaqueSet       = setOf("")
	fragmentSet     = setOf(" \"<>`")
	querySet        = setOf(" \"#<>")
	specialQuerySet = setOf(" \"#<>'")
	pathSet         = setOf(" \"#<>?`{}")
	userinfoSet     = setOf(" \"#<>?`{}/:;=@[\\]^|")
)

func percentEncode(s string, set asciiSet) string {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || set.has(c) {
			return string(appendEncoded(append(make([]byte, 0, len(s)+16), s[:i]...), s[i:], &set))
		}
	}
	return s
}

func appendEncoded(to []byte, s string, set *asciiSet) []byte {
	const digits = "0123456789ABCDEF"
	for i := range len(s) {
		c := s[i]
		if c >= utf8.RuneSelf || set.has(c) {
			to = append(to, '%', digits[c>>4], digits[c&15])
		} else {
			to = append(to, c)
		}
	}
	return to
}

// percentDecode decodes valid escapes and leaves the rest.
func percentDecode(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if high, low := ascii.Hex(s[i+1]), ascii.Hex(s[i+2]); high <= 15 && low <= 15 {
				b = append(b, high<<4|low)
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b)
}
