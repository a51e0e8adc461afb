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
	digits                     lax.DecimalRules
	multipleOf, le, lt, ge, gt *decimalLimit
}

type decimalLimit struct {
	bound lax.Number
	issue *pydantic.Issue
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
	switch c {
	case atLeast:
		n.decimals.ge, n.GE = &decimalLimit{bound, greaterThanEqual(text, shown)}, &f
	case atMost:
		n.decimals.le, n.LE = &decimalLimit{bound, lessThanEqual(text, shown)}, &f
	case above:
		n.decimals.gt, n.GT = &decimalLimit{bound, boundIssue("greater_than", "Input should be greater than ", "gt", text, shown)}, &f
	case multipleOf:
		if bound.IsZero() {
			return fmt.Errorf("the rule %s: no number is a multiple of 0", r.raw)
		}
		n.decimals.multipleOf, n.MultipleOf = &decimalLimit{bound, boundIssue("multiple_of", "Input should be a multiple of ", "multiple_of", text, shown)}, &f
	case below:
		n.decimals.lt, n.LT = &decimalLimit{bound, boundIssue("less_than", "Input should be less than ", "lt", text, shown)}, &f
	}
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
	switch {
	case r.multipleOf != nil && !number.IsMultiple(r.multipleOf.bound):
		return r.multipleOf.issue
	case r.le != nil && number.Compare(r.le.bound) > 0:
		return r.le.issue
	case r.lt != nil && number.Compare(r.lt.bound) >= 0:
		return r.lt.issue
	case r.ge != nil && number.Compare(r.ge.bound) < 0:
		return r.ge.issue
	case r.gt != nil && number.Compare(r.gt.bound) <= 0:
		return r.gt.issue
	}
	return nil
}
