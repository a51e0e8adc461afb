package auth

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/polarkit-go/polarkit/errors"
)

// originCheck refuses unsafe requests that a page of another origin made.
// http.CrossOriginProtection decides. It compares only the host of an Origin
// header, so the header is checked and normalized before.
type originCheck struct{ protection *http.CrossOriginProtection }

func newOriginCheck(trusted []string) (originCheck, error) {
	c := originCheck{protection: http.NewCrossOriginProtection()}
	for _, text := range trusted {
		origin, ok := parseOrigin(text)
		if !ok {
			return originCheck{}, fmt.Errorf("auth: New: Config.TrustedOrigins: %q must be a scheme and a host, with a port where it is not the scheme's own, such as https://app.example.com", text)
		}
		if err := c.protection.AddTrustedOrigin(origin.String()); err != nil {
			return originCheck{}, fmt.Errorf("auth: New: Config.TrustedOrigins: %w", err)
		}
	}
	return c, nil
}

var (
	errSeveralOrigins  = errors.New("auth: several Origin or Sec-Fetch-Site headers")
	errMalformedOrigin = errors.New("auth: the Origin header is malformed")
	errOriginScheme    = errors.New("auth: the Origin header has another scheme than the request")
)

// check returns nil for a method that changes nothing, for a request from the
// service's own origin or a trusted one, and for a request that no browser made: it
// has neither an Origin header nor Sec-Fetch-Site. A page that hides its origin
// sends Origin: null, so Sec-Fetch-Site decides.
func (c originCheck) check(r *http.Request) error {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return nil
	}
	origins, sites := r.Header["Origin"], r.Header["Sec-Fetch-Site"]
	if len(origins) > 1 || len(sites) > 1 {
		return errSeveralOrigins
	}
	probe := &http.Request{Method: r.Method, Host: r.Host, Header: http.Header{"Sec-Fetch-Site": sites}}
	if len(origins) == 1 && origins[0] == "null" {
		probe.Header["Origin"] = origins
	} else if len(origins) == 1 {
		origin, ok := parseOrigin(origins[0])
		switch {
		case !ok:
			return errMalformedOrigin
		case r.TLS != nil && origin.scheme == "http" && origin.host == origin.hostOf(r.Host):
			return errOriginScheme
		}
		probe.Host = origin.hostOf(r.Host)
		probe.Header["Origin"] = []string{origin.String()}
	}
	return c.protection.Check(probe)
}

// origin is an origin as browsers write it (RFC 6454, section 6.2): lower case,
// without the port that is its scheme's own.
type origin struct{ scheme, host string }

func (o origin) String() string { return o.scheme + "://" + o.host }

// parseOrigin accepts a scheme, a host and a port only. It refuses userinfo, a
// path, a query and escapes, which url.Parse accepts.
func parseOrigin(text string) (origin, bool) {
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return origin{}, false
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || strings.HasSuffix(u.Host, ":") {
		return origin{}, false
	}
	lower := strings.ToLower(text)
	o := origin{scheme: u.Scheme}
	if host, ok := strings.CutPrefix(lower, u.Scheme+"://"); !ok || host != strings.ToLower(u.Host) {
		return origin{}, false
	}
	o.host = o.hostOf(u.Host)
	return o, true
}

// hostOf is a host in lower case, without the port that is the scheme's own.
func (o origin) hostOf(host string) string {
	host = strings.ToLower(host)
	switch o.scheme {
	case "http":
		return strings.TrimSuffix(host, ":80")
	case "https":
		return strings.TrimSuffix(host, ":443")
	}
	return host
}
