package plan

import (
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
)

// bounds are the bounds of values that are compared by a method.
type bounds[T interface{ Compare(other T) int }] struct{ le, lt, ge, gt *bounded[T] }

// bounded is one bound, and the error of a value beyond it.
type bounded[T any] struct {
	bound T
	issue *pydantic.Issue
}

// set sets the bound of a comparison, which is neither exactly nor multipleOf.
func (b *bounds[T]) set(c comparison, bound T, issue *pydantic.Issue) {
	one := &bounded[T]{bound, issue}
	switch c {
	case atLeast:
		b.ge = one
	case atMost:
		b.le = one
	case above:
		b.gt = one
	case below:
		b.lt = one
	}
}

// check applies the bounds in Pydantic's order.
func (b *bounds[T]) check(value T) *pydantic.Issue {
	switch {
	case b.le != nil && value.Compare(b.le.bound) > 0:
		return b.le.issue
	case b.lt != nil && value.Compare(b.lt.bound) >= 0:
		return b.lt.issue
	case b.ge != nil && value.Compare(b.ge.bound) < 0:
		return b.ge.issue
	case b.gt != nil && value.Compare(b.gt.bound) <= 0:
		return b.gt.issue
	}
	return nil
}

// boundIssue is the error of a value beyond a bound, which the message has as a text and
// the context as a value.
func boundIssue(c comparison, text string, shown any) *pydantic.Issue {
	var typ, msg, name string
	switch c {
	case atLeast:
		typ, msg, name = "greater_than_equal", "Input should be greater than or equal to ", "ge"
	case atMost:
		typ, msg, name = "less_than_equal", "Input should be less than or equal to ", "le"
	case above:
		typ, msg, name = "greater_than", "Input should be greater than ", "gt"
	case below:
		typ, msg, name = "less_than", "Input should be less than ", "lt"
	case multipleOf:
		typ, msg, name = "multiple_of", "Input should be a multiple of ", "multiple_of"
	}
	return &pydantic.Issue{Type: typ, Msg: msg + text, Ctx: errors.Ctx{{Name: name, Value: shown}}}
}
