package pyjson

import (
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/polarkit-go/polarkit/internal/jsonnum"
)

// JSON is a copy of the value as it was sent, for readers of JSON. It reports
// false for a value that holds NaN or an infinity, which JSON does not have.
// Encoded surrogates become U+FFFD.
func (d *Document) JSON(tok Token) (data []byte, ok bool) {
	if d.nonFinite {
		for k, end := tok, d.After(tok); k < end; k++ {
			if d.IsNonFinite(k) {
				return nil, false
			}
		}
	}
	data = []byte(d.Raw(tok))
	if d.surrogates {
		replaceSurrogates(data)
	}
	return data, true
}

// replaceSurrogates puts U+FFFD, which is as long, in the place of each encoded surrogate.
func replaceSurrogates(data []byte) {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			size = copy(data[i:], "\uFFFD")
		}
		i += size
	}
}

// IsNonFinite reports whether a token is NaN or an infinity, as Python's json
// writes them.
func (d *Document) IsNonFinite(tok Token) bool {
	c := d.First(tok)
	return c == 'N' || c == 'I' || c == '-' && d.Raw(tok) == "-Infinity"
}

// Any is the value as encoding/json makes it, except that numbers are those of package
// jsonnum. NaN and the infinities are float64s.
func (d *Document) Any(tok Token) any {
	switch d.First(tok) {
	case '{':
		entries := d.Entries(tok)
		m := make(map[string]any, min(len(entries), 64))
		for _, e := range entries {
			m[string([]byte(e.Key))] = d.Any(e.Value)
		}
		return m
	case '[':
		list := []any{}
		for k, end := tok+1, d.After(tok); k < end; k = d.After(k) {
			list = append(list, d.Any(k))
		}
		return list
	case '"':
		return string([]byte(d.Text(tok)))
	case 't':
		return true
	case 'f':
		return false
	case 'n':
		return nil
	}
	if d.IsNonFinite(tok) {
		return d.Float(tok)
	}
	return jsonnum.Value(d.Raw(tok))
}

// Float is a number as a float64; beyond its range it is infinite, as in Python.
func (d *Document) Float(tok Token) float64 {
	raw := d.Raw(tok)
	if raw == "-0" {
		return 0 // an integer, which has no negative zero
	}
	f, _ := strconv.ParseFloat(raw, 64)
	return f
}

// IsBeyondFloat reports whether an integer is too large for a float64. For
// Python that is not a number. A number with an exponent is infinite there.
func (d *Document) IsBeyondFloat(tok Token) bool {
	return len(d.Raw(tok)) > 308 && math.IsInf(d.Float(tok), 0)
}

// IsFloat reports whether a number has a fraction or an exponent.
func (d *Document) IsFloat(tok Token) bool { return d.tokens[tok].next&flagFloat != 0 }
