package lax

import (
	"math"
	"strconv"
	"strings"

	"github.com/polarkit-go/polarkit/kit/internal/ascii"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
	"github.com/polarkit-go/polarkit/kit/internal/python"
)

var ( //nolint:gochecknoglobals // shared, never written
	intParsing = &pydantic.Issue{Type: "int_parsing", Msg: "Input should be a valid integer, unable to parse string as an integer"}
	intSize    = &pydantic.Issue{Type: "int_parsing_size", Msg: "Unable to parse input string as an integer, exceeded maximum size"}
	intFloat   = &pydantic.Issue{Type: "int_from_float", Msg: "Input should be a valid integer, got a number with a fractional part"}
	finite     = &pydantic.Issue{Type: "finite_number", Msg: "Input should be a finite number"}
	floatParse = &pydantic.Issue{Type: "float_parsing", Msg: "Input should be a valid number, unable to parse string as a number"}
	boolParse  = &pydantic.Issue{Type: "bool_parsing", Msg: "Input should be a valid boolean, unable to interpret input"}
)

// Int reads an integer from text: decimal digits with an optional sign, outer
// white space, leading zeros, single underscores between digits, and a
// fraction of zeros only. An integer beyond 64 bits is valid too: overflow is
// then -1 or +1 and v the nearest int64, and 0 for all others.
func Int(s string) (v int64, overflow int, issue *pydantic.Issue) {
	if v, ok := shortInt(s); ok {
		return v, 0, nil
	}
	if isTooLongInt(s) {
		return 0, 0, intSize
	}
	s = strings.TrimSpace(s)
	negative := false
	switch {
	case strings.HasPrefix(s, "+"):
		s = s[1:]
	case strings.HasPrefix(s, "-"):
		s, negative = s[1:], true
	}
	s, ok := cutLeadingZeros(s)
	if !ok {
		return 0, 0, intParsing
	}
	if whole, fraction, found := strings.Cut(s, "."); found {
		if fraction == "" || strings.Trim(fraction, "0") != "" {
			return 0, 0, intParsing
		}
		s = whole
	}
	return digits(s, negative)
}

// shortInt reads what nearly every integer looks like: digits that cannot overflow.
func shortInt(s string) (int64, bool) {
	digits := s
	if strings.HasPrefix(s, "-") {
		digits = s[1:]
	}
	if len(digits) == 0 || len(digits) > 18 {
		return 0, false
	}
	var v int64
	for i := range len(digits) {
		c := digits[i] - '0'
		if c > 9 {
			return 0, false
		}
		v = v*10 + int64(c)
	}
	if len(digits) != len(s) {
		v = -v
	}
	return v, true
}

// isTooLongInt reports whether the text begins with an integer as JSON writes
// it, longer than the limit with its sign. Any other way to write one that long
// is a parsing error.
func isTooLongInt(s string) bool {
	if len(s) <= python.MaxDigits {
		return false
	}
	first := 0
	if s[0] == '-' {
		first = 1
	}
	return s[first] != '0' && ascii.SkipDigits(s, first) > python.MaxDigits
}

// cutLeadingZeros takes away the zeros before the first other digit, and with
// them any underscores in between, however many (as Pydantic does). One digit stays.
func cutLeadingZeros(s string) (string, bool) {
	if s == "" || !ascii.IsDigit(s[0]) {
		return "", false
	}
	if s[0] != '0' {
		return s, true
	}
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '0' || c == '_':
		case c == '.':
			return s[i-1:], true
		case ascii.IsDigit(c):
			return s[i:], true
		default:
			return "", false
		}
	}
	return s[len(s)-1:], true
}

// digits reads digits with single underscores between them.
func digits(s string, negative bool) (int64, int, *pydantic.Issue) {
	if s == "" {
		return 0, 0, intParsing
	}
	var magnitude uint64
	length, overflow := 0, false
	if negative {
		length = 1
	}
	for i := range len(s) {
		c := s[i]
		if c == '_' {
			if i == 0 || i == len(s)-1 || s[i-1] == '_' {
				return 0, 0, intParsing
			}
			continue
		}
		if !ascii.IsDigit(c) {
			return 0, 0, intParsing
		}
		if length++; length > python.MaxDigits {
			return 0, 0, intParsing
		}
		if overflow {
			continue
		}
		d := uint64(c - '0')
		if magnitude > (math.MaxUint64-d)/10 {
			overflow = true
			continue
		}
		magnitude = magnitude*10 + d
	}
	switch {
	case negative && (overflow || magnitude > 1<<63):
		return math.MinInt64, -1, nil
	case negative:
		return -int64(magnitude), 0, nil // 1<<63 wraps to the minimum, which is what it means
	case overflow || magnitude > math.MaxInt64:
		return math.MaxInt64, 1, nil
	}
	return int64(magnitude), 0, nil
}

// IntFromFloat reads an integer from a number without a fraction.
func IntFromFloat(f float64) (int64, *pydantic.Issue) {
	switch {
	case math.IsNaN(f) || math.IsInf(f, 0):
		return 0, finite
	case f != math.Trunc(f):
		return 0, intFloat
	case f <= math.MinInt64 || f >= math.MaxInt64:
		return 0, intSize
	}
	return int64(f), nil
}

// Float reads a number from text: an optional sign, digits with an optional
// point and exponent, or inf, infinity or nan in any letter case; outer white
// space or single underscores, but not both. As in Python, a number that is too large
// is infinite.
func Float(s string) (float64, *pydantic.Issue) {
	if f, ok := parseFloat(strings.TrimSpace(s)); ok {
		return f, nil
	}
	if !strings.Contains(s, "_") || s[0] == '_' || s[len(s)-1] == '_' || strings.Contains(s, "__") {
		return 0, floatParse
	}
	if f, ok := parseFloat(strings.ReplaceAll(s, "_", "")); ok {
		return f, nil
	}
	return 0, floatParse
}

func parseFloat(s string) (float64, bool) {
	unsigned := s
	if s != "" && (s[0] == '+' || s[0] == '-') {
		unsigned = s[1:]
	}
	switch {
	case isDecimalFloat(unsigned):
		f, _ := strconv.ParseFloat(s, 64) // the form is checked; out of range is ±Inf, which is the answer
		return f, true
	case strings.EqualFold(unsigned, "nan"):
		return math.NaN(), ascii.Only(unsigned)
	case strings.EqualFold(unsigned, "inf") || strings.EqualFold(unsigned, "infinity"):
		sign := 1
		if s[0] == '-' {
			sign = -1
		}
		return math.Inf(sign), ascii.Only(unsigned)
	}
	return 0, false
}

// isDecimalFloat reports whether s is an unsigned decimal number, with at least
// one digit before or after the point.
func isDecimalFloat(s string) bool {
	i := ascii.SkipDigits(s, 0)
	mantissa := i
	if i < len(s) && s[i] == '.' {
		end := ascii.SkipDigits(s, i+1)
		mantissa += end - i - 1
		i = end
	}
	if mantissa == 0 {
		return false
	}
	if i == len(s) {
		return true
	}
	if s[i] != 'e' && s[i] != 'E' {
		return false
	}
	if i++; i < len(s) && (s[i] == '+' || s[i] == '-') {
		i++
	}
	end := ascii.SkipDigits(s, i)
	return end > i && end == len(s)
}

// Bool reads a boolean from text: true, t, yes, y, on, 1 and false, f, no, n,
// off, 0 in any letter case, and nothing around them.
func Bool(s string) (bool, *pydantic.Issue) {
	var lower [5]byte
	if len(s) > len(lower) {
		return false, boolParse
	}
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower[i] = c
	}
	switch string(lower[:len(s)]) {
	case "true", "t", "yes", "y", "on", "1":
		return true, nil
	case "false", "f", "no", "n", "off", "0":
		return false, nil
	}
	return false, boolParse
}
