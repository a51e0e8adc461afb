package plan

import (
	"reflect"
	"strings"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/internal/encode"
	"github.com/polarkit-go/polarkit/kit/internal/pyjson"
	"github.com/polarkit-go/polarkit/kit/internal/python"
)

// isBodyField reports whether an embedded field of a body is a field like any other: it has
// a wire name, or its type is no struct.
func isBodyField(sf reflect.StructField) bool {
	tag := sf.Tag.Get("json")
	name, _, _ := strings.Cut(tag, ",")
	return tag != "-" && (name != "" || sf.Type.Kind() != reflect.Struct && sf.IsExported())
}

// isParameter reports whether an embedded field is read as one parameter.
func isParameter(sf reflect.StructField) bool {
	for _, place := range places {
		if _, ok := sf.Tag.Lookup(place); ok {
			return true
		}
	}
	return false
}

// failing runs Validate methods until one fails, and returns what DetailsOf makes
// of its error.
func (d *decoder) failing(v reflect.Value, methods [][]int) (details []errors.ValidationError, rest error) {
	for _, index := range methods {
		target := v
		for _, i := range index {
			target = target.Field(i)
		}
		validator, ok := settable(target).Addr().Interface().(kit.Validator)
		if !ok {
			continue
		}
		if err := validator.Validate(d.ctx); err != nil {
			return errors.DetailsOf(err)
		}
	}
	return nil, nil
}

// refuse adds the errors that a Validate method has returned. An error that is not about the
// data of the request becomes the answer.
func (d *decoder) refuse(details []errors.ValidationError, rest error) bool {
	switch {
	case rest == nil:
		for _, e := range details {
			if d.full() {
				break
			}
			d.errs = append(d.errs, e)
		}
	case d.failure != nil:
	case len(details) > 0:
		d.failure = errors.Join(errors.NewRequestValidationError(details...), rest)
	default:
		d.failure = rest
	}
	return false
}

// refuseAt adds the errors that the application has returned for a value of the node. Their
// locations are relative to the value. An input that is nil is the value at the location.
// For a parameter the token is none, and sent is what was sent.
func (d *decoder) refuseAt(n *Node, tok pyjson.Token, sent any, details []errors.ValidationError, rest error) bool {
	for i := range details {
		e := &details[i]
		switch {
		case tok != none:
			d.relocate(e, tok, n)
			continue
		case e.Input != nil:
		case d.mask > 0:
			e.Input = masked
		default:
			e.Input = sent
		}
		e.Loc = append(d.location(), e.Loc...)
	}
	return d.refuse(details, rest)
}

// failRule reports the error of a rule of the application.
func (d *decoder) failRule(err error, n *Node, tok pyjson.Token, sent any) bool {
	details, rest := errors.DetailsOf(err)
	return d.refuseAt(n, tok, sent, details, rest)
}

// validateObject runs the Validate methods of an object whose fields are all valid.
func (n *Node) validateObject(d *decoder, tok pyjson.Token, v reflect.Value) bool {
	details, rest := d.failing(v, n.Object.validators)
	return details == nil && rest == nil || d.refuseAt(n, tok, nil, details, rest)
}

// validateValue runs the Validate method of a valid value that is no object. For a parameter
// the token is none, and sent is the text.
func (n *Node) validateValue(d *decoder, tok pyjson.Token, sent any, v reflect.Value) bool {
	if !n.validates || d.presetting { // a default is not validated
		return true
	}
	details, rest := d.failing(v, onlyItself)
	return details == nil && rest == nil || d.refuseAt(n, tok, sent, details, rest)
}

// relocate completes an error of a Validate method. Its location is relative to the value
// and becomes the whole one. An input that is nil is filled in from the request.
func (d *decoder) relocate(e *errors.ValidationError, tok pyjson.Token, guide *Node) {
	rest := e.Loc
	if len(rest) > 0 && rest[0] == "body" && guide.Kind == Object && guide.Object.field("body") == nil {
		rest = rest[1:]
	}
	e.Loc = append(d.location(), rest...)
	if e.Input == nil {
		e.Input = d.lookup(tok, rest, guide)
	}
}

// lookup renders the value at a location inside a token. It is nil without such a value.
func (d *decoder) lookup(tok pyjson.Token, loc errors.Loc, guide *Node) any {
	secret := d.mask > 0
	for _, part := range loc {
		secret = secret || guide.hides(d.doc.First(tok))
		tok = d.doc.Member(tok, part)
		if tok == none {
			return nil
		}
		if name, ok := part.(string); ok {
			member, masks := guide.member(name)
			guide, secret = member, secret || masks
		} else if guide != nil {
			guide = guide.Elem
		}
	}
	if secret {
		return masked
	}
	return d.render(tok, guide)
}

// validate runs the Validate methods of a struct of parameters, which are all valid.
func (in *Input) validate(d *decoder, r Request, v reflect.Value) {
	details, rest := d.failing(v, in.validators)
	if details == nil && rest == nil {
		return
	}
	for i := range details {
		e := &details[i]
		if len(e.Loc) == 0 {
			e.Loc = errors.Loc{in.place()}
		}
		if e.Input == nil {
			e.Input = in.received(d, r, e.Loc)
		}
	}
	d.refuse(details, rest)
}

// place is the place of the parameters. FastAPI reports the validator of a model of query
// parameters there.
func (in *Input) place() string {
	place := "body"
	for _, f := range in.Params {
		if f.In == "query" || place == "body" {
			place = f.In
		}
	}
	return place
}

// received returns what the request has at a location, or nil.
func (in *Input) received(d *decoder, r Request, loc errors.Loc) any {
	place, _ := loc[0].(string)
	switch {
	case place == "body" && in.Body != nil && !d.own.IsEmpty():
		if in.Body.Sensitive {
			d.mask++
			defer func() { d.mask-- }()
		}
		return d.lookup(0, loc[1:], in.Body.Node)
	case len(loc) == 1:
		return in.all(d, r, place)
	}
	for _, f := range in.Params {
		for _, p := range f.wireNames() {
			if p.In != place || p.Name != loc[1] {
				continue
			}
			value := f.received(d, r, p.Name)
			if values, ok := value.([]string); ok && len(loc) > 2 {
				if i, ok := loc[2].(int); ok && i >= 0 && i < len(values) {
					return values[i]
				}
			}
			return value
		}
	}
	return nil
}

// all returns an object of the parameters of a place, as they were sent.
func (in *Input) all(d *decoder, r Request, place string) any {
	out := []byte{'{'}
	for _, f := range in.Params {
		for _, p := range f.wireNames() {
			value := f.received(d, r, p.Name)
			if p.In != place || value == nil {
				continue
			}
			if len(out) > 1 {
				out = append(out, ',')
			}
			out = append(encode.AppendString(out, p.Name), ':')
			out = encode.AppendEcho(out, value)
		}
	}
	d.echoed += len(out)
	return encode.Raw(append(out, '}'))
}

// received returns the parameter as it was sent. A sensitive one is masked, and an absent one
// is nil.
func (f *Field) received(d *decoder, r Request, name string) any {
	var values []string
	switch f.In {
	case "path":
		values = []string{python.ValidText(r.Path(name))}
	case "query":
		values = d.query.All(name)
	case "header":
		for _, value := range r.Header(name) {
			values = append(values, headerText(value))
		}
	case "body":
		values = d.form.texts(name)
	case "cookie":
		if value, ok := d.cookies.Last(name); ok {
			values = []string{value}
		}
	}
	switch {
	case len(values) == 0:
		return nil
	case f.Sensitive:
		return masked
	case f.Node != nil && f.Node.Kind == List && !f.JSON:
		return values
	case f.In == "header":
		return values[0]
	}
	return values[len(values)-1]
}
