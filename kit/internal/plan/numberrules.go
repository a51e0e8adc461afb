package plan

import (
	"fmt"
	"math"
	"reflect"
	"strconv"

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
		n.numbers.le = &limit{f: last, issue: *boundIssue(atMost, pydantic.FloatText(highest), highest)}
	}
	if n.numbers.ge == nil {
		n.numbers.ge = &limit{f: -last, issue: *boundIssue(atLeast, pydantic.FloatText(-highest), -highest)}
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
	if c == multipleOf && l.f == 0 {
		return fmt.Errorf("the rule %s: no number is a multiple of 0", r.raw)
	}
	l.issue = *boundIssue(c, text, shown)
	switch c {
	case atLeast:
		n.numbers.ge = l
	case atMost:
		n.numbers.le = l
	case above:
		n.numbers.gt = l
	case below:
		n.numbers.lt = l
	case multipleOf:
		n.numbers.multipleOf = l
	}
	n.describeBound(c, &l.f)
	return nil
}

// describeBound keeps a bound for the document.
func (n *Node) describeBound(c comparison, bound *float64) {
	switch c {
	case atLeast:
		n.GE = bound
	case atMost:
		n.LE = bound
	case above:
		n.GT = bound
	case below:
		n.LT = bound
	case multipleOf:
		n.MultipleOf = bound
	}
}

func (n *Node) outOfRange(i int64) bool {
	zero := reflect.Zero(n.Type)
	if zero.CanInt() {
		return zero.OverflowInt(i)
	}
	return i < 0 || zero.OverflowUint(uint64(i))
}

// isFloatMultiple allows for rounding as pydantic-core does.
func isFloatMultiple(f, of float64) bool {
	rest := math.Abs(math.Mod(f, of))
	threshold := math.Abs(f) / 1e9
	return !(rest > threshold && math.Abs(rest-math.Abs(of)) > threshold)
}
