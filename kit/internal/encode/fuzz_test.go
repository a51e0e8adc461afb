package encode_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/internal/encode"
)

// Any text becomes a JSON text that reads back as it was, but for bytes that are not UTF-8.
func FuzzAppendString(f *testing.F) {
	for _, text := range []string{"", "a<b>\"\\\x00\n", "é😀\u2028", "\xed\xa0\x80x", "\xff\xfe", "a\xc3"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		out := encode.AppendString([]byte("x"), text)
		require.True(t, utf8.Valid(out))
		var back string
		require.NoError(t, json.Unmarshal(out[1:], &back))
		if utf8.ValidString(text) {
			require.Equal(t, text, back)
		} else {
			require.Contains(t, back, "\uFFFD")
		}
	})
}

// A value read from JSON is written as the same value.
func FuzzAppendEcho(f *testing.F) {
	for _, text := range []string{`{"a":[1,1.5,null,true,"x"],"b":{}}`, `-0.0`, `1e300`, `[[[]]]`, `{"":"\ud800"}`, `123456789012345678`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var value any
		if json.Unmarshal([]byte(text), &value) != nil || strings.Count(text, "[")+strings.Count(text, "{") > 900 {
			return // not JSON, or perhaps too deep
		}
		out, err := encode.Append(nil, value)
		require.NoError(t, err)
		require.Equal(t, string(out), string(encode.AppendEcho(nil, value)))
		var back any
		require.NoError(t, json.Unmarshal(out, &back))
		require.Equal(t, value, back)
		require.Equal(t, string(out), string(encode.AppendEcho(nil, json.RawMessage(out))), "it is compact")
		require.False(t, bytes.ContainsAny(out, "\n\t"))
	})
}
