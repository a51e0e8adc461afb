package plan

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"

	"github.com/polarkit-go/polarkit/kit/internal/definition"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
	"github.com/polarkit-go/polarkit/kit/internal/pyjson"
)

// transformation is what the transform tag of a field does with its value.
type transformation struct {
	strip, lower, upper, emptyToNull bool
	own                              []*definition.Transform

	// The rules that look at what the application's transformations return.
	pattern *patternRule
	numbers numberRules
	length  bool
}

// setTransforms applies the transform tag of a field. The rules of the field have been
// applied.
func setTransforms(n *Node, tag string) error {
	own, items, dives := strings.Cut(","+tag+",", ",dive,")
	if dives {
		if n.Kind != List && n.Kind != Set && n.Kind != Map {
			return fmt.Errorf("the word dive of the transform tag is for lists and maps and does not fit a value of type %s", n.Type)
		}
		if err := setTransforms(n.Elem, strings.Trim(items, ",")); err != nil {
			return err
		}
	}
	own = strings.Trim(own, ",")
	if own == "" {
		if dives {
			return nil
		}
		return fmt.Errorf("the transform tag is empty; it holds names such as strip, separated by commas")
	}
	n.transform = new(transformation)
	for name := range strings.SplitSeq(own, ",") {
		if err := n.addTransform(name); err != nil {
			return err
		}
	}
	if len(n.transform.own) > 0 {
		n.deferRules()
	}
	return nil
}

func (n *Node) addTransform(name string) error {
	t := n.transform
	switch name {
	case "strip":
		t.strip = true
	case "lower":
		t.lower = true
	case "upper":
		t.upper = true
	case "empty_to_null":
		if !n.Nullable {
			return fmt.Errorf("the transformation empty_to_null makes null of an empty text, and a value of type %s is never null; use a pointer", n.Type)
		}
		t.emptyToNull = true
	default:
		own, ok := definition.TransformNamed(name)
		switch {
		case !ok:
			return fmt.Errorf("there is no transformation %q; use strip, lower, upper or empty_to_null, or define it with kit.DefineTransform", name)
		case !n.Type.ConvertibleTo(own.Type) || n.Type.Kind() != own.Type.Kind():
			return fmt.Errorf("the transformation %s is for %s and does not fit a value of type %s", name, own.Type, n.Type)
		case !n.takesTransform():
			return fmt.Errorf("the transformation %s does not fit a value of type %s; write a Validate(ctx) error method instead", name, n.Type)
		}
		t.own = append(t.own, own)
		return nil
	}
	if !n.fromText() {
		return fmt.Errorf("the transformation %s is for texts and does not fit a value of type %s", name, n.Type)
	}
	if t.lower && t.upper {
		return fmt.Errorf("the transformations lower and upper contradict each other; take one away")
	}
	return nil
}

// fromText reports whether the value can be read from a JSON text.
func (n *Node) fromText() bool {
	switch n.Kind {
	case String, UUID, Datetime, Date, Decimal, Duration, Email, URL, Enum, Literal, Text, Integer, Float, Bool:
		return true
	}
	return false
}

// takesTransform reports whether the application's transformations run for the kind.
func (n *Node) takesTransform() bool {
	switch n.Kind {
	case String, UUID, Datetime, Date, Email, URL, Enum, Literal, Bool, List, Map:
		return true
	case Integer:
		return !n.big
	case Float:
		return n.Type.Kind() == reflect.Float64 // the bounds of a float32 are those of its type
	}
	return false
}

// deferRules makes the rules look at what the application's transformations return. As in
// Pydantic, the length is then that of any value.
func (n *Node) deferRules() {
	t := n.transform
	t.pattern, n.pattern = n.pattern, nil
	t.numbers = n.numbers
	r := &n.numbers
	r.multipleOf, r.le, r.lt, r.ge, r.gt = nil, nil, nil, nil, nil
	switch n.Kind {
	case String, List, Map:
		t.length = n.MinLength != nil || n.MaxLength != nil
		n.minLength, n.maxLength = nil, nil
	}
}

// early changes a text before it is read. A string is changed by lower and upper later.
func (t *transformation) early(kind Kind, s string) string {
	if t.strip {
		s = strings.TrimSpace(s)
	}
	if kind != String {
		s = t.late(s)
	}
	return s
}

// transformText changes a text before it is read. What is changed is the input of errors
// then, but for a string.
func (n *Node) transformText(d *decoder, s string) string {
	text := n.transform.early(n.Kind, s)
	if n.Kind != String && text != s {
		d.atText(text)
	}
	return text
}

// failAs is fail with another input, unless that is nil.
func (d *decoder) failAs(issue *pydantic.Issue, input any) bool {
	if input == nil {
		return d.fail(issue)
	}
	return d.failInput(issue, input)
}

// late changes the case of a text.
func (t *transformation) late(s string) string {
	switch {
	case t.lower && isASCII(s):
		return strings.ToLower(s)
	case t.lower:
		return cases.Lower(language.Und).String(s) // as Rust, and with it Pydantic, has it: more than one rune for one
	case t.upper && isASCII(s):
		return strings.ToUpper(s)
	case t.upper:
		return cases.Upper(language.Und).String(s)
	}
	return s
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// isNull reports whether the value means null: it is null, or an empty text that stands
// for it.
func (n *Node) isNull(d *decoder, tok pyjson.Token) bool {
	return d.isNull(tok) || n.transform != nil && d.doc.First(tok) == '"' && n.transform.isNull(d.doc.Text(tok))
}

func (t *transformation) isNull(s string) bool {
	if !t.emptyToNull {
		return false
	}
	return s == "" || t.strip && strings.TrimSpace(s) == ""
}

// run applies the application's transformations to a value that has been read, and the
// rules to what they return. An input that is nil is the value that is being read.
func (t *transformation) run(d *decoder, n *Node, v reflect.Value, input any) bool {
	if len(t.own) == 0 || d.presetting { // a default is not transformed
		return true
	}
	for _, own := range t.own {
		made, err := own.Apply(v.Convert(own.Type))
		if err != nil {
			return d.failErrorAs(err, input)
		}
		v.Set(made.Convert(v.Type()))
	}
	if t.pattern != nil && !t.pattern.re.MatchString(v.String()) {
		d.echoed += v.Len()
		return d.failInput(&t.pattern.issue, v.String()) // a step of its own in Pydantic, and its input is the result
	}
	if issue := t.limit(n, v); issue != nil {
		return d.failAs(issue, input)
	}
	return true
}

// limit applies the rules in the order in which Pydantic adds them to a function.
func (t *transformation) limit(n *Node, v reflect.Value) *pydantic.Issue {
	if t.length {
		count := v.Len()
		if v.Kind() == reflect.String {
			count = utf8.RuneCountInString(v.String())
		}
		switch {
		case n.MinLength != nil && count < *n.MinLength:
			return containerLength("too_short", "Value", "at least", "min_length", *n.MinLength).actual(count)
		case n.MaxLength != nil && count > *n.MaxLength:
			return containerLength("too_long", "Value", "at most", "max_length", *n.MaxLength).actual(count)
		}
	}
	r := &t.numbers
	switch {
	case r.gt != nil && r.gt.compare(v) != 1:
		return &r.gt.issue
	case r.ge != nil && r.ge.compare(v) != 0 && r.ge.compare(v) != 1:
		return &r.ge.issue
	case r.lt != nil && r.lt.compare(v) != -1:
		return &r.lt.issue
	case r.le != nil && r.le.compare(v) > 0:
		return &r.le.issue
	case r.multipleOf != nil && !r.multipleOf.divides(v):
		return &r.multipleOf.issue
	}
	return nil
}

// compare compares a number with the limit: -1, 0 or 1, and 2 for NaN.
func (l *limit) compare(v reflect.Value) int {
	switch {
	case v.CanInt():
		return cmp.Compare(v.Int(), l.i)
	case v.CanUint() && l.i < 0:
		return 1
	case v.CanUint():
		return cmp.Compare(v.Uint(), uint64(l.i))
	case math.IsNaN(v.Float()):
		return 2
	default:
		return cmp.Compare(v.Float(), l.f)
	}
}

func (l *limit) divides(v reflect.Value) bool {
	switch {
	case v.CanInt():
		return v.Int()%l.i == 0
	case v.CanUint():
		return v.Uint()%uint64(max(l.i, -l.i)) == 0 //nolint:gosec // not negative
	default:
		return isFloatMultiple(v.Float(), l.f)
	}
}
