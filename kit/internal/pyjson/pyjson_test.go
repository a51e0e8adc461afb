package pyjson_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/pyjson"
)

func load(t testing.TB, text string) *pyjson.Document {
	t.Helper()
	doc := new(pyjson.Document)
	require.NoError(t, doc.Load([]byte(text)), "%q", text)
	return doc
}

// The texts and positions of CPython 3.13. Positions count characters.
func TestSyntax(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		text     string
		fault    string
		position int
	}{
		{"", "Expecting value", 0},
		{"  ", "Expecting value", 2},
		{"x", "Expecting value", 0},
		{"-", "Expecting value", 0},
		{"tru", "Expecting value", 0},
		{"[", "Expecting value", 1},
		{"[1", "Expecting ',' delimiter", 2},
		{"[1 2]", "Expecting ',' delimiter", 3},
		{"[1, ]", "Illegal trailing comma before end of array", 2},
		{"[1,", "Expecting value", 3},
		{"[1}", "Expecting ',' delimiter", 2},
		{"[,1]", "Expecting value", 1},
		{"{", "Expecting property name enclosed in double quotes", 1},
		{"{1: 2}", "Expecting property name enclosed in double quotes", 1},
		{`{"a"`, "Expecting ':' delimiter", 4},
		{`{"a" 1}`, "Expecting ':' delimiter", 5},
		{`{"a":`, "Expecting value", 5},
		{`{"a": 1`, "Expecting ',' delimiter", 7},
		{`{"a": 1, }`, "Illegal trailing comma before end of object", 7},
		{`{"a": 1, `, "Expecting property name enclosed in double quotes", 9},
		{`{"a": 1]`, "Expecting ',' delimiter", 7},
		{`{} {}`, "Extra data", 3},
		{"01", "Extra data", 1},
		{"1.", "Extra data", 1},
		{"1e+", "Extra data", 1},
		{`"é`, "Unterminated string starting at", 0},
		{`["é", "`, "Unterminated string starting at", 6},
		{"\"é\t\"", "Invalid control character at", 2},
		{`"\x"`, `Invalid \escape`, 1},
		{`"\`, "Unterminated string starting at", 0},
		{`"\u12"`, `Invalid \uXXXX escape`, 2},
		{`"\u1234`, `Invalid \uXXXX escape`, 2},
		{`"é\u123g"`, `Invalid \uXXXX escape`, 3},
	} {
		err := new(pyjson.Document).Load([]byte(c.text))
		syntax, ok := errors.AsType[*pyjson.SyntaxError](err)
		require.True(t, ok, "%q: %v", c.text, err)
		require.Equal(t, c.fault, syntax.Text, "%q", c.text)
		require.Equal(t, c.position, syntax.Position, "%q", c.text)
	}
}

func TestUnreadable(t *testing.T) {
	t.Parallel()

	for name, text := range map[string]string{
		"not UTF-8":        "\"\xff\"",
		"half of UTF-16":   "\xfe\xff\x00",
		"beyond Unicode":   "\x00\x00\xfe\xff\x00\x11\x00\x00",
		"too deep":         strings.Repeat("[", pyjson.MaxDepth+1),
		"too many digits":  strings.Repeat("1", 4301),
		"too many, nested": `{"a": -` + strings.Repeat("1", 4301) + "}",
	} {
		require.ErrorIs(t, new(pyjson.Document).Load([]byte(text)), pyjson.ErrUnreadable, name)
	}
	load(t, strings.Repeat("[", pyjson.MaxDepth)+strings.Repeat("]", pyjson.MaxDepth))
	load(t, "-"+strings.Repeat("1", 4300))
	load(t, strings.Repeat("1", 5000)+".5")
}

func TestTokens(t *testing.T) {
	t.Parallel()

	doc := load(t, ` {"a": [1, -2.5e3, null], "b\u0000": "\ud83d\ude00\ud800", "a": {"c": true}} `)
	require.False(t, doc.IsEmpty())
	require.True(t, doc.MayHoldNUL())
	entries := doc.Entries(0)
	require.Len(t, entries, 2, "of a repeated key the last value counts")
	require.Equal(t, "a", entries[0].Key)
	require.Equal(t, `{"c": true}`, doc.Raw(entries[0].Value))
	require.Equal(t, entries[0].Value, doc.Member(0, "a"))
	require.Equal(t, "b\x00", entries[1].Key)
	require.True(t, doc.HasNUL(entries[1].Name))
	require.Equal(t, "😀\uFFFD", doc.Text(entries[1].Value))
	require.True(t, doc.HasSurrogate(entries[1].Value))
	list := pyjson.Token(2)
	require.EqualValues(t, '[', doc.First(list))
	require.True(t, doc.IsFloat(doc.Member(list, 1)))
	require.InDelta(t, -2500, doc.Float(doc.Member(list, 1)), 0)
	require.Equal(t, pyjson.None, doc.Member(list, 3))
	require.Equal(t, pyjson.None, doc.Member(list, "a"))
	require.Equal(t, pyjson.None, doc.Member(0, "c"))
	doc.Reset()
	require.True(t, doc.IsEmpty())
}

func TestCharsets(t *testing.T) {
	t.Parallel()

	for name, text := range map[string]string{
		"UTF-8":               `["é😀"]`,
		"byte order mark":     "\xef\xbb\xbf[\"é😀\"]",
		"UTF-16, big":         "\x00[\x00\"\x00\xe9\xd8\x3d\xde\x00\x00\"\x00]",
		"UTF-16, little":      "[\x00\"\x00\xe9\x00\x3d\xd8\x00\xde\"\x00]\x00",
		"UTF-16 with a mark":  "\xff\xfe[\x00\"\x00\xe9\x00\x3d\xd8\x00\xde\"\x00]\x00",
		"UTF-32, big":         "\x00\x00\x00[\x00\x00\x00\"\x00\x00\x00\xe9\x00\x01\xf6\x00\x00\x00\x00\"\x00\x00\x00]",
		"UTF-32 with a mark":  "\xff\xfe\x00\x00[\x00\x00\x00\"\x00\x00\x00\xe9\x00\x00\x00\x00\xf6\x01\x00\"\x00\x00\x00]\x00\x00\x00",
		"escapes of UTF-8":    `["\u00e9\ud83d\ude00"]`,
		"escapes of capitals": `["\u00E9\uD83D\uDE00"]`,
	} {
		doc := load(t, text)
		require.Equal(t, "é😀", doc.Text(1), name)
		require.Equal(t, []any{"é😀"}, doc.Any(0), name)
	}
	doc := load(t, "\"a\xed\xa0\x80b\"")
	require.True(t, doc.HasSurrogate(0))
	require.Equal(t, "a\uFFFDb", doc.Text(0))
	data, ok := doc.JSON(0)
	require.True(t, ok)
	require.Equal(t, "\"a\uFFFDb\"", string(data))
}

func TestNumbers(t *testing.T) {
	t.Parallel()

	doc := load(t, `[NaN, Infinity, -Infinity, -0, -0.0, 1e400, 1`+strings.Repeat("0", 309)+`, 9007199254740993]`)
	require.True(t, math.IsNaN(doc.Float(1)))
	require.True(t, doc.IsNonFinite(1) && doc.IsNonFinite(2) && doc.IsNonFinite(3))
	require.False(t, doc.IsNonFinite(6), "it is finite as it is written")
	require.True(t, math.IsInf(doc.Float(6), 1))
	require.False(t, math.Signbit(doc.Float(4)))
	require.True(t, math.Signbit(doc.Float(5)))
	require.True(t, doc.IsBeyondFloat(7))
	require.Equal(t, int64(9007199254740993), doc.Any(8))
	_, ok := doc.JSON(0)
	require.False(t, ok, "JSON has no NaN")
}

// Str and the echo are what Python's str and FastAPI show.
func TestShown(t *testing.T) {
	t.Parallel()

	const text = `{"a": [1.0, 1E5, -0, -0.0, 1e-7, NaN, Infinity, -1e999], "_sa_x": 1, "b": {"c": null, "c": true}, "it's": "\u0001é\/"}`
	doc := load(t, text)
	require.Equal(t, `{'a': [1.0, 100000.0, 0, -0.0, 1e-07, nan, inf, -inf], '_sa_x': 1, 'b': {'c': True}, "it's": '\x01é/'}`, doc.Str(0, 1000))
	require.Equal(t, "x y", load(t, `"x y"`).Str(0, 1000))
	long := load(t, "["+strings.Repeat("1,", 5000)+"1]")
	require.Less(t, len(long.Str(0, 100)), 110)
	var object strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&object, `,"key%d":{"a":1}`, i)
	}
	long = load(t, "{"+object.String()[1:]+"}")
	require.Less(t, len(long.Str(0, 100)), 130)

	var value func(out []byte, tok pyjson.Token) []byte
	value = func(out []byte, tok pyjson.Token) []byte {
		switch doc.First(tok) {
		case '{':
			return doc.AppendObject(out, tok, func(out []byte, e pyjson.Entry) []byte { return value(out, e.Value) })
		case '[':
			return doc.AppendList(out, tok, value)
		}
		return doc.AppendScalar(out, tok)
	}
	require.Equal(t, `{"a":[1.0,100000.0,0,-0.0,1e-07,"NaN","Infinity","-Infinity"],"b":{"c":true},"it's":"\u0001é/"}`, string(value(nil, 0)))
}

// FuzzLoad holds the scanner against encoding/json: what is valid there is read,
// and what is read makes a list of tokens without a gap.
func FuzzLoad(f *testing.F) {
	for _, text := range []string{
		`{"a":[1,-0.0,1e5,"\ud83d\ude00\u0000"],"a":{"_sa":null}}`, `[[],{},[{}]]`, ` [ 1 , "x" ] `, `{"a":1,}`, `"\u12`, "NaN", "[-Infinity]",
		"\xff\xfe[\x00]\x00", "\xef\xbb\xbf1", "\"\xed\xa0\x80\"", "01", "1.e5", `{"":{"":""}}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		given := string(data)
		var doc pyjson.Document
		err := doc.Load(data)
		require.Equal(t, given, string(data), "the bytes are only read")
		if err != nil {
			syntax, ok := errors.AsType[*pyjson.SyntaxError](err)
			require.True(t, ok || errors.Is(err, pyjson.ErrUnreadable), "%q: %v", data, err)
			if ok {
				require.True(t, syntax.Position >= 0 && syntax.Position <= len(data), "%q: %d", data, syntax.Position)
				require.False(t, json.Valid(data), "%q: %v", data, err)
			}
			return
		}
		walk(t, &doc, 0)
		_ = doc.Str(0, 1000)
		if !json.Valid(data) {
			return
		}
		copied, ok := doc.JSON(0)
		require.True(t, ok)
		require.True(t, json.Valid(copied), "%q", copied)
	})
}

// walk visits the tokens of a value and returns the one after it.
func walk(t *testing.T, doc *pyjson.Document, tok pyjson.Token) pyjson.Token {
	t.Helper()
	next, after := tok+1, doc.After(tok)
	switch doc.First(tok) {
	case '{':
		for next < after {
			_ = doc.Text(next)
			next = walk(t, doc, next+1)
		}
	case '[':
		for next < after {
			next = walk(t, doc, next)
		}
	case '"':
		_ = doc.Text(tok)
	}
	require.Equal(t, after, next)
	return next
}
