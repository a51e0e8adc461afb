package plan

import (
	"reflect"
	"strconv"

	"github.com/polarkit-go/polarkit/errors"
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
		return n.decodeValue(d, tok, v)
	}
	if n.isNull(d, tok) {
		return true
	}
	p := reflect.New(n.Type)
	if !n.decodeValue(d, tok, p.Elem()) {
		return false
	}
	v.Set(p)
	return true
}

// decodeValue is decode for a value that is not null, and a v without the pointer.
func (n *Node) decodeValue(d *decoder, tok pyjson.Token, v reflect.Value) bool {
	var valid bool
	if n.before && !d.presetting {
		valid = d.readChanged(n, onlyItself, tok, v, func(tok pyjson.Token) bool { return n.decodeKind(d, tok, v) })
	} else {
		valid = n.decodeKind(d, tok, v)
	}
	return valid && n.validateValue(d, tok, nil, v)
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
