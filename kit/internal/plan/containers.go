package plan

import (
	"reflect"
	"strconv"
	"unsafe"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/noun"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
	"github.com/polarkit-go/polarkit/kit/internal/pyjson"
)

var (
	issueMissing = &pydantic.Issue{Type: "missing", Msg: "Field required"}
	issueExtra   = &pydantic.Issue{Type: "extra_forbidden", Msg: "Extra inputs are not permitted"}
	issueModel   = &pydantic.Issue{Type: "model_attributes_type", Msg: "Input should be a valid dictionary or object to extract fields from"}
	issueList    = &pydantic.Issue{Type: "list_type", Msg: "Input should be a valid list"}
	issueDict    = &pydantic.Issue{Type: "dict_type", Msg: "Input should be a valid dictionary"}
	issueNUL     = valueError("This value contains invalid characters")
)

// decode reads the token into v, which is addressable and zero. It adds errors to the
// decoder and returns whether the value is valid.
func (n *Node) decode(d *decoder, tok pyjson.Token, v reflect.Value) bool {
	if !n.Nullable {
		return n.decodeValue(d, tok, v) && n.validateValue(d, tok, nil, v)
	}
	if n.isNull(d, tok) {
		return true
	}
	p := reflect.New(n.Type)
	if !n.decodeValue(d, tok, p.Elem()) || !n.validateValue(d, tok, nil, p.Elem()) {
		return false
	}
	v.Set(p)
	return true
}

func (n *Node) decodeValue(d *decoder, tok pyjson.Token, v reflect.Value) bool {
	if n.before && !d.presetting {
		return d.readChanged(n, onlyItself, tok, v, func(tok pyjson.Token) bool { return n.decodeKind(d, tok, v) })
	}
	return n.decodeKind(d, tok, v)
}

func (n *Node) decodeKind(d *decoder, tok pyjson.Token, v reflect.Value) bool {
	d.walked++
	switch n.Kind {
	case Object:
		return n.decodeObject(d, tok, v)
	case List:
		return n.decodeList(d, tok, v)
	case Set:
		return n.decodeSet(d, tok, v)
	case Map:
		return n.decodeMap(d, tok, v)
	case Metadata:
		return n.decodeMetadata(d, tok, v)
	case Union:
		return n.decodeUnion(d, tok, v)
	case Any:
		if d.doc.MayHoldSurrogate() && !d.refuseSurrogates(tok) {
			return false
		}
		if value := d.doc.Any(tok); value != nil {
			v.Set(reflect.ValueOf(value))
		}
		d.converted(exactStrict)
		return n.check(d, tok, v)
	case Raw:
		d.converted(exactStrict)
		return n.decodeRaw(d, tok, v)
	default:
		d.at(tok)
		if !n.decodeScalar(d, tok, v) {
			return false
		}
		if d.depth > 0 {
			d.converted(n.exactness(d, tok))
		}
		return true
	}
}

// check applies the other rules to a value that has been read.
func (n *Node) check(d *decoder, tok pyjson.Token, v reflect.Value) bool {
	if n.transform != nil {
		if tok != none {
			d.at(tok)
		}
		if !n.transform.run(d, n, v, nil) {
			return false
		}
	}
	for i := range n.checks {
		if issue, err := n.checks[i].run(v); issue != nil || err != nil {
			if tok != none {
				d.at(tok)
			}
			if err != nil {
				return d.failRule(err, n, d.tok, d.text)
			}
			return d.failWith(issue, n)
		}
	}
	return true
}

func (c *check) run(v reflect.Value) (issue *pydantic.Issue, err error) {
	if c.err != nil {
		return nil, c.err(v)
	}
	return c.issue(v), nil
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

// setDefault decodes the default for each request, so that no two requests share a map. It
// cannot fail, because it has been decoded when the plan was compiled. It does not count in
// the choice of a union's variant, because it has not been sent.
func (f *Field) setDefault(d *decoder, target reflect.Value) {
	request, presetting, exact, fields := d.doc, d.presetting, d.exact, d.fields
	d.doc, d.presetting = f.fallback, true
	f.Node.decode(d, 0, target)
	d.doc, d.presetting, d.exact, d.fields = request, presetting, exact, fields
}

func (n *Node) decodeList(d *decoder, tok pyjson.Token, v reflect.Value) bool {
	d.at(tok)
	if d.doc.First(tok) != '[' {
		return d.failWith(issueList, n)
	}
	count := 0
	end := d.doc.After(tok)
	for k := tok + 1; k < end; k = d.doc.After(k) {
		count++
	}
	if n.maxLength != nil && count > n.maxLength.n {
		return d.failWith(n.maxLength.actual(count), n)
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, min(count, 64)))
	valid, i := true, 0
	var spare reflect.Value
	for k := tok + 1; k < end; k = d.doc.After(k) {
		var item reflect.Value
		if valid {
			if v.Len() == v.Cap() {
				v.Grow(1)
			}
			v.SetLen(i + 1)
			item = v.Index(i)
		} else { // the list is invalid: only errors are looked for
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

// actual completes the issue of a length with the actual number, as Pydantic reports it.
func (r *sizeRule) actual(n int) *pydantic.Issue {
	issue := r.issue
	issue.Msg += strconv.Itoa(n)
	issue.Ctx = append(issue.Ctx[:len(issue.Ctx):len(issue.Ctx)], errors.CtxValue{Name: "actual_length", Value: n})
	return &issue
}

func (n *Node) decodeMap(d *decoder, tok pyjson.Token, v reflect.Value) bool {
	d.at(tok)
	if d.doc.First(tok) != '{' {
		return d.failWith(issueDict, n)
	}
	entries := d.doc.Entries(tok)
	v.Set(reflect.MakeMapWithSize(v.Type(), min(len(entries), 64)))
	valid := true
	for _, e := range entries {
		key := reflect.New(v.Type().Key()).Elem()
		d.push(e.Key)
		d.push("[key]")
		d.at(e.Name)
		if !n.Key.decodeScalar(d, e.Name, key) || !n.Key.validateValue(d, e.Name, nil, key) {
			valid = false
		}
		if d.depth > 0 {
			d.converted(n.Key.exactness(d, e.Name))
		}
		d.pop()
		item := reflect.New(v.Type().Elem()).Elem()
		if !n.Elem.decode(d, e.Value, item) {
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

// checkMapLength runs after the items. As in Pydantic, errors of items hide its error.
func (n *Node) checkMapLength(d *decoder, tok pyjson.Token, count int) bool {
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

func (n *Node) decodeRaw(d *decoder, tok pyjson.Token, v reflect.Value) bool {
	data, ok := d.doc.JSON(tok)
	if !ok {
		d.at(tok)
		return d.failWith(issueFinite, n)
	}
	v.SetBytes(data)
	return n.check(d, tok, v)
}
