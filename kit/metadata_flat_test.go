package kit

import (
	"testing"

	"github.com/stretchr/testify/require"
)

var metadataTexts = []string{
	`{}`, ` { } `, `null`, `[]`, ``, `{`, `}`, `{"a":1}`, `{"a":1,"a":"x"}`, `{"a" : "b" , "c":true,"d":false}`, "{\t\"a\":\n-1\r}",
	`{"a":01}`, `{"a":-0}`, `{"a":-}`, `{"a":1.5}`, `{"a":1e2}`, `{"a":123456789012345678}`, `{"a":9223372036854775808}`,
	`{"a":null}`, `{"a":{"b":1}}`, `{"a":[1]}`, `{"a":"\n"}`, `{"a":"é"}`, "{\"a\":\"\x01\"}", "{\"a\":\"\xff\"}", `{"a":"b"}x`,
	`{,}`, `{"a":1,}`, `{"a"}`, `{"a":}`, `{"a":tru}`, `{"a":truex}`, `{"a":1 2}`, `{a:1}`, `{"a":1}}`, `{"a":"b`, "{\"a\":1\x0b}",
}

// What the quick way takes, it reads as encoding/json does; the rest it leaves.
func requireFlatAgrees(t *testing.T, text string) {
	t.Helper()
	flat, ok := flatMetadata([]byte(text))
	if !ok {
		return
	}
	var want Metadata
	require.NoError(t, want.unmarshal([]byte(text)), "%q", text)
	require.Equal(t, want, Metadata(flat), "%q", text)
}

func TestFlatMetadata(t *testing.T) {
	t.Parallel()
	for _, text := range metadataTexts {
		requireFlatAgrees(t, text)
	}
	for text, want := range map[string]map[string]any{
		`{}`: {},
		`{"plan": "pro", "n": -12, "on": true, "off": false}`: {"plan": "pro", "n": int64(-12), "on": true, "off": false},
	} {
		flat, ok := flatMetadata([]byte(text))
		require.True(t, ok, text)
		require.Equal(t, want, flat)
	}
}

func FuzzFlatMetadata(f *testing.F) {
	for _, text := range metadataTexts {
		f.Add(text)
	}
	f.Fuzz(requireFlatAgrees)
}
