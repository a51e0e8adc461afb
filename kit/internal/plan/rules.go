package plan

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/go-playground/validator/v10"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/internal/definition"
	"github.com/polarkit-go/polarkit/kit/internal/pattern"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
)

// rules runs the tags that are not evaluated here. It is made once: its own
// caches are by tag.
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

// applyRules puts the rules of one value into its node. What changes the kind
// goes first.
func applyRules(n *Node, tags []ruleTag) error {
	for _, r := range tags {
		if err := n.refine(r); err != nil {
			return err
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

// boundFloat32 makes the range of the Go type the le and the ge where no rule is
// narrower, so that no number becomes infinite. What is rounded to the end of the
// range is within: the shortest text of the largest float32 is a little above it.
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

// refine takes the rules that say what a text or a number is.
func (n *Node) refine(r ruleTag) error {
	switch r.name {
	case "email":
		if n.Kind != String {
			return n.misfit(r)
		}
		n.Kind = Email
	case "url", "http_url", "https_url":
		if n.Kind != String {
			return n.misfit(r)
		}
		n.Kind, n.Format = URL, map[string]string{"url": "any", "http_url": "http", "https_url": "https"}[r.name]
	case "uuid", "uuid4", "uuid_rfc4122", "uuid4_rfc4122":
		if n.Kind != String && n.Kind != UUID {
			return n.misfit(r)
		}
		n.Kind, n.Format = UUID, strings.TrimSuffix(r.name, "_rfc4122")
	case "aware", "naive":
		if n.Kind != Datetime {
			return n.misfit(r)
		}
		n.Format = r.name
	case "oneof":
		return n.oneof(r)
	}
	return nil
}

var oneofValue = regexp.MustCompile(`'[^']*'|\S+`)

func (n *Node) oneof(r ruleTag) error {
	if n.Kind != String && n.Kind != Enum && (n.Kind != Integer || n.big) {
		return n.misfit(r)
	}
	n.Kind, n.Values = Literal, nil
	for _, text := range oneofValue.FindAllString(r.param, -1) {
		if len(text) > 1 && text[0] == '\'' && text[len(text)-1] == '\'' {
			text = text[1 : len(text)-1]
		}
		if n.Type.Kind() == reflect.String {
			n.Values = append(n.Values, text)
			continue
		}
		i, err := strconv.ParseInt(text, 10, 64)
		if err != nil || reflect.Zero(n.Type).CanInt() && reflect.Zero(n.Type).OverflowInt(i) {
			return fmt.Errorf("the rule %s: %q is no %s", r.raw, text, n.Type)
		}
		n.Values = append(n.Values, i)
	}
	if len(n.Values) == 0 {
		return fmt.Errorf("the rule %s names no value", r.raw)
	}
	n.expect("literal_error")
	return nil
}

func (n *Node) misfit(r ruleTag) error {
	return fmt.Errorf("the rule %s does not fit a value of type %s", r.raw, n.Type)
}

// apply takes one rule that limits a value.
func (n *Node) apply(r ruleTag) error {
	switch r.name {
	case "email", "url", "http_url", "https_url", "uuid", "uuid4", "uuid_rfc4122", "uuid4_rfc4122", "aware", "naive", "oneof":
		return nil // refined
	case "min", "gte", "max", "lte", "gt", "lt", "len":
		switch n.Kind {
		case String, List, Map, Metadata, Email, URL:
			return n.length(r)
		case Integer, Float:
			if r.name != "len" {
				return n.bound(r)
			}
		case Decimal:
			return n.decimalRule(r)
		case Datetime, Date:
			return n.timeRule(r)
		}
	case "multiple_of":
		if n.Kind == Integer || n.Kind == Float {
			return n.bound(r)
		}
		return n.misfit(r)
	case "max_digits", "decimal_places":
		if n.Kind != Decimal {
			return n.misfit(r)
		}
		return n.decimalRule(r)
	case "unique":
		n.Unique = true
		if n.Kind == List && !n.Elem.Nullable && n.Elem.Type.Comparable() && n.Elem.Type.Kind() != reflect.Interface {
			n.checks = append(n.checks, unique)
			return nil
		}
	}
	if rule, ok := definition.RuleNamed(r.name); ok {
		return n.ownRule(r, rule)
	}
	return n.general(r)
}

// ownRule applies a rule of the application.
func (n *Node) ownRule(r ruleTag, rule *definition.Rule) error {
	if validatorHas(r.name) { // a later version of it, or definition would have refused the name
		return fmt.Errorf("the rule %s is one of validator's and one of kit.DefineRule's; give your own another name", r.raw)
	}
	if !n.Type.ConvertibleTo(rule.Type) || n.Type.Kind() != rule.Type.Kind() {
		return fmt.Errorf("the rule %s is for %s and does not fit a value of type %s", r.raw, rule.Type, n.Type)
	}
	issue := rule.Issue
	issue.Msg = strings.ReplaceAll(issue.Msg, "{param}", r.param)
	n.Rules = append(n.Rules, r.raw)
	n.checks = append(n.checks, func(v reflect.Value) *pydantic.Issue {
		if rule.Check(v.Convert(rule.Type), r.param) {
			return nil
		}
		return &issue
	})
	return nil
}

// general applies any other tag of validator: the Pydantic error of the same
// meaning where there is one, else the error of a validator function.
func (n *Node) general(r ruleTag) error {
	if err := tryRule(reflect.Zero(n.Type).Interface(), r.raw); err != nil {
		if !validatorHas(r.name) {
			return fmt.Errorf("there is no rule %s; use one of validator's or define it with kit.DefineRule", r.name)
		}
		return fmt.Errorf("the rule %s does not fit a value of type %s: %w", r.raw, n.Type, err)
	}
	issue := *valueError("the value does not satisfy the rule '" + r.raw + "'")
	switch r.name {
	case "ascii":
		issue = pydantic.Issue{Type: "string_not_ascii", Msg: "String should contain only ASCII characters"}
	case "unique":
		issue = *issueUnique
	}
	n.Rules = append(n.Rules, r.raw)
	n.checks = append(n.checks, func(v reflect.Value) *pydantic.Issue {
		if passes(v.Interface(), r.raw) {
			return nil
		}
		return &issue
	})
	return nil
}

var issueUnique = &pydantic.Issue{Type: "unique_list", Msg: "List must be unique"}

// unique is the rule of a list of values that can be compared; others are left
// to validator.
func unique(v reflect.Value) *pydantic.Issue {
	seen := make(map[any]struct{}, v.Len())
	for i := range v.Len() {
		seen[v.Index(i).Interface()] = struct{}{}
	}
	if len(seen) < v.Len() {
		return issueUnique
	}
	return nil
}

// passes runs a tag. It has been tried when the plan was compiled; should it
// panic for some value all the same, the value does not pass.
func passes(value any, tag string) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	return rules().Var(value, tag) == nil
}

// length applies a rule on the number of characters or items.
func (n *Node) length(r ruleTag) error {
	size, err := strconv.Atoi(r.param)
	if err != nil || size < 0 {
		return fmt.Errorf("the rule %s needs a number that is not negative", r.raw)
	}
	switch r.name {
	case "gt":
		size++
	case "lt":
		if size--; size < 0 {
			return fmt.Errorf("the rule %s lets nothing pass", r.raw)
		}
	}
	if r.name == "min" || r.name == "gte" || r.name == "gt" || r.name == "len" {
		n.MinLength = &size
	}
	if r.name == "max" || r.name == "lte" || r.name == "lt" || r.name == "len" {
		n.MaxLength = &size
	}
	if n.MinLength != nil && n.MaxLength != nil && *n.MinLength > *n.MaxLength {
		return fmt.Errorf("the rule %s lets nothing pass, at least %d and at most %d", r.raw, *n.MinLength, *n.MaxLength)
	}
	n.prepareLength()
	return nil
}

func (n *Node) prepareLength() {
	switch n.Kind {
	case String:
		if n.MinLength != nil {
			n.minLength = &sizeRule{*n.MinLength, pydantic.Issue{
				Type: "string_too_short", Msg: fmt.Sprintf("String should have at least %d character%s", *n.MinLength, pydantic.Plural(*n.MinLength)),
				Ctx: errors.Ctx{{Name: "min_length", Value: *n.MinLength}},
			}}
		}
		if n.MaxLength != nil {
			n.maxLength = &sizeRule{*n.MaxLength, pydantic.Issue{
				Type: "string_too_long", Msg: fmt.Sprintf("String should have at most %d character%s", *n.MaxLength, pydantic.Plural(*n.MaxLength)),
				Ctx: errors.Ctx{{Name: "max_length", Value: *n.MaxLength}},
			}}
		}
		return
	}
	what := map[Kind]string{List: "List", Map: "Dictionary", Metadata: "Dictionary"}[n.Kind]
	if what == "" {
		what = "Value"
	}
	if n.MinLength != nil {
		n.minLength = containerLength("too_short", what, "at least", "min_length", *n.MinLength)
	}
	if n.MaxLength != nil {
		n.maxLength = containerLength("too_long", what, "at most", "max_length", *n.MaxLength)
	}
	if what == "Value" && len(n.checks) == 0 {
		n.checks = append(n.checks, n.checkTextLength)
	}
}

// checkTextLength is the length of a text that Pydantic knows only as a value,
// because a function has read it before.
func (n *Node) checkTextLength(v reflect.Value) *pydantic.Issue {
	count := utf8.RuneCountInString(v.String())
	switch {
	case n.minLength != nil && count < n.minLength.n:
		return n.minLength.actual(count)
	case n.maxLength != nil && count > n.maxLength.n:
		return n.maxLength.actual(count)
	}
	return nil
}

func containerLength(typ, what, most, name string, n int) *sizeRule {
	return &sizeRule{n, pydantic.Issue{
		Type: typ, Msg: fmt.Sprintf("%s should have %s %d item%s after validation, not ", what, most, n, pydantic.Plural(n)),
		Ctx: errors.Ctx{{Name: "field_type", Value: what}, {Name: name, Value: n}},
	}}
}

// bound applies a bound of a number.
func (n *Node) bound(r ruleTag) error {
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
	switch r.name {
	case "min", "gte":
		l.issue = *greaterThanEqual(text, shown)
		n.numbers.ge, n.GE = l, &l.f
	case "max", "lte":
		l.issue = *lessThanEqual(text, shown)
		n.numbers.le, n.LE = l, &l.f
	case "gt":
		l.issue = *boundIssue("greater_than", "Input should be greater than ", "gt", text, shown)
		n.numbers.gt, n.GT = l, &l.f
	case "lt":
		l.issue = *boundIssue("less_than", "Input should be less than ", "lt", text, shown)
		n.numbers.lt, n.LT = l, &l.f
	case "multiple_of":
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

// timeRule applies gt and lt without a parameter: in the future, in the past.
func (n *Node) timeRule(r ruleTag) error {
	if r.param != "" || r.name != "gt" && r.name != "gte" && r.name != "lt" && r.name != "lte" {
		return fmt.Errorf("the rule %s does not fit a time: gt and lt without a number mean in the future and in the past", r.raw)
	}
	future := r.name == "gt" || r.name == "gte"
	n.Rules = append(n.Rules, r.raw)
	n.checks = append(n.checks, func(v reflect.Value) *pydantic.Issue {
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
	})
	return nil
}

// setPattern applies the pattern tag to the text inside. The document shows the
// pattern as it is written.
func setPattern(n *Node, expression string) error {
	for n.Kind == List || n.Kind == Map {
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

// describeRules takes over what an output type's tags say, without making
// anything of it that could fail.
func describeRules(n *Node, set *ruleSet) {
	if err := applyRules(n, set.own); err != nil {
		n.Rules = nil
	}
	n.checks = nil
}
