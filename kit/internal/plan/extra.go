package plan

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/polarkit-go/polarkit/kit/internal/encode"
	"github.com/polarkit-go/polarkit/kit/internal/pyjson"
)

// readExtra reads the extra tag of the embedded Schema. A struct that embeds no Schema may
// have the tag at a field _.
func (o *ObjectPlan) readExtra(tag reflect.StructTag) error {
	switch extra := tag.Get("extra"); extra {
	case "", "ignore":
	case "forbid":
		o.ForbidExtra = true
	case "allow":
		return fmt.Errorf("%s: extra:\"allow\" belongs to the field that keeps the further keys, such as Extra map[string]any `json:\"-\" extra:\"allow\"`", o.Type)
	default:
		return fmt.Errorf("%s: extra:%q is neither \"forbid\" nor \"ignore\"", o.Type, extra)
	}
	return nil
}

// keepExtra compiles the field that keeps the keys which no other field is read from.
func (c *compiler) keepExtra(o *ObjectPlan, sf reflect.StructField, at []int) error {
	where := o.Type.String() + "." + sf.Name
	switch {
	case sf.Tag.Get("extra") != "allow":
		return fmt.Errorf("%s: extra:%q is not \"allow\"; what refuses or ignores further keys stands at the embedded Schema", where, sf.Tag.Get("extra"))
	case !encode.KeepsExtra(sf):
		return fmt.Errorf("%s: has the tag extra:\"allow\" and does not keep further keys; use an exported map[string]T with the tag `json:\"-\"`", where)
	case o.Extra != nil:
		return fmt.Errorf("%s: the fields %s and %s both keep further keys; take one away", o.Type, o.Extra.GoName, sf.Name)
	}
	f, err := c.field(sf, "", at, where)
	if err != nil {
		return err
	}
	n := f.Node
	if n.MinLength != nil || n.MaxLength != nil || n.Key.MinLength != nil || n.Key.MaxLength != nil || len(n.checks)+len(n.Key.checks) > 0 || n.Key.Kind != String || f.HasDefault {
		return fmt.Errorf("%s: the rules of a field that keeps further keys are those of the values, behind dive; take the others and the default away", where)
	}
	f.Required = false
	o.Extra = f
	return nil
}

// keep reads the keys of an object that no field is read from.
func (o *ObjectPlan) keep(d *decoder, object pyjson.Token, paths []alias, v reflect.Value) (kept int, valid bool) {
	n, valid := o.Extra.Node, true
	target := o.Extra.target(v)
	if o.Extra.Sensitive {
		d.mask++
		defer func() { d.mask-- }()
	}
	for _, e := range d.doc.Entries(object) {
		if o.reads(e.Key, paths) {
			continue
		}
		kept++
		if !n.decodeEntry(d, e, o.Schema, target) {
			if valid = false; d.full() {
				break
			}
		}
	}
	return kept, valid
}

// decodeEntry reads a key that is kept, with its value.
func (n *Node) decodeEntry(d *decoder, e pyjson.Entry, schema bool, target reflect.Value) bool {
	d.push(e.Key)
	defer d.pop()
	item := reflect.New(target.Type().Elem()).Elem()
	if !n.Elem.decode(d, e.Value, item) {
		return false
	}
	if schema && d.doc.MayHoldNUL() && (d.doc.HasNUL(e.Name) || n.Elem.holdsNUL(d.doc, e.Value)) {
		d.at(e.Value)
		return d.failWith(issueNUL, n.Elem)
	}
	if target.IsNil() {
		target.Set(reflect.MakeMap(target.Type()))
	}
	target.SetMapIndex(reflect.ValueOf(strings.Clone(e.Key)), item)
	return true
}

func (n *Node) refuseExtra(d *decoder, tok pyjson.Token, paths []alias) bool {
	valid := true
	for _, e := range d.doc.Entries(tok) {
		if n.Object.reads(e.Key, paths) {
			continue
		}
		valid = false
		node, secret := (*Node)(nil), false
		if n.Object.keys != nil { // a second name of a field
			node, secret = n.Object.aliasedMember(e.Key)
		}
		if secret {
			d.mask++
		}
		d.push(e.Key)
		d.at(e.Value)
		d.failWith(issueExtra, node)
		d.pop()
		if secret {
			d.mask--
		}
		if d.full() {
			break
		}
	}
	return valid
}
