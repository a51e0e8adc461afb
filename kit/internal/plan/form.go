package plan

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/internal/encode"
	"github.com/polarkit-go/polarkit/kit/internal/querystring"
)

// Form is a body that is a form: its fields in their order.
type Form []FormValue

// FormValue is one field of a form: a text or a file.
type FormValue struct {
	Name, Text string
	File       *kit.File
}

// ParseForm reads application/x-www-form-urlencoded. It never fails. Starlette reads the
// bytes as Latin-1; here a form that is UTF-8 is read as UTF-8.
func ParseForm(data []byte) Form {
	pairs := querystring.Parse(FormText(string(data)))
	form := make(Form, len(pairs))
	for i, pair := range pairs {
		form[i] = FormValue{Name: pair.Name, Text: pair.Value}
	}
	return form
}

// FormText is a text of a form: UTF-8, or else Latin-1.
func FormText(s string) string { return headerText(s) }

// all returns all fields of a name.
func (form Form) all(name string) []*FormValue {
	var values []*FormValue
	for i := range form {
		if form[i].Name == name {
			values = append(values, &form[i])
		}
	}
	return values
}

// texts returns the texts of all fields of a name. That of a file is its name.
func (form Form) texts(name string) []string {
	var texts []string
	for _, value := range form.all(name) {
		text := value.Text
		if value.File != nil {
			text = value.File.Name
		}
		texts = append(texts, text)
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

// readsForm reports whether the body is a form.
func (in *Input) readsForm() bool { return in.FormBody || in.Form != nil }

// HasBody reports whether the input reads a body of any kind.
func (in *Input) HasBody() bool { return in.Body != nil || in.Form != nil }

// formJSON returns a form as the object that FastAPI validates for a model that is a form.
// It has the fields of the model that the form has, and those with a default, in their
// order. All other names of the form follow.
func (n *Node) formJSON(form Form) []byte {
	byName := make(map[string][]*FormValue, len(form))
	var names []string
	for i := range form {
		value := &form[i]
		if byName[value.Name] == nil {
			names = append(names, value.Name)
		}
		byName[value.Name] = append(byName[value.Name], value)
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
func (f *Field) formName(form map[string][]*FormValue) string {
	for _, path := range f.aliases {
		if name, _ := path[0].(string); len(path) == 1 && form[name] != nil {
			return name
		}
	}
	return f.InputName()
}

// appendFormValue writes all values, or the last one.
func appendFormValue(out []byte, values []*FormValue, all bool) []byte {
	if !all {
		return values[len(values)-1].appendJSON(out)
	}
	for i, value := range values {
		separator := byte(',')
		if i == 0 {
			separator = '['
		}
		out = value.appendJSON(append(out, separator))
	}
	return append(out, ']')
}

// bindForm reads a parameter of a form. As in FastAPI, one that is sent without a value is
// absent.
func (f *Field) bindForm(d *decoder, v reflect.Value) bool {
	values := d.form.all(f.Name)
	if len(values) == 0 {
		return f.bindAbsent(d, v)
	}
	if f.Node.Kind == List {
		if f.HoldsFile() || slices.ContainsFunc(values, func(value *FormValue) bool { return value.File != nil }) {
			return f.Node.decodeFormValues(d, values, f.target(v))
		}
		return f.Node.decodeParams(d, d.form.texts(f.Name), f.target(v))
	}
	last := values[len(values)-1]
	if last.File == nil && last.Text == "" {
		return f.bindAbsent(d, v)
	}
	return f.Node.decodeFormValue(d, last, f.target(v))
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
