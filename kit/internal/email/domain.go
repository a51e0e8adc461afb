package email

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/polarkit-go/polarkit/kit/internal/ascii"
	"github.com/polarkit-go/polarkit/kit/internal/idn"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
	"github.com/polarkit-go/polarkit/kit/internal/python"
)

func isDomainRune(r rune) bool {
	return r >= utf8.RuneSelf || r == '.' || r == '-' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

// emailDomain checks a domain and returns it in ASCII and in Unicode. Checks and
// reasons are those of the Python packages email-validator and idna.
func emailDomain(given string) (encoded, decoded, reason string) {
	if bad := badCharacters(given, isDomainRune); bad != "" {
		return "", "", "The part after the @-sign contains invalid characters: " + bad + "."
	}
	if reason := checkUnsafe(given, false); reason != "" {
		return "", "", reason
	}
	if bad := badCharacters(given, isMappable); bad != "" {
		return "", "", "The part after the @-sign contains invalid characters: " + bad + "."
	}
	domain, fault := idn.Map(given)
	if fault != nil {
		return "", "", fmt.Sprintf("The part after the @-sign contains invalid characters (Codepoint U+%04X not allowed at position %d in %s).", fault.Char, fault.Position, python.Repr(given))
	}
	if bad := badCharacters(domain, isDomainRune); bad != "" {
		return "", "", "The part after the @-sign contains invalid characters after Unicode normalization: " + bad + "."
	}
	if reason := checkDots(domain, "An email address cannot have a %s immediately after the @-sign.", "An email address cannot end with a %s.", true); reason != "" {
		return "", "", reason
	}
	labels := strings.Split(domain, ".")
	if slices.ContainsFunc(labels, isReservedLabel) {
		return "", "", "An email address cannot have two letters followed by two dashes immediately after the @-sign or after a period, except Punycode."
	}
	if encoded, reason = idn.Encode(domain); reason != "" {
		return "", "", fmt.Sprintf("The part after the @-sign is invalid (%s).", reason)
	}
	if reason := checkDomainName(given, encoded); reason != "" {
		return "", "", reason
	}
	if decoded, reason = idn.Decode(encoded); reason != "" {
		return "", "", fmt.Sprintf("The part after the @-sign is not valid IDNA (%s).", reason)
	}
	return encoded, decoded, checkUnsafe(decoded, false)
}

// isMappable reports whether a character may be mapped. A character that decomposes
// into a text with a full stop, such as the dot leaders and U+2488, may not. A full
// stop of another width or script may.
func isMappable(r rune) bool {
	return r < utf8.RuneSelf || r == '\uFF0E' || r == '\uFE19' || !strings.Contains(norm.NFKD.String(string(r)), ".")
}

// isReservedLabel are labels with hyphens in the third and fourth place (RFC 5890).
func isReservedLabel(label string) bool {
	runes := 0
	for i := range label {
		if runes++; runes == 3 {
			return strings.HasPrefix(label[i:], "--") && !strings.HasPrefix(label, "xn")
		}
	}
	return false
}

func checkDomainName(given, encoded string) string {
	if over := len(encoded) - maxDomain; over > 0 {
		if encoded == given {
			return fmt.Sprintf("The email address is too long after the @-sign %s.", tooMany(over, "character"))
		}
		return fmt.Sprintf("The email address is too long after the @-sign (%d byte%s too many after IDNA encoding).", over, pydantic.Plural(over))
	}
	labels := strings.Split(encoded, ".")
	for _, label := range labels {
		if over := len(label) - idn.MaxLabel; over > 0 {
			return fmt.Sprintf("After the @-sign, periods cannot be separated by so many characters %s.", tooMany(over, "character"))
		}
	}
	last := labels[len(labels)-1]
	switch {
	case len(labels) == 1:
		return "The part after the @-sign is not valid. It should have a period."
	case !ascii.IsLower(last[len(last)-1]):
		return "The part after the @-sign is not valid. It is not within a valid top-level domain."
	case isSpecialUse(last):
		return "The part after the @-sign is a special-use or reserved name that cannot be used with email."
	}
	return ""
}

func tooMany(n int, unit string) string {
	return fmt.Sprintf("(%d %s%s too many)", n, unit, pydantic.Plural(n))
}

// checkEmailLength checks the address as it was given, in its normal form and in ASCII.
func checkEmailLength(given, normal, encoded string) string {
	if over := len(given) - MaxAddress; over > 0 {
		fewest := over
		if !ascii.Only(given) {
			widest := 0
			for _, r := range given {
				widest = max(widest, utf8.RuneLen(r))
			}
			fewest = max(1, over/widest)
		}
		if fewest != over {
			return fmt.Sprintf("The email address is too long (%d-%d character%s too many).", fewest, over, pydantic.Plural(over))
		}
		return fmt.Sprintf("The email address is too long %s.", tooMany(over, "character"))
	}
	if over := len(normal) - MaxAddress; over > 0 {
		return fmt.Sprintf("The email address is too long after normalization %s.", tooMany(over, "byte"))
	}
	if over := len(encoded) - MaxAddress; over > 0 {
		return fmt.Sprintf("The email address is too long when the part after the @-sign is converted to IDNA ASCII %s.", tooMany(over, "byte"))
	}
	return ""
}
