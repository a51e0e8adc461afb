package email_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/internal/email"
)

// What an address may look like in its normal form.
var emailForm = regexp.MustCompile(`^[^@<>()\[\]\\,;:"\s]+@[^@<>()\[\]\\,;:"\s_]+\.[^@<>()\[\]\\,;:"\s_.]+$`)

func FuzzNormalize(f *testing.F) {
	for _, text := range []string{
		"a@b.co", "Ann <a@B.co>", `"a b" <a@b.co>`, "a@exämple.com", "a@xn--exmple-cua.com", "INFO@x.de", "a@[1.2.3.4]", `"q"@b.co`, "<<a@b.co>>", "a@b。co", "é@b.co", "<\u0338@b.co",
		"a@gİthub.com", "a@FAß.de", "a@xn---tda.com", "a@[IPv6:1::2.3.4]", "ａ＠b.com", "a@1.بيت", "a@l·l.com", "a@ᏣᎳᎩ.com", "\"\\é\"@b.co",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, s string) {
		normal, issue := email.Normalize(s)
		if issue != nil {
			require.NotEmpty(t, issue.Ctx)
			return
		}
		require.Regexp(t, emailForm, normal)
		require.LessOrEqual(t, len(normal), 254)
		domain := normal[strings.LastIndexByte(normal, '@'):]
		// UTS #46 maps to lower case, but for Cherokee, whose capitals are the older letters.
		require.False(t, strings.ContainsFunc(domain, func(r rune) bool { return unicode.IsUpper(r) && !unicode.Is(unicode.Cherokee, r) }), domain)
		if utf8.ValidString(normal) {
			again, issue := email.Normalize(normal)
			require.Nil(t, issue, "%q is not its own normal form: %+v", normal, issue)
			require.Equal(t, normal, again)
		}
	})
}
