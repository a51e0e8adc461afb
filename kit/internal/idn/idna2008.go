package idn

import (
	"strings"
	"unicode/utf8"

	"github.com/polarkit-go/polarkit/kit/internal/ascii"
)

// MaxLabel is how many bytes a label has at most, in ASCII (RFC 1035).
const MaxLabel = 63

// Encode writes a domain that [Map] has returned in ASCII. A domain that is ASCII
// already is not checked here.
func Encode(domain string) (encoded, fault string) {
	if ascii.Only(domain) && domain != "" {
		return domain, ""
	}
	labels := strings.Split(domain, ".")
	for i, label := range labels {
		if labels[i], fault = toASCIILabel(label); fault != "" {
			return "", fault
		}
	}
	return strings.Join(labels, "."), ""
}

// Decode reads and checks the labels of a domain in ASCII that begin with xn--.
func Decode(encoded string) (domain, fault string) {
	if !strings.Contains(encoded, acePrefix) {
		return encoded, ""
	}
	labels := strings.Split(encoded, ".")
	for i, label := range labels {
		if labels[i], fault = toUnicodeLabel(label); fault != "" {
			return "", fault
		}
	}
	return strings.Join(labels, "."), ""
}

// toASCIILabel checks a label and writes it in ASCII.
func toASCIILabel(label string) (encoded, fault string) {
	if ascii.Only(label) {
		encoded = label
		_, fault = toUnicodeLabel(label)
	} else if fault = labelFault(label, true); fault == "" && utf8.RuneCountInString(label) <= MaxLabel {
		encoded, _ = encodeLabel(label)
	}
	if fault == "" && (encoded == "" || len(encoded) > MaxLabel) {
		fault = "Label too long"
	}
	return encoded, fault
}

// toUnicodeLabel reads and checks a label in ASCII.
func toUnicodeLabel(encoded string) (label, fault string) {
	puny, found := strings.CutPrefix(encoded, acePrefix)
	switch {
	case !found:
		return encoded, labelFault(encoded, true)
	case puny == "":
		return "", "Malformed A-label, no Punycode eligible content found"
	case puny[len(puny)-1] == '-':
		return "", "A-label must not end with a hyphen"
	}
	// Python ignores a delimiter with nothing before it.
	if strings.LastIndexByte(puny, '-') == 0 {
		puny = puny[1:]
	}
	label, ok := decodeLabel(acePrefix + puny)
	if !ok {
		return "", "Invalid A-label"
	}
	return label, labelFault(label, false)
}
