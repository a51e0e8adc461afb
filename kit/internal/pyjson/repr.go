package pyjson

import (
	"strconv"

	"github.com/polarkit-go/polarkit/kit/internal/python"
)

// Str is Python's str of the value, which for a text is the text. A list or an object
// ends soon after the number of bytes, however long it is.
func (d *Document) Str(tok Token, enough int) string {
	if d.First(tok) == '"' {
		return d.Text(tok)
	}
	return string(d.appendRepr(nil, tok, enough))
}

func (d *Document) appendRepr(out []byte, tok Token, enough int) []byte {
	switch d.First(tok) {
	case '"':
		return append(out, python.Repr(d.Text(tok))...)
	case 't':
		return append(out, "True"...)
	case 'f':
		return append(out, "False"...)
	case 'n':
		return append(out, "None"...)
	case 'N':
		return append(out, "nan"...)
	case 'I':
		return append(out, "inf"...)
	case '[':
		out = append(out, '[')
		for k, end := tok+1, d.After(tok); k < end && len(out) <= enough; k = d.After(k) {
			if k != tok+1 {
				out = append(out, ", "...)
			}
			out = d.appendRepr(out, k, enough)
		}
		return append(out, ']')
	case '{':
		out = append(out, '{')
		for i, e := range d.Entries(tok) {
			if len(out) > enough {
				break
			}
			if i > 0 {
				out = append(out, ", "...)
			}
			out = append(append(out, python.Repr(e.Key)...), ": "...)
			out = d.appendRepr(out, e.Value, enough)
		}
		return append(out, '}')
	}
	raw := d.Raw(tok)
	f, err := strconv.ParseFloat(raw, 64)
	switch {
	case raw == "-Infinity" || err != nil && f < 0:
		return append(out, "-inf"...)
	case !d.IsFloat(tok):
		return d.AppendScalar(out, tok)
	case err != nil:
		return append(out, "inf"...)
	}
	return append(out, python.FloatRepr(f)...)
}
