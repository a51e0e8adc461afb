package python_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/internal/python"
)

func TestRepr(t *testing.T) {
	t.Parallel()

	for given, want := range map[string]string{
		"":               `''`,
		"a":              `'a'`,
		"it's":           `"it's"`,
		`say "x"`:        `'say "x"'`,
		`both ' "`:       `'both \' "'`,
		`back\slash`:     `'back\\slash'`,
		"\n\r\t\x00\x7f": `'\n\r\t\x00\x7f'`,
		"é😀":             `'é😀'`,
		"\u00a0\u200b":   `'\xa0\u200b'`,
		"\U000e0001":     `'\U000e0001'`,
	} {
		require.Equal(t, want, python.Repr(given))
	}
}

func TestFloatRepr(t *testing.T) {
	t.Parallel()

	for want, f := range map[string]float64{
		"0.0": 0, "-0.0": math.Copysign(0, -1), "1.0": 1, "100.0": 1e2, "1.1": 1.10, "0.1": 0.1,
		"1e+16": 1e16, "1000000000000000.0": 1e15, "1e+20": 1e20, "1.2345678901234568e+17": 123456789012345678,
		"0.0001": 0.0001, "1e-05": 0.00001, "1e-07": 1e-7, "5e-324": 5e-324, "1.7976931348623157e+308": math.MaxFloat64,
		"nan": math.NaN(), "inf": math.Inf(1), "-inf": math.Inf(-1), "-1.5": -1.5,
	} {
		require.Equal(t, want, python.FloatRepr(f))
	}
}
