package plan

import (
	"fmt"
	"reflect"
	"strconv"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/internal/lax"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
)

// decimalRules are the rules of a Decimal. Those of its digits come first, then its bounds,
// in Pydantic's order.
type decimalRules struct {
	digits     lax.DecimalRules
	multipleOf *bounded[lax.Number]
	bounds     bounds[lax.Number]
}

func (n *Node) maxDigits(r ruleTag) error {
	size, err := strconv.Atoi(r.param)
	if err != nil || size < 1 {
		return decimalSize(r)
	}
	n.MaxDigits, n.decimals.digits.MaxDigits = &size, size
	return nil
}

func (n *Node) decimalPlaces(r ruleTag) error {
	size, err := strconv.Atoi(r.param)
	if err != nil || size < 0 {
		return decimalSize(r)
	}
	n.DecimalPlaces, n.decimals.digits.Places = &size, &size
	return nil
}

func decimalSize(r ruleTag) error { return fmt.Errorf("the rule %s needs a positive number", r.raw) }

// decimalBound applies a bound of a decimal.
func (n *Node) decimalBound(c comparison, r ruleTag) error {
	bound, issue := lax.Decimal(r.param)
	if issue != nil || c == exactly {
		return fmt.Errorf("the rule %s does not fit a decimal", r.raw)
	}
	text := bound.String()
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return fmt.Errorf("the rule %s is out of the range of a number", r.raw)
	}
	var shown any = f
	if f == float64(int64(f)) {
		shown = int64(f)
	}
	switch {
	case c != multipleOf:
		n.decimals.bounds.set(c, bound, boundIssue(c, text, shown))
	case bound.IsZero():
		return fmt.Errorf("the rule %s: no number is a multiple of 0", r.raw)
	default:
		n.decimals.multipleOf = &bounded[lax.Number]{bound, boundIssue(c, text, shown)}
	}
	n.describeBound(c, &f)
	return nil
}

func (n *Node) setDecimal(d *decoder, s string, v reflect.Value) bool {
	number, issue := lax.Decimal(s)
	if issue == nil {
		issue = n.decimals.check(number)
	}
	if issue != nil {
		return d.fail(issue)
	}
	v.Addr().Interface().(*kit.Decimal).SetNumber(number) //nolint:forcetypeassert // Decimal is kit.Decimal
	return n.check(d, none, v)
}

func (r *decimalRules) check(number lax.Number) *pydantic.Issue {
	if issue := number.Check(r.digits); issue != nil {
		return issue
	}
	if r.multipleOf != nil && !number.IsMultiple(r.multipleOf.bound) {
		return r.multipleOf.issue
	}
	return r.bounds.check(number)
}
