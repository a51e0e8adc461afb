package plan

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/polarkit-go/polarkit/internal/jsonnum"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/internal/lax"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
	"github.com/polarkit-go/polarkit/kit/internal/pyjson"
)

// metadataNode is the plan of kit.Metadata, without the type.
func metadataNode(n *Node) {
	one, keys, key, text := 1, kit.MaxMetadataKeys, kit.MaxMetadataKeyLength, kit.MaxMetadataTextLength
	n.Kind, n.MaxLength = Metadata, &keys
	n.Key = &Node{Kind: String, Type: reflect.TypeFor[string](), MinLength: &one, MaxLength: &key}
	n.Elem = &Node{Kind: String, Type: reflect.TypeFor[string](), MinLength: &one, MaxLength: &text}
	n.Key.prepareLength()
	n.Elem.prepareLength()
	n.prepareLength()
}

// decodeMetadata reads texts, integers, floats and bools by key. A value of another type is
// reported four times, once for each of these, as Pydantic reports a union.
func (n *Node) decodeMetadata(d *decoder, tok pyjson.Token, v reflect.Value) bool {
	d.at(tok)
	if d.doc.First(tok) != '{' {
		return d.failWith(issueDict, n)
	}
	entries := d.doc.Entries(tok)
	m := make(kit.Metadata, min(len(entries), kit.MaxMetadataKeys))
	valid := true
	for _, e := range entries {
		d.push(e.Key)
		if !n.metadataKey(d, e) {
			valid = false
		}
		value, ok := n.metadataValue(d, e.Value)
		d.pop()
		if !ok {
			valid = false
		}
		if valid {
			m[strings.Clone(e.Key)] = value
		} else if d.full() {
			break
		}
	}
	if !valid || !n.checkMapLength(d, tok, len(entries)) {
		return false
	}
	v.Set(reflect.ValueOf(m))
	return n.check(d, tok, v)
}

func (n *Node) metadataKey(d *decoder, e pyjson.Entry) bool {
	issue := n.Key.textLength(e.Key)
	if d.doc.HasSurrogate(e.Name) {
		issue = issueUnicode
	}
	if issue != nil {
		d.push("[key]")
		d.at(e.Name)
		d.fail(issue)
		d.pop()
		return false
	}
	return true
}

// textLength is the length of a text that has a minimum and a maximum.
func (n *Node) textLength(s string) *pydantic.Issue {
	switch count := utf8.RuneCountInString(s); {
	case count < n.minLength.n:
		return &n.minLength.issue
	case count > n.maxLength.n:
		return &n.maxLength.issue
	}
	return nil
}

// branch is one type of the union, and the issue of a value that is not of this type.
type branch struct {
	label string
	issue *pydantic.Issue
}

var noBranch = [...]branch{
	{"constrained-str", issueString},
	{"int", issueInt},
	{"float", issueFloat},
	{"bool", issueBool},
}

func (n *Node) metadataValue(d *decoder, tok pyjson.Token) (any, bool) {
	d.at(tok)
	branches := noBranch
	switch first := d.doc.First(tok); first {
	case '"':
		return n.metadataText(d, d.doc.Text(tok))
	case 't', 'f':
		return first == 't', true
	case 'n', '{', '[':
	default:
		if !d.doc.IsFloat(tok) && !d.doc.IsNonFinite(tok) {
			return jsonnum.Value(d.doc.Raw(tok)), true
		}
		if f := d.doc.Float(tok); isFinite(f) {
			return f, true
		}
		branches[1].issue, branches[2].issue = issueFinite, issueFinite
	}
	return nil, d.failBranches(branches[:])
}

// isFinite reports whether JSON can hold a float. Pydantic accepts the others too, but
// metadata is stored as JSON and returned as JSON.
func isFinite(f float64) bool { return !math.IsInf(f, 0) && !math.IsNaN(f) }

func (n *Node) metadataText(d *decoder, s string) (any, bool) {
	tooLong := n.Elem.textLength(s)
	if tooLong == nil && (d.tok == none || !d.doc.HasSurrogate(d.tok)) {
		return strings.Clone(s), true
	}
	if tooLong == nil {
		tooLong = issueUnicode
	}
	i, overflow, noInt := lax.Int(s)
	f, noFloat := lax.Float(s)
	b, noBool := lax.Bool(s)
	switch {
	case noInt == nil && overflow == 0:
		return i, true
	case noInt == nil:
		return integerNumber(s), true
	case noFloat == nil && isFinite(f):
		return f, true
	case noFloat != nil && noBool == nil:
		return b, true
	}
	if noFloat == nil {
		noFloat = issueFinite
	}
	return nil, d.failBranches([]branch{{"constrained-str", tooLong}, {"int", noInt}, {"float", noFloat}, {"bool", noBool}})
}

// integerNumber is a valid integer beyond 64 bits, as JSON writes it.
func integerNumber(s string) json.Number {
	digits, negative := strings.CutPrefix(integerDigits(s), "-")
	digits = strings.TrimLeft(digits, "0")
	if negative {
		digits = "-" + digits
	}
	return json.Number(digits)
}

func (d *decoder) failBranches(branches []branch) bool {
	for _, b := range branches {
		d.push(b.label)
		d.fail(b.issue)
		d.pop()
	}
	return false
}
