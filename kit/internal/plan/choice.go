package plan

import (
	"bytes"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/ascii"
	"github.com/polarkit-go/polarkit/kit/internal/encode"
	"github.com/polarkit-go/polarkit/kit/internal/lax"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
	"github.com/polarkit-go/polarkit/kit/internal/pyjson"
	"github.com/polarkit-go/polarkit/kit/internal/python"
)

// isEnum reports whether the type is a closed set: a named string or integer
// type whose Values method returns a slice of it.
func isEnum(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint8, reflect.Uint16, reflect.Uint32:
	default:
		return false
	}
	m, ok := t.MethodByName("Values")
	return ok && m.Type.NumIn() == 1 && m.Type.NumOut() == 1 && m.Type.Out(0) == reflect.SliceOf(t)
}

func enumNode(n *Node, where string) error {
	n.Kind = Enum
	values := reflect.Zero(n.Type).MethodByName("Values").Call(nil)[0]
	if values.Len() == 0 {
		return fmt.Errorf("%s: Values of %s is empty; a closed set needs a value", where, n.Type)
	}
	for i := range values.Len() {
		n.Values = append(n.Values, plainValue(values.Index(i)))
	}
	n.expect("enum")
	return n.checkWritten(values, where)
}

var oneofValue = regexp.MustCompile(`'[^']*'|\S+`)

func (n *Node) oneof(r ruleTag) error {
	if n.Kind != String && n.Kind != Enum && n.Kind != Bool && (n.Kind != Integer || n.big) {
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
		if n.Type.Kind() == reflect.Bool {
			if text != "true" && text != "false" {
				return fmt.Errorf("the rule %s: %q is not a value of type %s", r.raw, text, n.Type)
			}
			n.Values = append(n.Values, text == "true")
			continue
		}
		i, err := strconv.ParseInt(text, 10, 64)
		if err != nil || reflect.Zero(n.Type).CanInt() && reflect.Zero(n.Type).OverflowInt(i) {
			return fmt.Errorf("the rule %s: %q is not a value of type %s", r.raw, text, n.Type)
		}
		n.Values = append(n.Values, i)
	}
	if len(n.Values) == 0 {
		return fmt.Errorf("the rule %s names no value", r.raw)
	}
	n.expect("literal_error")
	return nil
}

// checkWritten refuses a closed set whose values are written in another form than they are
// read and documented.
func (n *Node) checkWritten(values reflect.Value, where string) error {
	for i, value := range n.Values {
		written, err := encode.Append(nil, values.Index(i).Interface())
		if plain, _ := encode.Append(nil, value); err != nil || !bytes.Equal(written, plain) {
			return fmt.Errorf("%s: a closed set is on the wire as its values, and %s writes %s as %s; take away its MarshalText or MarshalJSON, or its Values",
				where, n.Type, plain, written)
		}
	}
	return nil
}

func plainValue(v reflect.Value) any {
	switch {
	case v.Kind() == reflect.String:
		return v.String()
	case v.CanUint():
		return int64(v.Uint()) //nolint:gosec // at most 32 bits
	default:
		return v.Int()
	}
}

// expect prepares the issue of a closed set.
func (n *Node) expect(typ string) {
	reprs := make([]string, len(n.Values))
	for i, value := range n.Values {
		switch value := value.(type) {
		case string:
			reprs[i] = python.Repr(value)
		case int64:
			reprs[i] = strconv.FormatInt(value, 10)
		case bool:
			reprs[i] = python.Bool(value)
		}
	}
	expected := pydantic.Expected(reprs)
	n.expected = pydantic.Issue{Type: typ, Msg: "Input should be " + expected, Ctx: errors.Ctx{{Name: "expected", Value: expected}}}
	n.texts = nil
	if len(n.Values) > few && n.Type.Kind() == reflect.String {
		n.texts = make(map[string]struct{}, len(n.Values))
		for _, value := range n.Values {
			n.texts[value.(string)] = struct{}{} //nolint:forcetypeassert // the kind says so
		}
	}
}

// decodeChoice reads a value of a closed set that is not a text.
func (n *Node) decodeChoice(d *decoder, tok pyjson.Token, first byte, float bool, v reflect.Value) bool {
	if n.Type.Kind() == reflect.String {
		return d.fail(&n.expected)
	}
	var i int64
	switch {
	case first == 't':
		i = 1
	case first == 'f':
	case first != '-' && !ascii.IsDigit(first):
		return d.fail(&n.expected)
	case float:
		whole, issue := lax.IntFromFloat(d.doc.Float(tok))
		if issue != nil {
			return d.fail(&n.expected)
		}
		i = whole
	default:
		whole, err := strconv.ParseInt(d.doc.Raw(tok), 10, 64)
		switch {
		case err != nil && n.Type.Kind() == reflect.Bool:
			return d.fail(&n.expected)
		case err != nil:
			return d.fail(issueIntSize)
		}
		i = whole
	}
	return n.setNumberChoice(d, i, v)
}

// setChoice reads a value of a closed set from text. An integer of an enum may be a text. An
// integer of a Literal may be a text only in a parameter, which is always a text.
func (n *Node) setChoice(d *decoder, s string, v reflect.Value, param bool) bool {
	if n.Type.Kind() == reflect.String {
		if n.texts != nil {
			if _, ok := n.texts[s]; !ok {
				return d.fail(&n.expected)
			}
			v.SetString(strings.Clone(s))
			return n.check(d, none, v)
		}
		for _, value := range n.Values {
			if value == s {
				v.SetString(value.(string)) //nolint:forcetypeassert // equal to a string
				return n.check(d, none, v)
			}
		}
		return d.fail(&n.expected)
	}
	if n.Type.Kind() == reflect.Bool {
		b, issue := lax.Bool(s)
		if issue != nil || !param {
			return d.fail(&n.expected)
		}
		return n.setNumberChoice(d, asInt(b), v)
	}
	i, overflow, issue := lax.Int(s)
	switch {
	case issue != nil || n.Kind == Literal && !param:
		return d.fail(&n.expected)
	case overflow != 0:
		return d.fail(issueIntSize)
	}
	return n.setNumberChoice(d, i, v)
}

func (n *Node) setNumberChoice(d *decoder, i int64, v reflect.Value) bool {
	for _, value := range n.Values {
		switch b, isBool := value.(bool); {
		case isBool && asInt(b) == i:
			v.SetBool(b)
		case value != i:
			continue
		case v.CanUint():
			v.SetUint(uint64(i))
		default:
			v.SetInt(i)
		}
		return n.check(d, none, v)
	}
	return d.fail(&n.expected)
}
