package email

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/polarkit-go/polarkit/kit/internal/ascii"
	"github.com/polarkit-go/polarkit/kit/internal/python"
)

// splitEmail splits an address at its first @ that is not quoted. It reports angle
// brackets, which are left where withoutDisplayName found no display name.
func splitEmail(s string) (local, domain string, bracketed bool, reason string) {
	local, rest, reason := cutUnquoted(s, "@<")
	if reason != "" {
		return "", "", false, reason
	}
	if rest[0] != '<' {
		return local, rest[1:], false, ""
	}
	if reason := checkDisplayName(strings.TrimRightFunc(local, python.IsSpace)); reason != "" {
		return "", "", false, reason
	}
	if !strings.Contains(rest, ">") {
		return "", "", false, "An open angle bracket at the start of the email address has to be followed by a close angle bracket at the end."
	}
	rest = strings.TrimRight(rest, " ")
	if !strings.HasSuffix(rest, ">") {
		return "", "", false, "There can't be anything after the email address."
	}
	local, rest, reason = cutUnquoted(strings.TrimRight(rest[1:], ">"), "@")
	if reason != "" {
		return "", "", false, reason
	}
	return local, rest[1:], true, ""
}

// cutUnquoted cuts before the first of the special characters that stands
// outside quotes. A character that becomes another one when it is composed with
// what follows is not special: "<" before U+0338 is U+226E.
func cutUnquoted(s, specials string) (before, from, reason string) {
	quoted, escaped := false, false
	for i, r := range s {
		special := r == '"' || quoted && (escaped || r == '\\') || !quoted && strings.ContainsRune(specials, r)
		switch {
		case !special || !isComposedAt(s[i:], r):
		case quoted:
			quoted = r != '"' || escaped
			escaped = r == '\\' && !escaped
		case r == '"':
			quoted = true
		case strings.ContainsRune(specials, r):
			return s[:i], s[i:], ""
		}
	}
	switch {
	case strings.Contains(s, "\uFF20"):
		return "", "", `The email address has the "full-width" at-sign (@) character instead of a regular at-sign.`
	case strings.Contains(s, "\uFE6B"):
		return "", "", `The email address has the "small commercial at" character instead of a regular at-sign.`
	}
	return "", "", "An email address must have an @-sign."
}

func checkDisplayName(text string) string {
	name, quoted, reason := unquote(text)
	switch {
	case reason != "":
		return reason
	case quoted:
		return checkUnsafe(name, true)
	}
	if bad := badCharacters(name, func(r rune) bool { return r == ' ' || r != '.' && isLocalRune(r) && r < utf8.RuneSelf }); bad != "" {
		return "The display name contains invalid characters when not quoted: " + bad + "."
	}
	return checkUnsafe(name, true)
}

// unquote removes quotes and escapes.
func unquote(s string) (text string, quoted bool, reason string) {
	if !strings.HasPrefix(s, `"`) {
		return s, false, ""
	}
	var b strings.Builder
	escaped := false
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case !escaped && c == '\\':
			escaped = true
		case !escaped && c == '"':
			if rest := s[i+1:]; rest != "" {
				var all []string
				for _, r := range rest {
					all = append(all, displayRune(r))
				}
				return "", true, "Extra character(s) found after close quote: " + strings.Join(all, ", ")
			}
			return b.String(), true, ""
		default:
			b.WriteByte(c)
			escaped = false
		}
	}
	return b.String(), true, ""
}

// isLocalRune are the characters of a local part without quotes (RFC 5322,
// 3.2.3 and RFC 6531, 3.3), with the period.
func isLocalRune(r rune) bool {
	return r >= utf8.RuneSelf || r == '.' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' ||
		strings.ContainsRune("_!#$%&'*+-/=?^`{|}~", r)
}

func checkLocal(local string, quoted bool) string {
	if local == "" {
		return "There must be something before the @-sign."
	}
	bad := badCharacters(local, isLocalRune)
	dots := checkDots(local, "An email address cannot start with a %s.", "An email address cannot have a %s immediately before the @-sign.", false)
	switch {
	case bad == "" && dots == "":
		if ascii.Only(local) {
			return ""
		}
		return checkUnsafe(local, false)
	case quoted:
		if bad := badCharacters(local, func(r rune) bool { return r >= ' ' && r != 0x7f }); bad != "" {
			return "The email address contains invalid characters in quotes before the @-sign: " + bad + "."
		}
		return checkUnsafe(local, true)
	case bad != "":
		return "The email address contains invalid characters before the @-sign: " + bad + "."
	}
	return dots
}

// checkDots checks the places of periods, and in host names those of hyphens.
func checkDots(s, start, end string, hostname bool) string {
	switch {
	case strings.HasSuffix(s, "."):
		return fmt.Sprintf(end, "period")
	case strings.HasPrefix(s, "."):
		return fmt.Sprintf(start, "period")
	case strings.Contains(s, ".."):
		return "An email address cannot have two periods in a row."
	case !hostname:
		return ""
	case strings.HasSuffix(s, "-"):
		return fmt.Sprintf(end, "hyphen")
	case strings.HasPrefix(s, "-"):
		return fmt.Sprintf(start, "hyphen")
	case strings.Contains(s, ".-") || strings.Contains(s, "-."):
		return "An email address cannot have a period and a hyphen next to each other."
	}
	return ""
}
