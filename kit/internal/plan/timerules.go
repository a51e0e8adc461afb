package plan

import (
	"fmt"
	"reflect"
	"time"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
)

// timeRule applies gt and lt without a parameter: in the future, in the past.
func (n *Node) timeRule(c comparison, r ruleTag) error {
	if r.param != "" {
		return timeMisfit(r)
	}
	future := c == above || c == atLeast
	n.checks = append(n.checks, check{issue: func(v reflect.Value) *pydantic.Issue {
		now := time.Now()
		if at, ok := v.Interface().(time.Time); ok {
			switch {
			case future && !at.After(now):
				return issueFuture
			case !future && !at.Before(now):
				return issuePast
			}
			return nil
		}
		ahead := v.Interface().(kit.Date).Compare(kit.DateOf(now)) //nolint:forcetypeassert // the kind says so
		switch {
		case future && ahead <= 0:
			return issueDayNext
		case !future && ahead >= 0:
			return issueDayPast
		}
		return nil
	}})
	return nil
}

func timeMisfit(r ruleTag) error {
	return fmt.Errorf("the rule %s does not fit a time: gt and lt without a number mean in the future and in the past", r.raw)
}
