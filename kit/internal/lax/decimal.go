package lax

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/ascii"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
	"github.com/polarkit-go/polarkit/kit/internal/python"
)

var decimalParsing = &pydantic.Issue{Type: "decimal_parsing", Msg: "Input should be a valid decimal"} //nolint:gochecknoglobals // shared, never written

// The range of Python's decimal module (MAX_EMAX and MIN_ETINY of libmpdec): the
// power of ten of the first digit is at most maxExponent, that of the last one
// at least minExponent.
const (
	maxExponent = 999_999_999_999_999_999
	minExponent = -1_999_999_999_999_999_997
)

// Number is a decimal number, exactly as it was written: 1.50 keeps its zero.
type Number struct {
	negative bool
	digits   string // without leading zeros; "0" for zero
	exponent int64  // of the last digit
}

// Decimal reads a decimal number from text with the grammar of Python's
// decimal.Decimal: an optional sign, digits of any script with an optional point
// and exponent, outer white space, and underscores anywhere. NaN and infinities
// are a finite_number issue. For a float use the text of [python.FloatRepr].
func Decimal(s string) (Number, *pydantic.Issue) {
	text, ok := decimalText(s)
	if !ok {
		return Number{}, decimalParsing
	}
	unsigned := strings.TrimPrefix(text, "-")
	negative := len(unsigned) != len(text)
	if !negative {
		unsigned = strings.TrimPrefix(text, "+")
	}
	if isNotFinite(unsigned) {
		return Number{}, finite
	}
	if !isDecimalFloat(unsigned) {
		return Number{}, decimalParsing
	}
	mantissa, exponent := unsigned, int64(0)
	if e := strings.IndexAny(unsigned, "eE"); e >= 0 {
		mantissa = unsigned[:e]
		var err error
		if exponent, err = strconv.ParseInt(unsigned[e+1:], 10, 64); err != nil {
			return Number{}, decimalParsing
		}
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	if digits == "" {
		digits = "0"
	}
	if exponent < math.MinInt64+int64(len(fraction)) {
		return Number{}, decimalParsing
	}
	n := Number{negative: negative, digits: digits, exponent: exponent - int64(len(fraction))}
	if n.exponent < minExponent || n.exponent > maxExponent || n.point() > maxExponent+1 {
		return Number{}, decimalParsing
	}
	return n, nil
}

// point is where the decimal point stands, counted from the first digit.
func (n Number) point() int64 { return int64(len(n.digits)) + n.exponent }

// decimalText takes white space and underscores away and makes all digits ASCII.
func decimalText(s string) (string, bool) {
	if ascii.Only(s) && !strings.Contains(s, "_") {
		return strings.TrimFunc(s, python.IsSpace), true
	}
	var b strings.Builder
	for _, r := range strings.TrimFunc(s, python.IsSpace) {
		switch {
		case r == '_':
		case r < utf8.RuneSelf:
			b.WriteRune(r)
		case unicode.IsDigit(r):
			b.WriteByte('0' + digitValue(r))
		default:
			return "", false
		}
	}
	return b.String(), true
}

// digitValue is the value of a decimal digit of any script: scripts have theirs
// in a row from 0 to 9.
func digitValue(r rune) byte {
	value := byte(0)
	for value < 9 && unicode.IsDigit(r-rune(value)-1) {
		value++
	}
	if r >= '\U0001D7CE' && r <= '\U0001D7FF' { // five rows without a gap
		value = byte((r - '\U0001D7CE') % 10)
	}
	return value
}

func isNotFinite(s string) bool {
	if strings.EqualFold(s, "inf") || strings.EqualFold(s, "infinity") {
		return true
	}
	s = strings.TrimPrefix(strings.ToLower(s), "s")
	payload, found := strings.CutPrefix(s, "nan")
	return found && ascii.SkipDigits(payload, 0) == len(payload)
}

// String writes the number as Python's str does: 1.50, 1E+3, 1E-7.
func (n Number) String() string {
	sign, digits := "", n.digits
	if n.negative {
		sign = "-"
	}
	point := n.point()
	switch {
	case n.exponent == 0:
		return sign + digits
	case n.exponent > 0 || point < -5:
		exponent := fmt.Sprintf("E%+d", point-1)
		if len(digits) > 1 {
			digits = digits[:1] + "." + digits[1:]
		}
		return sign + digits + exponent
	case point <= 0:
		return sign + "0." + strings.Repeat("0", int(-point)) + digits
	}
	return sign + digits[:point] + "." + digits[point:]
}

// DecimalRules are the limits of a decimal number. The zero value has no limits.
type DecimalRules struct {
	// MaxDigits is the number of digits in all; 0 means any.
	MaxDigits int
	// Places is the number of digits after the point; nil means any.
	Places *int
}

// Check checks a number against the limits. Zeros at its end do not count, and
// zero is within any limits.
func (n Number) Check(rules DecimalRules) *pydantic.Issue {
	significant := strings.TrimRight(n.digits, "0")
	if significant == "" {
		return nil
	}
	exponent := n.point() - int64(len(significant))
	places := max(-exponent, 0)
	digits := max(int64(len(significant))+max(exponent, 0), places)
	switch {
	case rules.MaxDigits > 0 && digits > int64(rules.MaxDigits):
		return decimalLimit("decimal_max_digits", "max_digits", rules.MaxDigits, "digit", " in total")
	case rules.Places == nil:
		return nil
	case places > int64(*rules.Places):
		return decimalLimit("decimal_max_places", "decimal_places", *rules.Places, "decimal place", "")
	}
	if whole := max(rules.MaxDigits-*rules.Places, 0); rules.MaxDigits > 0 && digits-places > int64(whole) {
		return decimalLimit("decimal_whole_digits", "whole_digits", whole, "digit", " before the decimal point")
	}
	return nil
}

func decimalLimit(typ, name string, limit int, unit, where string) *pydantic.Issue {
	return &pydantic.Issue{
		Type: typ,
		Msg:  fmt.Sprintf("Decimal input should have no more than %d %s%s%s", limit, unit, pydantic.Plural(limit), where),
		Ctx:  errors.Ctx{{Name: name, Value: limit}},
	}
}

// Compare is -1, 0 or +1 as n is less than, equal to or greater than m.
func (n Number) Compare(m Number) int {
	switch {
	case n.digits == "0" && m.digits == "0":
		return 0
	case n.digits == "0":
		return -m.sign()
	case m.digits == "0" || n.negative != m.negative:
		return n.sign()
	}
	// The first digits stand at these powers of ten.
	if order := cmp.Compare(n.point(), m.point()); order != 0 {
		return order * n.sign()
	}
	return strings.Compare(strings.TrimRight(n.digits, "0"), strings.TrimRight(m.digits, "0")) * n.sign()
}

func (n Number) sign() int {
	if n.negative {
		return -1
	}
	return 1
}
