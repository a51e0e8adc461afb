package plan

import (
	"context"
	"reflect"
	"slices"
	"strconv"
	"sync"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/encode"
	"github.com/polarkit-go/polarkit/kit/internal/lax"
)

// The bounds of an answer, so that a hostile body cannot make it many times
// its own size. Reporting stops at the first bound that is reached; the first
// error is always reported.
const (
	// MaxErrors is how many errors one answer reports.
	MaxErrors = 1000
	// MaxEcho is how many bytes of inputs and locations one answer holds.
	MaxEcho = 1 << 20
)

// masked stands in an answer for the value of a sensitive field.
const masked = "**********"

// decoder is the state of one request.
type decoder struct {
	ctx   context.Context //nolint:containedctx // the request's, for as long as it is read
	doc   *document
	own   document // what doc points at, its buffers used again
	query Query
	loc   []place
	locs  errors.Loc
	errs  []errors.ValidationError
	// found holds, for each object being read, the tokens of its fields.
	found []int32
	// tok is the value at hand; none when text holds it.
	tok  int32
	text string

	mask    int // above 0 inside a sensitive field
	echoed  int
	failure error // what Validate returned besides validation errors

	rendered    encode.Raw // of renderedTok, used again for the next missing field
	renderedTok int32
}

const none = -1

// place is one element of a location: a name, or an index where name is nil.
type place struct {
	name  any
	index int
}

var decoders = sync.Pool{New: func() any { return new(decoder) }}

// What a pooled decoder may keep room for.
const (
	keepTokens = 1 << 14
	keepErrors = 1 << 6
)

func newDecoder(ctx context.Context) *decoder {
	d := decoders.Get().(*decoder) //nolint:forcetypeassert // the pool holds nothing else
	d.ctx = ctx
	d.doc = &d.own
	d.renderedTok = none
	return d
}

// free gives the decoder back. Nothing that it returned refers to its buffers.
func (d *decoder) free() {
	tokens, stack, loc, found := d.own.tokens[:0], d.own.stack[:0], d.loc[:0], d.found[:0]
	if cap(tokens) > keepTokens {
		tokens = nil
	}
	clear(loc[:cap(loc)])
	clear(d.errs)
	errs := d.errs[:0]
	if cap(errs) > keepErrors {
		errs = nil
	}
	*d = decoder{loc: loc, found: found, errs: errs, own: document{tokens: tokens, stack: stack}}
	decoders.Put(d)
}

func (d *decoder) push(name any)       { d.loc = append(d.loc, place{name: name}) }
func (d *decoder) pushIndex(i int)     { d.loc = append(d.loc, place{index: i}) }
func (d *decoder) pop()                { d.loc = d.loc[:len(d.loc)-1] }
func (d *decoder) at(tok int32)        { d.tok = tok }
func (d *decoder) atText(s string)     { d.tok, d.text = none, s }
func (d *decoder) isNull(t int32) bool { return d.doc.first(t) == 'n' }

// err is what the request comes to.
func (d *decoder) err() error {
	switch {
	case d.failure != nil:
		return d.failure
	case len(d.errs) > 0:
		return errors.InvalidRequest(slices.Clone(d.errs)...) // the buffer is used again
	}
	return nil
}

// fail reports an issue of the value at hand. It returns false, for the caller to return.
func (d *decoder) fail(issue *lax.Issue) bool {
	return d.failWith(issue, nil)
}

// failWith is fail with the plan of the value, which knows what is sensitive in it.
func (d *decoder) failWith(issue *lax.Issue, guide *Node) bool {
	if d.full() {
		return false
	}
	var input any
	switch {
	case d.mask > 0:
		input = masked
	case d.tok == none:
		input = d.text
		d.echoed += len(d.text)
	default:
		input = d.render(d.tok, guide)
	}
	return d.report(issue, input)
}

// failInput is fail with an input of its own.
func (d *decoder) failInput(issue *lax.Issue, input any) bool {
	if d.full() {
		return false
	}
	if d.mask > 0 && input != nil {
		input = masked
	}
	return d.report(issue, input)
}

func (d *decoder) full() bool {
	return len(d.errs) >= MaxErrors || d.echoed > MaxEcho
}

func (d *decoder) report(issue *lax.Issue, input any) bool {
	d.errs = append(d.errs, errors.ValidationError{
		Type: issue.Type, Loc: d.location(), Msg: issue.Msg, Input: input, Ctx: issue.Ctx,
	})
	return false
}

func (d *decoder) location() errors.Loc {
	d.echoed += 8 * len(d.loc)
	// Locations share an array, each with its own part of it.
	if cap(d.locs)-len(d.locs) < len(d.loc) {
		d.locs = make(errors.Loc, 0, max(8, 3*len(d.loc)))
	}
	start := len(d.locs)
	for _, p := range d.loc {
		if p.name != nil {
			d.locs = append(d.locs, p.name)
		} else {
			d.locs = append(d.locs, p.index)
		}
	}
	return d.locs[start:len(d.locs):len(d.locs)]
}

// render is the input of an error, as Python would write the parsed value.
func (d *decoder) render(tok int32, guide *Node) any {
	switch t := d.doc.tokens[tok]; d.doc.data[t.start] {
	case '"':
		if guide == nil || !guide.sensitive {
			text := d.doc.str(tok) // of the body, which nobody writes to again
			d.echoed += len(text)
			return text
		}
	case '{', '[':
	case 't':
		return true
	case 'f':
		return false
	case 'n':
		return nil
	default:
		if i, err := strconv.ParseInt(d.doc.raw(tok), 10, 64); err == nil {
			return i
		}
	}
	if d.renderedTok == tok {
		d.echoed += len(d.rendered)
		return d.rendered
	}
	r := renderer{doc: d.doc}
	out := encode.Raw(r.value(nil, tok, guide))
	d.echoed += len(out)
	d.rendered, d.renderedTok = out, tok
	return out
}

// Validator is implemented by schemas with rules beyond their fields.
type Validator interface {
	Validate(ctx context.Context) error
}

var validatorType = reflect.TypeFor[Validator]()

// validate runs the schema's own rules, once all its fields are valid. tok is
// the object, none for a struct of parameters.
func (d *decoder) validate(v reflect.Value, tok int32, object *ObjectPlan) bool {
	validator, ok := v.Addr().Interface().(Validator)
	if !ok {
		return true
	}
	err := validator.Validate(d.ctx)
	if err == nil {
		return true
	}
	invalid, ok := errors.AsType[*errors.PolarRequestValidationError](err)
	if !ok {
		if d.failure == nil {
			d.failure = err
		}
		return false
	}
	for _, e := range invalid.Details() {
		if d.full() {
			break
		}
		if tok != none {
			e = d.relocate(e, tok, object)
		}
		d.errs = append(d.errs, e)
	}
	return false
}

// relocate puts an error of a schema's Validate in its place: its location is
// relative to the schema, and an input that was left out is the request's own.
func (d *decoder) relocate(e errors.ValidationError, tok int32, object *ObjectPlan) errors.ValidationError {
	rest := e.Loc
	if len(rest) > 0 && rest[0] == "body" && object.field("body") == nil {
		rest = rest[1:]
	}
	e.Loc = append(d.location(), rest...)
	if e.Input == nil {
		e.Input = d.lookup(tok, rest, &Node{Kind: Object, Object: object})
	}
	return e
}

// lookup renders the value at a location inside a token; nil where there is none.
func (d *decoder) lookup(tok int32, loc errors.Loc, guide *Node) any {
	secret := d.mask > 0
	for _, part := range loc {
		tok = d.member(tok, part)
		if tok == none {
			return nil
		}
		if name, ok := part.(string); ok && guide != nil && guide.Kind == Object {
			f := guide.Object.field(name)
			if guide = nil; f != nil {
				guide, secret = f.Node, secret || f.Sensitive
			}
		} else if guide != nil {
			guide = guide.Elem
		}
	}
	if secret {
		return masked
	}
	return d.render(tok, guide)
}

// member is the token of an object's key or a list's index; none if it is not there.
func (d *decoder) member(tok int32, part any) int32 {
	found := int32(none)
	first, end := d.doc.first(tok), d.doc.after(tok)
	switch part := part.(type) {
	case string:
		if first == '{' {
			for k := tok + 1; k < end; k = d.doc.after(k + 1) {
				if d.doc.str(k) == part {
					found = k + 1
				}
			}
		}
	case int:
		if first == '[' {
			for i, k := 0, tok+1; k < end; i, k = i+1, d.doc.after(k) {
				if i == part {
					return k
				}
			}
		}
	}
	return found
}
