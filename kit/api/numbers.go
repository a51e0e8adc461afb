package api

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/polarkit-go/polarkit/kit/internal/plan"
	"github.com/polarkit-go/polarkit/kit/openapi"
)

func numberBounds(n *plan.Node, s *openapi.Schema) {
	s.Minimum, s.Maximum = n.GE, n.LE
	s.ExclusiveMinimum, s.ExclusiveMaximum = n.GT, n.LT
	s.MultipleOf = n.MultipleOf
}

// integerBounds are the rules of an integer, and on a side without a rule the end of the
// range of its Go type. For 64 bits the format names the range, since most readers of
// JSON cannot hold its ends; the formats are those of OpenAPI's registry.
func integerBounds(n *plan.Node, s *openapi.Schema) {
	numberBounds(n, s)
	var bits int
	var signed bool
	switch n.Type.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		bits, signed = n.Type.Bits(), true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		bits = n.Type.Bits()
	default:
		return // big.Int
	}
	var low, high float64
	switch {
	case signed:
		low, high = -float64(uint64(1)<<(bits-1)), float64(uint64(1)<<(bits-1)-1)
	case bits < 64:
		high = float64(uint64(1)<<bits - 1)
	}
	if bits == 64 {
		s.Format = map[bool]string{true: "int64", false: "uint64"}[signed]
	}
	if s.Minimum == nil && s.ExclusiveMinimum == nil && (bits < 64 || !signed) {
		s.Minimum = &low
	}
	if s.Maximum == nil && s.ExclusiveMaximum == nil && bits < 64 {
		s.Maximum = &high
	}
}

// integerText is the pattern of an integer that is written as a text.
func integerText(t reflect.Type) string {
	if t.Kind() >= reflect.Uint && t.Kind() <= reflect.Uintptr {
		return `^\d+$`
	}
	return `^-?\d+$`
}

// describeDecimal follows Pydantic: an input is a number or a text, an output a text.
func describeDecimal(n *plan.Node, dir direction) *openapi.Schema {
	text := &openapi.Schema{Type: openapi.Types{"string"}, Pattern: decimalPattern(n.MaxDigits, n.DecimalPlaces, dir)}
	if dir == output {
		return text
	}
	number := &openapi.Schema{Type: openapi.Types{"number"}}
	numberBounds(n, number)
	return &openapi.Schema{AnyOf: []*openapi.Schema{number, text}}
}

// decimalPattern limits the digits before and after the point, and allows further zeros
// at both ends, as Pydantic's pattern does. Pydantic's has a look-ahead, which the regular
// expressions of many languages do not know, so this is another pattern for the same
// texts. An output may have an exponent, as Python writes it: 1E+3.
func decimalPattern(maxDigits, places *int, dir direction) string {
	// The digits of a number with a digit before the point, and of one without.
	var full, bare string
	switch {
	case maxDigits != nil && places == nil:
		full = digitsInAll(*maxDigits)
		bare = fmt.Sprintf(`\.\d{1,%d}0*`, *maxDigits)
	default:
		before := `\d+`
		if maxDigits != nil {
			switch whole := max(*maxDigits-*places, 0); whole {
			case 0:
				before = `0+`
			default:
				before = fmt.Sprintf(`0*\d{1,%d}`, whole)
			}
		}
		switch {
		case places == nil:
			full, bare = before+`(\.\d*)?`, `\.\d+`
		case *places == 0:
			full, bare = before+`(\.0*)?`, `\.0+`
		default:
			after := *places
			if maxDigits != nil {
				after = min(after, *maxDigits)
			}
			full = fmt.Sprintf(`%s(\.\d{0,%d}0*)?`, before, after)
			bare = fmt.Sprintf(`\.\d{1,%d}0*`, after)
		}
	}
	if dir == output {
		return `^-?(` + full + `|\d(\.\d+)?E[+-]\d+)$`
	}
	return `^[+-]?(` + full + `|` + bare + `)$`
}

// digitsInAll are at most n digits with a point anywhere after the first.
func digitsInAll(n int) string {
	alternatives := []string{fmt.Sprintf(`\d{1,%d}`, n), fmt.Sprintf(`0\.\d{0,%d}0*`, n)}
	for whole := 1; whole <= n; whole++ {
		alternatives = append(alternatives, fmt.Sprintf(`\d{1,%d}\.\d{0,%d}0*`, whole, n-whole))
	}
	return `0*(` + strings.Join(alternatives, "|") + `)`
}
