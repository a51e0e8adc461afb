package pattern_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit/internal/pattern"
)

// cannot are the expressions that Pydantic takes and Go's engine cannot match in
// the same way.
var cannot = []string{
	`(?x) a b # c`, `(?x:a b)c d`, `(?R)a$`,
	`\<`, `\>`, `\b{start}`, `\b{end}`, `\b{start-half}`, `\b{2}`,
	`[a&&b]`, `[a--b]`, `[a~~b]`, `[&&]`, `[a&&]`, `[a--]`, `[+--]`, `^[+--]+$`, `^[!--]+$`, `[a[b]]`, `[[:foo:]]`,
	`[[.a.]]`, `[[=a=]]`, `[\p{L}--\p{Lu}]`, `(?i-u)^k$`, `(?i)^(?-u:k)$`, `\p{Emoji}`, `^\p{Emoji}$`, `\p{sc!=Greek}`,
	`^\p{sc!=Greek}+$`, `[a-z]{1,2000}`, `(?:a{500}){500}`,
}

// Each recorded expression matches what it matches in Pydantic 2.13.4, or is
// refused.
func TestRecorded(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/pydantic.json")
	require.NoError(t, err)
	var recorded struct {
		Texts    []string
		Patterns []struct {
			Pattern string
			Refused bool
			Matches []string
		}
	}
	require.NoError(t, json.Unmarshal(data, &recorded))
	require.NotEmpty(t, recorded.Patterns)
	verdicts, refused := 0, 0
	for _, p := range recorded.Patterns {
		re, err := pattern.Compile(p.Pattern)
		switch {
		case p.Refused:
			require.Error(t, err, p.Pattern)
			continue
		case slices.Contains(cannot, p.Pattern):
			sentence.Equal(t, p.Pattern, err)
			refused++
			continue
		case err != nil:
			t.Errorf("%q: %v", p.Pattern, err)
			continue
		}
		matches := []string{}
		for _, text := range recorded.Texts {
			if re.MatchString(text) {
				matches = append(matches, text)
			}
			verdicts++
		}
		if strings.Join(matches, "|") != strings.Join(p.Matches, "|") {
			t.Errorf("%q: got %q, want %q", p.Pattern, matches, p.Matches)
		}
	}
	require.Len(t, cannot, refused)
	t.Logf("%d expressions, %d verdicts", len(recorded.Patterns), verdicts)
}

func FuzzCompile(f *testing.F) {
	for _, seed := range []string{`^\w+$`, `[a-z&&[^aeiou]]`, `(?i-u:a|b)*?`, `[]-a\d[:alpha:]]`, `\p{sc=Greek}{2,3}`, `(?<n>a){ 1 , }`, `\x{`, `[^\W`, "\xff"} {
		f.Add(seed, "text")
	}
	f.Fuzz(func(t *testing.T, expression, text string) {
		if re, err := pattern.Compile(expression); err == nil {
			re.MatchString(text)
		}
		if !utf8.ValidString(text) {
			return
		}
		re, err := pattern.Compile("^" + regexp.QuoteMeta(text) + "$")
		require.NoError(t, err, "a quoted text")
		require.True(t, re.MatchString(text), "a quoted text matches itself")
	})
}
