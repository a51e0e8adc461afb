package plan

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/go-playground/validator/v10"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/definition"
	"github.com/polarkit-go/polarkit/kit/internal/pattern"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
)

// rules is the validator that runs the tags which are not evaluated here. There is
// one, because it caches what it has parsed.
var rules = sync.OnceValue(func() *validator.Validate { return validator.New(validator.WithRequiredStructEnabled()) })

// tryRule runs a tag once. Validator panics for a tag that it does not know or
// that does not fit the value.
func tryRule(value any, tag string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	_ = rules().Var(value, tag)
	return nil
}

// validatorHas reports whether validator has a rule of the name: whether one fits a
// value of some type, with a parameter or without. Validator itself does not say.
func validatorHas(name string) bool {
	for _, probe := range []any{"", 0, time.Time{}, []string{}} {
		for _, tag := range []string{name, name + "=1"} {
			if err := tryRule(probe, tag); err == nil {
				return true
			}
		}
	}
	return false
}

// applyRules puts the rules of one value into its node. Rules that change the kind are
// applied before all others.
func applyRules(n *Node, tags []ruleTag) error {
	for _, r := range tags {
		if narrow := builtins[r.name].narrow; narrow != nil {
			if err := narrow(n, r); err != nil {
				return err
			}
		}
	}
	for _, r := range tags {
		if err := n.apply(r); err != nil {
			return err
		}
	}
	if n.Kind == Float && n.Type.Kind() == reflect.Float32 {
		n.boundFloat32()
	}
	return nil
}

// apply applies a rule that limits a value.
func (n *Node) apply(r ruleTag) error {
	known := builtins[r.name]
	switch {
	case known.narrow != nil:
		return nil
	case known.limit != nil:
		if applied, err := known.limit(n, r); applied || err != nil {
			return err
		}
	}
	if own, ok := definition.RuleNamed(r.name); ok {
		return n.ownRule(r, own)
	}
	return n.general(r, known.issue)
}

// ownRule applies a rule of the application.
func (n *Node) ownRule(r ruleTag, rule *definition.Rule) error {
	if validatorHas(r.name) { // a later version of it, or definition would have refused the name
		return fmt.Errorf("the rule %s is one of validator's and one of kit.DefineRule's; give your own another name", r.raw)
	}
	if !n.Type.ConvertibleTo(rule.Type) || n.Type.Kind() != rule.Type.Kind() {
		return fmt.Errorf("the rule %s is for %s and does not fit a value of type %s", r.raw, rule.Type, n.Type)
	}
	if rule.Validate != nil {
		n.checks = append(n.checks, check{err: func(v reflect.Value) error {
			return rule.Validate(v.Convert(rule.Type), r.param)
		}})
		return nil
	}
	issue := rule.Issue
	issue.Msg = strings.ReplaceAll(issue.Msg, "{param}", r.param)
	n.checks = append(n.checks, check{issue: func(v reflect.Value) *pydantic.Issue {
		if rule.Check(v.Convert(rule.Type), r.param) {
			return nil
		}
		return &issue
	}})
	return nil
}

// general applies any other tag of validator: with the Pydantic error of the same
// meaning where there is one, else with the error of a validator function.
func (n *Node) general(r ruleTag, known *pydantic.Issue) error {
	if err := tryRule(reflect.Zero(n.Type).Interface(), r.raw); err != nil {
		if !validatorHas(r.name) {
			return fmt.Errorf("there is no rule %s; use one of validator's or define it with kit.DefineRule", r.name)
		}
		return fmt.Errorf("the rule %s does not fit a value of type %s: %w", r.raw, n.Type, err)
	}
	issue := known
	if issue == nil {
		issue = valueError("the value does not satisfy the rule '" + r.raw + "'")
	}
	n.checks = append(n.checks, check{issue: func(v reflect.Value) *pydantic.Issue {
		if passes(v.Interface(), r.raw) {
			return nil
		}
		return issue
	}})
	return nil
}

var issueUnique = &pydantic.Issue{Type: "unique_list", Msg: "List must be unique"}

// unique is the rule of a list of values that can be compared. Others are left to
// validator.
func (n *Node) unique(ruleTag) (applied bool, err error) {
	n.Unique = true
	if n.Kind != List || n.Elem.Nullable || !n.Elem.Type.Comparable() || n.Elem.Type.Kind() == reflect.Interface {
		return false, nil
	}
	n.checks = append(n.checks, check{issue: checkUnique})
	return true, nil
}

func checkUnique(v reflect.Value) *pydantic.Issue {
	seen := make(map[any]struct{}, v.Len())
	for i := range v.Len() {
		seen[v.Index(i).Interface()] = struct{}{}
	}
	if len(seen) < v.Len() {
		return issueUnique
	}
	return nil
}

// passes runs a tag, which has been tried when the plan was compiled. A value for
// which validator panics does not pass.
func passes(value any, tag string) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	return rules().Var(value, tag) == nil
}

// setPattern applies the pattern tag to the text inside. The document shows the
// pattern as it is written.
func setPattern(n *Node, expression string) error {
	for n.Kind == List || n.Kind == Set || n.Kind == Map {
		n = n.Elem
	}
	if n.Kind != String {
		return fmt.Errorf("the pattern tag does not fit a value of type %s", n.Type)
	}
	re, err := pattern.Compile(expression)
	if err != nil {
		return fmt.Errorf("the pattern %q: %w", expression, err)
	}
	n.Pattern = expression
	n.pattern = &patternRule{re: re, issue: pydantic.Issue{
		Type: "string_pattern_mismatch", Msg: "String should match pattern '" + expression + "'",
		Ctx: errors.Ctx{{Name: "pattern", Value: expression}},
	}}
	return nil
}

// describeRules applies the rules of a type that is only written. They are part of its
// description, and no value is checked. A rule that does not fit is ignored.
func describeRules(n *Node, set *ruleSet) {
	_ = applyRules(n, set.own)
	n.checks = nil
}

// setKeyPattern applies the key_pattern tag to the keys of a map.
func setKeyPattern(n *Node, expression string) error {
	if n.Kind != Map {
		return fmt.Errorf("the key_pattern tag is for the keys of a map and does not fit a value of type %s", n.Type)
	}
	if n.Key.Kind != String {
		return fmt.Errorf("the key_pattern tag does not fit keys of type %s", n.Key.Type)
	}
	return setPattern(n.Key, expression)
}
