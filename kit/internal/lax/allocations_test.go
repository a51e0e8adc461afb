package lax_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/internal/lax"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
)

// Valid input of the usual forms is read without allocating.
func TestAllocations(t *testing.T) { //nolint:paralleltest // AllocsPerRun counts those of the whole program
	for name, read := range map[string]func() *pydantic.Issue{
		"int":      func() *pydantic.Issue { _, _, issue := lax.Int("123456"); return issue },
		"float":    func() *pydantic.Issue { _, issue := lax.Float("1234.5"); return issue },
		"bool":     func() *pydantic.Issue { _, issue := lax.Bool("True"); return issue },
		"uuid":     func() *pydantic.Issue { _, issue := lax.UUID("992fae2a-2a17-4b7a-8d9e-e287cf90131b"); return issue },
		"datetime": func() *pydantic.Issue { _, _, issue := lax.Datetime("2024-01-02T03:04:05.678Z"); return issue },
		"offset":   func() *pydantic.Issue { _, _, issue := lax.Datetime("2024-01-02T03:04:05+02:00"); return issue },
		"unix":     func() *pydantic.Issue { _, _, issue := lax.Datetime("1704164645"); return issue },
		"date":     func() *pydantic.Issue { _, _, _, issue := lax.Date("2024-01-02"); return issue },
		"bad int":  func() *pydantic.Issue { lax.Int("x"); return nil },
		"bad bool": func() *pydantic.Issue { _, _ = lax.Bool("x"); return nil },
	} {
		require.Zero(t, testing.AllocsPerRun(100, func() {
			if read() != nil {
				t.Error("refused")
			}
		}), name)
	}
}
