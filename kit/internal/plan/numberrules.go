package plan

import (
	"fmt"
	"math"
	"reflect"
	"strconv"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
)

// boundFloat32 makes the range of the Go type the bounds le and ge where no rule sets
// one, so that no number becomes infinite. A number that is rounded to the end of the
// range is within it, since the shortest text of the largest float32 is a little above.
func (n *Node) boundFloat32() {
	const (
		highest  = math.MaxFloat32
		infinite = 0x1.ffffffp127 // the first that is rounded to infinity
	)
	last := math.Nextafter(infinite, 0)
	if n.numbers.le == nil {
		n.numbers.le = &limit{f: last, issue: *lessThanEqual(pydantic.FloatText(highest), highest)}
	}
	if n.numbers.ge == nil {
		n.numbers.ge = &limit{f: -last, issue: *greaterThanEqual(pydantic.FloatText(-highest), -highest)}
	}
}

// bound applies a bound of a number.
func (n *Node) bound(c comparison, r ruleTag) error {
	l := new(limit)
	var text string
	var shown any
	if n.Kind == Integer {
		i, err := strconv.ParseInt(r.param, 10, 64)
		if err != nil {
			return fmt.Errorf("the rule %s needs an integer", r.raw)
		}
		if !n.big && n.outOfRange(i) {
			return fmt.Errorf("the rule %s: %d is not in the range of %s", r.raw, i, n.Type)
		}
		l.i, l.f, text, shown = i, float64(i), strconv.FormatInt(i, 10), i
	} else {
		f, err := strconv.ParseFloat(r.param, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return fmt.Errorf("the rule %s needs a number", r.raw)
		}
		if reflect.Zero(n.Type).OverflowFloat(f) {
			return fmt.Errorf("the rule %s: %s is not in the range of %s", r.raw, r.param, n.Type)
		}
		l.f, text, shown = f, pydantic.FloatText(f), f
	}
	switch c {
	case atLeast:
		l.issue = *greaterThanEqual(text, shown)
		n.numbers.ge, n.GE = l, &l.f
	case atMost:
		l.issue = *lessThanEqual(text, shown)
		n.numbers.le, n.LE = l, &l.f
	case above:
		l.issue = *boundIssue("greater_than", "Input should be greater than ", "gt", text, shown)
		n.numbers.gt, n.GT = l, &l.f
	case below:
		l.issue = *boundIssue("less_than", "Input should be less than ", "lt", text, shown)
		n.numbers.lt, n.LT = l, &l.f
	case multipleOf:
		if l.f == 0 {
			return fmt.Errorf("the rule %s: no number is a multiple of 0", r.raw)
		}
		l.issue = *boundIssue("multiple_of", "Input should be a multiple of ", "multiple_of", text, shown)
		n.numbers.multipleOf, n.MultipleOf = l, &l.f
	}
	return nil
}

func (n *Node) outOfRange(i int64) bool {
	zero := reflect.Zero(n.Type)
	if zero.CanInt() {
		return zero.OverflowInt(i)
	}
	return i < 0 || zero.OverflowUint(uint64(i))
}

func boundIssue(typ, msg, name, text string, shown any) *pydantic.Issue {
	return &pydantic.Issue{Type: typ, Msg: msg + text, Ctx: errors.Ctx{{Name: name, Value: shown}}}
}

func lessThanEqual(text string, shown any) *pydantic.Issue {
	return boundIssue("less_than_equal", "Input should be less than or equal to ", "le", text, shown)
}

func greaterThanEqual(text string, shown any) *pydantic.Issue {
	return boundIssue("greater_than_equal", "Input should be greater than or equal to ", "ge", text, shown)
}

// isFloatMultiple allows for rounding as pydantic-core does.
func isFloatMultiple(f, of float64) bool {
	rest := math.Abs(math.Mod(f, of))
	threshold := math.Abs(f) / 1e9
	return !(rest > threshold && math.Abs(rest-math.Abs(of)) > threshold)
}
