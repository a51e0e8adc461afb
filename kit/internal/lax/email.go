package lax

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/polarkit-go/polarkit/errors"
)

// Limits of addresses, in bytes but for the first (RFC 5321, 4.5.3.1 and the
// errata of RFC 3696).
const (
	maxEmailText = 2048 // characters of the input, with a display name
	maxEmail     = 254
	maxDomain    = 253
	maxLabel     = 63
)

// Email checks an e-mail address as Pydantic's EmailStr does and returns its
// normal form: without the display name of "Ann <ann@example.com>" and outer
// white space, the domain in lower case and decoded from Punycode, the local
// part as it is but for the role names of RFC 2142 (Info@, Postmaster@), which
// are lower case.
//
// Special-use domains such as .test and .local are refused; whether the address
// exists is not looked up.
func Email(s string) (string, *Issue) {
	if isPlainEmail(s) {
		return s, nil
	}
	if utf8.RuneCountInString(s) > maxEmailText {
		return "", emailIssue("Length must not exceed 2048 characters")
	}
	normal, reason := parseEmail(strings.TrimFunc(withoutDisplayName(s), isPythonSpace))
	if reason != "" {
		return "", emailIssue(reason)
	}
	return normal, nil
}

func emailIssue(reason string) *Issue {
	return &Issue{
		Type: "value_error",
		Msg:  "value is not a valid email address: " + reason,
		Ctx:  errors.Ctx{{Name: "reason", Value: reason}},
	}
}

// isPlainEmail recognizes what nearly every address looks like and is its own
// normal form: letters, digits and -_+ between single periods, a domain in
// lower case that ends in letters. It says no to anything it is not sure of.
func isPlainEmail(s string) bool {
	at := strings.IndexByte(s, '@')
	if at < 1 || len(s) > maxEmail {
		return false
	}
	previous, upper := byte('.'), false
	for i := range at {
		c := s[i]
		upper = upper || 'A' <= c && c <= 'Z'
		if c == '.' && previous == '.' || c != '.' && plain[c]&plainLocal == 0 {
			return false
		}
		previous = c
	}
	if previous == '.' || upper && isRoleName(s[:at]) {
		return false
	}
	label, labels := 0, 0
	domain := s[at+1:]
	for i := range len(domain) {
		c := domain[i]
		switch {
		case c == '.':
			if label == 0 || label > maxLabel || domain[i-1] == '-' {
				return false
			}
			labels++
			label = 0
		case plain[c]&plainDomain == 0, c == '-' && (label == 0 || domain[i-1] == '-'):
			return false
		default:
			label++
		}
	}
	last := domain[len(domain)-label:]
	return labels > 0 && label > 0 && label <= maxLabel && len(domain) <= maxDomain &&
		isLower(last[len(last)-1]) && !isSpecialUse(last)
}

const (
	plainLocal = 1 << iota
	plainDomain
)

var plain = func() (table [256]byte) {
	for c := range 256 {
		switch c := byte(c); {
		case isDigit(c) || isLower(c) || c == '-':
			table[c] = plainLocal | plainDomain
		case 'A' <= c && c <= 'Z' || c == '_' || c == '+':
			table[c] = plainLocal
		}
	}
	return table
}()

func isLower(c byte) bool { return 'a' <= c && c <= 'z' }

// isSpecialUse reports whether the last label is a special-use domain (RFC 6761
// and others) that no mail can be sent to.
func isSpecialUse(last string) bool {
	switch last {
	case "arpa", "invalid", "local", "localhost", "onion", "test":
		return true
	}
	return false
}

// isRoleName reports whether a local part is one of RFC 2142, in whatever case.
func isRoleName(local string) bool {
	if len(local) > len("postmaster") {
		return false
	}
	return slices.ContainsFunc(roleNames, func(name string) bool { return strings.EqualFold(name, local) })
}

var roleNames = []string{
	"info", "marketing", "sales", "support", "abuse", "noc", "security", "postmaster", "hostmaster",
	"usenet", "news", "webmaster", "www", "uucp", "ftp",
}

// isPythonSpace is str.isspace.
func isPythonSpace(r rune) bool { return unicode.IsSpace(r) || '\x1c' <= r && r <= '\x1f' }

// withoutDisplayName returns the address of Ann <a@b>, "Ann" <a@b> and <a@b>,
// and anything else as it is.
func withoutDisplayName(s string) string {
	text := strings.TrimFunc(s, isPythonSpace)
	if !strings.HasSuffix(text, ">") {
		return s
	}
	if strings.HasPrefix(text, `"`) {
		return withoutQuotedName(s, text)
	}
	open := strings.IndexByte(text, '<')
	if open < 0 || open+2 >= len(text) || strings.Contains(text[open:], "\n") {
		return s
	}
	for _, r := range text[:open] {
		if !isPythonSpace(r) && !isNameRune(r) {
			return s
		}
	}
	return text[open+1 : len(text)-1]
}

func withoutQuotedName(s, text string) string {
	// The last opening bracket after a quotation mark counts, as long as a name is left.
	for end := len(text) - 2; ; {
		open := strings.LastIndexByte(text[:end], '<')
		if open < 0 || strings.Contains(text[open:], "\n") {
			return s
		}
		name := strings.TrimRightFunc(text[:open], isPythonSpace)
		if len(name) > 2 && name[len(name)-1] == '"' {
			return text[open+1 : len(text)-1]
		}
		end = open
	}
}

func isNameRune(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) || r < utf8.RuneSelf && strings.ContainsRune("!#$%&'*+-/=?^`{|}~", r)
}

// parseEmail checks an address without white space around it and returns its
// normal form, or the reason why it has none. Checks and reasons are those of
// the Python package email-validator, in its order.
func parseEmail(s string) (normal, reason string) {
	local, domain, bracketed, reason := splitEmail(s)
	if reason != "" {
		return "", reason
	}
	local, quoted, reason := unquote(local)
	if reason != "" {
		return "", reason
	}
	if reason := checkLocal(local, quoted); reason != "" {
		return "", reason
	}
	switch composed := norm.NFC.String(local); {
	case quoted:
		return "", "Quoting the part before the @-sign is not allowed here."
	case composed != local:
		local = composed
		if reason := checkLocal(local, false); reason != "" {
			return "", "After Unicode normalization: " + reason
		}
	}
	if isRoleName(local) {
		local = strings.ToLower(local)
	}
	if domain == "" {
		return "", "There must be something after the @-sign."
	}
	if strings.HasPrefix(domain, "[") && strings.HasSuffix(domain, "]") {
		return "", bracketedDomain(strings.TrimSuffix(domain[1:], "]"))
	}
	ascii, decoded, reason := emailDomain(domain)
	switch {
	case reason != "":
		return "", reason
	case bracketed:
		return "", "A display name and angle brackets around the email address are not permitted here."
	}
	normal = local + "@" + decoded
	return normal, checkEmailLength(s, normal, local+"@"+ascii)
}

// splitEmail parts an address at its first @ that is not quoted. Angle brackets
// that were not taken for a display name before are reported.
func splitEmail(s string) (local, domain string, bracketed bool, reason string) {
	local, rest, found := cutUnquoted(s, "@<")
	if !found {
		return "", "", false, "An email address must have an @-sign."
	}
	if rest[0] != '<' {
		return local, rest[1:], false, ""
	}
	if reason := checkDisplayName(strings.TrimRightFunc(local, isPythonSpace)); reason != "" {
		return "", "", false, reason
	}
	if !strings.Contains(rest, ">") {
		return "", "", false, "An open angle bracket at the start of the email address has to be followed by a close angle bracket at the end."
	}
	rest = strings.TrimRight(rest, " ")
	if !strings.HasSuffix(rest, ">") {
		return "", "", false, "There can't be anything after the email address."
	}
	local, rest, found = cutUnquoted(strings.TrimRight(rest[1:], ">"), "@")
	if !found {
		return "", "", false, "An email address must have an @-sign."
	}
	return local, rest[1:], true, ""
}

// cutUnquoted cuts before the first of the special characters that stands
// outside quotes and is not combined with what follows.
func cutUnquoted(s, specials string) (before, from string, found bool) {
	quoted, escaped := false, false
	for i := range len(s) {
		c := s[i]
		switch {
		case strings.HasPrefix(s[i+1:], "\u0338") && c == '<': // becomes U+226E when composed
		case quoted:
			quoted = c != '"' || escaped
			escaped = c == '\\' && !escaped
		case c == '"':
			quoted = true
		case strings.IndexByte(specials, c) >= 0:
			return s[:i], s[i:], true
		}
	}
	return "", "", false
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

// unquote takes quotes and escapes away.
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
		if isASCII(local) {
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

// checkDots checks where periods stand, and in host names hyphens.
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

// checkUnsafe refuses spaces, what cannot be seen, and a mark that would combine with the @.
func checkUnsafe(s string, allowSpace bool) string {
	var bad []rune
	for i, r := range s {
		switch {
		case unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S):
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
	var shown []string
	for _, r := range s {
		if !allowed(r) {
			shown = append(shown, displayRune(r))
		}
	}
	slices.Sort(shown)
	return strings.Join(slices.Compact(shown), ", ")
}

// displayRune shows a character in quotes if it can be seen, else by its name
// where that is common, else by its code.
func displayRune(r rune) string {
	switch {
	case r == '\\':
		return `"\"`
	case unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S):
		return Repr(string(r))
	}
	if name, ok := runeNames[r]; ok {
		return name
	}
	if r < 0xffff {
		return fmt.Sprintf("U+%04X", r)
	}
	return fmt.Sprintf("U+%08X", r)
}

var runeNames = map[rune]string{
	' ': "SPACE", '\u00A0': "NO-BREAK SPACE", '\u00AD': "SOFT HYPHEN",
	'\u2002': "EN SPACE", '\u2003': "EM SPACE", '\u2009': "THIN SPACE", '\u202F': "NARROW NO-BREAK SPACE",
	'\u200B': "ZERO WIDTH SPACE", '\u200C': "ZERO WIDTH NON-JOINER", '\u200D': "ZERO WIDTH JOINER",
	'\u200E': "LEFT-TO-RIGHT MARK", '\u200F': "RIGHT-TO-LEFT MARK", '\u2060': "WORD JOINER",
	'\u2028': "LINE SEPARATOR", '\u2029': "PARAGRAPH SEPARATOR",
	'\u202A': "LEFT-TO-RIGHT EMBEDDING", '\u202B': "RIGHT-TO-LEFT EMBEDDING", '\u202C': "POP DIRECTIONAL FORMATTING",
	'\u202D': "LEFT-TO-RIGHT OVERRIDE", '\u202E': "RIGHT-TO-LEFT OVERRIDE",
	'\u3000': "IDEOGRAPHIC SPACE", '\uFEFF': "ZERO WIDTH NO-BREAK SPACE",
}
