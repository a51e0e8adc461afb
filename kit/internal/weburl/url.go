// Package weburl reads URLs as Pydantic's HttpUrl and AnyUrl do, which follow the
// URL standard of the WHATWG (https://url.spec.whatwg.org).
package weburl

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/ascii"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
	"github.com/polarkit-go/polarkit/kit/internal/python"
)

// Rules are what a URL must be beyond well formed, as Pydantic's
// UrlConstraints. The zero value takes any URL, as AnyUrl does.
type Rules struct {
	// Schemes are the allowed schemes, in lower case. Any is allowed where it is empty.
	Schemes []string
	// MaxLength is how many bytes the text may have before it is changed; 0 means any.
	MaxLength int
	// HostRequired refuses URLs without a host, such as mailto:.
	HostRequired bool
}

// MaxLength is how many bytes the rules [HTTP] and [HTTPS] allow.
const MaxLength = 2083

// HTTP are the rules of Pydantic's HttpUrl.
var HTTP = Rules{Schemes: []string{"http", "https"}, MaxLength: MaxLength, HostRequired: true} //nolint:gochecknoglobals // never written

// HTTPS are the rules of Polar's HttpsUrl.
var HTTPS = Rules{Schemes: []string{"https"}, MaxLength: MaxLength, HostRequired: true} //nolint:gochecknoglobals // never written

// Normalize checks a URL and returns its normal form, as the URL standard of the
// WHATWG defines them. The normal form has no outer white space, tabs or line breaks.
// Scheme and host are in lower case. An international host is in ASCII, and an IPv4
// address is written in full. The port of the scheme is left out. Dot segments are
// resolved. Characters that need it are percent-encoded. An empty path is /.
//
// As in browsers, https:a.com, https:/a.com and https:\\a.com become https://a.com/.
func Normalize(s string, rules Rules) (string, *pydantic.Issue) {
	if rules.MaxLength > 0 && len(s) > rules.MaxLength {
		return "", &pydantic.Issue{
			Type: "url_too_long",
			Msg:  fmt.Sprintf("URL should have at most %d character%s", rules.MaxLength, pydantic.Plural(rules.MaxLength)),
			Ctx:  errors.Ctx{{Name: "max_length", Value: rules.MaxLength}},
		}
	}
	u, fault := parseURL(s)
	if fault != "" {
		return "", urlIssue(fault)
	}
	if issue := rules.check(&u); issue != nil {
		return "", issue
	}
	return u.text(s), nil
}

func urlIssue(fault string) *pydantic.Issue {
	return pydantic.ParsingIssue("url_parsing", "Input should be a valid URL, ", fault)
}

func (rules *Rules) check(u *urlParts) *pydantic.Issue {
	if len(rules.Schemes) > 0 && !slices.Contains(rules.Schemes, u.scheme) {
		reprs := make([]string, len(rules.Schemes))
		for i, scheme := range rules.Schemes {
			reprs[i] = python.Repr(scheme)
		}
		expected := pydantic.Expected(reprs)
		return &pydantic.Issue{
			Type: "url_scheme",
			Msg:  "URL scheme should be " + expected,
			Ctx:  errors.Ctx{{Name: "expected_schemes", Value: expected}},
		}
	}
	if rules.HostRequired && u.host == "" {
		return urlIssue("empty host")
	}
	return nil
}

// urlParts is a URL in its parts, each in its normal form.
type urlParts struct {
	scheme      string
	authority   bool // begins with //
	credentials string
	host        string
	port        string // with its :
	path        string
	query       string // with its ?
	fragment    string // with its #
}

// text puts the parts together; it is the given text itself where nothing changed.
func (u *urlParts) text(given string) string {
	var parts [10]string
	all := append(parts[:0], u.scheme, ":")
	if u.authority {
		all = append(all, "//")
		if u.credentials != "" {
			all = append(all, u.credentials, "@")
		}
		all = append(all, u.host, u.port)
	}
	all = append(all, u.path, u.query, u.fragment)
	rest := given
	for _, part := range all {
		after, same := strings.CutPrefix(rest, part)
		if !same {
			return strings.Join(all, "")
		}
		rest = after
	}
	if rest != "" {
		return strings.Join(all, "")
	}
	return given
}

// specialPort is the port of a scheme that the standard treats as special. It is 0 for
// a file.
func specialPort(scheme string) (port int, special bool) {
	switch scheme {
	case "http", "ws":
		return 80, true
	case "https", "wss":
		return 443, true
	case "ftp":
		return 21, true
	case "file":
		return 0, true
	}
	return 0, false
}

// parseURL parses a URL. The fault is Pydantic's text, and empty for a valid URL.
func parseURL(s string) (u urlParts, fault string) {
	if s == "" {
		return u, "input is empty"
	}
	s = strings.TrimFunc(s, func(r rune) bool { return r <= ' ' })
	if strings.ContainsAny(s, "\t\n\r") {
		s = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(s)
	}
	u.scheme, s, fault = cutScheme(s)
	if fault != "" {
		return u, fault
	}
	port, special := specialPort(u.scheme)
	if i := strings.IndexByte(s, '#'); i >= 0 {
		s, u.fragment = s[:i], percentEncode(s[i:], fragmentSet)
	}
	fault = u.parseRest(s, port, special)
	return u, fault
}

func cutScheme(s string) (scheme, rest, fault string) {
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c|0x20 && c|0x20 <= 'z':
		case i > 0 && (ascii.IsDigit(c) || c == '+' || c == '-' || c == '.'):
		case i > 0 && c == ':':
			return strings.ToLower(s[:i]), s[i+1:], ""
		default:
			return "", "", "relative URL without a base"
		}
	}
	return "", "", "relative URL without a base"
}

// parseRest parses what stands between the scheme's colon and the fragment.
func (u *urlParts) parseRest(s string, defaultPort int, special bool) (fault string) {
	if i := strings.IndexByte(s, '?'); i >= 0 {
		set := querySet
		if special {
			set = specialQuerySet
		}
		s, u.query = s[:i], percentEncode(s[i:], set)
	}
	switch {
	case u.scheme == "file":
		return u.parseFile(s)
	case special:
		s = strings.TrimLeft(s, `/\`)
	case strings.HasPrefix(s, "//"):
		s = s[2:]
	case strings.HasPrefix(s, "/"):
		u.path = percentEncodePath(s, false)
		if strings.HasPrefix(u.path, "//") {
			u.path = "/." + u.path // not an authority
		}
		return ""
	default:
		u.path = percentEncode(s, opaqueSet)
		return ""
	}
	u.authority = true
	end := strings.IndexByte(s, '/')
	if special {
		end = strings.IndexAny(s, `/\`)
	}
	authority, path := s, ""
	if end >= 0 {
		authority, path = s[:end], s[end:]
	}
	followed := path != "" || u.query != "" || u.fragment != ""
	afterPort, fault := u.parseAuthority(authority, followed, defaultPort, special)
	if fault != "" {
		return fault
	}
	path = afterPort + path
	if special && path == "" {
		path = "/"
	}
	if path != "" {
		u.path = percentEncodePath(path, special)
	}
	return ""
}

// parseAuthority parses user, host and port. Followed says whether a path, a query
// or a fragment comes after them. Where a backslash ends the port of a scheme that
// is not special, the rest begins the path.
func (u *urlParts) parseAuthority(s string, followed bool, defaultPort int, special bool) (path, fault string) {
	if at := strings.LastIndexByte(s, '@'); at >= 0 {
		name, password, _ := strings.Cut(s[:at], ":")
		u.credentials = percentEncode(name, userinfoSet)
		if password != "" {
			u.credentials += ":" + percentEncode(password, userinfoSet)
		}
		s = s[at+1:]
		if s == "" && (special || at == 0 && followed) {
			return "", "empty host"
		}
	}
	host, port, hasPort := s, "", false
	if colon := portColon(s); colon >= 0 {
		host, port, hasPort = s[:colon], s[colon+1:], true
	}
	switch {
	case host == "" && (special || hasPort || u.credentials != ""):
		return "", "empty host"
	case host == "":
	case special:
		u.host, fault = parseHost(host)
	default:
		u.host, fault = parseOpaqueHost(host)
	}
	if fault != "" {
		return "", fault
	}
	if end := strings.IndexByte(port, '\\'); end >= 0 {
		port, path = port[:end], "/"+port[end:]
	}
	u.port, fault = parsePort(port, defaultPort)
	return path, fault
}

// portColon finds the colon before a port: the first outside brackets.
func portColon(s string) int {
	inBrackets := false
	for i := range len(s) {
		switch s[i] {
		case '[':
			inBrackets = true
		case ']':
			inBrackets = false
		case ':':
			if !inBrackets {
				return i
			}
		}
	}
	return -1
}

func parsePort(s string, defaultPort int) (port, fault string) {
	n := 0
	for i := range len(s) {
		if !ascii.IsDigit(s[i]) {
			return "", "invalid port number"
		}
		if n = n*10 + int(s[i]-'0'); n > 65535 {
			return "", "invalid port number"
		}
	}
	if s == "" || n == defaultPort && defaultPort != 0 {
		return "", ""
	}
	return ":" + strconv.Itoa(n), ""
}
