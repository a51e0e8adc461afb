package pyjson

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/polarkit-go/polarkit/kit/internal/ascii"
	"github.com/polarkit-go/polarkit/kit/internal/python"
)

// MaxDepth is how deep a text may be nested. CPython's limit is that of its
// interpreter; this one is the library's own.
const MaxDepth = 500

// ErrUnreadable is the error for bytes that are not a text, for a text that is nested
// too deep, and for an integer of more than [python.MaxDigits] digits. FastAPI answers
// with 400.
var ErrUnreadable = errors.New("there was an error parsing the body")

// A SyntaxError is the error for a text that is not JSON.
type SyntaxError struct {
	// Position is the number of characters before the fault.
	Position int
	// Text is CPython's.
	Text string
}

func (e *SyntaxError) Error() string { return e.Text + ": char " + strconv.Itoa(e.Position) }

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

func (d *Document) syntax(at int, text string) error {
	return &SyntaxError{Position: countCharacters(d.text[:at]), Text: text}
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

func (d *Document) space(i int) int {
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
func (d *Document) scan() (err error) {
	data := d.data
	inObject := false
	for i := d.space(0); ; { // a member of an object or another value begins at i
		if inObject {
			if i, err = d.scanKey(i); err != nil {
				return err
			}
		}
		if i >= len(data) {
			return d.syntax(i, expectingValue)
		}
		switch c := data[i]; c {
		case '"':
			i, err = d.scanString(i)
		case '{', '[':
			if len(d.stack) >= MaxDepth {
				return ErrUnreadable
			}
			i = d.space(d.openContainer(i))
			if i >= len(data) || data[i] != c+2 { // not the closing bracket
				inObject = c == '{'
				continue
			}
			i = d.closeContainer(i)
		default:
			i, err = d.scanPlain(i)
		}
		if err != nil {
			return err
		}
		for { // a value has ended before i
			i = d.space(i)
			if len(d.stack) == 0 {
				if i != len(data) {
					return d.syntax(i, extraData)
				}
				return nil
			}
			closing := data[d.tokens[d.stack[len(d.stack)-1]].start] + 2
			if i < len(data) && data[i] == closing {
				i = d.closeContainer(i)
				continue
			}
			if i >= len(data) || data[i] != ',' {
				return d.syntax(i, expectingComma)
			}
			comma := i
			i = d.space(i + 1)
			if i < len(data) && data[i] == closing {
				return d.syntax(comma, trailingComma(closing))
			}
			inObject = closing == '}'
			break
		}
	}
}

// trailingComma is the fault of a comma before a closing bracket.
func trailingComma(closing byte) string {
	if closing == '}' {
		return trailingInObject
	}
	return trailingInArray
}

// scanKey reads the key of an object's member, and its colon. Next is the place
// of the value.
func (d *Document) scanKey(i int) (next int, err error) {
	if i >= len(d.data) || d.data[i] != '"' {
		return 0, d.syntax(i, expectingProperty)
	}
	if i, err = d.scanString(i); err != nil {
		return 0, err
	}
	if i = d.space(i); i >= len(d.data) || d.data[i] != ':' {
		return 0, d.syntax(i, expectingColon)
	}
	return d.space(i + 1), nil
}

func (d *Document) openContainer(i int) (next int) {
	d.stack = append(d.stack, uint32(len(d.tokens)))
	d.tokens = append(d.tokens, span{start: uint32(i)})
	return i + 1
}

func (d *Document) closeContainer(i int) int {
	top := d.stack[len(d.stack)-1]
	d.stack = d.stack[:len(d.stack)-1]
	d.tokens[top].end, d.tokens[top].next = uint32(i+1), uint32(len(d.tokens))
	return i + 1
}

// plain are the bytes that a string holds as they are: all bytes except quotes,
// backslashes and control characters.
var plain = func() (table [256]bool) {
	for c := 0x20; c < len(table); c++ {
		table[c] = c != '"' && c != '\\'
	}
	return table
}()

func (d *Document) scanString(start int) (int, error) {
	data := d.data
	var flags uint32
	for i := start + 1; ; {
		for i < len(data) && plain[data[i]] {
			i++
		}
		if i >= len(data) {
			return 0, d.syntax(start, unterminatedString)
		}
		switch data[i] {
		case '"':
			if d.surrogates && !utf8.Valid(data[start:i]) {
				flags |= flagSurrogate
			}
			d.halves = d.halves || flags&flagSurrogate != 0
			d.tokens = append(d.tokens, span{uint32(start), uint32(i + 1), flags})
			return i + 1, nil
		case '\\':
			next, found, err := d.scanEscape(start, i)
			if err != nil {
				return 0, err
			}
			i = next
			flags |= found
		default:
			return 0, d.syntax(i, controlCharacter)
		}
	}
}

// scanEscape reads the escape at i of the string at start, and both halves of a
// surrogate pair together. It returns the flags that the escape adds to the string.
func (d *Document) scanEscape(start, i int) (next int, flags uint32, err error) {
	data := d.data
	if i+1 >= len(data) {
		return 0, 0, d.syntax(start, unterminatedString)
	}
	switch data[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2, flagEscaped, nil
	case 'u':
	default:
		return 0, 0, d.syntax(i, invalidEscape)
	}
	r, ok := hex4(data, i+2)
	if !ok {
		return 0, 0, d.syntax(i+1, invalidUnicode)
	}
	next = i + 6
	switch {
	case r == 0:
		d.nul = true
		return next, flagEscaped | flagNUL, nil
	case r >= 0xD800 && r < 0xDC00:
		if _, ok := lowSurrogate(data, next); ok {
			return next + 6, flagEscaped, nil
		}
		return next, flagEscaped | flagSurrogate, nil
	case r >= 0xDC00 && r < 0xE000:
		return next, flagEscaped | flagSurrogate, nil
	}
	return next, flagEscaped, nil
}

// constant is the constant of Python's json that begins a text; empty for none.
func constant(s string) string {
	var word string
	switch s[0] {
	case 't':
		word = "true"
	case 'f':
		word = "false"
	case 'n':
		word = "null"
	case 'N':
		word = "NaN"
	case 'I':
		word = "Infinity"
	case '-':
		word = "-Infinity"
	}
	if !strings.HasPrefix(s, word) {
		return ""
	}
	return word
}

// scanPlain reads a number or one of Python's constants.
func (d *Document) scanPlain(start int) (int, error) {
	if word := constant(d.text[start:]); word != "" {
		if word[0] < 'a' {
			d.nonFinite = true
		}
		d.tokens = append(d.tokens, span{start: uint32(start), end: uint32(start + len(word))})
		return start + len(word), nil
	}
	data, i := d.data, start
	if data[i] == '-' {
		i++
	}
	first := i
	for i < len(data) && ascii.IsDigit(data[i]) {
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
	if i+1 < len(data) && data[i] == '.' && ascii.IsDigit(data[i+1]) {
		flags = flagFloat
		for i++; i < len(data) && ascii.IsDigit(data[i]); i++ {
		}
	}
	if i < len(data) && (data[i] == 'e' || data[i] == 'E') {
		j := i + 1
		if j < len(data) && (data[j] == '+' || data[j] == '-') {
			j++
		}
		if j < len(data) && ascii.IsDigit(data[j]) {
			flags = flagFloat
			for i = j + 1; i < len(data) && ascii.IsDigit(data[i]); i++ {
			}
		}
	}
	if flags == 0 && digits > python.MaxDigits {
		return 0, ErrUnreadable
	}
	d.tokens = append(d.tokens, span{uint32(start), uint32(i), flags})
	return i, nil
}
