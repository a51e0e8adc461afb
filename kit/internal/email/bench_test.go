package email_test

import (
	"net/mail"
	"testing"

	"github.com/polarkit-go/polarkit/kit/internal/email"
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
	run("plain", func() { _, _ = email.Normalize("ann.lee+tag@sub.example.com") })
	run("international", func() { _, _ = email.Normalize("jeff@exämple.com") })
	run("punycode", func() { _, _ = email.Normalize("jeff@xn--exmple-cua.com") })
	run("mail", func() { _, _ = mail.ParseAddress("ann.lee+tag@sub.example.com") })
}
