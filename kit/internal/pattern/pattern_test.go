package pattern_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/internal/pattern"
)

// cannot are the expressions that Pydantic takes and Go's engine cannot match in
// the same way, with what is said of them.
var cannot = map[string]string{
	`(?x) a b # c`: "it has the flag x",
	`(?x:a b)c d`:  "it has the flag x",
	`(?R)a$`:       "it has the flag R",

	`\<`:             `\< is a boundary between words of every script`,
	`\>`:             `\> is a boundary between words of every script`,
	`\b{start}`:      `\b is a boundary between words of every script`,
	`\b{end}`:        `\b is a boundary between words of every script`,
	`\b{start-half}`: `\b is a boundary between words of every script`,
	`\b{2}`:          `\b is a boundary between words of every script`,

	`[a&&b]`:           "the class [a&&… is made of several sets",
	`[a--b]`:           "the class [a--… is made of several sets",
	`[a~~b]`:           "the class [a~~… is made of several sets",
	`[&&]`:             "made of several sets",
	`[a&&]`:            "made of several sets",
	`[a--]`:            "made of several sets",
	`[+--]`:            "made of several sets",
	`^[+--]+$`:         "made of several sets",
	`^[!--]+$`:         "made of several sets",
	`[a[b]]`:           "made of several sets",
	`[[:foo:]]`:        "made of several sets",
	`[[.a.]]`:          "made of several sets",
	`[[=a=]]`:          "made of several sets",
	`[\p{L}--\p{Lu}]`:  "made of several sets",
	`(?i-u)^k$`:        "the flags i and -u at once",
	`(?i)^(?-u:k)$`:    "the flags i and -u at once",
	`\p{Emoji}`:        "the property Emoji is unknown to Go",
	`^\p{Emoji}$`:      "the property Emoji is unknown to Go",
	`\p{sc!=Greek}`:    "does not mean what it says",
	`^\p{sc!=Greek}+$`: "does not mean what it says",
	`[a-z]{1,2000}`:    "invalid repeat count: {1,2000}",
	`(?:a{500}){500}`:  "invalid repeat count: {500}",
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
	verdicts := 0
	for _, p := range recorded.Patterns {
		re, err := pattern.Compile(p.Pattern)
		switch says, refused := cannot[p.Pattern]; {
		case p.Refused:
			require.Error(t, err, p.Pattern)
			continue
		case refused:
			require.ErrorContains(t, err, says, p.Pattern)
			continue
		}
		if err != nil {
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
