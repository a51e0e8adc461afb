package lax_test

import (
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
}
