package auth_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/credential"
)

type vector struct {
	Name  string   `json:"name"`
	Lines []string `json:"lines"`
	Class string   `json:"class"`
	Store int      `json:"store"`
}

func readVectors(tb testing.TB) []vector {
	tb.Helper()
	text, err := os.ReadFile("testdata/vectors.json")
	require.NoError(tb, err)
	var file struct {
		Vectors []vector `json:"vectors"`
	}
	require.NoError(tb, json.Unmarshal(text, &file))
	require.NotEmpty(tb, file.Vectors)
	return file.Vectors
}

// latin1 makes one byte of each character.
func latin1(text string) string {
	var b strings.Builder
	for _, r := range text {
		b.WriteByte(byte(r))
	}
	return b.String()
}

func TestVectors(t *testing.T) {
	t.Parallel()
	s := newService(t)
	issue := func(typ auth.CredentialType, subject credential.SubjectRef) string {
		return token(s.Issue(auth.Issue{Type: typ, Subject: subject, Limit: credential.Unrestricted(), Lifetime: 3600e9}))
	}
	pat := issue(auth.PersonalAccessToken, s.A.User)
	typo := []byte(pat)
	typo[20] ^= 1
	if typo[20] < 'A' {
		typo[20] = 'q'
	}
	placeholders := strings.NewReplacer(
		"{pat}", pat,
		"{oat}", issue(auth.OrganizationAccessToken, s.A.Organization),
		"{at_u}", issue(auth.OAuth2UserAccessToken, s.A.User),
		"{at_o}", issue(auth.OAuth2OrganizationAccessToken, s.A.Organization),
		"{cst}", issue(auth.CustomerSession, s.A.Customer),
		"{ws}", issue(auth.WebSession, s.A.User),
		"{pat_as_oat}", "shop_oat_"+strings.TrimPrefix(pat, "shop_pat_"),
		"{typo}", string(typo),
		"{unstored}", auth.NewToken("shop_pat_"),
	)
	answers := map[string]string{
		"anonymous":    "401 Unauthorized",
		"user":         "200 " + s.A.User.String(),
		"organization": "200 " + s.A.Organization.String(),
		"customer":     "200 " + s.A.Customer.String(),
		"invalid":      "401 InvalidToken",
		"several":      "400 BadRequest",
		"transport":    "400 ",
	}
	seen := map[string]bool{}
	for _, v := range readVectors(t) {
		require.False(t, seen[v.Name], "two vectors are named %q", v.Name)
		seen[v.Name] = true
		lines := make([]string, len(v.Lines))
		for i, line := range v.Lines {
			lines[i] = latin1(placeholders.Replace(line))
		}
		want, ok := answers[v.Class]
		require.True(t, ok, "%s: unknown class %q", v.Name, v.Class)
		cost := s.finds(func() {
			response := s.raw("GET /somebody", lines...)
			got := response.String()
			if response.Status != 200 {
				got = got[:4] + response.ErrorName()
			}
			require.Equal(t, want, got, v.Name)
		})
		require.Equal(t, v.Store, cost, v.Name)
	}
}
