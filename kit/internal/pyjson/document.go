package pyjson

import "unsafe"

// A Document is a scanned text. Its zero value can be loaded.
type Document struct {
	data   []byte
	text   string // the same bytes
	tokens []span
	stack  []uint32

	nul        bool // some text holds U+0000
	halves     bool // some text holds half a surrogate pair
	nonFinite  bool // there is a NaN or an infinity
	surrogates bool // the bytes hold encoded surrogates
}

// A Token is a value or an object's key. The tokens of a text follow each other
// in its order, and the first, 0, is the whole. The methods of a [Document] take
// tokens of its own.
type Token int32

// None stands for a token that does not exist.
const None Token = -1

// span is where a token stands.
type span struct {
	start, end uint32
	// next is the index after a container's last token; for a text or a number
	// it holds flags.
	next uint32
}

const (
	flagEscaped   = 1 << iota // the text has escapes
	flagSurrogate             // the text holds half a surrogate pair
	flagNUL                   // the text holds U+0000
	flagFloat                 // the number has a fraction or an exponent
)

// Load scans the bytes, which must not change afterwards. The error is
// [ErrUnreadable] or a [*SyntaxError].
func (d *Document) Load(raw []byte) error {
	data, surrogates, ok := decodeText(raw)
	if !ok {
		return ErrUnreadable
	}
	d.data, d.surrogates = data, surrogates
	d.text = unsafe.String(unsafe.SliceData(data), len(data))
	d.tokens, d.stack = d.tokens[:0], d.stack[:0]
	d.nul, d.halves, d.nonFinite = false, false, false
	return d.scan()
}

// keepTokens is the number of tokens for which Reset keeps room.
const keepTokens = 1 << 14

// Reset forgets what has been loaded and keeps room for what is loaded next.
func (d *Document) Reset() {
	tokens, stack := d.tokens[:0], d.stack[:0]
	if cap(tokens) > keepTokens {
		tokens = nil
	}
	*d = Document{tokens: tokens, stack: stack}
}

// IsEmpty reports whether nothing has been loaded.
func (d *Document) IsEmpty() bool { return len(d.tokens) == 0 }

// Len is how many tokens there are.
func (d *Document) Len() int { return len(d.tokens) }

// Size is the number of bytes of the whole text.
func (d *Document) Size() int { return len(d.data) }

// First is the first byte of a token, by which its kind is known.
func (d *Document) First(tok Token) byte { return d.data[d.tokens[tok].start] }

// Raw is the token as it stands in the text.
func (d *Document) Raw(tok Token) string {
	t := d.tokens[tok]
	return d.text[t.start:t.end]
}

// After is the index of the token that follows the whole value.
func (d *Document) After(tok Token) Token {
	switch t := d.tokens[tok]; d.data[t.start] {
	case '{', '[':
		return Token(t.next)
	default:
		return tok + 1
	}
}

// Member is the value of an object's key, or the item of a list at an index. A repeated
// key has its last value. Member is [None] if the key or the index does not exist.
func (d *Document) Member(tok Token, part any) Token {
	found := None
	first, end := d.First(tok), d.After(tok)
	switch part := part.(type) {
	case string:
		if first == '{' {
			for k := tok + 1; k < end; k = d.After(k + 1) {
				if d.Text(k) == part {
					found = k + 1
				}
			}
		}
	case int:
		if first == '[' {
			for i, k := 0, tok+1; k < end; i, k = i+1, d.After(k) {
				if i == part {
					return k
				}
			}
		}
	}
	return found
}

// An Entry is a key of an object and its value.
type Entry struct {
	// Key is the text of the key.
	Key string
	// Name is the token of the key.
	Name Token
	// Value is the token of the value.
	Value Token
}

// few is how many keys are compared one by one. More are looked up in a map.
const few = 8

// Entries are the keys of an object in the order in which they first appear,
// each with its last value.
func (d *Document) Entries(tok Token) []Entry {
	end := d.After(tok)
	var list []Entry
	var index map[string]int
	for k := tok + 1; k < end; k = d.After(k + 1) {
		e := Entry{Key: d.Text(k), Name: k, Value: k + 1}
		at := -1
		if index == nil && len(list) == few {
			index = make(map[string]int, 2*few)
			for i, old := range list {
				index[old.Key] = i
			}
		}
		if index != nil {
			if i, ok := index[e.Key]; ok {
				at = i
			} else {
				index[e.Key] = len(list)
			}
		} else {
			for i := range list {
				if list[i].Key == e.Key {
					at = i
					break
				}
			}
		}
		if at >= 0 {
			list[at].Value = e.Value
		} else {
			list = append(list, e)
		}
	}
	return list
}
