package plan

import (
	"math"
	"reflect"
	"strconv"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/ascii"
	"github.com/polarkit-go/polarkit/kit/internal/definition"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
	"github.com/polarkit-go/polarkit/kit/internal/pyjson"
)

// exactness says how much a value had to be converted, as in Pydantic.
type exactness uint8

const (
	exactLax    exactness = iota // from another type
	exactStrict                  // to a wider type, or to a class
	exactExact                   // not at all
)

// attempts is the state of the unions without tags around the value that is being read.
type attempts struct {
	depth int  // how many such unions there are
	quiet bool // whether a variant is tried: the first error ends it, and is not kept
	exact exactness
	// fields is twice the number of fields that the objects had, and the number of keys that
	// they kept besides: Pydantic takes such a key for half a field. It is -1 without objects.
	fields int
	// tried holds the results of the unions inside of others. Several variants may hold the
	// same union, which is read once.
	tried map[attemptKey]attempt
	// walked counts the values that have been read. Behind allowed, no further errors are
	// looked for. Spent is what unions have used of their part.
	walked, allowed, spent int
}

type attemptKey struct {
	doc   *pyjson.Document
	union *UnionPlan
	tok   pyjson.Token
}

// attempt is the result of a union: the value of the best variant.
type attempt struct {
	value  reflect.Value
	ok     bool
	exact  exactness
	fields int
}

// converted notes how much the value that has been read was converted.
func (a *attempts) converted(level exactness) { a.exact = min(a.exact, level) }

// counted notes how many fields an object had.
func (a *attempts) counted(fields int) {
	if fields >= 0 {
		a.fields = max(a.fields, 0) + fields
	}
}

// better reports whether a result is better than the best one so far.
func (a attempt) better(best attempt) bool {
	switch {
	case !best.ok:
		return true
	case best.fields >= 0 && a.fields >= 0 && best.fields != a.fields:
		return a.fields > best.fields
	default:
		return a.exact > best.exact
	}
}

// exactness says how much a scalar was converted that the node has read.
func (n *Node) exactness(d *decoder, tok pyjson.Token) exactness {
	first := byte('"')
	if tok != none {
		first = d.doc.First(tok)
	}
	switch n.Kind {
	case String, Email, Literal:
		return exactExact
	case Bool:
		if first == 't' || first == 'f' {
			return exactExact
		}
	case Integer, Float:
		number := first == '-' || ascii.IsDigit(first) || first == 'N' || first == 'I'
		switch float := number && (first > '9' || d.doc.IsFloat(tok) || d.doc.Raw(tok) == "-Infinity"); {
		case number && float == (n.Kind == Float):
			return exactExact
		case number && !float:
			return exactStrict
		}
	default:
	}
	return exactLax
}

// decodeUntagged reads a value of a union without tags. The token is none for a text.
func (n *Node) decodeUntagged(d *decoder, tok pyjson.Token, text string, v reflect.Value) bool {
	found := n.try(d, tok, text)
	switch {
	case d.failure != nil:
		return false
	case found.ok:
		d.converted(found.exact)
		d.counted(found.fields)
		v.Set(found.value)
		return true
	case d.full():
		return false
	}
	return n.explain(d, tok, text, v)
}

// try finds the variant of a value. Inside of another union it does so once for each list
// and object.
func (n *Node) try(d *decoder, tok pyjson.Token, text string) attempt {
	if d.depth == 0 || tok == none || d.doc.First(tok) != '{' && d.doc.First(tok) != '[' {
		return n.tryAll(d, tok, text)
	}
	key := attemptKey{d.doc, n.Union, tok}
	found, known := d.tried[key]
	if !known {
		found = n.tryAll(d, tok, text)
		if d.tried == nil {
			d.tried = map[attemptKey]attempt{}
		}
		d.tried[key] = found
	}
	return found
}

// tryAll tries the variants of a value. Errors are not kept.
func (n *Node) tryAll(d *decoder, tok pyjson.Token, text string) (best attempt) {
	quiet, exact, fields, echoed := d.quiet, d.exact, d.fields, d.echoed
	d.quiet = true
	d.depth++
	d.exact, d.fields = exactExact, -1
	ordered := n.Union.mode == definition.Ordered
	for i := range n.Union.Variants {
		if !ordered {
			d.exact, d.fields = exactExact, -1
		}
		value, ok := d.decodeVariant(&n.Union.Variants[i], tok, text)
		if d.failure != nil {
			break
		}
		if !ok {
			continue
		}
		found := attempt{value, true, d.exact, d.fields}
		if found.better(best) {
			best = found
		}
		if ordered || found.exact == exactExact && found.fields < 0 {
			best = found
			break
		}
	}
	d.depth--
	d.quiet, d.exact, d.fields, d.echoed = quiet, exact, fields, echoed
	return best
}

// decodeVariant reads a value as a variant and returns it as the interface holds it.
func (d *decoder) decodeVariant(variant *Variant, tok pyjson.Token, text string) (v reflect.Value, ok bool) {
	n := variant.Node
	value := reflect.New(n.Type)
	if tok != none {
		ok = n.decode(d, tok, value.Elem())
	} else {
		d.atText(text)
		ok = n.decodeParam(d, text, value.Elem())
		if ok && n.Kind != Union {
			d.converted(n.exactness(d, none))
		}
	}
	if variant.pointer {
		return value, ok
	}
	return value.Elem(), ok
}

// The bounds of the search for the errors of unions without tags: how many values may be
// read for it.
const (
	// ReportedPerValue is for each value of the body.
	ReportedPerValue = 4
	// ReportedBesides is for the whole.
	ReportedBesides = 10_000
)

// explain reports the errors of all variants, which do not take the value.
func (n *Node) explain(d *decoder, tok pyjson.Token, text string, v reflect.Value) bool {
	if d.depth == 0 {
		before := d.walked
		d.allowed = before + max(0, ReportedPerValue*d.doc.Len()+ReportedBesides-d.spent)
		defer func() {
			d.spent += d.walked - before
			d.allowed = math.MaxInt
		}()
	}
	d.depth++
	defer func() { d.depth-- }()
	if n.sensitive { // what is a secret of one variant stands in the errors of another
		d.mask++
		defer func() { d.mask-- }()
	}
	count := len(d.errs)
	for i := range n.Union.Variants {
		variant := &n.Union.Variants[i]
		d.push(variant.label)
		value, ok := d.decodeVariant(variant, tok, text)
		d.pop()
		if ok { // a Validate method has changed its mind
			d.errs = d.errs[:count]
			v.Set(value)
			return true
		}
		if d.full() {
			break
		}
	}
	return false
}

func (n *Node) decodeUnion(d *decoder, tok pyjson.Token, v reflect.Value) bool {
	u := n.Union
	if !u.IsTagged() {
		return n.decodeByValue(d, tok, "", v)
	}
	d.at(tok)
	if d.doc.First(tok) != '{' {
		return d.failWith(issueModel, n)
	}
	at := d.doc.Member(tok, u.Tag)
	if at == none {
		return d.failWith(&u.notFound, n)
	}
	i, label, ok := u.variantOf(d.doc, at)
	if !ok {
		return d.failWith(u.invalid(d.doc.Str(at, maxTag)), n)
	}
	d.push(label)
	value, valid := d.decodeVariant(&u.Variants[i], tok, "")
	d.pop()
	if valid {
		v.Set(value)
	}
	return valid
}

// decodeByValue reads a value of a union without a tag field. The token is none for a text.
func (n *Node) decodeByValue(d *decoder, tok pyjson.Token, text string, v reflect.Value) bool {
	u := n.Union
	if u.Tries() {
		return n.decodeUntagged(d, tok, text, v)
	}
	if tok != none {
		d.at(tok)
	}
	tag, found := u.tagOf(rawValue{doc: d.doc, tok: tok, text: text})
	if !found {
		return d.failWith(&u.notFound, n)
	}
	i, ok := u.byTag[tag]
	if !ok {
		return d.failWith(u.invalid(tag), n)
	}
	d.push(u.Variants[i].label)
	read, valid := d.decodeVariant(&u.Variants[i], tok, text)
	d.pop()
	if valid {
		v.Set(read)
	}
	return valid
}

// variantOf finds the variant of a tag, and what stands for the tag in locations. As in
// Python, true is 1 and 1.0.
func (u *UnionPlan) variantOf(doc *pyjson.Document, at pyjson.Token) (i int, label any, ok bool) {
	var number int64
	switch first := doc.First(at); {
	case first == '"':
		text := doc.Text(at)
		i, ok = u.byTag[text]
		return i, text, ok
	case first == 't' || first == 'f':
		if i, ok = u.byTag[first == 't']; ok {
			return i, int(asInt(first == 't')), true
		}
		number = asInt(first == 't')
		label = int(number)
	case first == '-' || ascii.IsDigit(first):
		f := doc.Float(at)
		number = int64(f)
		label = doc.Str(at, maxTag)
		if float64(number) != f {
			return 0, nil, false
		}
		if !doc.IsFloat(at) {
			exact, err := strconv.ParseInt(doc.Raw(at), 10, 64)
			if err != nil {
				return 0, nil, false
			}
			number, label = exact, int(exact)
		}
	default:
		return 0, nil, false
	}
	if i, ok = u.byTag[number]; !ok && (number == 0 || number == 1) {
		i, ok = u.byTag[number == 1]
	}
	return i, label, ok
}

func asInt(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func (u *UnionPlan) invalid(tag string) *pydantic.Issue {
	tag = cut(tag, maxTag)
	return &pydantic.Issue{
		Type: "union_tag_invalid",
		Msg: "Input tag '" + tag + "' found using " + u.discriminator + " does not match any of the expected tags: " +
			u.expected,
		Ctx: errors.Ctx{
			{Name: "discriminator", Value: u.discriminator},
			{Name: "tag", Value: tag},
			{Name: "expected_tags", Value: u.expected},
		},
	}
}
