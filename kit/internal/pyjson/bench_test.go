package pyjson_test

import (
	"strings"
	"testing"

	"github.com/polarkit-go/polarkit/kit/internal/pyjson"
)

// A document that is loaded again and again, as the pool of decoders does.
func BenchmarkLoad(b *testing.B) {
	for name, text := range map[string]string{
		"customer": `{"email": "ann@example.com", "name": "Ann Lee", "organization_id": "1dbfc517-0bbf-4301-9ba8-555ca42b9737", ` +
			`"metadata": {"plan": "pro", "seats": 12, "trial": false}, "tags": ["a", "b"], "note": null}`,
		"numbers":  "[" + strings.Repeat("12, -3.25, 1e10, ", 1000) + "0]",
		"texts":    "[" + strings.Repeat(`"a text of some length", "caf\u00e9 \"x\"", `, 1000) + `""]`,
		"objects":  "[" + strings.Repeat(`{"id": 1, "ok": true, "in": {}}, `, 1000) + "[]]",
		"deep":     strings.Repeat(`{"a":[`, 200) + strings.Repeat(`]}`, 200),
		"indented": "[" + strings.Repeat("\n    {\n        \"id\": 1\n    },", 1000) + "\n    1\n]",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			var doc pyjson.Document
			data := []byte(text)
			for b.Loop() {
				if err := doc.Load(data); err != nil {
					b.Fatal(err)
				}
				doc.Reset()
			}
		})
	}
}
