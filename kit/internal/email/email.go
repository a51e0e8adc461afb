// Package email reads e-mail addresses as Pydantic's EmailStr does. Checks, reasons
// and their order are those of the Python package email-validator.
package email

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/ascii"
	"github.com/polarkit-go/polarkit/kit/internal/idn"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
	"github.com/polarkit-go/polarkit/kit/internal/python"
)

// The limits of an address (RFC 5321, 4.5.3.1 and the errata of RFC 3696).
const (
	// MaxText is how many characters a text may have, with a display name.
	MaxText = 2048
	// MaxAddress is how many bytes the address itself may have.
	MaxAddress = 254

	maxDomain = 253
)

// Normalize checks an e-mail address as Pydantic's EmailStr does and returns its
// normal form. The normal form has no outer white space, and no display name as in
// "Ann <ann@example.com>". Its domain is in lower case and decoded from Punycode. The
// local part does not change, except that the role names of RFC 2142 (Info@,
// Postmaster@) become lower case.
//
// Special-use domains such as .test and .local are refused. Nothing looks up whether
// the address exists.
func Normalize(s string) (string, *pydantic.Issue) {
	if isPlainEmail(s) {
		return s, nil
	}
	if utf8.RuneCountInString(s) > MaxText {
		return "", emailIssue(fmt.Sprintf("Length must not exceed %d characters", MaxText))
	}
	normal, reason := parseEmail(strings.TrimFunc(withoutDisplayName(s), python.IsSpace))
	if reason != "" {
		return "", emailIssue(reason)
	}
	return normal, nil
}

func emailIssue(reason string) *pydantic.Issue {
	return &pydantic.Issue{
		Type: "value_error",
		Msg:  "value is not a valid email address: " + reason,
		Ctx:  errors.Ctx{{Name: "reason", Value: reason}},
	}
}

// isPlainEmail recognizes the form that nearly every address has, and that is its own
// normal form: letters, digits and -_+ between single periods, and a domain in
// lower case that ends in letters. It may be false for another address that is its
// own normal form.
func isPlainEmail(s string) bool {
	at := strings.IndexByte(s, '@')
	if at < 1 || len(s) > MaxAddress {
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
			if label == 0 || label > idn.MaxLabel || domain[i-1] == '-' {
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
	return labels > 0 && label > 0 && label <= idn.MaxLabel && len(domain) <= maxDomain &&
		ascii.IsLower(last[len(last)-1]) && !isSpecialUse(last)
}

const (
	plainLocal = 1 << iota
	plainDomain
)

var plain = func() (table [256]byte) {
	for c := range 256 {
		switch c := byte(c); {
		case ascii.IsDigit(c) || ascii.IsLower(c) || c == '-':
			table[c] = plainLocal | plainDomain
		case 'A' <= c && c <= 'Z' || c == '_' || c == '+':
			table[c] = plainLocal
		}
	}
	return table
}()

// isSpecialUse reports whether the last label is a special-use domain (RFC 6761
// and others) that no mail can be sent to.
func isSpecialUse(last string) bool {
	switch last {
	case "arpa", "invalid", "local", "localhost", "onion", "test":
		return true
	}
	return false
}

// isRoleName reports whether a local part is one of RFC 2142, in any letter case.
func isRoleName(local string) bool {
	if len(local) > len("postmaster") || !ascii.Only(local) {
		return false
	}
	return slices.ContainsFunc(roleNames, func(name string) bool { return strings.EqualFold(name, local) })
}

var roleNames = []string{
	"info", "marketing", "sales", "support", "abuse", "noc", "security", "postmaster", "hostmaster",
	"usenet", "news", "webmaster", "www", "uucp", "ftp",
}

// withoutDisplayName returns the address of Ann <a@b>, "Ann" <a@b> and <a@b>. It
// returns any other text unchanged.
func withoutDisplayName(s string) string {
	text := strings.TrimFunc(s, python.IsSpace)
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
		if !python.IsSpace(r) && !isNameRune(r) {
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
		name := strings.TrimRightFunc(text[:open], python.IsSpace)
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
	given := local + "@" + domain
	switch composed := idn.Compose(local); {
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
	switch {
	case domain == "":
		return "", "There must be something after the @-sign."
	case strings.HasPrefix(domain, "[") && strings.HasSuffix(domain, "]"):
		return "", checkLiteral(strings.TrimSuffix(domain[1:], "]"))
	}
	encoded, decoded, reason := emailDomain(domain)
	if reason != "" {
		return "", reason
	}
	normal = local + "@" + decoded
	if reason := checkEmailLength(given, normal, local+"@"+encoded); reason != "" {
		return "", reason
	}
	if bracketed {
		return "", "A display name and angle brackets around the email address are not permitted here."
	}
	return normal, ""
}
