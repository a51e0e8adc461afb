package idn_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/idna"

	"github.com/polarkit-go/polarkit/kit/internal/email"
	"github.com/polarkit-go/polarkit/kit/internal/recorded"
	"github.com/polarkit-go/polarkit/kit/internal/weburl"
)

// Pydantic has the tables of Unicode 15.1 for URLs and of 17 for e-mail addresses,
// golang.org/x/net/idna one version for both, which Go's version decides.

// tooNew are lines of testdata/domains.jsonl that are refused with the tables of
// Unicode 15.0, and why.
var tooNew = map[string]string{
	"ann@\u06b9.\u1873\u115f.com":                                      "U+115F is disallowed before Unicode 16, then ignored",
	"ann@\u06b9\uff0e\u1873\u115f.com":                                 "U+115F is disallowed before Unicode 16, then ignored",
	"ann@\uf951\U0002f868\U0002f874\U0002f91f\U0002f95f\U0002f9bf.com": "U+2F868 and the ones after it are disallowed before Unicode 15.1, then mapped",
}

// allowedLater are characters that UTS #46 disallows before Unicode 16 and then
// maps or ignores, so that with newer tables a URL with one may be accepted.
var allowedLater = regexp.MustCompile(`[\x{4C0}\x{10A0}-\x{10C5}\x{115F}\x{1160}\x{17B4}\x{17B5}\x{180E}\x{2132}\x{2183}\x{3164}\x{FFA0}]`)

func TestDomains(t *testing.T) {
	t.Parallel()

	oldTables := idna.UnicodeVersion == "15.0.0"
	seen := 0
	counts := map[string]int{}
	lines, err := recorded.Read("testdata/domains.jsonl")
	require.NoError(t, err)
	for _, r := range lines {
		counts[r.T]++
		got, issue := email.Normalize(r.V)
		if r.T == "url" {
			got, issue = weburl.Normalize(r.V, map[any]weburl.Rules{"http": weburl.HTTP, "https": weburl.HTTPS, "any": {}}[r.Rules])
		}
		right := issue == nil && r.Ok != nil && got == *r.Ok ||
			issue != nil && r.Ok == nil && issue.Type == r.Type && (r.Msg == "" || issue.Msg == r.Msg)
		switch reason, found := tooNew[r.V]; {
		case found && oldTables:
			seen++
			if right {
				t.Errorf("%+q is right now: take it out of the exceptions (%s)", r.V, reason)
			}
		case right:
		case !oldTables && r.T == "url" && allowedLater.MatchString(r.V):
		case r.Ok != nil:
			t.Errorf("%s %v %+q: got %+q, %+v, want %+q", r.T, r.Rules, r.V, got, issue, *r.Ok)
		default:
			t.Errorf("%s %v %+q: got %+q, %+v, want %s %q", r.T, r.Rules, r.V, got, issue, r.Type, r.Msg)
		}
	}
	if oldTables {
		require.Len(t, tooNew, seen, "all exceptions are in the file")
	}
	require.GreaterOrEqual(t, counts["email"], 1300)
	require.GreaterOrEqual(t, counts["url"], 1300)
}

// Each domain has two readers, whose verdicts differ: of an e-mail address and of
// a URL. An address takes no joiners, as they cannot be seen.
func TestDomainOfBoth(t *testing.T) {
	t.Parallel()

	for domain, want := range map[string]struct{ email, url string }{
		"gİthub.com":         {"gi\u0307thub.com", "xn--github-qyd.com"},
		"GITHUB.com":         {"github.com", "github.com"},
		"faß.de":             {"faß.de", "xn--fa-hia.de"},
		"xn--zn7c.com":       {"", ""}, // stands for a character that is written in another way
		"xn--.com":           {"", ""},
		"xn--a.com":          {"", ""},
		"☃.com":              {"", "xn--n3h.com"}, // no letter
		"a_b.com":            {"", "a_b.com"},
		"ab--c.com":          {"", "ab--c.com"},
		"1.2.3.4":            {"", "1.2.3.4"},
		"0x7f.1":             {"", "127.0.0.1"},
		"نامه\u200cای.com":   {"", "xn--mgba3gch31f060k.com"},
		"ب\u200c1.com":       {"", ""}, // nothing to join
		"ب\u200cא.com":       {"", ""},
		"क\u094d\u200dष.com": {"", "xn--11b2ezcw70k.com"},
		"a\u200db.com":       {"", ""},
		"1.بيت":              {"1.بيت", ""}, // a URL has one direction
		"ａ。ｃｏｍ":              {"a.com", "a.com"},
		"a\u00adb.com":       {"", "ab.com"},
		"\u0301a.com":        {"", ""},
		"ＸＮ－－EXMPLE-CUA.com": {"exämple.com", "xn--exmple-cua.com"},
	} {
		normal, issue := email.Normalize("a@" + domain)
		require.Equal(t, want.email == "", issue != nil, "a@%+q: %+v", domain, issue)
		require.Equal(t, want.email, strings.TrimPrefix(normal, "a@"), "a@%+q", domain)

		normal, issue = weburl.Normalize("https://"+domain+"/", weburl.HTTP)
		require.Equal(t, want.url == "", issue != nil, "https://%+q: %+v", domain, issue)
		require.Equal(t, want.url, strings.Trim(strings.TrimPrefix(normal, "https:"), "/"), "https://%+q", domain)
	}
}

// Work that grew with the square of the length would not end.
func TestHugeDomains(t *testing.T) {
	t.Parallel()

	const size = 1 << 18
	var different strings.Builder
	for r := rune(0x4E00); r < 0x4E00+900; r++ {
		different.WriteRune(r)
	}
	different.WriteByte('.')
	for _, part := range []string{
		different.String(), "a", "é", "é.", "\u0301", "\u00ad", "\u200c", "ب\u200c", "א", "😀", "ａ", "%", "%C3%A9", "a-", ".", "。", "[", ":", "1.", "xn--a.", "ẞ", "<", "\"", "<\u0338", "@", "\\",
	} {
		text := strings.Repeat(part, size/len(part))
		for _, prefix := range []string{"", "xn--"} {
			_, issue := weburl.Normalize("https://"+prefix+text+"/", weburl.HTTP)
			require.Equal(t, "url_too_long", issue.Type)
			_, _ = weburl.Normalize("https://"+prefix+text+"/", weburl.Rules{})
			_, issue = email.Normalize("a@" + prefix + text)
			require.Equal(t, "value is not a valid email address: Length must not exceed 2048 characters", issue.Msg)
			_, issue = email.Normalize(string([]rune("a@" + prefix + text)[:2000]))
			require.NotNil(t, issue)
		}
	}
}
