package plan

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/internal/encode"
	"github.com/polarkit-go/polarkit/kit/internal/pyjson"
)

// rawValue is a value as an application sees it before it is read. It is a text where the token
// is none.
type rawValue struct {
	doc  *pyjson.Document
	tok  pyjson.Token
	text string
	err  error // of the program: the value cannot be JSON
}

// rawOf is the JSON of a value of an application.
func rawOf(v any) rawValue {
	if raw, ok := v.(rawValue); ok {
		return raw
	}
	data, err := encode.Append(nil, v)
	return loadRaw(data, err)
}

func loadRaw(data []byte, err error) rawValue {
	v := rawValue{doc: new(pyjson.Document), err: err}
	if err == nil {
		v.err = v.doc.Load(data)
	}
	if v.err != nil {
		return rawValue{tok: none, err: fmt.Errorf("a value cannot be JSON: %w", v.err)}
	}
	return v
}

func (v rawValue) Has(key string) bool {
	_, ok := v.Member(key)
	return ok
}

func (v rawValue) Member(key string) (kit.Value, bool) {
	if v.tok == none {
		return nil, false
	}
	member := v.doc.Member(v.tok, key)
	if member == none {
		return nil, false
	}
	return rawValue{doc: v.doc, tok: member}, true
}

func (v rawValue) Text() (string, bool) {
	switch {
	case v.tok == none:
		return v.text, v.err == nil
	case v.doc.First(v.tok) == '"':
		return strings.Clone(v.doc.Text(v.tok)), true
	default:
		return "", false
	}
}

func (v rawValue) Any() any {
	if v.tok == none {
		return v.text
	}
	return v.doc.Any(v.tok)
}

func (v rawValue) With(key string, member any) kit.Value {
	if !v.isObject() {
		return v
	}
	added, err := rawOf(member).MarshalJSON()
	object := v.doc.Raw(v.tok)
	data := make([]byte, 0, len(object)+len(key)+len(added)+len(`,"":`))
	data = append(data, object[:len(object)-1]...)
	if v.doc.After(v.tok) > v.tok+1 {
		data = append(data, ',')
	}
	// Of two members with one name the last counts, at the place of the first.
	data = append(encode.AppendString(data, key), ':')
	return loadRaw(append(append(data, added...), '}'), err)
}

func (v rawValue) Without(keys ...string) kit.Value {
	if !v.isObject() {
		return v
	}
	data := []byte{'{'}
	for _, e := range v.doc.Entries(v.tok) {
		if slices.Contains(keys, e.Key) {
			continue
		}
		if len(data) > 1 {
			data = append(data, ',')
		}
		data = append(append(data, v.doc.Raw(e.Name)...), ':')
		data = append(data, v.doc.Raw(e.Value)...)
	}
	return loadRaw(append(data, '}'), nil)
}

func (v rawValue) isObject() bool { return v.tok != none && v.doc.First(v.tok) == '{' }

// MarshalJSON is for a value inside of a value of Go.
func (v rawValue) MarshalJSON() ([]byte, error) {
	switch {
	case v.err != nil:
		return nil, v.err
	case v.tok == none:
		return encode.AppendString(nil, v.text), nil
	}
	return []byte(v.doc.Raw(v.tok)), nil
}

var _ json.Marshaler = rawValue{}
