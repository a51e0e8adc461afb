// Package querystring reads query strings as FastAPI does, with Python's
// urllib.parse.parse_qsl.
package querystring

import (
	"strings"

	"github.com/polarkit-go/polarkit/kit/internal/ascii"
	"github.com/polarkit-go/polarkit/kit/internal/python"
)

// Values are the parameters of a query string in their order. A bad percent
// sequence stays as it is, a semicolon separates nothing, and bytes that are not
// UTF-8 become U+FFFD.
type Values []Pair

// A Pair is one parameter.
type Pair struct{ Name, Value string }

// Parse reads a query string. It never fails.
func Parse(raw string) Values {
	if raw == "" {
		return nil
	}
	values := make(Values, 0, Count(raw))
	for raw = strings.TrimLeft(raw, "&"); raw != ""; raw = strings.TrimLeft(raw, "&") {
		var part string
		part, raw, _ = strings.Cut(raw, "&")
		name, value, _ := strings.Cut(part, "=")
		values = append(values, Pair{unquote(name), unquote(value)})
	}
	return values
}

// Count returns the number of parameters of a query string.
func Count(raw string) int {
	count := 0
	for i := range len(raw) {
		if raw[i] != '&' && (i == 0 || raw[i-1] == '&') {
			count++
		}
	}
	return count
}

// Last is the last value of a parameter.
func (v Values) Last(name string) (value string, ok bool) {
	for i := len(v) - 1; i >= 0; i-- {
		if v[i].Name == name {
			return v[i].Value, true
		}
	}
	return "", false
}

// All are all values of a parameter, nil when it is absent.
func (v Values) All(name string) []string {
	var all []string
	for i := range v {
		if v[i].Name == name {
			all = append(all, v[i].Value)
		}
	}
	return all
}

// unquote is urllib.parse.unquote_plus.
func unquote(s string) string {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '+') < 0 {
		return python.ValidText(s)
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '+':
			out = append(out, ' ')
		case c == '%' && i+2 < len(s) && ascii.Hex(s[i+1]) <= 15 && ascii.Hex(s[i+2]) <= 15:
			out = append(out, ascii.Hex(s[i+1])<<4|ascii.Hex(s[i+2]))
			i += 2
		default:
			out = append(out, c)
		}
	}
	return python.ValidText(string(out))
}
