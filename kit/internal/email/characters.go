package email

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/unicode/runenames"

	"github.com/polarkit-go/polarkit/kit/internal/python"
)

// isComposedAt reports whether the rune at the start of s stays what it is when s is composed.
func isComposedAt(s string, r rune) bool {
	size := utf8.RuneLen(r)
	if size == 1 && (len(s) == 1 || s[1] < utf8.RuneSelf) || size < 0 {
		return true
	}
	first, _ := utf8.DecodeRuneInString(norm.NFC.String(s[:norm.NFC.NextBoundaryInString(s, true)]))
	return first == r
}

// checkUnsafe refuses spaces, what cannot be seen, and a mark that would combine with the @.
func checkUnsafe(s string, allowSpace bool) string {
	var bad []rune
	for i, r := range s {
		switch {
		case isVisible(r):
		case unicode.Is(unicode.M, r) && i > 0:
		case unicode.Is(unicode.Zs, r) && allowSpace:
		default:
			bad = append(bad, r)
		}
	}
	if len(bad) == 0 {
		return ""
	}
	slices.Sort(bad)
	shown := make([]string, 0, len(bad))
	for _, r := range slices.Compact(bad) {
		shown = append(shown, displayRune(r))
	}
	return "The email address contains unsafe characters: " + strings.Join(shown, ", ") + "."
}

// badCharacters lists the characters that are not allowed, each once, as they are shown.
func badCharacters(s string, allowed func(rune) bool) string {
	var bad []rune
	for _, r := range s {
		if !allowed(r) {
			bad = append(bad, r)
		}
	}
	if len(bad) == 0 {
		return ""
	}
	slices.Sort(bad)
	var shown []string
	for _, r := range slices.Compact(bad) {
		shown = append(shown, displayRune(r))
	}
	slices.Sort(shown)
	return strings.Join(shown, ", ")
}

// isVisible are letters, numbers, punctuation and symbols.
func isVisible(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) }

// displayRune shows a character in quotes if it can be seen, else by its
// Unicode name, else by its code.
func displayRune(r rune) string {
	switch {
	case r == '\\':
		return `"\"`
	case isVisible(r):
		return python.Repr(string(r))
	}
	// Controls and private characters have a label in brackets instead of a name.
	if name := runenames.Name(r); name != "" && name[0] != '<' {
		return name
	}
	if r < 0xffff {
		return fmt.Sprintf("U+%04X", r)
	}
	return fmt.Sprintf("U+%08X", r)
}
