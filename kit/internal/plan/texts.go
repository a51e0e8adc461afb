package plan

import (
	"reflect"
	"strings"

	"github.com/polarkit-go/polarkit/kit/internal/lax"
)

type decimalRules struct{}

func (n *Node) decimalRule(r ruleTag) error { return n.misfit(r) }

func (n *Node) setDecimal(d *decoder, s string, v reflect.Value) bool { return d.fail(issueDecimal) }

func (n *Node) setEmail(d *decoder, s string, v reflect.Value) bool {
	v.SetString(strings.Clone(s))
	return n.check(d, none, v)
}

func (n *Node) setURL(d *decoder, s string, v reflect.Value) bool {
	v.SetString(strings.Clone(s))
	return n.check(d, none, v)
}

var _ lax.Issue
