package lax_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/internal/lax"
)

// The answers are those of n % m == 0 in Python, and no where that fails.
func TestIsMultiple(t *testing.T) {
	t.Parallel()
	for of, numbers := range map[string]map[string]bool{
		"0.25": {
			"0": true, "-0": true, "0e50": true, "0.5": true, "-0.5": true, "2.50": true, "1E+2": true, "1e26": true,
			"2.1": false, "0.01": false, "-1.6": false, "1e-40": false, "1e-999999999999999999": false,
			"2.4e27": true, "2.6e27": false, "2499999999999999999999999999.75": true, "2500000000000000000000000000": false,
			"1e400": false, "1e999999999999999999": false, strings.Repeat("1", 1<<20): false, "0." + strings.Repeat("0", 1<<20) + "1": false,
		},
		"3":      {"9": true, "10": false, "9.0": true, "9.3": false, "3e20": true, "1e20": false},
		"100":    {"1e3": true, "250": false, "1e30": false, "1e29": true},
		"1e2":    {"1e3": true, "250": false, "-300.000": true},
		"1.50":   {"3": true, "4.5": true, "4.4": false, "0.75": false},
		"0.0010": {"0.001": true, "0.0005": false},
	} {
		m, issue := lax.Decimal(of)
		require.Nil(t, issue)
		for text, want := range numbers {
			n, issue := lax.Decimal(text)
			require.Nil(t, issue)
			require.Equal(t, want, n.IsMultiple(m), "%.40s %% %s", text, of)
		}
	}
}
