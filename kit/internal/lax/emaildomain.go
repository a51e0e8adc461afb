package lax

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

func isDomainRune(r rune) bool {
	return r >= utf8.RuneSelf || r == '.' || r == '-' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

// emailDomain checks a domain and returns it in ASCII and in Unicode.
func emailDomain(given string) (ascii, decoded, reason string) {
	if bad := badCharacters(given, isDomainRune); bad != "" {
		return "", "", "The part after the @-sign contains invalid characters: " + bad + "."
	}
	if reason := checkUnsafe(given, false); reason != "" {
		return "", "", reason
	}
	domain, fault := mapDomain(given)
	if fault != nil {
		return "", "", fmt.Sprintf("The part after the @-sign contains invalid characters (Codepoint U+%04X not allowed at position %d in %s).", fault.char, fault.position, Repr(given))
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
	if ascii, reason = encodeLabels(labels); reason != "" {
		return "", "", fmt.Sprintf("The part after the @-sign is invalid (%s).", reason)
	}
	if reason := checkDomainName(given, ascii); reason != "" {
		return "", "", reason
	}
	if decoded, reason = decodeLabels(ascii); reason != "" {
		return "", "", fmt.Sprintf("The part after the @-sign is not valid IDNA (%s).", reason)
	}
	return ascii, decoded, ""
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

func encodeLabels(labels []string) (ascii, fault string) {
	encoded := slices.Clone(labels)
	for i, label := range labels {
		if isASCII(label) {
			continue
		}
		runes := []rune(label)
		if fault := checkLabel(runes, true); fault != "" {
			return "", fault
		}
		puny, ok := encodePunycode(runes)
		if !ok || len(puny)+len(acePrefix) > maxLabel {
			return "", "Label too long"
		}
		encoded[i] = acePrefix + puny
	}
	return strings.Join(encoded, "."), ""
}

func decodeLabels(ascii string) (decoded, fault string) {
	if !strings.Contains(ascii, acePrefix) {
		return ascii, ""
	}
	labels := strings.Split(ascii, ".")
	for i, label := range labels {
		if !strings.HasPrefix(label, acePrefix) {
			continue
		}
		runes, fault := decodeLabel(label, true)
		if fault != "" {
			return "", fault
		}
		labels[i] = string(runes)
	}
	return strings.Join(labels, "."), ""
}

func checkDomainName(given, ascii string) string {
	if over := len(ascii) - maxDomain; over > 0 {
		if ascii == given {
			return fmt.Sprintf("The email address is too long after the @-sign %s.", tooMany(over, "character"))
		}
		return fmt.Sprintf("The email address is too long after the @-sign (%d byte%s too many after IDNA encoding).", over, plural(over))
	}
	labels := strings.Split(ascii, ".")
	for _, label := range labels {
		if over := len(label) - maxLabel; over > 0 {
			return fmt.Sprintf("After the @-sign, periods cannot be separated by so many characters %s.", tooMany(over, "character"))
		}
	}
	last := labels[len(labels)-1]
	switch {
	case len(labels) == 1:
		return "The part after the @-sign is not valid. It should have a period."
	case !isLower(last[len(last)-1]):
		return "The part after the @-sign is not valid. It is not within a valid top-level domain."
	case isSpecialUse(last):
		return "The part after the @-sign is a special-use or reserved name that cannot be used with email."
	}
	return ""
}

func tooMany(n int, unit string) string { return fmt.Sprintf("(%d %s%s too many)", n, unit, plural(n)) }

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// checkEmailLength checks the address as it was given, in its normal form and in ASCII.
func checkEmailLength(given, normal, ascii string) string {
	if over := len(given) - maxEmail; over > 0 {
		fewest := over
		if !isASCII(given) {
			widest := 0
			for _, r := range given {
				widest = max(widest, utf8.RuneLen(r))
			}
			fewest = max(1, over/widest)
		}
		if fewest != over {
			return fmt.Sprintf("The email address is too long (%d-%d character%s too many).", fewest, over, plural(over))
		}
		return fmt.Sprintf("The email address is too long %s.", tooMany(over, "character"))
	}
	if over := len(normal) - maxEmail; over > 0 {
		return fmt.Sprintf("The email address is too long after normalization %s.", tooMany(over, "byte"))
	}
	if over := len(ascii) - maxEmail; over > 0 {
		return fmt.Sprintf("The email address is too long when the part after the @-sign is converted to IDNA ASCII %s.", tooMany(over, "byte"))
	}
	return ""
}

// bracketedDomain is the reason against a domain in brackets (without them).
func bracketedDomain(literal string) string {
	switch {
	case literal != "" && strings.Trim(literal, "0123456789.") == "":
		if fault := ipv4Fault(literal); fault != "" {
			return fmt.Sprintf("The address in brackets after the @-sign is not valid: It is not an IPv4 address (%s) or is missing an address literal tag.", fault)
		}
		return "A bracketed IP address after the @-sign is not allowed here."
	case strings.HasPrefix(literal, "IPv6:"):
		if _, ok := parseIPv6(literal[5:]); !ok {
			return "The IPv6 address in brackets after the @-sign is not valid."
		}
		return "A bracketed IP address after the @-sign is not allowed here."
	case !strings.Contains(literal, ":"):
		return "The part after the @-sign in brackets is not an IPv4 address and has no address literal tag."
	}
	if bad := badCharacters(literal, func(r rune) bool { return r >= '!' && r <= '\u00FA' }); bad != "" {
		return "The part after the @-sign contains invalid characters in brackets: " + bad + "."
	}
	return "The part after the @-sign contains an invalid address literal tag in brackets."
}

// ipv4Fault is what Python's ipaddress says of text made of digits and periods.
func ipv4Fault(s string) string {
	octets := strings.Split(s, ".")
	if len(octets) != 4 {
		return "Expected 4 octets in " + Repr(s)
	}
	for _, octet := range octets {
		n, _ := strconv.Atoi(octet)
		switch {
		case octet == "":
			return "Empty octet not permitted in " + Repr(s)
		case len(octet) > 3:
			return fmt.Sprintf("At most 3 characters permitted in %s in %s", Repr(octet), Repr(s))
		case octet != "0" && octet[0] == '0':
			return fmt.Sprintf("Leading zeros are not permitted in %s in %s", Repr(octet), Repr(s))
		case n > 255:
			return fmt.Sprintf("Octet %d (> 255) not permitted in %s", n, Repr(s))
		}
	}
	return ""
}
