package weburl_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/internal/weburl"
)

// What an http or https URL may look like in its normal form.
var urlForm = regexp.MustCompile(`^https?://([!-.0-;=?A-_a-~]*@)?([^/@\\ #?]+)(:\d+)?/[!-~]*$`)

func FuzzNormalize(f *testing.F) {
	for _, text := range []string{
		"https://a.com/x?y#z", "HTTP:\\\\A.com:80/../b c", "http://u:p@[::1]:8080", "http://1.2.3", "http://exämple.com", "http://xn--a", "a.com", "http://a.com:99999", "http://%41.com", "http://א1.com", "http://a@b@c", "\thttp:/a\n", "http://[::ffff:1.2.3.4]", "http://0x7f.1",
		"https://نامه\u200cای.com", "https://ａ。ｃｏｍ", "https://xn--mgba3gch31f060k.com", "file:C|/../x", "file://a/C|/x", "sc:/..//x", "sc://a:80\\x", "sc://@/", "mailto:a b#c",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, s string) {
		// A drive behind a host takes the host away, once the slashes between them are gone.
		if normal, issue := weburl.Normalize(s, weburl.Rules{}); issue == nil && !strings.HasPrefix(normal, "file:") {
			again, issue := weburl.Normalize(normal, weburl.Rules{})
			require.Nil(t, issue, "%q is not its own normal form: %+v", normal, issue)
			require.Equal(t, normal, again)
		}
		normal, issue := weburl.Normalize(s, weburl.HTTP)
		if issue != nil {
			return
		}
		require.Regexp(t, urlForm, normal)
		again, issue := weburl.Normalize(normal, weburl.Rules{Schemes: weburl.HTTP.Schemes, HostRequired: true})
		require.Nil(t, issue, "%q is not its own normal form: %+v", normal, issue)
		require.Equal(t, normal, again)
		if parsed, err := url.Parse(normal); err == nil {
			require.Contains(t, []string{"http", "https"}, parsed.Scheme)
			require.NotEmpty(t, parsed.Host)
		}
		_, issue = weburl.Normalize(s, weburl.Rules{})
		require.Nil(t, issue, "less strict rules refuse nothing more")
	})
}
