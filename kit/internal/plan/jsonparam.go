package plan

import (
	"fmt"
	"reflect"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/noun"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
	"github.com/polarkit-go/polarkit/kit/internal/pyjson"
)

// isJSONParam reports whether the text of a parameter is JSON, which is Pydantic's Json[T].
func isJSONParam(sf reflect.StructField, from, where string) (bool, error) {
	content, ok := sf.Tag.Lookup("content")
	switch {
	case !ok:
		return false, nil
	case content != "json":
		return false, fmt.Errorf("%s: the content tag is %q; the only one is json", where, content)
	case from == "path":
		return false, fmt.Errorf("%s: JSON stands in a parameter of the query, a header or a cookie, and not in the path", where)
	case from == placeForm:
		return false, fmt.Errorf("%s: JSON stands in a parameter of the query, a header or a cookie, and not in a form; use a body of JSON", where)
	case noun.IsFilter(sf.Type):
		return false, fmt.Errorf("%s: a kit.Filter is a repeated parameter, and JSON is one text; use a slice", where)
	}
	return true, nil
}

// bindJSON reads a parameter whose text is JSON. The text is scanned by a decoder of its
// own, since the one of the request has the body.
func (f *Field) bindJSON(d *decoder, text string, v reflect.Value) bool {
	d.atText(text)
	inside := newDecoder(d.ctx)
	defer inside.free()
	if err := inside.own.Load([]byte(text)); err != nil {
		reason := "it nests too deep, or has too long an integer"
		if syntax, ok := errors.AsType[*pyjson.SyntaxError](err); ok {
			reason = fmt.Sprintf("%s at character %d", syntax.Text, syntax.Position)
		}
		issue := &pydantic.Issue{Type: "json_invalid", Msg: "Invalid JSON: " + reason, Ctx: errors.Ctx{{Name: "error", Value: reason}}}
		if f.Node.sensitive {
			return d.failInput(issue, masked)
		}
		return d.fail(issue)
	}
	inside.loc = append(inside.loc, d.loc...)
	inside.mask, inside.echoed = d.mask, d.echoed
	n, target := f.Node, f.target(v)
	var good bool
	if n.Nullable && inside.isNull(0) { // null is absent or the error of the type, as in Pydantic's Json[T] | None
		good = n.decodeValue(inside, 0, reflect.New(n.Type).Elem())
	} else {
		good = n.decode(inside, 0, target)
	}
	for _, e := range inside.errs {
		if !d.full() {
			d.errs = append(d.errs, e)
		}
	}
	d.echoed = inside.echoed
	if d.failure == nil {
		d.failure = inside.failure
	}
	return good
}
