package auth_test

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
)

// The lines of a request to shop.example.com that has the session's cookie.
func TestOrigins(t *testing.T) {
	t.Parallel()
	s := newService(t, func(c *auth.Config) {
		c.TrustedOrigins = []string{"https://app.example.com", "HTTPS://Admin.Example.com:443", "http://dev.example.com:3000", "https://[2001:DB8::1]"}
	})
	session := s.WebSession(s.A.User, "customers:write")
	for _, c := range []struct {
		host  string // default: shop.example.com
		lines []string
		in    bool
	}{
		{in: true},
		{lines: []string{"Origin: http://shop.example.com"}, in: true},
		{lines: []string{"Origin: https://shop.example.com"}, in: true},
		{lines: []string{"Origin: https://SHOP.example.com"}, in: true},
		{lines: []string{"Origin: HTTPS://shop.example.com"}, in: true},
		{lines: []string{"Origin: http://shop.example.com:80"}, in: true},
		{lines: []string{"Origin: https://shop.example.com:443"}, in: true},
		{host: "SHOP.example.com", lines: []string{"Origin: https://shop.example.com"}, in: true},
		{host: "shop.example.com:80", lines: []string{"Origin: http://shop.example.com"}, in: true},
		{host: "shop.example.com:443", lines: []string{"Origin: https://shop.example.com"}, in: true},
		{host: "shop.example.com:8080", lines: []string{"Origin: http://shop.example.com:8080"}, in: true},
		{host: "[::1]:8080", lines: []string{"Origin: http://[::1]:8080"}, in: true},
		{host: "[::1]", lines: []string{"Origin: http://[::1]:80"}, in: true},
		{host: "shop.example.com.", lines: []string{"Origin: https://shop.example.com."}, in: true},

		{lines: []string{"Origin: http://evil@shop.example.com"}},
		{lines: []string{"Origin: http://evil:password@shop.example.com"}},
		{lines: []string{"Origin: http://@shop.example.com"}},
		{lines: []string{"Origin: http://shop.example.com@evil.example.net"}},
		{lines: []string{"Origin: http://evil@shop.example.com", "Sec-Fetch-Site: same-origin"}},
		{lines: []string{"Origin: https://evil@app.example.com", "Sec-Fetch-Site: cross-site"}},
		{lines: []string{"Origin: http://shop.example.com/"}},
		{lines: []string{"Origin: http://shop.example.com/path"}},
		{lines: []string{"Origin: http://shop.example.com?a=b"}},
		{lines: []string{"Origin: http://shop.example.com#a"}},
		{lines: []string{"Origin: http://shop.example.com:"}},
		{lines: []string{"Origin: http://shop.example.com:8080"}},
		{lines: []string{"Origin: http://shop.example.com:443"}},
		{lines: []string{"Origin: https://shop.example.com:80"}},
		{host: "shop.example.com:8080", lines: []string{"Origin: http://shop.example.com"}},
		{host: "shop.example.com:443", lines: []string{"Origin: http://shop.example.com"}},
		{lines: []string{"Origin: https://shop.example.com."}},
		{host: "shop.example.com.", lines: []string{"Origin: https://shop.example.com"}},
		{lines: []string{"Origin: shop.example.com"}},
		{lines: []string{"Origin: //shop.example.com"}},
		{lines: []string{"Origin: https:shop.example.com"}},
		{lines: []string{"Origin: https:///shop.example.com"}},
		{lines: []string{"Origin: https://"}},
		{lines: []string{"Origin: https://shop.example.com https://evil.example.net"}},
		{lines: []string{"Origin: https://shop.example.com, https://shop.example.com"}},
		{lines: []string{"Origin: https://%73hop.example.com"}},
		{lines: []string{"Origin: https://shop.example.\xe2\x84\xaaom"}},
		{lines: []string{"Origin: https://sub.shop.example.com"}},
		{lines: []string{"Origin: https://evil.example.net"}},
		{lines: []string{"Origin: null"}},
		{lines: []string{"Origin: NULL"}},
		{lines: []string{"Origin:"}},
		{lines: []string{"Origin: https://shop.example.com", "Origin: https://evil.example.net"}},
		{lines: []string{"Origin: https://shop.example.com", "Origin: https://shop.example.com"}},
		{lines: []string{"Referer: https://evil.example.net/"}, in: true},
		{lines: []string{"Referer: https://shop.example.com/", "Origin: https://evil.example.net"}},

		{lines: []string{"Sec-Fetch-Site: same-origin"}, in: true},
		{lines: []string{"Sec-Fetch-Site: none"}, in: true},
		{lines: []string{"Sec-Fetch-Site: same-origin", "Origin: null"}, in: true},
		{lines: []string{"Sec-Fetch-Site: same-origin", "Origin: https://shop.example.com"}, in: true},
		{lines: []string{"Sec-Fetch-Site: same-site"}},
		{lines: []string{"Sec-Fetch-Site: cross-site"}},
		{lines: []string{"Sec-Fetch-Site: cross-site", "Origin: null"}},
		{lines: []string{"Sec-Fetch-Site: cross-site", "Origin: https://shop.example.com"}},
		{lines: []string{"Sec-Fetch-Site: same-origin, cross-site"}},
		{lines: []string{"Sec-Fetch-Site: anything"}},
		{lines: []string{"Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site"}},

		{lines: []string{"Origin: https://app.example.com"}, in: true},
		{lines: []string{"Origin: https://app.example.com", "Sec-Fetch-Site: same-site"}, in: true},
		{lines: []string{"Origin: https://APP.example.com:443", "Sec-Fetch-Site: cross-site"}, in: true},
		{lines: []string{"Origin: https://admin.example.com", "Sec-Fetch-Site: cross-site"}, in: true},
		{lines: []string{"Origin: http://dev.example.com:3000", "Sec-Fetch-Site: cross-site"}, in: true},
		{lines: []string{"Origin: https://[2001:db8::1]", "Sec-Fetch-Site: cross-site"}, in: true},
		{lines: []string{"Origin: http://app.example.com"}},
		{lines: []string{"Origin: https://app.example.com:444"}},
		{lines: []string{"Origin: https://app.example.com."}},
		{lines: []string{"Origin: https://sub.app.example.com"}},
		{lines: []string{"Origin: http://dev.example.com"}},
	} {
		host := c.host
		if host == "" {
			host = "shop.example.com"
		}
		name := host + " " + strings.Join(c.lines, " | ")
		lines := append([]string{"Cookie: __Host-shop_session=" + token(session)}, c.lines...)
		for _, method := range []string{"POST", "DELETE", "ANYTHING"} {
			response := s.rawTo(host, method+" /write", lines...)
			if c.in {
				require.Equal(t, "200 "+s.A.User.String(), response.String(), "%s %s", method, name)
				continue
			}
			require.Equal(t, "403 CrossOrigin", response.String()[:4]+response.ErrorName(), "%s %s", method, name)
		}
		require.Equal(t, 200, s.rawTo(host, "GET /write", lines...).Status, name)
		bearer := append([]string{"Authorization: Bearer " + token(s.Credential(s.A.User, "customers:write"))}, c.lines...)
		require.Equal(t, 200, s.rawTo(host, "POST /write", bearer...).Status, "with a token: %s", name)
	}
}

// Over TLS the scheme of the request is known.
func TestOriginOfAnotherScheme(t *testing.T) {
	t.Parallel()
	s := newService(t)
	sessions := newSessions(t, s)
	for origin, in := range map[string]bool{
		"https://shop.example.com": true, "https://shop.example.com:443": true, "http://shop.example.com": false, "http://shop.example.com:443": false,
	} {
		r := httptest.NewRequest("POST", "https://shop.example.com/", nil)
		r.TLS = &tls.ConnectionState{}
		r.Header.Set("Origin", origin)
		_, err := sessions.Login(http.Header{}, r, s.A.User.ID)
		require.Equal(t, !in, errors.Is(err, auth.CrossOrigin), origin)
	}
}

func TestTrustedOriginsAreOrigins(t *testing.T) {
	t.Parallel()
	s := newService(t)
	for _, origin := range []string{
		"", "*", "null", "app.example.com", "https://", "https://app.example.com/", "https://evil@app.example.com", "https://app.example.com?a", "https://app.example.com:",
		"https://app.example.com https://b.example.com", "https://ä.example.com",
	} {
		_, err := auth.New(registry, auth.Config{Store: s.Store, Keys: s.Keys, TrustedOrigins: []string{origin}})
		sentence.Equal(t, "New: a trusted origin that is not one", err, strconv.Quote(origin), `"ORIGIN"`)
	}
}
