package pyjson

import (
	"strconv"
	"strings"

	"github.com/polarkit-go/polarkit/kit/internal/encode"
	"github.com/polarkit-go/polarkit/kit/internal/python"
)

// The input of an error is the parsed value as FastAPI writes it. Numbers have Python's
// form. A repeated key has its last value. Keys that begin with _sa are left out.

// AppendScalar appends a value that is not an object or a list.
func (d *Document) AppendScalar(out []byte, tok Token) []byte {
	t := d.tokens[tok]
	raw := d.Raw(tok)
	switch raw[0] {
	case '"':
		if t.next&(flagEscaped|flagSurrogate) == 0 {
			return append(out, raw...)
		}
		return encode.AppendString(out, d.Text(tok))
	case 't', 'f', 'n':
		return append(out, raw...)
	case 'N', 'I':
		return encode.AppendString(out, raw)
	}
	switch {
	case raw == "-Infinity":
		return encode.AppendString(out, raw)
	case raw == "-0":
		return append(out, '0')
	case !d.IsFloat(tok):
		return append(out, raw...)
	}
	f, err := strconv.ParseFloat(raw, 64)
	if err != nil { // the only error is the range
		if f < 0 {
			return encode.AppendString(out, "-Infinity")
		}
		return encode.AppendString(out, "Infinity")
	}
	return python.AppendFloatRepr(out, f)
}

// AppendList appends a list. The function appends its items.
func (d *Document) AppendList(out []byte, tok Token, item func(out []byte, item Token) []byte) []byte {
	out = append(out, '[')
	for k, end := tok+1, d.After(tok); k < end; k = d.After(k) {
		if k != tok+1 {
			out = append(out, ',')
		}
		out = item(out, k)
	}
	return append(out, ']')
}

// AppendObject appends an object. The function appends its values.
func (d *Document) AppendObject(out []byte, tok Token, value func(out []byte, e Entry) []byte) []byte {
	out = append(out, '{')
	comma := false
	for _, e := range d.Entries(tok) {
		if strings.HasPrefix(e.Key, "_sa") {
			continue
		}
		if comma {
			out = append(out, ',')
		}
		comma = true
		out = value(append(encode.AppendString(out, e.Key), ':'), e)
	}
	return append(out, '}')
}
