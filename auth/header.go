package auth

import (
	"net/http"
	"strings"

	"github.com/polarkit-go/polarkit/auth/audit"
)

// maxToken is the most bytes that a token may have. Our own tokens are shorter than
// 200 bytes. The rest is for tokens of a fallback resolver.
const maxToken = 16 << 10

// sent is what a request sent as a credential.
type sent struct {
	place place
	token string
	// problem says why what was sent is not a credential.
	problem audit.Reason
}

// parseAuthorization reads the values of the Authorization header (RFC 6750,
// section 2.1). Schemes other than Bearer are ignored: they are for proxies in
// front. A Bearer scheme without exactly one token is a bad credential. It does not
// count as absent, so that the cookie is not used in its place.
func parseAuthorization(values []string) sent {
	switch len(values) {
	case 0:
		return sent{}
	case 1:
	default:
		return sent{place: bearer, problem: audit.ReasonSeveralHeaders}
	}
	value := strings.Trim(values[0], " \t")
	const scheme = "bearer"
	if len(value) < len(scheme) || !strings.EqualFold(value[:len(scheme)], scheme) {
		return sent{}
	}
	rest := value[len(scheme):]
	if rest != "" && isTokenChar(rest[0]) {
		return sent{} // another scheme that begins with these letters
	}
	token := strings.TrimLeft(rest, " ")
	if token == rest || !isToken68(token) {
		return sent{place: bearer, problem: audit.ReasonMalformedHeader}
	}
	return sent{place: bearer, token: token}
}

// The classes of a byte, as bits. A table is fast, and every byte of every bearer
// token is checked.
const (
	base62Char  = 1 << iota // the random part of our own tokens
	token68Char             // RFC 9110's token68, without the padding
	tokenChar               // RFC 9110's tchar
)

var charClasses = func() (classes [256]uint8) {
	for i := range len(base62) {
		classes[base62[i]] = base62Char | token68Char | tokenChar
	}
	for _, c := range []byte("-._~+/") {
		classes[c] |= token68Char
	}
	for _, c := range []byte("!#$%&'*+-.^_`|~") {
		classes[c] |= tokenChar
	}
	return classes
}()

func isTokenChar(c byte) bool { return charClasses[c]&tokenChar != 0 }

// isToken68 reports whether s is RFC 9110's token68 and not too long.
func isToken68(s string) bool {
	if len(s) > maxToken {
		return false
	}
	for len(s) > 1 && s[len(s)-1] == '=' {
		s = s[:len(s)-1]
	}
	for i := range len(s) {
		if charClasses[s[i]]&token68Char == 0 {
			return false
		}
	}
	return s != ""
}

// chooseCookie reads the session's value from the Cookie header. A cookie without
// a value counts as absent: some clients keep it after the cookie was cleared. Two
// cookies of the name with different values are ambiguous: a sibling domain may have
// set one of them.
func chooseCookie(header http.Header, name string) sent {
	if len(header["Cookie"]) == 0 {
		return sent{}
	}
	var found sent
	for _, c := range (&http.Request{Header: header}).CookiesNamed(name) {
		switch {
		case strings.TrimSpace(c.Value) == "":
		case found.place == nowhere:
			found = sent{place: cookie, token: c.Value}
		case c.Value != found.token:
			return sent{place: cookie, problem: audit.ReasonAmbiguousCookie}
		}
	}
	return found
}
