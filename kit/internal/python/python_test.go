package python_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/internal/python"
)

// What CPython makes of the bytes with errors="replace".
func TestValidText(t *testing.T) {
	t.Parallel()

	for given, want := range map[string]string{
		"":                      "",
		"aé😀":                   "aé😀",
		"a\xffb":                "a\uFFFDb",
		"\xe2\x82":              "\uFFFD",
		"\xe2\x82x":             "\uFFFDx",
		"\xf0\x9f\x98":          "\uFFFD",
		"\xed\xa0\x80":          "\uFFFD\uFFFD\uFFFD",
		"\xc0\x80":              "\uFFFD\uFFFD",
		"\xe0\x80\x80":          "\uFFFD\uFFFD\uFFFD",
		"\xf4\x90\x80\x80":      "\uFFFD\uFFFD\uFFFD\uFFFD",
		"\xf0\x9f\xf0\x9f\x98x": "\uFFFD\uFFFDx",
		"\xc3":                  "\uFFFD",
		"\x80\uFFFD":            "\uFFFD\uFFFD",
	} {
		require.Equal(t, want, python.ValidText(given), "%q", given)
	}
}

func TestIsSpace(t *testing.T) {
	t.Parallel()

	for _, r := range " \t\n\v\f\r\x1c\x1d\x1e\x1f\u0085\u00a0\u1680\u2028\u3000" {
		require.True(t, python.IsSpace(r), "%U", r)
	}
	for _, r := range "a\x00\x1b\u200b\ufeff\u180e" {
		require.False(t, python.IsSpace(r), "%U", r)
	}
}
