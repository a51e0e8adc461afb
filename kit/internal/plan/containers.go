package plan

import (
	"math"
	"reflect"
	"strconv"
	"unicode/utf8"
	"unsafe"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/jsonnum"
	"github.com/polarkit-go/polarkit/kit/internal/lax"
)

var (
	issueMissing = &lax.Issue{Type: "missing", Msg: "Field required"}
	issueExtra   = &lax.Issue{Type: "extra_forbidden", Msg: "Extra inputs are not permitted"}
	issueModel   = &lax.Issue{Type: "model_attributes_type", Msg: "Input should be a valid dictionary or object to extract fields from"}
	issueList    = &lax.Issue{Type: "list_type", Msg: "Input should be a valid list"}
	issueDict    = &lax.Issue{Type: "dict_type", Msg: "Input should be a valid dictionary"}
	issueNUL     = valueError("This value contains invalid characters")
)

// decode reads the token into v, which is addressable and zero. It reports
// what is wrong and returns whether the value is valid.
func (n *Node) decode(d *decoder, tok int32, v reflect.Value) bool {
	if !n.Nullable {
		return n.decodeValue(d, tok, v) && n.validateValue(d, tok, nil, v)
	}
	if d.isNull(tok) {
		return true
	}
	p := reflect.New(n.Type)
	if !n.decodeValue(d, tok, p.Elem()) || !n.validateValue(d, tok, nil, p.Elem()) {
		return false
	}
	v.Set(p)
	return true
}

func (n *Node) decodeValue(d *decoder, tok int32, v reflect.Value) bool {
	switch n.Kind {
	case Object:
		return n.decodeObject(d, tok, v)
	case List:
		return n.decodeList(d, tok, v)
	case Map:
		return n.decodeMap(d, tok, v)
	case Metadata:
		return n.decodeMetadata(d, tok, v)
	case Union:
		return n.decodeUnion(d, tok, v)
	case Any:
		if value := d.doc.any(tok); value != nil {
			v.Set(reflect.ValueOf(value))
		}
		return n.check(d, tok, v)
	case Raw:
		return n.decodeRaw(d, tok, v)
	default:
		d.at(tok)
		return n.decodeScalar(d, tok, v)
	}
}

// check applies the remaining rules to a value that has been read.
func (n *Node) check(d *decoder, tok int32, v reflect.Value) bool {
	for i := range n.checks {
		if issue := n.checks[i](v); issue != nil {
			if tok != none {
				d.at(tok)
			}
			return d.failWith(issue, n)
		}
	}
	return true
}

// field finds a field by its wire name.
func (o *ObjectPlan) field(name string) *Field {
	if i := o.find(name); i >= 0 {
		return o.Fields[i]
	}
	return nil
}

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

func (n *Node) decodeObject(d *decoder, tok int32, v reflect.Value) bool {
	if d.doc.first(tok) != '{' {
		d.at(tok)
		return d.failWith(issueModel, n)
	}
	o := n.Object
	base, extra := len(d.found), false
	for range o.Fields {
		d.found = append(d.found, none)
	}
	for k, end := tok+1, d.doc.after(tok); k < end; k = d.doc.after(k + 1) {
		if i := o.find(d.doc.str(k)); i >= 0 {
			d.found[base+i] = k + 1
		} else {
			extra = true
		}
	}
	valid := true
	for i, f := range o.Fields {
		if !f.decode(d, d.found[base+i], tok, n, v) {
			if valid = false; d.full() {
				break
			}
		}
	}
	d.found = d.found[:base]
	if extra && o.ForbidExtra {
		valid = n.refuseExtra(d, tok)
	}
	if valid && len(o.validators) > 0 && d.doc == &d.own { // a default is not validated
		valid = d.validateObject(v, tok, o)
	}
	return valid
}

func (n *Node) refuseExtra(d *decoder, tok int32) bool {
	for _, e := range d.doc.entries(tok) {
		if n.Object.find(e.key) >= 0 {
			continue
		}
		d.push(e.key)
		d.at(e.value)
		d.fail(issueExtra)
		d.pop()
		if d.full() {
			break
		}
	}
	return false
}

// decode reads the field out of its object; tok is none when it is absent.
func (f *Field) decode(d *decoder, tok, object int32, parent *Node, v reflect.Value) bool {
	if tok == none && !f.HasDefault {
		if !f.Required {
			return true
		}
		d.push(f.boxed)
		d.at(object)
		d.failWith(issueMissing, parent)
		d.pop()
		return false
	}
	target := f.target(v)
	if tok == none {
		f.setDefault(d, target)
		return true
	}
	d.push(f.boxed)
	if f.Sensitive {
		d.mask++
	}
	valid := f.Node.decode(d, tok, target)
	if valid && d.doc.nul && parent.Object.Schema && f.Node.holdsNUL(d.doc, tok) {
		d.at(tok)
		valid = d.failWith(issueNUL, f.Node)
	}
	if f.Sensitive {
		d.mask--
	}
	d.pop()
	return valid
}

// target is the place of the field's value in its struct; for an Optional the
// value inside, which is marked as set.
func (f *Field) target(v reflect.Value) reflect.Value {
	for _, i := range f.index {
		v = v.Field(i)
	}
	if !f.Optional {
		return v
	}
	settable(v.Field(f.optional.set)).SetBool(true)
	return settable(v.Field(f.optional.value))
}

// settable is an addressable field although it is not exported: the fields of
// kit's own Optional, Date and Decimal.
func settable(v reflect.Value) reflect.Value {
	return reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
}

// setDefault reads the default anew, so that no two requests share a map. It
// has been tried when the plan was compiled.
func (f *Field) setDefault(d *decoder, target reflect.Value) {
	request := d.doc
	d.doc = f.fallback
	f.Node.decode(d, 0, target)
	d.doc = request
}

func (n *Node) decodeList(d *decoder, tok int32, v reflect.Value) bool {
	d.at(tok)
	if d.doc.first(tok) != '[' {
		return d.failWith(issueList, n)
	}
	count := 0
	end := d.doc.after(tok)
	for k := tok + 1; k < end; k = d.doc.after(k) {
		count++
	}
	if n.maxLength != nil && count > n.maxLength.n {
		return d.failWith(n.maxLength.actual(count), n)
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, min(count, 64)))
	valid, i := true, 0
	var spare reflect.Value
	for k := tok + 1; k < end; k = d.doc.after(k) {
		var item reflect.Value
		if valid {
			if v.Len() == v.Cap() {
				v.Grow(1)
			}
			v.SetLen(i + 1)
			item = v.Index(i)
		} else { // the list is lost, only its errors count
			if !spare.IsValid() {
				spare = reflect.New(v.Type().Elem()).Elem()
			}
			spare.SetZero()
			item = spare
		}
		d.pushIndex(i)
		if !n.Elem.decode(d, k, item) {
			valid = false
		}
		d.pop()
		if i++; !valid && d.full() {
			break
		}
	}
	if !valid {
		return false
	}
	if n.minLength != nil && count < n.minLength.n {
		d.at(tok)
		return d.failWith(n.minLength.actual(count), n)
	}
	return n.check(d, tok, v)
}

// actual completes the issue of a length that Pydantic reports with the number.
func (r *sizeRule) actual(n int) *lax.Issue {
	issue := r.issue
	issue.Msg += strconv.Itoa(n)
	issue.Ctx = append(issue.Ctx[:len(issue.Ctx):len(issue.Ctx)], errors.CtxValue{Name: "actual_length", Value: n})
	return &issue
}

func (n *Node) decodeMap(d *decoder, tok int32, v reflect.Value) bool {
	d.at(tok)
	if d.doc.first(tok) != '{' {
		return d.failWith(issueDict, n)
	}
	entries := d.doc.entries(tok)
	v.Set(reflect.MakeMapWithSize(v.Type(), min(len(entries), 64)))
	valid := true
	for _, e := range entries {
		key := reflect.New(v.Type().Key()).Elem()
		d.push(e.key)
		d.push("[key]")
		d.at(e.name)
		if !n.Key.decodeScalar(d, e.name, key) || !n.Key.validateValue(d, e.name, nil, key) {
			valid = false
		}
		d.pop()
		item := reflect.New(v.Type().Elem()).Elem()
		if !n.Elem.decode(d, e.value, item) {
			valid = false
		}
		d.pop()
		if valid {
			v.SetMapIndex(key, item)
		} else if d.full() {
			break
		}
	}
	return valid && n.checkMapLength(d, tok, len(entries)) && n.check(d, tok, v)
}

// checkMapLength runs after the items, which hide it (Pydantic's order).
func (n *Node) checkMapLength(d *decoder, tok int32, count int) bool {
	switch {
	case n.minLength != nil && count < n.minLength.n:
		d.at(tok)
		return d.failWith(n.minLength.actual(count), n)
	case n.maxLength != nil && count > n.maxLength.n:
		d.at(tok)
		return d.failWith(n.maxLength.actual(count), n)
	}
	return true
}

func (n *Node) decodeUnion(d *decoder, tok int32, v reflect.Value) bool {
	d.at(tok)
	if d.doc.first(tok) != '{' {
		return d.failWith(issueModel, n)
	}
	u := n.Union
	at := d.member(tok, u.Tag)
	if at == none {
		return d.failWith(&u.notFound, n)
	}
	tag := d.doc.pythonString(at)
	i, ok := u.byTag[tag]
	if !ok || d.doc.first(at) != '"' {
		return d.failWith(u.invalid(tag), n)
	}
	variant := u.Variants[i].Node
	value := reflect.New(variant.Type)
	d.push(tag)
	valid := variant.decode(d, tok, value.Elem())
	d.pop()
	switch {
	case !valid:
		return false
	case variant.Type.Implements(n.Type):
		v.Set(value.Elem())
	default: // only its pointer is in the set
		v.Set(value)
	}
	return true
}

func (u *UnionPlan) invalid(tag string) *lax.Issue {
	tag = cut(tag, maxTag)
	return &lax.Issue{
		Type: "union_tag_invalid",
		Msg: "Input tag '" + tag + "' found using '" + u.Tag + "' does not match any of the expected tags: " +
			u.expected,
		Ctx: errors.Ctx{
			{Name: "discriminator", Value: "'" + u.Tag + "'"},
			{Name: "tag", Value: tag},
			{Name: "expected_tags", Value: u.expected},
		},
	}
}

func (n *Node) decodeRaw(d *decoder, tok int32, v reflect.Value) bool {
	data, ok := d.doc.json(tok)
	if !ok {
		d.at(tok)
		return d.failWith(issueFinite, n)
	}
	v.SetBytes(data)
	return n.check(d, tok, v)
}

// json is a copy of the value as it was sent, for readers of JSON. It reports
// false for a value that holds NaN or an infinity, which JSON does not have.
// Encoded surrogates become U+FFFD.
func (d *document) json(tok int32) (data []byte, ok bool) {
	if d.nonFinite {
		for k, end := tok, d.after(tok); k < end; k++ {
			if d.isNonFinite(k) {
				return nil, false
			}
		}
	}
	data = []byte(d.raw(tok))
	if d.surrogates {
		replaceSurrogates(data)
	}
	return data, true
}

// replaceSurrogates puts U+FFFD, which is as long, in the place of each encoded surrogate.
func replaceSurrogates(data []byte) {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			size = copy(data[i:], "\uFFFD")
		}
		i += size
	}
}

// isNonFinite reports whether a token is NaN or an infinity, as Python's json
// writes them.
func (d *document) isNonFinite(tok int32) bool {
	c := d.first(tok)
	return c == 'N' || c == 'I' || c == '-' && d.raw(tok) == "-Infinity"
}

// any is the value as encoding/json has it, but for numbers, which are those of
// package jsonnum. NaN and the infinities are float64s.
func (d *document) any(tok int32) any {
	switch d.first(tok) {
	case '{':
		entries := d.entries(tok)
		m := make(map[string]any, min(len(entries), 64))
		for _, e := range entries {
			m[string([]byte(e.key))] = d.any(e.value)
		}
		return m
	case '[':
		list := []any{}
		for k, end := tok+1, d.after(tok); k < end; k = d.after(k) {
			list = append(list, d.any(k))
		}
		return list
	case '"':
		return string([]byte(d.str(tok)))
	case 't':
		return true
	case 'f':
		return false
	case 'n':
		return nil
	}
	if d.isNonFinite(tok) {
		return d.float(tok)
	}
	return jsonnum.Value(d.raw(tok))
}

// float is a number as a float64; beyond its range it is infinite, as in Python.
func (d *document) float(tok int32) float64 {
	raw := d.raw(tok)
	if raw == "-0" {
		return 0 // an integer, which has no negative zero
	}
	f, _ := strconv.ParseFloat(raw, 64)
	return f
}

// isBeyondFloat reports whether an integer is too large for a float64. For
// Python that is no number, unlike one with an exponent, which is infinite.
func (d *document) isBeyondFloat(tok int32) bool {
	return len(d.raw(tok)) > 308 && math.IsInf(d.float(tok), 0)
}

// holdsNUL reports whether a text inside holds U+0000, as far as Polar's Schema
// looks: texts, lists and maps, not nested objects, which look themselves.
func (n *Node) holdsNUL(doc *document, tok int32) bool {
	end := doc.after(tok)
	switch n.Kind {
	case Any, Metadata:
		return doc.holdsNUL(tok)
	case String, Text, Raw, Custom: // for the last two also what a repeated key hides: they get the bytes
		for k := tok; k < end; k++ {
			if doc.first(k) == '"' && doc.tokens[k].next&flagNUL != 0 {
				return true
			}
		}
	case List:
		if doc.first(tok) != '[' {
			return false
		}
		for k := tok + 1; k < end; k = doc.after(k) {
			if n.Elem.holdsNUL(doc, k) {
				return true
			}
		}
	case Map:
		if doc.first(tok) != '{' {
			return false
		}
		for _, e := range doc.entries(tok) {
			if doc.tokens[e.name].next&flagNUL != 0 || n.Elem.holdsNUL(doc, e.value) {
				return true
			}
		}
	}
	return false
}

// holdsNUL reports whether a text inside holds U+0000. Of a repeated key the
// last value counts.
func (d *document) holdsNUL(tok int32) bool {
	switch d.first(tok) {
	case '"':
		return d.tokens[tok].next&flagNUL != 0
	case '[':
		for k, end := tok+1, d.after(tok); k < end; k = d.after(k) {
			if d.holdsNUL(k) {
				return true
			}
		}
	case '{':
		for _, e := range d.entries(tok) {
			if d.tokens[e.name].next&flagNUL != 0 || d.holdsNUL(e.value) {
				return true
			}
		}
	}
	return false
}
