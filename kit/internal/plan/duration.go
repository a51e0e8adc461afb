package plan

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/internal/lax"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
	"github.com/polarkit-go/polarkit/kit/internal/pyjson"
)

// durationBound applies a bound of a duration, such as gt=PT0S.
func (n *Node) durationBound(c comparison, r ruleTag) error {
	if c == exactly {
		return n.misfit(r)
	}
	bound, err := kit.ParseDuration(r.param)
	if err != nil {
		return fmt.Errorf("the rule %s needs a duration, such as PT30S or P7D", r.raw)
	}
	text := spokenDuration(bound)
	n.durations.set(c, bound, boundIssue(c, text, text))
	return nil
}

// spokenDuration is a duration in the words of pydantic-core: 1 day and 30 minutes. Only the
// days have a sign, as in Python's timedelta.
func spokenDuration(d kit.Duration) string {
	span := d.Span()
	days, seconds, micros := span.Seconds/86_400, span.Seconds%86_400, span.Micros
	if micros < 0 {
		seconds, micros = seconds-1, micros+1_000_000
	}
	if seconds < 0 {
		days, seconds = days-1, seconds+86_400
	}
	var parts []string
	for _, part := range []struct {
		n    int64
		unit string
	}{{days, "day"}, {seconds / 3600, "hour"}, {seconds % 3600 / 60, "minute"}, {seconds % 60, "second"}, {micros, "microsecond"}} {
		switch part.n {
		case 0:
		case 1:
			parts = append(parts, "1 "+part.unit)
		default:
			parts = append(parts, strconv.FormatInt(part.n, 10)+" "+part.unit+"s")
		}
	}
	if parts == nil {
		return "0 seconds"
	}
	return strings.Join(parts, " and ")
}

// decodeDuration reads a duration from a JSON value that is no text: a number of seconds, or
// a boolean, which is a number in Python.
func (n *Node) decodeDuration(d *decoder, tok pyjson.Token, first byte, number, float bool, v reflect.Value) bool {
	var span lax.Span
	var issue *pydantic.Issue
	i, err := strconv.ParseInt(d.doc.Raw(tok), 10, 64)
	switch {
	case first == 't':
		span, issue = lax.DurationFromInt(1)
	case first == 'f':
	case !number || !float && d.doc.IsBeyondFloat(tok):
		return d.fail(issueDuration)
	case !float && err == nil:
		span, issue = lax.DurationFromInt(i)
	default:
		span, issue = lax.DurationFromFloat(d.doc.Float(tok))
	}
	return n.setDuration(d, span, issue, v)
}

func (n *Node) setDuration(d *decoder, span lax.Span, issue *pydantic.Issue, v reflect.Value) bool {
	if issue != nil {
		return d.fail(issue)
	}
	target := v.Addr().Interface().(*kit.Duration) //nolint:forcetypeassert // Duration is kit.Duration
	target.SetSpan(span)
	if issue := n.durations.check(*target); issue != nil {
		return d.failInput(issue, target.Seconds()) // the input of a bound is the timedelta
	}
	return n.check(d, none, v)
}
