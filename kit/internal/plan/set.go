package plan

import (
	"fmt"
	"reflect"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
	"github.com/polarkit-go/polarkit/kit/internal/pyjson"
)

var issueSet = &pydantic.Issue{Type: "set_type", Msg: "Input should be a valid set"}

func (c *compiler) setNode(n *Node, rules *ruleSet, where string) (err error) {
	value := n.Type.Key()
	if value.Kind() == reflect.Pointer || value.Kind() == reflect.Interface {
		return fmt.Errorf("%s: a set cannot compare values of type %s; use a list", where, value)
	}
	if c.open[n.Type] {
		return fmt.Errorf("%s: the type %s is made of itself alone; put a struct in between", where, n.Type)
	}
	c.open[n.Type] = true
	defer delete(c.open, n.Type)
	n.Kind, n.Unique = Set, true
	n.Elem, err = c.node(value, rules.elem(), where+"[]")
	return err
}

// decodeSet reads a list into a set. As in Pydantic, too many values end the reading.
func (n *Node) decodeSet(d *decoder, tok pyjson.Token, v reflect.Value) bool {
	d.at(tok)
	if d.doc.First(tok) != '[' {
		return d.failWith(issueSet, n)
	}
	v.Set(reflect.MakeMap(v.Type()))
	valid, errs := true, len(d.errs)
	there := reflect.ValueOf(struct{}{})
	for i, k, end := 0, tok+1, d.doc.After(tok); k < end; i, k = i+1, d.doc.After(k) {
		item := reflect.New(n.Elem.Type).Elem()
		d.pushIndex(i)
		read := n.Elem.decode(d, k, item)
		d.pop()
		switch {
		case !read && d.full():
			return false
		case !read:
			valid = false
			continue
		}
		v.SetMapIndex(item, there)
		if n.MaxLength != nil && v.Len() > *n.MaxLength {
			d.errs = d.errs[:min(errs, len(d.errs))]
			d.at(tok)
			return d.failWith(tooManyForSet(*n.MaxLength), n)
		}
	}
	if !valid {
		return false
	}
	if n.minLength != nil && v.Len() < n.minLength.n {
		d.at(tok)
		return d.failWith(n.minLength.actual(v.Len()), n)
	}
	return n.check(d, tok, v)
}

// tooManyForSet is the issue of a set that is too long. Pydantic does not count further.
func tooManyForSet(n int) *pydantic.Issue {
	issue := containerLength("too_long", "Set", "at most", "max_length", n).issue
	issue.Msg += "more"
	issue.Ctx = append(issue.Ctx, errors.CtxValue{Name: "actual_length", Value: nil})
	return &issue
}
