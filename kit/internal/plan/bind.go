package plan

import (
	"context"
	"reflect"
	"unicode/utf8"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/internal/encode"
	"github.com/polarkit-go/polarkit/kit/internal/pyjson"
	"github.com/polarkit-go/polarkit/kit/internal/python"
	"github.com/polarkit-go/polarkit/kit/internal/querystring"
)

// Body is the body of a request.
type Body struct {
	// Data is what was sent. It must not change afterwards.
	Data []byte
	// JSON says that the content type is JSON. A body of another type is a text.
	JSON bool
}

// Request is what a plan reads. A plan calls only the methods that it needs.
type Request interface {
	Context() context.Context
	Path(name string) string
	Query() string
	Header(name string) []string
	Body() (Body, error)
	Form() (Form, error)
}

// errBadBody is the answer to a body that cannot be read.
func errBadBody(cause error) error {
	return errors.BadRequest.Wrap(cause).WithDetail("There was an error parsing the body")
}

// load scans a body. When it fails, nothing else of the request is checked.
func (d *decoder) load(body Body) error {
	if len(body.Data) == 0 || !body.JSON {
		return nil
	}
	d.push("body")
	defer d.pop()
	return d.scan(body.Data)
}

// scan scans a text of JSON that stands at the current location.
func (d *decoder) scan(data []byte) error {
	err := d.own.Load(data)
	if err == nil {
		return nil
	}
	if syntax, ok := errors.AsType[*pyjson.SyntaxError](err); ok {
		return errors.NewRequestValidationError(errors.ValidationError{
			Type: "json_invalid", Loc: append(d.location(), syntax.Position), Msg: "JSON decode error",
			Input: emptyObject, Ctx: errors.Ctx{{Name: "error", Value: syntax.Text}},
		})
	}
	return errBadBody(err)
}

// emptyObject is how FastAPI writes an exception of Python.
var emptyObject = encode.Raw("{}")

// Decode reads a body into v, a zero value of the node's type.
func (n *Node) Decode(ctx context.Context, body Body, v reflect.Value) error {
	d := newDecoder(ctx)
	defer d.free()
	if err := d.load(body); err != nil {
		return err
	}
	(&Field{Node: n, Required: true}).decodeBody(d, body, v)
	return d.err()
}

// decodeBody reads the whole body.
func (f *Field) decodeBody(d *decoder, body Body, v reflect.Value) bool {
	d.push("body")
	defer d.pop()
	n := f.Node
	switch {
	case len(body.Data) == 0 || body.JSON && d.isNull(0):
		if f.HasDefault {
			f.setDefault(d, f.target(v))
			return true
		}
		if !f.Required {
			return true
		}
		return d.failInput(issueMissing, nil)
	case body.JSON:
		if f.Sensitive {
			d.mask++
			defer func() { d.mask-- }()
		}
		return n.decode(d, 0, f.target(v))
	}
	text := python.ValidText(string(body.Data))
	d.atText(text)
	if n.sensitive || f.Sensitive {
		d.mask++
		defer func() { d.mask-- }()
	}
	return n.decodeParam(d, text, f.target(v))
}

// headerText is the text of a header's value. Starlette reads every header as Latin-1; here
// a value that is UTF-8 is read as UTF-8.
func headerText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	out := make([]byte, 0, len(s)+8)
	for i := range len(s) {
		out = utf8.AppendRune(out, rune(s[i]))
	}
	return string(out)
}

// decodeParam reads a parameter, whose Go type may be a pointer.
func (n *Node) decodeParam(d *decoder, s string, v reflect.Value) bool {
	switch {
	case n.transform != nil && n.transform.isNull(s):
		return true
	case !n.Nullable:
		return n.decodeParamValue(d, s, v)
	}
	p := reflect.New(n.Type)
	if !n.decodeParamValue(d, s, p.Elem()) {
		return false
	}
	v.Set(p)
	return true
}

func (n *Node) decodeParamValue(d *decoder, s string, v reflect.Value) bool {
	var valid bool
	if n.before {
		valid = n.readChangedText(d, s, v)
	} else {
		valid = n.decodeText(d, s, v, true)
	}
	return valid && n.validateValue(d, none, s, v)
}

// Bind reads a whole request into v, a zero value of the input's type. All
// errors of path, query, header, cookie and body are reported together. A body that is not JSON is
// reported alone.
func (in *Input) Bind(r Request, v reflect.Value) error {
	d := newDecoder(r.Context())
	defer d.free()
	body, err := in.read(d, r)
	if err != nil {
		return err
	}
	if in.query {
		d.query = querystring.Parse(r.Query())
	}
	if in.cookies {
		d.cookies = parseCookies(r.Header("Cookie"))
	}
	good := true
	for _, f := range in.Params {
		if !f.bind(d, r, d.query, v) {
			good = false
		}
	}
	if in.Body != nil && !in.Body.decodeBody(d, body, v) {
		good = false
	}
	if good && len(in.validators) > 0 {
		in.validate(d, r, v)
	}
	return d.err()
}

// read reads the body. When it fails, nothing else of the request is checked.
func (in *Input) read(d *decoder, r Request) (body Body, err error) {
	switch {
	case in.readsForm():
		if d.form, err = r.Form(); err != nil || in.Body == nil {
			return body, err
		}
		d.texts = true
		body = Body{Data: in.Body.Node.formJSON(d.form), JSON: true}
	case in.Body != nil:
		if body, err = r.Body(); err != nil {
			return body, err
		}
	}
	return body, d.load(body)
}

func (f *Field) bind(d *decoder, r Request, query querystring.Values, v reflect.Value) bool {
	if f.custom {
		count := len(d.errs)
		field := kit.ParameterField{Name: f.Name, Tag: f.Tag}
		in := kit.NewParameterInput(field, f.state, &d.query, func(e errors.ValidationError) {
			if !d.full() {
				d.errs = append(d.errs, e)
			}
		})
		f.target(v).Addr().Interface().(kit.Parameter).BindParameter(in) //nolint:forcetypeassert // readsItself has looked
		return len(d.errs) == count
	}
	if f.MetadataFilter != nil {
		return f.bindMetadata(d, query, v)
	}
	d.push(f.In)
	d.push(f.boxed)
	if f.Sensitive {
		d.mask++
	}
	good := f.bindValue(d, r, query, v)
	if f.Sensitive {
		d.mask--
	}
	d.pop()
	d.pop()
	return good
}

func (f *Field) bindValue(d *decoder, r Request, query querystring.Values, v reflect.Value) bool {
	if f.In == "body" {
		return f.bindForm(d, v)
	}
	var value string
	var present bool
	if f.Node.Kind == List && !f.JSON {
		var values []string
		if f.In == "query" {
			values = query.All(f.Name)
		} else {
			for _, value := range r.Header(f.Name) {
				values = append(values, headerText(value))
			}
		}
		if len(values) > 0 {
			return f.Node.decodeParams(d, values, f.target(v))
		}
	} else {
		switch f.In {
		case "path":
			value, present = python.ValidText(r.Path(f.Name)), true
		case "query":
			value, present = query.Last(f.Name)
		case "header":
			// The first value of a repeated header counts, as with Starlette.
			if values := r.Header(f.Name); len(values) > 0 {
				value, present = headerText(values[0]), true
			}
		case "cookie":
			value, present = d.cookies.Last(f.Name)
		}
	}
	switch {
	case present && f.JSON:
		return f.bindJSON(d, value, v)
	case present:
		d.atText(value)
		return f.Node.decodeParam(d, value, f.target(v))
	}
	return f.bindAbsent(d, v)
}

// decodeParams reads a list from a repeated parameter.
func (n *Node) decodeParams(d *decoder, values []string, v reflect.Value) bool {
	if n.Nullable {
		p := reflect.New(n.Type)
		v.Set(p)
		v = p.Elem()
	}
	if n.maxLength != nil && len(values) > n.maxLength.n {
		return d.failInput(n.maxLength.actual(len(values)), values)
	}
	v.Set(reflect.MakeSlice(v.Type(), len(values), len(values)))
	good := true
	for i, value := range values {
		d.pushIndex(i)
		d.atText(value)
		if !n.Elem.decodeParam(d, value, v.Index(i)) {
			good = false
		}
		d.pop()
	}
	if !good {
		return false
	}
	if n.transform != nil && !n.transform.run(d, n, v, values) {
		return false
	}
	if n.minLength != nil && len(values) < n.minLength.n {
		return d.failInput(n.minLength.actual(len(values)), values)
	}
	for i := range n.checks {
		switch issue, err := n.checks[i].run(v); {
		case err != nil:
			return d.failRule(err, n, none, values)
		case issue != nil:
			return d.failInput(issue, values)
		}
	}
	return n.validateValue(d, none, values, v)
}
