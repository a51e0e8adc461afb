package plan

import (
	"fmt"
	"io"
	"reflect"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/internal/encode"
)

var (
	fileType  = reflect.TypeFor[kit.File]()
	bytesType = reflect.TypeFor[[]byte]()
)

// fileNode compiles a type that only a form can hold. It reports false for other types.
func (c *compiler) fileNode(n *Node, where string) (bool, error) {
	switch {
	case n.Type == bytesType && c.inForm:
		n.Kind = Bytes
		return true, nil
	case n.Type != fileType:
		return false, nil
	case !c.inForm:
		return true, fmt.Errorf("%s: a kit.File is a parameter of a form; give a field of the input the tag form", where)
	}
	n.Kind = File
	return true, nil
}

// HoldsFile reports whether a parameter of a form is read from a file.
func (f *Field) HoldsFile() bool { return f.Node.holdsFile() }

func (n *Node) holdsFile() bool {
	return n.Kind == File || n.Kind == Bytes || n.Kind == List && n.Elem.holdsFile()
}

// decodeFormValue reads a value of a form, at the current location.
func (n *Node) decodeFormValue(d *decoder, value *FormValue, v reflect.Value) bool {
	target := v
	if n.Nullable && (n.Kind == File || n.Kind == Bytes) {
		v.Set(reflect.New(n.Type))
		target = v.Elem()
	}
	switch {
	case n.Kind == File && value.File != nil:
		target.Set(reflect.ValueOf(*value.File))
		return true
	case n.Kind == File:
		return d.failInput(valueError("Expected UploadFile, received: <class 'str'>"), value.Text)
	case n.Kind == Bytes && value.File == nil:
		target.SetBytes([]byte(value.Text))
		return true
	case n.Kind == Bytes:
		data, err := io.ReadAll(value.File.Open())
		if err != nil {
			d.failure = err
			return false
		}
		target.SetBytes(data)
		return true
	case value.File == nil:
		d.atText(value.Text)
		return n.decodeParam(d, value.Text, v)
	}
	// A file for a text: the value is an object.
	d.renderedTok = none
	if err := d.own.Load(value.appendJSON(nil)); err != nil {
		d.failure = err
		return false
	}
	return n.decode(d, 0, v)
}

// appendJSON writes a value as a text, or as what is known of a file.
func (value *FormValue) appendJSON(out []byte) []byte {
	if value.File == nil {
		return encode.AppendString(out, value.Text)
	}
	out = encode.AppendString(append(out, `{"filename":`...), value.File.Name)
	out = encode.AppendString(append(out, `,"content_type":`...), value.File.ContentType)
	return fmt.Appendf(out, `,"size":%d}`, value.File.Size)
}

// decodeFormValues reads a list of values of a form that has a file in it.
func (n *Node) decodeFormValues(d *decoder, values []*FormValue, v reflect.Value) bool {
	if n.Nullable {
		v.Set(reflect.New(n.Type))
		v = v.Elem()
	}
	if n.maxLength != nil && len(values) > n.maxLength.n {
		return d.failInput(n.maxLength.actual(len(values)), nil)
	}
	v.Set(reflect.MakeSlice(v.Type(), len(values), len(values)))
	good := true
	for i, value := range values {
		d.pushIndex(i)
		good = n.Elem.decodeFormValue(d, value, v.Index(i)) && good
		d.pop()
	}
	if good && n.minLength != nil && len(values) < n.minLength.n {
		return d.failInput(n.minLength.actual(len(values)), nil)
	}
	return good
}
