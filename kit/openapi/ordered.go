package openapi

import (
	"bytes"
	"encoding/json"
)

// Map is a map by names that keeps its order.
type Map[V any] []Entry[V]

// Entry is one entry of a [Map].
type Entry[V any] struct {
	Name  string
	Value V
}

// MarshalJSON writes an object with the entries in their order.
func (m Map[V]) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, entry := range m {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := marshal(entry.Name)
		if err != nil {
			return nil, err
		}
		value, err := marshal(entry.Value)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// Get is the value under a name.
func (m Map[V]) Get(name string) (value V, ok bool) {
	for _, entry := range m {
		if entry.Name == name {
			return entry.Value, true
		}
	}
	return value, false
}

// marshal writes JSON without the escapes that are meant for HTML.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// JSON is the document as it is served.
func (d *Document) JSON() ([]byte, error) { return marshal(d) }
