package plan

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/encode"
	"github.com/polarkit-go/polarkit/kit/internal/pyjson"
)

// preset is a field with a default.
type preset struct {
	field       *Field
	text, where string
}

// parseDefault scans the default and decodes it once, so that a mistake is found when the
// plan is compiled.
func (f *Field) parseDefault(text, where string) error {
	f.fallback = new(pyjson.Document)
	err := f.fallback.Load(f.Node.defaultJSON(text))
	if err == nil {
		d := newDecoder(context.Background())
		defer d.free()
		d.doc, d.presetting = f.fallback, true
		t := f.Node.Type
		if f.Node.Nullable {
			t = reflect.PointerTo(t)
		}
		v := reflect.New(t).Elem()
		if f.Node.decode(d, 0, v) {
			f.Default = v.Interface()
			return nil
		}
		err = d.err()
		if invalid, ok := errors.AsType[*errors.PolarRequestValidationError](err); ok && len(invalid.Details()) > 0 {
			err = errors.New(invalid.Details()[0].Msg)
		}
	}
	return fmt.Errorf("%s: the default %q does not parse: %w", where, text, err)
}

// defaultJSON returns the JSON of a default tag. The tag holds the text itself for types
// that are text on the wire, and JSON for all others. Commas may separate the items of a
// list.
func (n *Node) defaultJSON(text string) []byte {
	switch {
	case n.Nullable && text == "null":
		return []byte(text)
	case n.isText():
		return encode.AppendString(nil, text)
	case !json.Valid([]byte(text)) && (n.Kind == Integer || n.Kind == Float || n.Kind == Bool || n.Kind == Enum || n.Kind == Literal):
		return encode.AppendString(nil, text)
	case (n.Kind == List || n.Kind == Set) && !strings.HasPrefix(text, "["):
		out := []byte{'['}
		for i, item := range strings.Split(text, ",") {
			if text == "" {
				break
			}
			if i > 0 {
				out = append(out, ',')
			}
			out = append(out, n.Elem.defaultJSON(item)...)
		}
		return append(out, ']')
	}
	return []byte(text)
}

func (n *Node) isText() bool {
	switch n.Kind {
	case String, UUID, Datetime, Date, Decimal, Duration, Email, URL, Text:
		return true
	case Enum, Literal:
		return n.Type.Kind() == reflect.String
	}
	return false
}

// flat reports whether the value has no objects in it.
func (n *Node) flat() bool {
	return n.Kind != Object && n.Kind != Union && (n.Elem == nil || n.Elem.flat())
}

// setDefault decodes the default for each request, so that no two requests share a map. It
// cannot fail, because it has been decoded when the plan was compiled. It does not count in
// the choice of a union's variant, because it has not been sent.
func (f *Field) setDefault(d *decoder, target reflect.Value) {
	request, presetting, exact, fields := d.doc, d.presetting, d.exact, d.fields
	d.doc, d.presetting = f.fallback, true
	f.Node.decode(d, 0, target)
	d.doc, d.presetting, d.exact, d.fields = request, presetting, exact, fields
}
