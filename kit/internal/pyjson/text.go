package pyjson

import (
	"unicode/utf8"

	"github.com/polarkit-go/polarkit/kit/internal/ascii"
)

// Text is the text of a string token. It may share memory with the body.
func (d *Document) Text(tok Token) string {
	t := d.tokens[tok]
	inner := d.text[t.start+1 : t.end-1]
	if t.next&(flagEscaped|flagSurrogate) == 0 {
		return inner
	}
	return unescape(inner)
}

// unescape resolves the escapes of a string that the scanner has accepted. Half
// a surrogate pair becomes U+FFFD.
func unescape(s string) string {
	out := make([]byte, 0, len(s))
	data := []byte(s + `"`) // hex4 wants a character after the digits
	for i := 0; i < len(s); {
		c := s[i]
		if c != '\\' {
			r, size := rune(c), 1
			if c >= utf8.RuneSelf {
				if r, size = utf8.DecodeRuneInString(s[i:]); r == utf8.RuneError && size == 1 {
					size = min(3, len(s)-i) // an encoded surrogate
				}
			}
			out = utf8.AppendRune(out, r)
			i += size
			continue
		}
		switch e := s[i+1]; e {
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r, _ := hex4(data, i+2)
			i += 4
			if r >= 0xD800 && r < 0xDC00 {
				if low, ok := lowSurrogate(data, i+2); ok {
					r = 0x10000 + (r-0xD800)<<10 + (low - 0xDC00)
					i += 6
				}
			}
			out = utf8.AppendRune(out, r) // half a pair becomes U+FFFD
		default:
			out = append(out, e)
		}
		i += 2
	}
	return string(out)
}

// hex4 reads the four digits at i. As in CPython, one more character has to follow.
func hex4(data []byte, i int) (rune, bool) {
	if i+4 >= len(data) {
		return 0, false
	}
	var r rune
	for _, c := range data[i : i+4] {
		digit := ascii.Hex(c)
		if digit > 15 {
			return 0, false
		}
		r = r<<4 | rune(digit)
	}
	return r, true
}

// lowSurrogate reads the escape at i if it is the second half of a pair.
func lowSurrogate(data []byte, i int) (rune, bool) {
	if i+1 >= len(data) || data[i] != '\\' || data[i+1] != 'u' {
		return 0, false
	}
	r, ok := hex4(data, i+2)
	return r, ok && r >= 0xDC00 && r < 0xE000
}

// HasSurrogate reports whether a text holds half a surrogate pair, which is not a
// character.
func (d *Document) HasSurrogate(tok Token) bool {
	return d.First(tok) == '"' && d.tokens[tok].next&flagSurrogate != 0
}

// MayHoldSurrogate reports whether some text of the document holds half a surrogate pair.
func (d *Document) MayHoldSurrogate() bool { return d.halves }

// HasNUL reports whether the token is a text with U+0000 in it.
func (d *Document) HasNUL(tok Token) bool {
	return d.First(tok) == '"' && d.tokens[tok].next&flagNUL != 0
}

// MayHoldNUL reports whether there is U+0000 in some text of the document.
func (d *Document) MayHoldNUL() bool { return d.nul }

// HoldsNUL reports whether a text inside holds U+0000. Of a repeated key the
// last value counts.
func (d *Document) HoldsNUL(tok Token) bool {
	switch d.First(tok) {
	case '"':
		return d.HasNUL(tok)
	case '[':
		for k, end := tok+1, d.After(tok); k < end; k = d.After(k) {
			if d.HoldsNUL(k) {
				return true
			}
		}
	case '{':
		for _, e := range d.Entries(tok) {
			if d.HasNUL(e.Name) || d.HoldsNUL(e.Value) {
				return true
			}
		}
	}
	return false
}
