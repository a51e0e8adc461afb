package weburl_test

import (
	"net/url"
	"testing"

	"github.com/polarkit-go/polarkit/kit/internal/weburl"
)

// Beside the parser stands what Go itself has for the purpose.
func BenchmarkNormalize(b *testing.B) {
	run := func(name string, read func()) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				read()
			}
		})
	}
	run("plain", func() { _, _ = weburl.Normalize("https://www.example.com/path/to?x=1&y=2#z", weburl.HTTP) })
	run("international", func() { _, _ = weburl.Normalize("https://www.exämple.com/path", weburl.HTTP) })
	run("upper", func() { _, _ = weburl.Normalize("https://WWW.Example.com/path", weburl.HTTP) })
	run("url", func() { _, _ = url.Parse("https://www.example.com/path/to?x=1&y=2#z") })
}
