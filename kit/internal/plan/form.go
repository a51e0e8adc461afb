package plan

import (
	"fmt"
	"reflect"

	"github.com/polarkit-go/polarkit/kit/internal/encode"
	"github.com/polarkit-go/polarkit/kit/internal/querystring"
)

// Form is a body that is a form: its fields in their order.
type Form []FormValue

// FormValue is one field of a form.
type FormValue struct{ Name, Text string }

// ParseForm reads application/x-www-form-urlencoded. It never fails. Starlette reads the
// bytes as Latin-1; here a form that is UTF-8 is read as UTF-8.
func ParseForm(data []byte) Form {
	pairs := querystring.Parse(headerText(string(data)))
	form := make(Form, len(pairs))
	for i, pair := range pairs {
		form[i] = FormValue{Name: pair.Name, Text: pair.Value}
	}
	return form
}

// all returns the texts of all fields of a name.
func (form Form) all(name string) []string {
	var texts []string
	for i := range form {
		if form[i].Name == name {
			texts = append(texts, form[i].Text)
		}
	}
	return texts
}

// formBody compiles the field Form of a struct of parameters: a schema that is read from a
// form.
func (c *compiler) formBody(in *Input, sf reflect.StructField, at []int, where string) (err error) {
	if in.Body != nil {
		return errSecondBody(where)
	}
	in.FormBody = true
	if in.Body, err = c.field(sf, "", at, where); err != nil {
		return err
	}
	if in.Body.Node.Kind != Object || in.Body.Node.Nullable || !in.Body.Required {
		return fmt.Errorf("%s: a form is read into a struct, not into a %s", where, sf.Type)
	}
	for _, f := range in.Body.Node.Object.Fields {
		t := f.Node.Type
		if f.Node.Nullable {
			t = reflect.PointerTo(t)
		}
		if err := f.isReadFromText(placeForm, in.Body.Node.Type.String()+"."+f.GoName, t); err != nil {
			return err
		}
	}
	return nil
}

func errSecondBody(where string) error {
	return fmt.Errorf("%s: a request has one body, and this is the second field for it", where)
}

// ReadsForm reports whether the body is a form.
func (in *Input) ReadsForm() bool { return in.FormBody || in.Form != nil }

// HasBody reports whether the input reads a body of any kind.
func (in *Input) HasBody() bool { return in.Body != nil || in.Form != nil }

// formJSON returns a form as the object that FastAPI validates for a model that is a form.
// It has the fields of the model that the form has, and those with a default, in their
// order. All other names of the form follow.
func (n *Node) formJSON(form Form) []byte {
	byName := make(map[string][]string, len(form))
	var names []string
	for _, value := range form {
		if byName[value.Name] == nil {
			names = append(names, value.Name)
		}
		byName[value.Name] = append(byName[value.Name], value.Text)
	}
	out := []byte{'{'}
	add := func(name string, value func([]byte) []byte) {
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = value(append(encode.AppendString(out, name), ':'))
	}
	for _, f := range n.Object.Fields {
		name := f.formName(byName)
		values := byName[name]
		delete(byName, name)
		switch {
		case len(values) > 0:
			add(name, func(out []byte) []byte { return appendFormValue(out, values, f.Node.Kind == List) })
		case name != "" && f.HasDefault && f.fallback != nil && f.fallback.First(0) != 'n':
			add(name, func(out []byte) []byte { return append(out, f.fallback.Raw(0)...) })
		}
	}
	for _, name := range names {
		if values := byName[name]; len(values) > 0 {
			add(name, func(out []byte) []byte { return appendFormValue(out, values, len(values) > 1) })
		}
	}
	return append(out, '}')
}

// formName is the name under which a form has the field: of its aliases the first that is
// there. A form has no paths.
func (f *Field) formName(form map[string][]string) string {
	for _, path := range f.aliases {
		if name, _ := path[0].(string); len(path) == 1 && form[name] != nil {
			return name
		}
	}
	return f.InputName()
}

// appendFormValue writes all values, or the last one.
func appendFormValue(out []byte, values []string, all bool) []byte {
	if !all {
		return encode.AppendString(out, values[len(values)-1])
	}
	for i, value := range values {
		separator := byte(',')
		if i == 0 {
			separator = '['
		}
		out = encode.AppendString(append(out, separator), value)
	}
	return append(out, ']')
}

// bindForm reads a parameter of a form. As in FastAPI, one that is sent without a value is
// absent.
func (f *Field) bindForm(d *decoder, v reflect.Value) bool {
	values := d.form.all(f.Name)
	switch {
	case f.Node.Kind == List && len(values) > 0:
		return f.Node.decodeParams(d, values, f.target(v))
	case len(values) > 0 && values[len(values)-1] != "":
		d.atText(values[len(values)-1])
		return f.Node.decodeParam(d, d.text, f.target(v))
	}
	return f.bindAbsent(d, v)
}

// bindAbsent is what a parameter becomes that a request does not have.
func (f *Field) bindAbsent(d *decoder, v reflect.Value) bool {
	switch {
	case f.HasDefault:
		f.setDefault(d, f.target(v))
	case f.Required:
		return d.failInput(issueMissing, nil)
	}
	return true
}

// isReadFromText refuses a field that no parameter can hold. The place is one of places.
func (f *Field) isReadFromText(place, where string, t reflect.Type) error {
	item := f.Node
	if item.Kind == List && !f.JSON {
		if place == "path" || place == "cookie" {
			return fmt.Errorf("%s: a %s parameter is one value, not a %s", where, place, t)
		}
		item = item.Elem
	}
	if !item.readsText() && !f.JSON {
		return fmt.Errorf("%s: a parameter is a text, and a %s cannot be read from one", where, t)
	}
	if f.Node.Nullable && f.Required {
		remedy := "use kit.Optional for a parameter that may be absent, or a plain type for one that is always there"
		if place == "path" {
			remedy = "a path parameter is always there, so take the pointer away"
		}
		return fmt.Errorf("%s: a parameter has no null that a %s could mean; %s", where, t, remedy)
	}
	return nil
}

// CountForm returns the number of fields of application/x-www-form-urlencoded.
func CountForm(data []byte) int { return querystring.Count(string(data)) }
