package email_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/email"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
)

func TestNormalize(t *testing.T) {
	t.Parallel()

	long := strings.Repeat("x", 65)
	for given, want := range map[string]string{
		"a@b.co":                           "a@b.co",
		"Ann.Lee+tag@sub-1.Example.COM":    "Ann.Lee+tag@sub-1.example.com",
		"!#$%&'*+-/=?^_`.{|}~@example.tld": "!#$%&'*+-/=?^_`.{|}~@example.tld",
		" a@b.co\n":                        "a@b.co",
		"a@b.c":                            "a@b.c",
		"a@example":                        "",
		long + "@b.co":                     long + "@b.co",
		// display names
		"Ann Lee <a@b.co>":      "a@b.co",
		"<a@b.co>":              "a@b.co",
		"  Ann   <  a@b.co >  ": "a@b.co",
		`"Lee, Ann" <a@b.co>`:   "a@b.co",
		`"a <b> c" <a@b.co>`:    "a@b.co",
		"Ünal <a@b.co>":         "a@b.co",
		// international names
		"a@exämple.com":        "a@exämple.com",
		"a@EXÄMPLE.com":        "a@exämple.com",
		"a@exa\u0308mple.com":  "a@exämple.com",
		"a@xn--exmple-cua.com": "a@exämple.com",
		"a@XN--EXMPLE-CUA.com": "a@exämple.com",
		"a@b。co":               "a@b.co",
		"a@ｂ.co":               "a@b.co",
		"a@faß.de":             "a@faß.de",
		"jeff@臺網中心.tw":         "jeff@臺網中心.tw", //nolint:gosmopolitan // a name in use
		"राम@मोहन.ईन्फो":       "राम@मोहन.ईन्फो",
		"юзер@екзампл.ком":     "юзер@екзампл.ком",
		"ιωάννης@εεττ.gr":      "ιωάννης@εεττ.gr",
		"a@بيت.com":            "a@بيت.com",
		"e\u0301@b.co":         "é@b.co",
		"😀@b.co":               "😀@b.co",
		// role names
		"INFO@Example.com":       "info@example.com",
		"Postmaster@example.com": "postmaster@example.com",
		"Informer@example.com":   "Informer@example.com",
	} {
		if want == "" {
			continue
		}
		got, issue := email.Normalize(given)
		require.Nil(t, issue, "%q: %+v", given, issue)
		require.Equal(t, want, got, "%q", given)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()

	label := strings.Repeat("b", 63)
	domain := strings.Repeat(label+".", 3)
	for given, reason := range map[string]string{
		"":                             "An email address must have an @-sign.",
		"a":                            "An email address must have an @-sign.",
		`"a@b.co"`:                     "An email address must have an @-sign.",
		"@b.co":                        "There must be something before the @-sign.",
		`""@b.co`:                      "There must be something before the @-sign.",
		"a@":                           "There must be something after the @-sign.",
		"a@b":                          "The part after the @-sign is not valid. It should have a period.",
		"a b@c.co":                     "The email address contains invalid characters before the @-sign: SPACE.",
		"a(b),@c.co":                   "The email address contains invalid characters before the @-sign: '(', ')', ','.",
		`a\b@c.co`:                     `The email address contains invalid characters before the @-sign: "\".`,
		"a\x00@c.co":                   "The email address contains invalid characters before the @-sign: U+0000.",
		"a@b@c.co":                     "The part after the @-sign contains invalid characters: '@'.",
		"a@b_c.co":                     "The part after the @-sign contains invalid characters: '_'.",
		"a@b co":                       "The part after the @-sign contains invalid characters: SPACE.",
		"a..b@c.co":                    "An email address cannot have two periods in a row.",
		"a@b..co":                      "An email address cannot have two periods in a row.",
		".a@b.co":                      "An email address cannot start with a period.",
		"a.@b.co":                      "An email address cannot have a period immediately before the @-sign.",
		"a@.b.co":                      "An email address cannot have a period immediately after the @-sign.",
		"a@．b.co":                      "An email address cannot have a period immediately after the @-sign.",
		"a@b.co.":                      "An email address cannot end with a period.",
		"a@-b.co":                      "An email address cannot have a hyphen immediately after the @-sign.",
		"a@b.co-":                      "An email address cannot end with a hyphen.",
		"a@b-.co":                      "An email address cannot have a period and a hyphen next to each other.",
		"a@ab--c.co":                   "An email address cannot have two letters followed by two dashes immediately after the @-sign or after a period, except Punycode.",
		"a@" + label + "b.co":          "After the @-sign, periods cannot be separated by so many characters (1 character too many).",
		"a@" + domain + label:          "The email address is too long after the @-sign (2 characters too many).",
		"aaaaa@" + domain + label[:58]: "The email address is too long (2 characters too many).",
		"äaaaa@" + domain + label[:58]: "The email address is too long (1-3 characters too many).",
		"a@1.2.3.4":                    "The part after the @-sign is not valid. It is not within a valid top-level domain.",
		"a@x.test":                     "The part after the @-sign is a special-use or reserved name that cannot be used with email.",
		"a@x.Local":                    "The part after the @-sign is a special-use or reserved name that cannot be used with email.",
		"a@[127.0.0.1]":                "A bracketed IP address after the @-sign is not allowed here.",
		"a@[IPv6:::1]":                 "A bracketed IP address after the @-sign is not allowed here.",
		"a@[127.0.0.999]":              "The address in brackets after the @-sign is not valid: It is not an IPv4 address (Octet 999 (> 255) not permitted in '127.0.0.999') or is missing an address literal tag.",
		"a@[1.2.3]":                    "The address in brackets after the @-sign is not valid: It is not an IPv4 address (Expected 4 octets in '1.2.3') or is missing an address literal tag.",
		"a@[x]":                        "The part after the @-sign in brackets is not an IPv4 address and has no address literal tag.",
		"a@[tag:x]":                    "The part after the @-sign contains an invalid address literal tag in brackets.",
		`"q"@b.co`:                     "Quoting the part before the @-sign is not allowed here.",
		`"q@r"@b.co`:                   "Quoting the part before the @-sign is not allowed here.",
		`"q"x@b.co`:                    "Extra character(s) found after close quote: 'x'",
		"a<b@c.co":                     "An open angle bracket at the start of the email address has to be followed by a close angle bracket at the end.",
		"<a@b.co> !":                   "There can't be anything after the email address.",
		"A.B <a@b.co>":                 "The display name contains invalid characters when not quoted: '.'.",
		"<<a@b.co>>":                   "A display name and angle brackets around the email address are not permitted here.",
		"a@\u0301b.co":                 "The email address contains unsafe characters: COMBINING ACUTE ACCENT.",
		"a\u200b@b.co":                 "The email address contains unsafe characters: ZERO WIDTH SPACE.",
		"a@b\u00a0c.co":                "The email address contains unsafe characters: NO-BREAK SPACE.",
		"a@😀.com":                      "The part after the @-sign is invalid (Codepoint U+1F600 at position 1 of '😀' not allowed).",
		"a@⒈x.com":                     "The part after the @-sign contains invalid characters: '⒈'.",
		"ａ＠b.com":                      `The email address has the "full-width" at-sign (@) character instead of a regular at-sign.`,
		"a﹫b.com":                      `The email address has the "small commercial at" character instead of a regular at-sign.`,
		"a@[IPv6:1::2::3]":             "The IPv6 address in brackets after the @-sign is not valid (At most one '::' permitted in '1::2::3').",
		"a@xn--a.com":                  "The part after the @-sign is not valid IDNA (Codepoint U+0080 at position 1 of '\\x80' not allowed).",
		"a@xn--99999999.com":           "The part after the @-sign is not valid IDNA (Invalid A-label).",
		"a@xn--.com":                   "An email address cannot have a period and a hyphen next to each other.",
		"a@a\u00b7b.com":               "The part after the @-sign is invalid (Codepoint U+00B7 not allowed at position 2 in 'a·b').",
		"a@\u1fefb.com":                "The part after the @-sign contains invalid characters after Unicode normalization: '`'.",
		strings.Repeat("x", 2049):      "Length must not exceed 2048 characters",
	} {
		got, issue := email.Normalize(given)
		require.NotNil(t, issue, "%q: %q", given, got)
		require.Equal(t, &pydantic.Issue{
			Type: "value_error", Msg: "value is not a valid email address: " + reason, Ctx: errors.Ctx{{Name: "reason", Value: reason}},
		}, issue, "%q", given)
	}
}

// An address of the usual form is read without allocating.
func TestAllocations(t *testing.T) { //nolint:paralleltest // AllocsPerRun counts those of the whole program
	require.Zero(t, testing.AllocsPerRun(100, func() {
		if _, issue := email.Normalize("Ann.Lee+x@sub.example.com"); issue != nil {
			t.Error("refused")
		}
	}))
}
