package weburl

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/polarkit-go/polarkit/kit/internal/ascii"
	"github.com/polarkit-go/polarkit/kit/internal/idn"
)

const (
	badHost = "invalid international domain name"
	badIPv4 = "invalid IPv4 address"
	badIPv6 = "invalid IPv6 address"
)

// parseHost reads the host of a special URL: an IPv6 address in brackets, an
// IPv4 address in any of the forms that the standard knows, or a domain name.
func parseHost(s string) (host, fault string) {
	if s[0] == '[' {
		return parseBracketed(s)
	}
	domain, ok := idn.ToASCII(percentDecode(s))
	switch {
	case !ok || strings.ContainsFunc(domain, isForbiddenInDomain):
		return "", badHost
	case domain == "":
		return "", "empty host"
	case !endsInNumber(domain):
		return domain, ""
	}
	address, ok := parseIPv4(domain)
	if !ok {
		return "", badIPv4
	}
	return address, ""
}

func parseBracketed(s string) (host, fault string) {
	if s[len(s)-1] != ']' {
		return "", badIPv6
	}
	address, ok := parseIPv6(s[1 : len(s)-1])
	if !ok {
		return "", badIPv6
	}
	return formatIPv6(address), ""
}

// parseOpaqueHost reads the host of a URL that is not special.
func parseOpaqueHost(s string) (host, fault string) {
	if s[0] == '[' {
		return parseBracketed(s)
	}
	if strings.ContainsFunc(s, isForbiddenInHost) {
		return "", "invalid domain character"
	}
	return percentEncode(s, opaqueSet), ""
}

func isForbiddenInHost(r rune) bool {
	return r == 0 || r < utf8.RuneSelf && strings.ContainsRune("\t\n\r #/:<>?@[\\]^|", r)
}

func isForbiddenInDomain(r rune) bool {
	return r < ' ' || r == 0x7f || r == '%' || isForbiddenInHost(r)
}

// endsInNumber reports whether a host has to be an IPv4 address.
func endsInNumber(host string) bool {
	host = strings.TrimSuffix(host, ".")
	last := host[strings.LastIndexByte(host, '.')+1:]
	if last == "" {
		return false
	}
	if ascii.SkipDigits(last, 0) == len(last) {
		return true
	}
	_, ok := parseIPv4Number(last)
	return ok
}

// parseIPv4 reads one to four numbers. The last one fills all bytes that are left.
func parseIPv4(s string) (string, bool) {
	parts := strings.Split(strings.TrimSuffix(s, "."), ".")
	if len(parts) > 4 {
		return "", false
	}
	var address uint64
	for i, part := range parts {
		n, ok := parseIPv4Number(part)
		last := i == len(parts)-1
		switch {
		case !ok:
			return "", false
		case !last && n > 255:
			return "", false
		case !last:
			address |= n << (8 * (3 - i))
		case n >= 1<<(8*(5-len(parts))):
			return "", false
		default:
			address |= n
		}
	}
	return netip.AddrFrom4([4]byte{byte(address >> 24), byte(address >> 16), byte(address >> 8), byte(address)}).String(), true
}

// parseIPv4Number reads a decimal number, an octal one after 0 or a hexadecimal one after 0x.
func parseIPv4Number(s string) (uint64, bool) {
	base := 10
	switch {
	case s == "":
		return 0, false
	case len(s) >= 2 && s[0] == '0' && s[1]|0x20 == 'x':
		s, base = s[2:], 16
	case len(s) >= 2 && s[0] == '0':
		s, base = s[1:], 8
	}
	if s == "" {
		return 0, true
	}
	if strings.ContainsAny(s, "_+-") {
		return 0, false
	}
	n, err := strconv.ParseUint(s, base, 64)
	if err == nil {
		return n, true
	}
	// A number that is too large for any address is still a number.
	overflow := base == 10 && ascii.SkipDigits(s, 0) == len(s) || base == 16 && !slices.ContainsFunc([]byte(s), func(c byte) bool { return ascii.Hex(c) > 15 })
	return 1 << 40, overflow
}

// parseIPv6 reads an IPv6 address without a zone.
func parseIPv6(s string) (netip.Addr, bool) {
	addr, err := netip.ParseAddr(s)
	return addr, err == nil && addr.Is6() && addr.Zone() == ""
}

// formatIPv6 writes an address in brackets, without the form that shows an IPv4 address in it.
func formatIPv6(addr netip.Addr) string {
	if !addr.Is4In6() {
		return "[" + addr.String() + "]"
	}
	bytes := addr.As16()
	high := uint64(bytes[12])<<8 | uint64(bytes[13])
	low := uint64(bytes[14])<<8 | uint64(bytes[15])
	return "[::ffff:" + strconv.FormatUint(high, 16) + ":" + strconv.FormatUint(low, 16) + "]"
}
