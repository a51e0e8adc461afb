package plan

import (
	"fmt"
	"reflect"
	"strings"
	"unsafe"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/encode"
	"github.com/polarkit-go/polarkit/kit/internal/noun"
	"github.com/polarkit-go/polarkit/kit/internal/pyjson"
)

// object compiles a struct once, however often it is referred to.
func (c *compiler) object(t reflect.Type) (*ObjectPlan, error) {
	if o, ok := c.objects[t]; ok {
		return o, nil
	}
	o := &ObjectPlan{Type: t, byName: map[string]int{}}
	c.objects[t] = o
	outside := c.open
	c.open = map[reflect.Type]bool{}
	defer func() { c.open = outside }()
	err := c.fields(o, t, nil)
	if o.ForbidExtra && o.Extra != nil {
		err = errors.Join(err, fmt.Errorf("%s: extra:\"forbid\" contradicts %s, which keeps further keys; take one away", t, o.Extra.GoName))
	}
	if !c.output {
		var after, before error
		o.validators, after = validatorsOf(t, o.Schema, isBodyField)
		o.before, before = beforeHook.methodsOf(t, o.Schema, isBodyField)
		err = errors.Join(err, after, before, unreadable(t), o.nameKeys())
	}
	return o, err
}

// fields compiles the fields of a struct. It goes on behind a mistake, so that the
// error has those of all fields.
func (c *compiler) fields(o *ObjectPlan, t reflect.Type, index []int) error {
	errs := make([]error, t.NumField())
	for i := range errs {
		errs[i] = c.objectField(o, t.Field(i), append(index[:len(index):len(index)], i))
	}
	return errors.Join(errs...)
}

// objectField compiles what a field of a struct adds to the object.
func (c *compiler) objectField(o *ObjectPlan, sf reflect.StructField, at []int) error {
	if sf.Name == "_" {
		if err := o.readExtra(sf.Tag); err != nil {
			return err
		}
	}
	if _, ok := sf.Tag.Lookup("extra"); ok && sf.Name != "_" && !sf.Anonymous {
		return c.keepExtra(o, sf, at)
	}
	name, _, _ := strings.Cut(sf.Tag.Get("json"), ",")
	if sf.Tag.Get("json") != "-" && !c.output {
		if err := misplaced(sf, o.Type.String()+"."+sf.Name); err != nil {
			return err
		}
	}
	if sf.Anonymous && name == "" {
		if embedded, err := c.embedded(o, sf, at); embedded || err != nil {
			return err
		}
	}
	if sf.Tag.Get("json") == "-" {
		return nil
	}
	if !sf.IsExported() {
		if _, named := sf.Tag.Lookup("json"); named {
			return fmt.Errorf("%s.%s: has a json tag but is not exported; export the field or take the tag away", o.Type, sf.Name)
		}
		return nil
	}
	if name == "" {
		name = sf.Name
	}
	where := o.Type.String() + "." + sf.Name
	if _, ok := sf.Tag.Lookup("content"); ok && !c.output {
		return fmt.Errorf("%s: has a content tag, which belongs to a parameter of the query, a header or a cookie", where)
	}
	f, err := c.field(sf, name, at, where)
	if err != nil {
		return err
	}
	if !c.output {
		if err := f.aliasTag(sf, where); err != nil {
			return err
		}
	}
	if other, ok := o.byName[name]; ok {
		return fmt.Errorf("%s: the fields %s and %s have the same wire name %q; rename one",
			o.Type, o.Fields[other].GoName, sf.Name, name)
	}
	o.byName[name] = len(o.Fields)
	o.Fields = append(o.Fields, f)
	return nil
}

// embedded adds the fields of an embedded struct. It reports false for an embedded type
// that is a field like any other.
func (c *compiler) embedded(o *ObjectPlan, sf reflect.StructField, at []int) (bool, error) {
	t := sf.Type
	if t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct {
		return false, fmt.Errorf("%s: embeds a pointer to %s; embed the struct itself", o.Type, t.Elem())
	}
	if t.Kind() != reflect.Struct || t == timeType {
		return false, nil
	}
	if o.Doc == "" {
		o.Doc = sf.Tag.Get("doc")
	}
	if err := o.readExtra(sf.Tag); err != nil {
		return false, err
	}
	if t == schemaType {
		o.Schema = true
		return true, nil
	}
	return true, c.fields(o, t, at)
}

// field compiles a field of a body or a parameter.
func (c *compiler) field(sf reflect.StructField, name string, at []int, where string) (*Field, error) {
	f := &Field{
		Name: name, GoName: sf.Name, Doc: sf.Tag.Get("doc"), Example: sf.Tag.Get("example"), Tag: sf.Tag,
		index: at, boxed: name,
	}
	t := sf.Type
	if f.Omits, f.Quotes = encode.FieldOptions(sf); f.Quotes && !c.output {
		return nil, fmt.Errorf("%s: the option string of the json tag is for outputs; a request's value is read in the form of its type, so take the option away", where)
	}
	if noun.IsOptional(t) {
		f.Optional = true
		t = noun.Fill(reflect.New(t).Elem()).Type()
	}
	for name, flag := range map[string]*bool{"sensitive": &f.Sensitive, "deprecated": &f.Deprecated, "hidden": &f.Hidden} {
		switch value := sf.Tag.Get(name); value {
		case "", "false":
		case "true":
			*flag = true
		default:
			return nil, fmt.Errorf("%s: %s:%q is neither \"true\" nor \"false\"", where, name, value)
		}
	}
	n, required, err := c.tagged(t, sf.Tag, where)
	if err != nil {
		return nil, err
	}
	f.Node = n
	text, hasDefault := sf.Tag.Lookup("default")
	if hasDefault {
		f.HasDefault = true
		c.preset = append(c.preset, preset{f, text, where})
	}
	f.Required = !f.Optional && !hasDefault
	if f.Hidden && f.Required && !c.output {
		return nil, fmt.Errorf("%s: a client that does not know a hidden field cannot send it; use kit.Optional or give it a default", where)
	}
	if required && !f.Required && !c.output {
		other := "the default"
		if f.Optional {
			other = "kit.Optional"
		}
		return nil, fmt.Errorf("%s: required contradicts %s; take one away", where, other)
	}
	return f, nil
}

func (n *Node) decodeObject(d *decoder, tok pyjson.Token, v reflect.Value) bool {
	o := n.Object
	if d.presetting { // a default is not validated
		return n.decodeFields(d, tok, v)
	}
	var valid bool
	if len(o.before) == 0 {
		valid = n.decodeFields(d, tok, v)
	} else {
		valid = d.readChanged(n, o.before, tok, v, func(tok pyjson.Token) bool { return n.decodeFields(d, tok, v) })
	}
	if valid && len(o.validators) > 0 {
		valid = n.validateObject(d, tok, v)
	}
	return valid
}

func (n *Node) decodeFields(d *decoder, tok pyjson.Token, v reflect.Value) bool {
	if d.doc.First(tok) != '{' {
		d.at(tok)
		return d.failWith(issueModel, n)
	}
	o := n.Object
	base, extra := len(d.found), false
	for range o.Fields {
		d.found = append(d.found, none)
	}
	var paths []alias
	if o.keys != nil {
		paths, extra = o.locate(d, tok, base)
	} else {
		for k, end := tok+1, d.doc.After(tok); k < end; k = d.doc.After(k + 1) {
			if i := o.find(d.doc.Text(k)); i >= 0 {
				d.found[base+i] = k + 1
			} else {
				extra = true
			}
		}
	}
	valid := true
	for i, f := range o.Fields {
		var path alias
		if paths != nil {
			path = paths[i]
		}
		if !f.decode(d, d.found[base+i], tok, n, path, v) {
			if valid = false; d.full() {
				break
			}
		}
	}
	kept := 0
	if extra && o.Extra != nil && (valid || !d.full()) { // a decoder that tries a variant is always full
		var all bool
		kept, all = o.keep(d, tok, paths, v)
		valid = valid && all
	}
	if d.depth > 0 {
		d.converted(exactStrict)
		d.counted(2*count(d.found[base:]) + kept)
	}
	d.found = d.found[:base]
	if extra && o.ForbidExtra {
		valid = n.refuseExtra(d, tok, paths) && valid
	}
	return valid
}

// count is how many fields of an object there are.
func count(found []pyjson.Token) (n int) {
	for _, tok := range found {
		if tok != none {
			n++
		}
	}
	return n
}

// decode reads the field from its object. Its token is none when it is absent.
func (f *Field) decode(d *decoder, tok, object pyjson.Token, parent *Node, path alias, v reflect.Value) bool {
	if tok == none && !f.HasDefault {
		if !f.Required {
			return true
		}
		depth := len(d.loc)
		d.pushField(f, nil)
		d.at(object)
		d.failWith(issueMissing, parent)
		d.loc = d.loc[:depth]
		return false
	}
	target := f.target(v)
	if tok == none {
		f.setDefault(d, target)
		return true
	}
	depth := len(d.loc)
	d.pushField(f, path)
	if f.Sensitive {
		d.mask++
	}
	valid := f.Node.decode(d, tok, target)
	if valid && d.doc.MayHoldNUL() && parent.Object.Schema && f.Node.holdsNUL(d.doc, tok) {
		d.at(tok)
		valid = d.failWith(issueNUL, f.Node)
	}
	if f.Sensitive {
		d.mask--
	}
	d.loc = d.loc[:depth]
	return valid
}

// target returns the place of the field's value in its struct. For an Optional this is the
// value inside, which is present from then on.
func (f *Field) target(v reflect.Value) reflect.Value {
	for _, i := range f.index {
		v = v.Field(i)
	}
	if !f.Optional {
		return v
	}
	return noun.Fill(v)
}

// settable makes an embedded struct accessible whose type is not exported.
func settable(v reflect.Value) reflect.Value {
	return reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
}

// field finds a field by its wire name.
func (o *ObjectPlan) field(name string) *Field {
	if o.keys != nil {
		for _, f := range o.Fields {
			if _, whole := f.isRead(name); whole {
				return f
			}
		}
		return nil
	}
	if i := o.find(name); i >= 0 {
		return o.Fields[i]
	}
	return nil
}

// few is how many names are compared one by one. A map holds more.
const few = 8

func (o *ObjectPlan) find(name string) int {
	if len(o.Fields) <= few {
		for i, f := range o.Fields {
			if f.Name == name {
				return i
			}
		}
		return -1
	}
	if i, ok := o.byName[name]; ok {
		return i
	}
	return -1
}
