package lax_test

import (
	"math"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/lax"
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
		require.Equal(t, want, lax.Repr(given))
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
		require.Equal(t, want, lax.FloatRepr(f))
	}
	for want, f := range map[string]float64{"1": 1, "1.5": 1.5, "100000000000000000000": 1e20, "0.0000001": 1e-7} {
		require.Equal(t, want, lax.FloatText(f))
	}
}

func TestExpected(t *testing.T) {
	t.Parallel()

	require.Empty(t, lax.Expected(nil))
	require.Equal(t, "'a'", lax.Expected([]string{"'a'"}))
	require.Equal(t, "'a' or 'b'", lax.Expected([]string{"'a'", "'b'"}))
	require.Equal(t, "1, 2 or 3", lax.Expected([]string{"1", "2", "3"}))
}

func TestUUIDVersion(t *testing.T) {
	t.Parallel()

	require.Nil(t, lax.UUIDVersion(uuid.MustParse("992fae2a-2a17-4b7a-8d9e-e287cf90131b"), 4))
	for _, other := range []string{
		"00000000-0000-0000-0000-000000000000", // nil
		"992fae2a-2a17-1b7a-8d9e-e287cf90131b", // version 1
		"992fae2a-2a17-7b7a-8d9e-e287cf90131b", // version 7
		"992fae2a-2a17-4b7a-0d9e-e287cf90131b", // another variant
		"992fae2a-2a17-4b7a-cd9e-e287cf90131b",
	} {
		require.Equal(t, &lax.Issue{
			Type: "uuid_version", Msg: "UUID version 4 expected", Ctx: errors.Ctx{{Name: "expected_version", Value: 4}},
		}, lax.UUIDVersion(uuid.MustParse(other), 4), other)
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

// Valid input of the usual forms is read without allocating.
func TestAllocations(t *testing.T) { //nolint:paralleltest // AllocsPerRun counts those of the whole program
	for name, read := range map[string]func() *lax.Issue{
		"int":      func() *lax.Issue { _, _, issue := lax.Int("123456"); return issue },
		"float":    func() *lax.Issue { _, issue := lax.Float("1234.5"); return issue },
		"bool":     func() *lax.Issue { _, issue := lax.Bool("True"); return issue },
		"uuid":     func() *lax.Issue { _, issue := lax.UUID("992fae2a-2a17-4b7a-8d9e-e287cf90131b"); return issue },
		"datetime": func() *lax.Issue { _, _, issue := lax.Datetime("2024-01-02T03:04:05.678Z"); return issue },
		"offset":   func() *lax.Issue { _, _, issue := lax.Datetime("2024-01-02T03:04:05+02:00"); return issue },
		"unix":     func() *lax.Issue { _, _, issue := lax.Datetime("1704164645"); return issue },
		"date":     func() *lax.Issue { _, _, _, issue := lax.Date("2024-01-02"); return issue },
		"email":    func() *lax.Issue { _, issue := lax.Email("Ann.Lee+x@sub.example.com"); return issue },
		"bad int":  func() *lax.Issue { lax.Int("x"); return nil },
		"bad bool": func() *lax.Issue { _, _ = lax.Bool("x"); return nil },
	} {
		require.Zero(t, testing.AllocsPerRun(100, func() {
			if read() != nil {
				t.Error("refused")
			}
		}), name)
	}
}
