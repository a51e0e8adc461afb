package plan

import (
	"strings"

	"github.com/polarkit-go/polarkit/kit/internal/python"
	"github.com/polarkit-go/polarkit/kit/internal/querystring"
)

// parseCookies reads the Cookie headers of a request as Starlette does: more leniently than
// RFC 6265, section 4.2, since browsers send what a script has set. Of two cookies of one
// name the last one counts.
func parseCookies(headers []string) querystring.Values {
	count := 0
	for _, header := range headers {
		count += strings.Count(header, ";") + 1
	}
	cookies := make(querystring.Values, 0, count)
	for _, header := range headers {
		for part := range strings.SplitSeq(headerText(header), ";") {
			name, value, found := strings.Cut(part, "=")
			if !found {
				name, value = "", part
			}
			name, value = strings.TrimFunc(name, python.IsSpace), strings.TrimFunc(value, python.IsSpace)
			if name != "" || value != "" {
				cookies = append(cookies, querystring.Pair{Name: name, Value: unquoteCookie(value)})
			}
		}
	}
	return cookies
}

// unquoteCookie takes the quotes and backslashes away that Python's http.cookies writes. A
// backslash and three octal digits are a code point below 256.
func unquoteCookie(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return s
	}
	s = s[1 : len(s)-1]
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] != '\\' || i+1 == len(s):
			out.WriteByte(s[i])
		case i+3 < len(s) && s[i+1] <= '3' && isOctal(s[i+1]) && isOctal(s[i+2]) && isOctal(s[i+3]):
			out.WriteRune(rune(s[i+1]-'0')<<6 | rune(s[i+2]-'0')<<3 | rune(s[i+3]-'0'))
			i += 3
		default:
			i++
			out.WriteByte(s[i])
		}
	}
	return out.String()
}

func isOctal(c byte) bool { return '0' <= c && c <= '7' }
