package plan

import (
	"strings"
	"unicode/utf8"
)

// Query holds the parameters of a query string in their order, read as
// Python's parse_qsl reads them: bad percent sequences stay as they are, a
// semicolon separates nothing, bytes that are no UTF-8 become U+FFFD.
type Query struct {
	pairs []pair
}

type pair struct{ name, value string }

// ParseQuery reads a query string. It never fails.
func ParseQuery(raw string) Query {
	if raw == "" {
		return Query{}
	}
	q := Query{pairs: make([]pair, 0, strings.Count(raw, "&")+1)}
	for raw != "" {
		var part string
		part, raw, _ = strings.Cut(raw, "&")
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		q.pairs = append(q.pairs, pair{unquote(name), unquote(value)})
	}
	return q
}

// Add appends a parameter.
func (q *Query) Add(name, value string) { q.pairs = append(q.pairs, pair{name, value}) }

// Last is the last value of a parameter.
func (q *Query) Last(name string) (value string, ok bool) {
	for i := len(q.pairs) - 1; i >= 0; i-- {
		if q.pairs[i].name == name {
			return q.pairs[i].value, true
		}
	}
	return "", false
}

// Values are all values of a parameter, nil when it is absent.
func (q *Query) Values(name string) []string {
	var values []string
	for i := range q.pairs {
		if q.pairs[i].name == name {
			values = append(values, q.pairs[i].value)
		}
	}
	return values
}

func unquote(s string) string {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '+') < 0 {
		if utf8.ValidString(s) {
			return s
		}
		return replaceInvalid([]byte(s))
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '+':
			out = append(out, ' ')
		case c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			out = append(out, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
		default:
			out = append(out, c)
		}
	}
	if utf8.Valid(out) {
		return string(out)
	}
	return replaceInvalid(out)
}

func isHex(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func unhex(c byte) byte {
	if isDigit(c) {
		return c - '0'
	}
	return c&0xDF - 'A' + 10
}

// replaceInvalid replaces what is no UTF-8 as Python does: one U+FFFD for each
// beginning of a sequence that breaks off.
func replaceInvalid(b []byte) string {
	out := make([]byte, 0, len(b)+8)
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size <= 1 {
			out = append(out, "\uFFFD"...)
			b = b[brokenPrefix(b):]
			continue
		}
		out = append(out, b[:size]...)
		b = b[size:]
	}
	return string(out)
}

// brokenPrefix is the length of the longest beginning of a valid sequence.
func brokenPrefix(b []byte) int {
	low, high, want := byte(0x80), byte(0xBF), 0
	switch c := b[0]; {
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
	for n < want && n < len(b) && b[n] >= low && b[n] <= high {
		low, high = 0x80, 0xBF
		n++
	}
	return n
}
