package plan

import (
	"github.com/polarkit-go/polarkit/kit/internal/encode"
	"github.com/polarkit-go/polarkit/kit/internal/pyjson"
)

// masked stands in an answer for the value of a sensitive field.
const masked = "**********"

// appendMasked appends a value that the node, which may be nil, has not read. What
// is sensitive in it is masked.
func (n *Node) appendMasked(out []byte, doc *pyjson.Document, tok pyjson.Token) []byte {
	first := doc.First(tok)
	if n.hides(first) { // a text is masked as a whole, the rest by name
		if first == '"' {
			return encode.AppendString(out, masked)
		}
		return appendMaskedByName(out, doc, tok, n.secrets())
	}
	switch first {
	case '{':
		return doc.AppendObject(out, tok, func(out []byte, e pyjson.Entry) []byte {
			node, secret := n.member(e.Key)
			if secret {
				return encode.AppendString(out, masked)
			}
			return node.appendMasked(out, doc, e.Value)
		})
	case '[':
		var elem *Node
		if n != nil {
			elem = n.Elem
		}
		return doc.AppendList(out, tok, func(out []byte, item pyjson.Token) []byte {
			return elem.appendMasked(out, doc, item)
		})
	default:
		return doc.AppendScalar(out, tok)
	}
}

// appendMaskedByName appends a value and masks the members with one of the names,
// at any depth.
func appendMaskedByName(out []byte, doc *pyjson.Document, tok pyjson.Token, names map[string]bool) []byte {
	switch doc.First(tok) {
	case '{':
		return doc.AppendObject(out, tok, func(out []byte, e pyjson.Entry) []byte {
			if names[e.Key] {
				return encode.AppendString(out, masked)
			}
			return appendMaskedByName(out, doc, e.Value, names)
		})
	case '[':
		return doc.AppendList(out, tok, func(out []byte, item pyjson.Token) []byte {
			return appendMaskedByName(out, doc, item, names)
		})
	case '"':
		return encode.AppendString(out, masked)
	default:
		return doc.AppendScalar(out, tok)
	}
}

// hides reports whether a value that begins with the byte has a secret in a place that is
// not known: the value has another shape than its plan, or one of several shapes.
func (n *Node) hides(first byte) bool {
	return n != nil && n.sensitive && (!n.takes(first) || n.Kind == Union && !n.Union.IsTagged())
}

// takes reports whether a value that begins with the byte has the shape that the node
// describes.
func (n *Node) takes(first byte) bool {
	switch n.Kind {
	case Object, Map, Union, Metadata:
		return first == '{'
	case List, Set:
		return first == '['
	default:
		return true
	}
}

// member is the node of an object's value, and whether the value is sensitive.
func (n *Node) member(key string) (node *Node, secret bool) {
	if n == nil {
		return nil, false
	}
	switch n.Kind {
	case Object:
		if n.Object.keys != nil && n.Object.hasKey(key) {
			return n.Object.aliasedMember(key)
		}
		if f := n.Object.field(key); f != nil {
			return f.Node, f.Sensitive
		}
		if extra := n.Object.Extra; extra != nil {
			return extra.Node.Elem, extra.Sensitive
		}
	case Map:
		return n.Elem, false
	case Union:
		for _, variant := range n.Union.Variants {
			member, secret := variant.Node.member(key)
			if secret {
				return nil, true
			}
			if node == nil || member != nil && member.sensitive {
				node = member
			}
		}
		return node, false
	}
	return nil, false
}

// secrets are the names of all sensitive fields inside.
func (n *Node) secrets() map[string]bool {
	names, seen, unions := map[string]bool{}, map[*ObjectPlan]bool{}, map[*UnionPlan]bool{}
	var collect func(n *Node)
	collect = func(n *Node) {
		if n == nil {
			return
		}
		collect(n.Elem)
		if n.Union != nil && !unions[n.Union] {
			unions[n.Union] = true
			for _, variant := range n.Union.Variants {
				collect(variant.Node)
			}
		}
		if n.Object == nil || seen[n.Object] {
			return
		}
		seen[n.Object] = true
		if n.Object.Extra != nil {
			collect(n.Object.Extra.Node)
		}
		for _, f := range n.Object.Fields {
			if f.Sensitive {
				for _, path := range f.paths() {
					for _, part := range path {
						if name, ok := part.(string); ok {
							names[name] = true
						}
					}
				}
			}
			collect(f.Node)
		}
	}
	collect(n)
	return names
}

func (n *Node) anySensitive() bool {
	if n.Elem != nil && n.Elem.sensitive {
		return true
	}
	if n.Union != nil {
		for _, variant := range n.Union.Variants {
			if variant.Node.sensitive {
				return true
			}
		}
	}
	if n.Object != nil {
		if extra := n.Object.Extra; extra != nil && (extra.Sensitive || extra.Node.sensitive) {
			return true
		}
		for _, f := range n.Object.Fields {
			if f.Sensitive || f.Node != nil && f.Node.sensitive {
				return true
			}
		}
	}
	return false
}
