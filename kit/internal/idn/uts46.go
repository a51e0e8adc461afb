package idn

import (
	"slices"
	"strings"
	"unicode"

	"github.com/polarkit-go/polarkit/kit/internal/ascii"
)

// Limits on the labels that are decoded and encoded. The first two are those of
// Rust's idna. Punycode takes as many steps as a label has characters, times the
// different ones among them. The last limit is four times the most steps that a label
// of 63 characters can need.
const (
	maxPuny = 2000 // bytes after xn--
	// MaxCharacters is how many characters an international label of a URL may have.
	MaxCharacters = 1000
	// MaxSteps is what their number times the number of different ones may be.
	MaxSteps = 1 << 14
)

// ToASCII is the operation "domain to ASCII" of the URL standard. It is UTS #46 with the
// rules for joiners and for text from right to left, and without the rules for hyphens
// and for the lengths of DNS.
func ToASCII(s string) (string, bool) {
	if isPlainDomain(s) {
		return s, true
	}
	mapped, fault := Map(s)
	if fault != nil {
		return "", false
	}
	labels := strings.Split(mapped, ".")
	decoded := slices.Clone(labels)
	rightToLeft := false
	for i, label := range labels {
		ok := true
		switch {
		case strings.HasPrefix(label, acePrefix):
			decoded[i], ok = readACELabel(label)
		case !ascii.Only(label):
			if ok = isURLLabel(label); ok {
				labels[i], ok = encodeLabel(label)
			}
		}
		if !ok {
			return "", false
		}
		rightToLeft = rightToLeft || isRightToLeft(decoded[i])
	}
	if rightToLeft && slices.ContainsFunc(decoded, func(label string) bool { return label != "" && bidiFault(label) != "" }) {
		return "", false
	}
	return strings.Join(labels, "."), true
}

// readACELabel decodes a label that begins with xn--. The decoded label must be in its
// mapped form.
func readACELabel(encoded string) (label string, ok bool) {
	if len(encoded) > len(acePrefix)+maxPuny || !ascii.Only(encoded) {
		return "", false
	}
	label, ok = decodeLabel(encoded)
	if !ok || ascii.Only(label) {
		return "", false
	}
	mapped, fault := Map(label)
	return label, fault == nil && mapped == label && isURLLabel(label)
}

// isURLLabel checks an international label beyond the mapping.
func isURLLabel(label string) bool {
	runes := []rune(label)
	if len(runes) > MaxCharacters || len(runes)*countDifferent(runes) > MaxSteps || unicode.Is(unicode.M, runes[0]) {
		return false
	}
	for i, r := range runes {
		if isJoiner(r) && !isJoinerAllowed(runes, i) {
			return false
		}
	}
	return true
}

// countDifferent counts the different characters. Of a short label it counts all.
func countDifferent(label []rune) int {
	if len(label) <= MaxLabel {
		return len(label)
	}
	sorted := slices.Clone(label)
	slices.Sort(sorted)
	return len(slices.Compact(sorted))
}

func isPlainDomain(s string) bool {
	for i := range len(s) {
		if c := s[i]; !ascii.IsLower(c) && !ascii.IsDigit(c) && c != '-' && c != '.' {
			return false
		}
	}
	return !strings.Contains(s, acePrefix)
}
