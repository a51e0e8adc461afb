package lax_test

import (
	"net/mail"
	"net/url"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/kit/internal/lax"
)

// Beside each parser stands what Go itself has for the purpose.
func BenchmarkParsers(b *testing.B) {
	run := func(name string, read func()) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				read()
			}
		})
	}
	run("Int", func() { _, _, _ = lax.Int("123456") })
	run("Float", func() { _, _ = lax.Float("1234.5") })
	run("Bool", func() { _, _ = lax.Bool("true") })
	run("UUID", func() { _, _ = lax.UUID("992fae2a-2a17-4b7a-8d9e-e287cf90131b") })
	run("UUID/google", func() { _, _ = uuid.Parse("992fae2a-2a17-4b7a-8d9e-e287cf90131b") })
	run("Datetime", func() { _, _, _ = lax.Datetime("2024-01-02T03:04:05.678Z") })
	run("Datetime/time", func() { _, _ = time.Parse(time.RFC3339Nano, "2024-01-02T03:04:05.678Z") })
	run("Date", func() { _, _, _, _ = lax.Date("2024-01-02") })
	run("Decimal", func() { _, _ = lax.Decimal("1234.50") })
	run("Email", func() { _, _ = lax.Email("ann.lee+tag@sub.example.com") })
	run("Email/international", func() { _, _ = lax.Email("jeff@exämple.com") })
	run("Email/punycode", func() { _, _ = lax.Email("jeff@xn--exmple-cua.com") })
	run("Email/mail", func() { _, _ = mail.ParseAddress("ann.lee+tag@sub.example.com") })
	run("URL", func() { _, _ = lax.URL("https://www.example.com/path/to?x=1&y=2#z", lax.HTTPURL) })
	run("URL/international", func() { _, _ = lax.URL("https://www.exämple.com/path", lax.HTTPURL) })
	run("URL/upper", func() { _, _ = lax.URL("https://WWW.Example.com/path", lax.HTTPURL) })
	run("URL/url", func() { _, _ = url.Parse("https://www.example.com/path/to?x=1&y=2#z") })
}
