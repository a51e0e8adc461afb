package email

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/polarkit-go/polarkit/kit/internal/ascii"
	"github.com/polarkit-go/polarkit/kit/internal/python"
)

// checkLiteral is the reason why a domain in brackets is refused, also where it is
// valid. The brackets are not part of it. The reasons are those of Python's
// ipaddress.
func checkLiteral(literal string) string {
	switch {
	case literal != "" && strings.Trim(strings.TrimSuffix(literal, "\n"), "0123456789.") == "":
		if fault := ipv4Fault(literal); fault != "" {
			return fmt.Sprintf("The address in brackets after the @-sign is not valid: It is not an IPv4 address (%s) or is missing an address literal tag.", fault)
		}
		return "A bracketed IP address after the @-sign is not allowed here."
	case strings.HasPrefix(literal, "IPv6:"):
		if fault := ipv6Fault(literal[5:]); fault != "" {
			return fmt.Sprintf("The IPv6 address in brackets after the @-sign is not valid (%s).", fault)
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

// ipv4Fault is the fault of an address of four decimal numbers; empty for none.
func ipv4Fault(s string) string {
	if s == "" {
		return "Address cannot be empty"
	}
	octets := strings.Split(s, ".")
	if len(octets) != 4 {
		return "Expected 4 octets in " + python.Repr(s)
	}
	for _, octet := range octets {
		if fault := octetFault(octet); fault != "" {
			return fault + " in " + python.Repr(s)
		}
	}
	return ""
}

func octetFault(octet string) string {
	n, _ := strconv.Atoi(octet)
	switch {
	case octet == "":
		return "Empty octet not permitted"
	case ascii.SkipDigits(octet, 0) != len(octet):
		return "Only decimal digits permitted in " + python.Repr(octet)
	case len(octet) > 3:
		return "At most 3 characters permitted in " + python.Repr(octet)
	case octet != "0" && octet[0] == '0':
		return "Leading zeros are not permitted in " + python.Repr(octet)
	case n > 255:
		return fmt.Sprintf("Octet %d (> 255) not permitted", n)
	}
	return ""
}

// ipv6Fault is the fault of an IPv6 address, which may have a zone; empty for none.
func ipv6Fault(s string) string {
	if strings.Contains(s, "/") {
		return "Unexpected '/' in " + python.Repr(s)
	}
	address, zone, zoned := strings.Cut(s, "%")
	if zoned && (zone == "" || strings.Contains(zone, "%")) {
		return fmt.Sprintf(`Invalid IPv6 address: "%s"`, python.Repr(s))
	}
	if address == "" {
		return "Address cannot be empty"
	}
	parts := strings.Split(address, ":")
	if len(parts) < 3 {
		return "At least 3 parts expected in " + python.Repr(address)
	}
	if last := parts[len(parts)-1]; strings.Contains(last, ".") {
		if fault := ipv4Fault(last); fault != "" {
			return fault + " in " + python.Repr(address)
		}
		parts = append(parts[:len(parts)-1], "0", "0") // the space that it takes
	}
	fault, groups := gapFault(parts)
	if fault != "" {
		return fault + " in " + python.Repr(address)
	}
	for _, group := range groups {
		switch {
		case strings.Trim(group, "0123456789abcdefABCDEF") != "":
			return fmt.Sprintf("Only hex digits permitted in %s in %s", python.Repr(group), python.Repr(address))
		case len(group) > 4:
			return fmt.Sprintf("At most 4 characters permitted in %s in %s", python.Repr(group), python.Repr(address))
		}
	}
	return ""
}

// gapFault checks how many groups an IPv6 address has and where :: stands, and
// returns the groups that are written out.
func gapFault(parts []string) (fault string, groups []string) {
	const all = 8
	if len(parts) > all+1 {
		return fmt.Sprintf("At most %d colons permitted", all), nil
	}
	gap := 0
	for i := 1; i < len(parts)-1; i++ {
		if parts[i] != "" {
			continue
		}
		if gap != 0 {
			return "At most one '::' permitted", nil
		}
		gap = i
	}
	first, last := parts[0], parts[len(parts)-1]
	if gap == 0 {
		switch {
		case len(parts) != all:
			return fmt.Sprintf("Exactly %d parts expected without '::'", all), nil
		case first == "":
			return "Leading ':' only permitted as part of '::'", nil
		case last == "":
			return "Trailing ':' only permitted as part of '::'", nil
		}
		return "", parts
	}
	high, low := parts[:gap], parts[gap+1:]
	if first == "" {
		if high = high[1:]; len(high) > 0 {
			return "Leading ':' only permitted as part of '::'", nil
		}
	}
	if last == "" {
		if low = low[:len(low)-1]; len(low) > 0 {
			return "Trailing ':' only permitted as part of '::'", nil
		}
	}
	if len(high)+len(low) >= all {
		return fmt.Sprintf("Expected at most %d other parts with '::'", all-1), nil
	}
	return "", append(high[:len(high):len(high)], low...)
}
