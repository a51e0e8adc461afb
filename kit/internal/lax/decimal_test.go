package lax_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/internal/lax"
)

// The ends of the range of Python's decimal.Decimal, as Pydantic 2.13 answers.
// The empty text stands for decimal_parsing.
func TestDecimalsAtTheEndsOfTheRange(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]string{
		"10e999999999999999999":            "",
		"1e999999999999999999":             "1E+999999999999999999",
		"10e999999999999999998":            "1.0E+999999999999999999",
		"0.1e1000000000000000000":          "1E+999999999999999999",
		"0.01e1000000000000000001":         "1E+999999999999999999",
		"1e1000000000000000000":            "",
		"0e999999999999999999":             "0E+999999999999999999",
		"0.0e1000000000000000000":          "0E+999999999999999999",
		"0e1000000000000000000":            "",
		"-0e1000000000000000000":           "",
		"1e-1999999999999999997":           "1E-1999999999999999997",
		"1e-1999999999999999998":           "",
		"0.0001e-1999999999999999993":      "1E-1999999999999999997",
		"0.0001e-1999999999999999994":      "",
		"0e-1999999999999999997":           "0E-1999999999999999997",
		"0e-1999999999999999998":           "",
		"0.00e-1999999999999999995":        "0E-1999999999999999997",
		"1e9223372036854775807":            "",
		"1e9223372036854775808":            "",
		"1e-9223372036854775808":           "",
		"1.5e-9223372036854775808":         "",
		"0.1e-9223372036854775807":         "",
		"1e000000000000000000000000000005": "1E+5",
	} {
		number, issue := lax.Decimal(text)
		if want == "" {
			require.NotNil(t, issue, text)
			require.Equal(t, "decimal_parsing", issue.Type, text)
			continue
		}
		require.Nil(t, issue, text)
		require.Equal(t, want, number.String(), text)
		again, issue := lax.Decimal(number.String())
		require.Nil(t, issue, text)
		require.Zero(t, number.Compare(again), text)
	}
}

func TestDecimalCompare(t *testing.T) {
	t.Parallel()

	ascending := []string{"-1e3", "-100", "-12.5", "-1", "-0.001", "0", "1e-9", "0.001", "0.01", "0.5", "1", "1.0000001", "1.5", "9", "10", "12.5", "100", "1e3", "1001"}
	for i, left := range ascending {
		for j, right := range ascending {
			a, issue := lax.Decimal(left)
			require.Nil(t, issue)
			b, issue := lax.Decimal(right)
			require.Nil(t, issue)
			want := 0
			if i != j {
				want = map[bool]int{true: -1, false: 1}[i < j]
			}
			require.Equal(t, want, a.Compare(b), "%s and %s", left, right)
		}
	}
	for _, equal := range [][2]string{{"1", "1.00"}, {"100", "1e2"}, {"0", "-0.00"}, {"-1.50", "-1.5"}, {"0e5", "0"}} {
		a, _ := lax.Decimal(equal[0])
		b, _ := lax.Decimal(equal[1])
		require.Zero(t, a.Compare(b), "%v", equal)
	}
}
