package plan

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
	"unsafe"
)

// The limits of a body. FastAPI's are those of its interpreter; these are the
// library's own.
const (
	// MaxDepth is how deep a body may be nested.
	MaxDepth = 500
	// maxDigits is how many digits an integer may have (CPython's limit).
	maxDigits = 4300
)

// errUnreadable is a body that is answered with 400: bad UTF-8, nested too
// deep, or an integer of too many digits.
var errUnreadable = errors.New("there was an error parsing the body")

// syntaxError is a body that is not JSON: the text is Python's, the position
// counts characters.
type syntaxError struct {
	pos  int
	text string
}

func (e *syntaxError) Error() string { return e.text + ": char " + strconv.Itoa(e.pos) }

// A token is a value or an object's key. Its kind is the first byte.
type token struct {
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

// document is a scanned body.
type document struct {
	data   []byte
	text   string // the same bytes
	tokens []token
	stack  []uint32

	nul        bool // some text holds U+0000
	nonFinite  bool // there is a NaN or an infinity
	surrogates bool // the bytes hold encoded surrogates
}

// load scans the bytes, which must not change afterwards.
func (d *document) load(raw []byte) error {
	data, surrogates, ok := decodeText(raw)
	if !ok {
		return errUnreadable
	}
	d.data, d.surrogates = data, surrogates
	d.text = unsafe.String(unsafe.SliceData(data), len(data))
	d.tokens, d.stack = d.tokens[:0], d.stack[:0]
	d.nul, d.nonFinite = false, false
	return d.scan()
}

func (d *document) syntax(at int, text string) error {
	return &syntaxError{pos: countCharacters(d.text[:at]), text: text}
}

// countCharacters counts code points, an encoded surrogate as one.
func countCharacters(s string) int {
	n := 0
	for i := range len(s) {
		if s[i]&0xC0 != 0x80 {
			n++
		}
	}
	return n
}

const (
	expectingValue     = "Expecting value"
	expectingProperty  = "Expecting property name enclosed in double quotes"
	expectingColon     = "Expecting ':' delimiter"
	expectingComma     = "Expecting ',' delimiter"
	trailingInObject   = "Illegal trailing comma before end of object"
	trailingInArray    = "Illegal trailing comma before end of array"
	extraData          = "Extra data"
	unterminatedString = "Unterminated string starting at"
	controlCharacter   = "Invalid control character at"
	invalidEscape      = `Invalid \escape`
	invalidUnicode     = `Invalid \uXXXX escape`
)

func (d *document) space(i int) int {
	for i < len(d.data) {
		switch d.data[i] {
		case ' ', '\n', '\r', '\t':
			i++
		default:
			return i
		}
	}
	return i
}

// scan reads one JSON value with the texts and positions of CPython's json.
func (d *document) scan() error {
	data := d.data
	i := d.space(0)
	var err error
value:
	if i >= len(data) {
		return d.syntax(i, expectingValue)
	}
	switch c := data[i]; c {
	case '"':
		if i, err = d.scanString(i); err != nil {
			return err
		}
	case '{', '[':
		if len(d.stack) >= MaxDepth {
			return errUnreadable
		}
		d.stack = append(d.stack, uint32(len(d.tokens)))
		d.tokens = append(d.tokens, token{start: uint32(i)})
		i = d.space(i + 1)
		if i < len(data) && data[i] == c+2 { // the closing bracket
			i = d.closeContainer(i)
			break
		}
		if c == '{' {
			goto key
		}
		goto value
	default:
		if i, err = d.scanPlain(i); err != nil {
			return err
		}
	}
after:
	i = d.space(i)
	if len(d.stack) == 0 {
		if i != len(data) {
			return d.syntax(i, extraData)
		}
		return nil
	}
	{
		object := data[d.tokens[d.stack[len(d.stack)-1]].start] == '{'
		closing, trailing := byte(']'), trailingInArray
		if object {
			closing, trailing = '}', trailingInObject
		}
		if i < len(data) && data[i] == closing {
			i = d.closeContainer(i)
			goto after
		}
		if i >= len(data) || data[i] != ',' {
			return d.syntax(i, expectingComma)
		}
		comma := i
		i = d.space(i + 1)
		if i < len(data) && data[i] == closing {
			return d.syntax(comma, trailing)
		}
		if !object {
			goto value
		}
	}
key:
	if i >= len(data) || data[i] != '"' {
		return d.syntax(i, expectingProperty)
	}
	if i, err = d.scanString(i); err != nil {
		return err
	}
	if i = d.space(i); i >= len(data) || data[i] != ':' {
		return d.syntax(i, expectingColon)
	}
	i = d.space(i + 1)
	goto value
}

func (d *document) closeContainer(i int) int {
	top := d.stack[len(d.stack)-1]
	d.stack = d.stack[:len(d.stack)-1]
	d.tokens[top].end, d.tokens[top].next = uint32(i+1), uint32(len(d.tokens))
	return i + 1
}

func (d *document) scanString(start int) (int, error) {
	data := d.data
	var flags uint32
	for i := start + 1; i < len(data); {
		c := data[i]
		switch {
		case c == '"':
			if d.surrogates && !utf8.Valid(data[start:i]) {
				flags |= flagSurrogate
			}
			d.tokens = append(d.tokens, token{uint32(start), uint32(i + 1), flags})
			return i + 1, nil
		case c < 0x20:
			return 0, d.syntax(i, controlCharacter)
		case c != '\\':
			i++
			continue
		}
		flags |= flagEscaped
		if i+1 >= len(data) {
			break
		}
		switch data[i+1] {
		case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			i += 2
			continue
		case 'u':
		default:
			return 0, d.syntax(i, invalidEscape)
		}
		r, ok := hex4(data, i+2)
		if !ok {
			return 0, d.syntax(i+1, invalidUnicode)
		}
		i += 6
		switch {
		case r == 0:
			flags |= flagNUL
			d.nul = true
		case r >= 0xD800 && r < 0xDC00:
			if _, ok := lowSurrogate(data, i); ok {
				i += 6
			} else {
				flags |= flagSurrogate
			}
		case r >= 0xDC00 && r < 0xE000:
			flags |= flagSurrogate
		}
	}
	return 0, d.syntax(start, unterminatedString)
}

// hex4 reads the four digits at i. As in CPython, one more character has to follow.
func hex4(data []byte, i int) (rune, bool) {
	if i+4 >= len(data) {
		return 0, false
	}
	var r rune
	for _, c := range data[i : i+4] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		case c >= 'A' && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

// lowSurrogate reads the escape at i if it is the second half of a pair.
func lowSurrogate(data []byte, i int) (rune, bool) {
	if i+1 >= len(data) || data[i] != '\\' || data[i+1] != 'u' {
		return 0, false
	}
	r, ok := hex4(data, i+2)
	return r, ok && r >= 0xDC00 && r < 0xE000
}

// scanPlain reads a number or one of Python's constants.
func (d *document) scanPlain(start int) (int, error) {
	rest := d.text[start:]
	for _, word := range [...]string{"true", "false", "null", "NaN", "Infinity", "-Infinity"} {
		if rest[0] == word[0] && strings.HasPrefix(rest, word) {
			if word[0] < 'a' {
				d.nonFinite = true
			}
			d.tokens = append(d.tokens, token{start: uint32(start), end: uint32(start + len(word))})
			return start + len(word), nil
		}
	}
	data, i := d.data, start
	if data[i] == '-' {
		i++
	}
	first := i
	for i < len(data) && isDigit(data[i]) {
		i++
		if i == first+1 && data[first] == '0' {
			break
		}
	}
	if i == first {
		return 0, d.syntax(start, expectingValue)
	}
	var flags uint32
	digits := i - first
	if i+1 < len(data) && data[i] == '.' && isDigit(data[i+1]) {
		flags = flagFloat
		for i++; i < len(data) && isDigit(data[i]); i++ {
		}
	}
	if i < len(data) && (data[i] == 'e' || data[i] == 'E') {
		j := i + 1
		if j < len(data) && (data[j] == '+' || data[j] == '-') {
			j++
		}
		if j < len(data) && isDigit(data[j]) {
			flags = flagFloat
			for i = j + 1; i < len(data) && isDigit(data[i]); i++ {
			}
		}
	}
	if flags == 0 && digits > maxDigits {
		return 0, errUnreadable
	}
	d.tokens = append(d.tokens, token{uint32(start), uint32(i), flags})
	return i, nil
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// first is the first byte of a token, which tells its kind.
func (d *document) first(tok int32) byte { return d.data[d.tokens[tok].start] }

// raw is the token as it stands in the body.
func (d *document) raw(tok int32) string {
	t := d.tokens[tok]
	return d.text[t.start:t.end]
}

// after is the index of the token that follows the whole value.
func (d *document) after(tok int32) int32 {
	switch t := d.tokens[tok]; d.data[t.start] {
	case '{', '[':
		return int32(t.next)
	default:
		return tok + 1
	}
}

// str is the text of a string token. It may share memory with the body.
func (d *document) str(tok int32) string {
	t := d.tokens[tok]
	inner := d.text[t.start+1 : t.end-1]
	if t.next&(flagEscaped|flagSurrogate) == 0 {
		return inner
	}
	return unescape(inner)
}

// unescape resolves the escapes of a string that the scanner has accepted. Half
// a surrogate pair becomes U+FFFD.
func unescape(s string) string {
	out := make([]byte, 0, len(s))
	data := []byte(s + `"`) // hex4 wants a character after the digits
	for i := 0; i < len(s); {
		c := s[i]
		if c != '\\' {
			r, size := rune(c), 1
			if c >= utf8.RuneSelf {
				if r, size = utf8.DecodeRuneInString(s[i:]); r == utf8.RuneError && size == 1 {
					size = min(3, len(s)-i) // an encoded surrogate
				}
			}
			out = utf8.AppendRune(out, r)
			i += size
			continue
		}
		switch e := s[i+1]; e {
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r, _ := hex4(data, i+2)
			i += 4
			if r >= 0xD800 && r < 0xDC00 {
				if low, ok := lowSurrogate(data, i+2); ok {
					r = 0x10000 + (r-0xD800)<<10 + (low - 0xDC00)
					i += 6
				}
			}
			out = utf8.AppendRune(out, r) // half a pair becomes U+FFFD
		default:
			out = append(out, e)
		}
		i += 2
	}
	return string(out)
}
