package plan

import (
	"slices"

	"github.com/polarkit-go/polarkit/kit/internal/pyjson"
)

// holdsNUL reports whether a text inside holds U+0000. It looks into texts, lists and maps,
// as Polar's Schema does. Nested objects look for it themselves.
func (n *Node) holdsNUL(doc *pyjson.Document, tok pyjson.Token) bool {
	return holdsNUL(n.shapes(nil), doc, tok)
}

// shapes adds the node, or the variants of a union, each once.
func (n *Node) shapes(to []*Node) []*Node {
	switch {
	case n.Kind == Union:
		for _, variant := range n.Union.Variants {
			to = variant.Node.shapes(to)
		}
	case !slices.Contains(to, n):
		to = append(to, n)
	}
	return to
}

// holdsNUL is [Node.holdsNUL] for a value that any of the nodes may have read. So it looks at
// each value once, also where several variants of a union hold the union itself.
func holdsNUL(nodes []*Node, doc *pyjson.Document, tok pyjson.Token) bool {
	first, end := doc.First(tok), doc.After(tok)
	var items, values []*Node
	for _, n := range nodes {
		switch n.Kind {
		case Any, Metadata:
			if doc.HoldsNUL(tok) {
				return true
			}
		case String, Text, Raw, Custom: // Raw and Custom get all bytes, also the values that a repeated key hides
			for k := tok; k < end; k++ {
				if doc.HasNUL(k) {
					return true
				}
			}
			return false // nothing inside has one
		case List, Set:
			items = n.Elem.shapes(items)
		case Map:
			values = n.Elem.shapes(values)
		}
	}
	switch {
	case first == '[' && items != nil:
		for k := tok + 1; k < end; k = doc.After(k) {
			if holdsNUL(items, doc, k) {
				return true
			}
		}
	case first == '{' && values != nil:
		for _, e := range doc.Entries(tok) {
			if doc.HasNUL(e.Name) || holdsNUL(values, doc, e.Value) {
				return true
			}
		}
	}
	return false
}
