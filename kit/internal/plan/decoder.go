package plan

import (
	"context"
	"math"
	"strconv"
	"sync"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/encode"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
	"github.com/polarkit-go/polarkit/kit/internal/pyjson"
	"github.com/polarkit-go/polarkit/kit/internal/querystring"
)

// The bounds of an answer. They keep a hostile body from an answer that is many times
// as large. Reporting stops at the first bound that is reached. The first error is
// always reported.
const (
	// MaxErrors is how many errors one answer reports.
	MaxErrors = 1000
	// MaxEcho is how many bytes of inputs and locations one answer holds.
	MaxEcho = 1 << 20
)

// decoder is the state of one request.
type decoder struct {
	ctx   context.Context //nolint:containedctx // the request's, for as long as it is read
	doc   *pyjson.Document
	own   pyjson.Document // doc points at it, but for defaults
	query querystring.Values
	// cookies are read where the input has a cookie.
	cookies querystring.Values
	// form is read where the body is a form. With texts its values are read as those of
	// parameters are.
	form  Form
	texts bool
	loc   []place
	locs  errors.Loc
	errs  []errors.ValidationError
	// found holds, for each object being read, the tokens of its fields.
	found []pyjson.Token
	// tok is the value that is being read. It is none where the value is text.
	tok  pyjson.Token
	text string

	attempts // of unions without tags

	mask       int  // above 0 inside a sensitive field
	presetting bool // a default is read
	rewritten  int  // how many bytes BeforeValidate methods have made
	echoed     int
	failure    error // of a Validate method, other than a validation error

	rendered    encode.Raw // of renderedTok, used again for the next missing field
	renderedTok pyjson.Token
}

const none = pyjson.None

// place is one element of a location: a name, or an index where name is nil.
type place struct {
	name  any
	index int
}

var decoders = sync.Pool{New: func() any { return new(decoder) }}

// keepErrors is for how many errors a pooled decoder keeps room.
const keepErrors = 1 << 6

func newDecoder(ctx context.Context) *decoder {
	d := decoders.Get().(*decoder) //nolint:forcetypeassert // the pool holds nothing else
	d.ctx = ctx
	d.doc = &d.own
	d.renderedTok = none
	d.allowed = math.MaxInt
	return d
}

// free gives the decoder back. Nothing that it returned refers to its buffers.
func (d *decoder) free() {
	d.own.Reset()
	loc, found := d.loc[:0], d.found[:0]
	clear(loc[:cap(loc)])
	clear(d.errs)
	errs := d.errs[:0]
	if cap(errs) > keepErrors {
		errs = nil
	}
	*d = decoder{loc: loc, found: found, errs: errs, own: d.own}
	decoders.Put(d)
}

func (d *decoder) push(name any)              { d.loc = append(d.loc, place{name: name}) }
func (d *decoder) pushIndex(i int)            { d.loc = append(d.loc, place{index: i}) }
func (d *decoder) pop()                       { d.loc = d.loc[:len(d.loc)-1] }
func (d *decoder) at(tok pyjson.Token)        { d.tok = tok }
func (d *decoder) atText(s string)            { d.tok, d.text = none, s }
func (d *decoder) isNull(t pyjson.Token) bool { return d.doc.First(t) == 'n' }

// err is the error of the whole request.
func (d *decoder) err() error {
	switch {
	case d.failure != nil:
		return d.failure
	case len(d.errs) > 0:
		return errors.NewRequestValidationError(d.errs...)
	}
	return nil
}

// fail reports an issue of the value that is being read. It returns false, so that the
// caller can return it.
func (d *decoder) fail(issue *pydantic.Issue) bool {
	return d.failWith(issue, nil)
}

// failWith is fail with the plan of the value, which knows what is sensitive in it.
func (d *decoder) failWith(issue *pydantic.Issue, guide *Node) bool {
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

// failInput is fail with another input.
func (d *decoder) failInput(issue *pydantic.Issue, input any) bool {
	if d.full() {
		return false
	}
	if d.mask > 0 && input != nil {
		input = masked
	}
	return d.report(issue, input)
}

func (d *decoder) full() bool {
	return d.quiet || len(d.errs) >= MaxErrors || d.echoed > MaxEcho || d.walked > d.allowed && len(d.errs) > 0
}

func (d *decoder) report(issue *pydantic.Issue, input any) bool {
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
			if name, ok := p.name.(string); ok {
				d.echoed += len(name)
			}
		} else {
			d.locs = append(d.locs, p.index)
		}
	}
	return d.locs[start:len(d.locs):len(d.locs)]
}

// render is the input of an error: the parsed value, as Python writes it.
func (d *decoder) render(tok pyjson.Token, guide *Node) any {
	switch d.doc.First(tok) {
	case '"':
		if guide == nil || !guide.sensitive {
			text := d.doc.Text(tok) // shares memory with the body, which does not change any more
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
		if i, err := strconv.ParseInt(d.doc.Raw(tok), 10, 64); err == nil {
			return i
		}
	}
	if d.renderedTok == tok {
		d.echoed += len(d.rendered)
		return d.rendered
	}
	out := encode.Raw(guide.appendMasked(nil, d.doc, tok))
	d.echoed += len(out)
	d.rendered, d.renderedTok = out, tok
	return out
}
