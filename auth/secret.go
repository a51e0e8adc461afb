package auth

import (
	"fmt"
	"log/slog"
)

// Secret is a text that must not be seen, such as a token. It prints, logs and
// marshals as "[redacted]". Only [Secret.Reveal] returns the text. The zero value is
// empty.
type Secret struct {
	// A pointer, because fmt prints unexported fields of an enclosing struct
	// without asking their methods.
	value *string
}

const redacted = "[redacted]"

// NewSecret hides a text.
func NewSecret(value string) Secret { return Secret{value: &value} }

// Reveal returns the text itself, for the one place that shows it to its owner.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// IsZero reports whether there is no text.
func (s Secret) IsZero() bool { return s.value == nil || *s.value == "" }

// String returns "[redacted]".
func (s Secret) String() string { return redacted }

// Format writes "[redacted]" for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue returns "[redacted]", for log/slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText returns "[redacted]", for encoding/json and others.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
