package plan

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/polarkit-go/polarkit/kit/internal/lax"
)

// renderer writes parsed values again, as FastAPI does when it echoes an input:
// numbers in Python's form, duplicates collapsed, keys that begin with _sa left
// out. What is sensitive is masked.
type renderer struct {
	doc *document
}

// value appends the value. The guide is its plan where it is known.
func (r renderer) value(out []byte, tok int32, guide *Node) []byte {
	first := r.doc.first(tok)
	if guide != nil && guide.sensitive && !guide.takes(first) {
		// The value has another shape than its plan, so nothing tells where the
		// secret is: a text is masked as a whole, the rest by name.
		if first == '"' {
			return appendString(out, masked)
		}
		return r.byName(out, tok, guide.secrets())
	}
	switch first {
	case '{':
		return r.object(out, tok, guide)
	case '[':
		var elem *Node
		if guide != nil {
			elem = guide.Elem
		}
		out = append(out, '[')
		for k, end := tok+1, r.doc.after(tok); k < end; k = r.doc.after(k) {
			if k != tok+1 {
				out = append(out, ',')
			}
			out = r.value(out, k, elem)
		}
		return append(out, ']')
	default:
		return r.scalar(out, tok)
	}
}

func (r renderer) scalar(out []byte, tok int32) []byte {
	t := r.doc.tokens[tok]
	raw := r.doc.raw(tok)
	switch raw[0] {
	case '"':
		if t.next&(flagEscaped|flagSurrogate) == 0 {
			return append(out, raw...)
		}
		return appendString(out, r.doc.str(tok))
	case 't', 'f', 'n':
		return append(out, raw...)
	case 'N', 'I':
		return appendString(out, raw)
	}
	switch {
	case raw == "-Infinity":
		return appendString(out, raw)
	case raw == "-0":
		return append(out, '0')
	case t.next&flagFloat == 0:
		return append(out, raw...)
	}
	f, err := strconv.ParseFloat(raw, 64)
	if err != nil { // the only error is the range
		if f < 0 {
			return appendString(out, "-Infinity")
		}
		return appendString(out, "Infinity")
	}
	return append(out, lax.FloatRepr(f)...)
}

func (r renderer) object(out []byte, tok int32, guide *Node) []byte {
	return r.members(out, tok, func(out []byte, e entry) []byte {
		node, secret := guide.member(e.key)
		if secret {
			return appendString(out, masked)
		}
		return r.value(out, e.value, node)
	})
}

// members writes an object whose values the function writes. FastAPI drops keys
// that begin with _sa.
func (r renderer) members(out []byte, tok int32, value func(out []byte, e entry) []byte) []byte {
	out = append(out, '{')
	comma := false
	for _, e := range r.doc.entries(tok) {
		if strings.HasPrefix(e.key, "_sa") {
			continue
		}
		if comma {
			out = append(out, ',')
		}
		comma = true
		out = value(append(appendString(out, e.key), ':'), e)
	}
	return append(out, '}')
}

// byName writes a value and masks every key of the set, at any depth.
func (r renderer) byName(out []byte, tok int32, secrets map[string]bool) []byte {
	switch r.doc.first(tok) {
	case '{':
		return r.members(out, tok, func(out []byte, e entry) []byte {
			if secrets[e.key] {
				return appendString(out, masked)
			}
			return r.byName(out, e.value, secrets)
		})
	case '[':
		out = append(out, '[')
		for k, end := tok+1, r.doc.after(tok); k < end; k = r.doc.after(k) {
			if k != tok+1 {
				out = append(out, ',')
			}
			out = r.byName(out, k, secrets)
		}
		return append(out, ']')
	case '"':
		return appendString(out, masked)
	default:
		return r.scalar(out, tok)
	}
}

// takes reports whether a value that begins with the byte has the shape of the plan.
func (n *Node) takes(first byte) bool {
	switch n.Kind {
	case Object, Map, Union, Metadata:
		return first == '{'
	case List:
		return first == '['
	default:
		return true
	}
}

// member is the plan of an object's value, and whether it is sensitive.
func (n *Node) member(key string) (node *Node, secret bool) {
	if n == nil {
		return nil, false
	}
	switch n.Kind {
	case Object:
		if f := n.Object.field(key); f != nil {
			return f.Node, f.Sensitive
		}
	case Map:
		return n.Elem, false
	case Union:
		for _, variant := range n.Union.Variants {
			f := variant.Node.Object.field(key)
			if f == nil {
				continue
			}
			if f.Sensitive {
				return nil, true
			}
			if node == nil || f.Node.sensitive {
				node = f.Node
			}
		}
		return node, false
	}
	return nil, false
}

// secrets are the names of all sensitive fields inside.
func (n *Node) secrets() map[string]bool {
	names, seen := map[string]bool{}, map[*ObjectPlan]bool{}
	var collect func(n *Node)
	collect = func(n *Node) {
		if n == nil {
			return
		}
		collect(n.Elem)
		if n.Union != nil {
			for _, variant := range n.Union.Variants {
				collect(variant.Node)
			}
		}
		if n.Object == nil || seen[n.Object] {
			return
		}
		seen[n.Object] = true
		for _, f := range n.Object.Fields {
			if f.Sensitive {
				names[f.Name] = true
			}
			collect(f.Node)
		}
	}
	collect(n)
	return names
}

// entry is one key of an object.
type entry struct {
	key   string
	name  int32
	value int32
}

// few is how many keys are compared one by one; more go through a map.
const few = 8

// entries are the keys of an object in the order in which they first appear,
// each with its last value.
func (d *document) entries(tok int32) []entry {
	end := d.after(tok)
	var list []entry
	var index map[string]int
	for k := tok + 1; k < end; k = d.after(k + 1) {
		e := entry{key: d.str(k), name: k, value: k + 1}
		at := -1
		if index == nil && len(list) == few {
			index = make(map[string]int, 2*few)
			for i, old := range list {
				index[old.key] = i
			}
		}
		if index != nil {
			if i, ok := index[e.key]; ok {
				at = i
			} else {
				index[e.key] = len(list)
			}
		} else {
			for i := range list {
				if list[i].key == e.key {
					at = i
					break
				}
			}
		}
		if at >= 0 {
			list[at].value = e.value
		} else {
			list = append(list, e)
		}
	}
	return list
}

// appendString writes text as Python's json does without ensure_ascii: only
// quotes, backslashes and controls are escaped.
func appendString(out []byte, s string) []byte {
	const hex = "0123456789abcdef"
	out = append(out, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			out = append(out, '\\', c)
		case c >= 0x20:
			out = append(out, c)
		case c == '\n':
			out = append(out, '\\', 'n')
		case c == '\r':
			out = append(out, '\\', 'r')
		case c == '\t':
			out = append(out, '\\', 't')
		case c == '\b':
			out = append(out, '\\', 'b')
		case c == '\f':
			out = append(out, '\\', 'f')
		default:
			out = append(out, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(out, '"')
}

// maxTag is how much of a union's tag a message repeats.
const maxTag = 1000

// pythonString is Python's str() of a parsed value, which for a text is the text.
func (d *document) pythonString(tok int32) string {
	if d.first(tok) == '"' {
		return d.str(tok)
	}
	return string(d.pythonRepr(nil, tok))
}

func (d *document) pythonRepr(out []byte, tok int32) []byte {
	switch d.first(tok) {
	case '"':
		return append(out, lax.Repr(d.str(tok))...)
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
		for k, end := tok+1, d.after(tok); k < end && len(out) <= maxTag; k = d.after(k) {
			if k != tok+1 {
				out = append(out, ", "...)
			}
			out = d.pythonRepr(out, k)
		}
		return append(out, ']')
	case '{':
		out = append(out, '{')
		for i, e := range d.entries(tok) {
			if i > 0 {
				out = append(out, ", "...)
			}
			out = append(append(out, lax.Repr(e.key)...), ": "...)
			out = d.pythonRepr(out, e.value)
		}
		return append(out, '}')
	}
	raw := d.raw(tok)
	f, err := strconv.ParseFloat(raw, 64)
	switch {
	case raw == "-Infinity" || err != nil && f < 0:
		return append(out, "-inf"...)
	case d.tokens[tok].next&flagFloat == 0:
		return (renderer{doc: d}).scalar(out, tok)
	case err != nil:
		return append(out, "inf"...)
	}
	return append(out, lax.FloatRepr(f)...)
}

// cut shortens a text that goes into a message.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
