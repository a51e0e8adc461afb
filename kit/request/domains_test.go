package request_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

// An address and a URL have the domains that Pydantic has. The capital I with a dot is one
// letter, which each of them maps in its own way.
func TestDomainsOfAddressesAndURLs(t *testing.T) {
	t.Parallel()
	type body struct {
		kit.Schema

		Email kit.Optional[string] `json:"email" validate:"email"`
		URL   kit.Optional[string] `json:"url"   validate:"http_url"`
	}
	in, err := request.Decode[body](post(`{"email":"a@gİthub.com","url":"https://gİthub.com/"}`))
	require.NoError(t, err)
	require.Equal(t, kit.Some("a@gi\u0307thub.com"), in.Email)
	require.Equal(t, kit.Some("https://xn--github-qyd.com/"), in.URL)
	for text, want := range map[string]string{
		`{"url":"https://xn--zn7c.com/"}`: `url_parsing ["body","url"] "https://xn--zn7c.com/" {"error":"invalid international domain name"}`,
		`{"email":"ａ＠b.com"}`: `value_error ["body","email"] "ａ＠b.com" ` +
			`{"reason":"The email address has the \"full-width\" at-sign (@) character instead of a regular at-sign."}`,
	} {
		_, err := request.Decode[body](post(text))
		require.Equal(t, []string{want}, reported(t, err), text)
	}
}
