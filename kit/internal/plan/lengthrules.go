package plan

import (
	"fmt"
	"reflect"
	"strconv"
	"unicode/utf8"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
)

// length applies a rule on the number of characters or items.
func (n *Node) length(c comparison, r ruleTag) error {
	size, err := strconv.Atoi(r.param)
	if err != nil || size < 0 {
		return fmt.Errorf("the rule %s needs a number that is not negative", r.raw)
	}
	switch c {
	case above:
		size++
	case below:
		if size--; size < 0 {
			return fmt.Errorf("the rule %s lets nothing pass", r.raw)
		}
	}
	if c == atLeast || c == above || c == exactly {
		n.MinLength = &size
	}
	if c == atMost || c == below || c == exactly {
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
	first := n.minLength == nil && n.maxLength == nil
	what := map[Kind]string{List: "List", Set: "Set", Map: "Dictionary", Metadata: "Dictionary"}[n.Kind]
	if what == "" {
		what = "Value"
	}
	if n.MinLength != nil {
		n.minLength = containerLength("too_short", what, "at least", "min_length", *n.MinLength)
	}
	if n.MaxLength != nil {
		n.maxLength = containerLength("too_long", what, "at most", "max_length", *n.MaxLength)
	}
	if what == "Value" && first {
		n.checks = append(n.checks, check{issue: n.checkTextLength})
	}
}

// checkTextLength checks the length of a text that a function of Pydantic has read, so
// that Pydantic reports the length of a value and not of a string.
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
