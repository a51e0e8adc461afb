package plan

import (
	"fmt"
	"reflect"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/internal/encode"
	"github.com/polarkit-go/polarkit/kit/internal/pyjson"
)

// The bounds of what BeforeValidate methods make of one request, in bytes.
const (
	// RewrittenPerByte is for each byte of the body.
	RewrittenPerByte = 16
	// RewrittenBesides is for the whole.
	RewrittenBesides = 1 << 20
)

// readChanged runs the BeforeValidate methods of a value of the node and reads what they
// return.
func (d *decoder) readChanged(n *Node, methods [][]int, tok pyjson.Token, v reflect.Value, read func(tok pyjson.Token) bool) bool {
	sent := d.doc
	defer func() { d.doc, d.renderedTok = sent, none }()
	for _, index := range methods {
		target := v
		for _, i := range index {
			target = target.Field(i)
		}
		validator, ok := settable(target).Addr().Interface().(kit.BeforeValidator)
		if !ok {
			continue
		}
		made, err := validator.BeforeValidate(d.ctx, rawValue{doc: d.doc, tok: tok})
		if err != nil {
			details, rest := errors.DetailsOf(err)
			return d.refuseAt(n, tok, nil, details, rest)
		}
		raw := rawOf(made)
		if raw.err != nil {
			return d.refuse(nil, fmt.Errorf("BeforeValidate of %s: %w", target.Type(), raw.err))
		}
		if raw.doc != d.doc && !d.rewrite(len(raw.doc.Raw(raw.tok))) {
			return false
		}
		d.doc, tok, d.renderedTok = raw.doc, raw.tok, none
	}
	return read(tok)
}

// rewrite counts what a BeforeValidate method has made.
func (d *decoder) rewrite(size int) bool {
	d.rewritten += size
	if d.rewritten <= RewrittenPerByte*d.own.Size()+RewrittenBesides {
		return true
	}
	return d.refuse(nil, errBadBody(errors.New("the BeforeValidate methods have made too much of the body")))
}

// readChangedText is readChanged for a parameter, which is read as a text unless the method
// makes another value of it.
func (n *Node) readChangedText(d *decoder, s string, v reflect.Value) bool {
	doc := new(pyjson.Document)
	if err := doc.Load(encode.AppendString(nil, s)); err != nil {
		return d.fail(issueString)
	}
	request := d.doc
	d.doc = doc
	defer func() { d.doc = request }()
	return d.readChanged(n, onlyItself, 0, v, func(tok pyjson.Token) bool {
		if text, ok := (rawValue{doc: d.doc, tok: tok}).Text(); ok {
			d.atText(text)
			return n.decodeText(d, text, v, true)
		}
		return n.decodeKind(d, tok, v)
	})
}
