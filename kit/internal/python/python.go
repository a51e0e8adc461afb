// Package python does with texts and numbers what CPython does, as far as clients
// see it: repr, white space, the limit of digits, and bytes that are not a text.
package python

import (
	"unicode"
	"unicode/utf8"
)

// MaxDigits is how many digits an integer in text may have. It is CPython's
// limit (sys.int_info.default_max_str_digits).
const MaxDigits = 4300

// IsSpace is str.isspace for one character.
func IsSpace(r rune) bool { return unicode.IsSpace(r) || '\x1c' <= r && r <= '\x1f' }

// ValidText replaces what is not UTF-8 as bytes.decode does with errors="replace":
// each beginning of a sequence that breaks off becomes one U+FFFD.
func ValidText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	out := make([]byte, 0, len(s)+8)
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && size <= 1 {
			out = append(out, "\uFFFD"...)
			s = s[brokenPrefix(s):]
			continue
		}
		out = append(out, s[:size]...)
		s = s[size:]
	}
	return string(out)
}

// brokenPrefix is the length of the longest beginning of a valid sequence.
func brokenPrefix(s string) int {
	low, high, want := byte(0x80), byte(0xBF), 0
	switch c := s[0]; {
	case c >= 0xC2 && c <= 0xDF:
		want = 2
	case c >= 0xE0 && c <= 0xEF:
		want = 3
		if c == 0xE0 {
			low = 0xA0
		} else if c == 0xED {
			high = 0x9F
		}
	case c >= 0xF0 && c <= 0xF4:
		want = 4
		if c == 0xF0 {
			low = 0x90
		} else if c == 0xF4 {
			high = 0x8F
		}
	}
	n := 1
	for n < want && n < len(s) && s[n] >= low && s[n] <= high {
		low, high = 0x80, 0xBF
		n++
	}
	return n
}
