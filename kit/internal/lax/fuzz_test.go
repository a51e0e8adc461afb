package lax_test

import (
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/internal/lax"
)

// Each target holds a parser against a second opinion on what it may accept: a
// regular expression or another parser.

func seed(f *testing.F, texts ...string) {
	f.Helper()
	for _, text := range texts {
		f.Add(text)
	}
}

var (
	intForm      = regexp.MustCompile(`^[+-]?\d[\d_]*(\.0+)?$`)
	floatForm    = regexp.MustCompile(`^(?i)[+-]?(inf|infinity|nan|(\d+\.?\d*|\.\d+)(e[+-]?\d+)?)$`)
	boolForm     = regexp.MustCompile(`^(?i:true|t|yes|y|on|1|false|f|no|n|off|0)$`)
	uuidForm     = regexp.MustCompile(`^(?i)([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$`)
	dateForm     = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
	datetimeForm = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}[Tt _]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?([Zz]|[+\x{2212}-]\d{2}:?\d{2})?$`)
	unixForm     = regexp.MustCompile(`^[+-]?(\d+|(\d+\.\d*|\.\d+)([eE][+-]?\d+)?)$`)
)

func FuzzNumber(f *testing.F) {
	seed(f, "1", " +1_000.0 ", "-00", "9223372036854775808", "0-1", "1e5", ".5", "nan", "-Infinity", "1_0e1_0", "0x1p-2", "1__0", "True", "１")
	f.Fuzz(func(t *testing.T, s string) {
		n, overflow, issue := lax.Int(s)
		trimmed := strings.TrimSpace(s)
		if issue == nil {
			require.Regexp(t, intForm, trimmed)
			if overflow == 0 && len(trimmed) < 15 {
				f, floatIssue := lax.Float(strings.ReplaceAll(trimmed, "_", ""))
				require.Nil(t, floatIssue, "an integer is a number")
				require.InDelta(t, f, n, 0)
			}
		}
		if _, issue := lax.Float(s); issue == nil {
			require.Regexp(t, floatForm, strings.ReplaceAll(trimmed, "_", ""))
		}
		if _, issue := lax.Bool(s); issue == nil {
			require.Regexp(t, boolForm, s)
		}
	})
}

func FuzzUUID(f *testing.F) {
	seed(f, "992fae2a-2a17-4b7a-8d9e-e287cf90131b", "{992FAE2A-2a17-4b7a-8d9e-e287cf90131b}", "urn:uuid:992fae2a-2a17-4b7a-8d9e-e287cf90131b", "992fae2a2a174b7a8d9ee287cf90131b", "{", "é", "----")
	f.Fuzz(func(t *testing.T, s string) {
		id, issue := lax.UUID(s)
		inner := s
		if len(s) == 38 {
			inner = strings.TrimSuffix(strings.TrimPrefix(s, "{"), "}")
		} else if len(s) == 45 {
			inner = strings.TrimPrefix(s, "urn:uuid:")
		}
		if valid := uuidForm.MatchString(inner) && (len(s) != 38 || len(inner) == 36); valid != (issue == nil) {
			t.Fatalf("%q: %v", s, issue)
		}
		if issue == nil {
			require.Equal(t, uuid.MustParse(s), id)
		}
	})
}

func FuzzDatetime(f *testing.F) {
	seed(f, "2024-02-29T23:59:59.999999+23:59", "2024-01-02", "2024-01-02 03:04", "1704164645", "-1.5", "20000000001", "0000-01-01", "9999-12-31_00:00:00,5\u22120100", "1.e3", "253402300800000", "1.0e400")
	f.Fuzz(func(t *testing.T, s string) {
		at, aware, issue := lax.Datetime(s)
		if issue == nil {
			date, full, unix := dateForm.MatchString(s), datetimeForm.MatchString(s), unixForm.MatchString(s)
			require.True(t, date || full || unix, s)
			require.True(t, at.Year() >= 1 && at.Year() <= 9999, s)
			require.Zero(t, at.Nanosecond()%1000)
			require.Equal(t, aware, unix || full && !regexp.MustCompile(`[\d]$`).MatchString(s) || full && regexp.MustCompile(`[+\x{2212}-]\d{2}:?\d{2}$`).MatchString(s[10:]), s)
			if date {
				_, err := time.Parse(time.DateOnly, s)
				require.NoError(t, err)
			}
			if strict, err := time.Parse("2006-01-02T15:04:05Z07:00", s); err == nil && full {
				require.True(t, strict.Truncate(time.Microsecond).Equal(at), "%s: %s", s, at)
			}
		} else if _, err := time.Parse("2006-01-02T15:04:05Z", s); err == nil && s[:4] != "0000" {
			t.Fatalf("%q: %v", s, issue)
		}
		year, month, day, issue := lax.Date(s)
		if issue == nil {
			require.True(t, dateForm.MatchString(s) || datetimeForm.MatchString(s) || unixForm.MatchString(s), s)
			again := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
			require.Equal(t, day, again.Day(), "a day of the calendar")
			require.Equal(t, month, again.Month())
		}
	})
}

func FuzzUnixTime(f *testing.F) {
	for _, n := range []float64{0, 1.5, -1.25, 2e10, 2e10 + 1, -6.3e13, 1e300, math.Inf(-1), math.NaN(), math.MaxInt64} {
		f.Add(n)
	}
	f.Fuzz(func(t *testing.T, n float64) {
		at, issue := lax.DatetimeFromFloat(n)
		if issue == nil {
			seconds := n
			if math.Abs(math.Floor(n)) > 2e10 {
				seconds /= 1000
			}
			require.InDelta(t, seconds, float64(at.UnixMicro())/1e6, 1.001)
			require.True(t, at.Year() >= 1 && at.Year() <= 9999)
		}
		if _, _, _, dateIssue := lax.DateFromFloat(n); dateIssue == nil {
			require.Nil(t, issue)
			require.Zero(t, at.Unix()%86400)
		}
	})
}

func FuzzDecimal(f *testing.F) {
	seed(f, "1.50", "-0", "1e3", " 1_0 ", "１２", "NaN", "sNaN1", ".5", "5.", "1E-400", "1e9999999999999999999", "٣.𝟛", "00.00")
	f.Fuzz(func(t *testing.T, s string) {
		n, issue := lax.Decimal(s)
		if issue != nil {
			return
		}
		text := n.String()
		require.Regexp(t, `^-?\d+(\.\d+)?(E[+-]\d+)?$`, text)
		again, issue := lax.Decimal(text)
		require.Nil(t, issue)
		require.Equal(t, text, again.String(), "the canonical text is one")
		require.Zero(t, n.Compare(again))
		places := 2
		if n.Check(lax.DecimalRules{MaxDigits: 5, Places: &places}) == nil {
			limit, _ := lax.Decimal("1000")
			require.Negative(t, n.Compare(limit), text)
		}
	})
}

func FuzzDuration(f *testing.F) {
	seed(f, "P1Y2M3W4DT5H6M7.8S", "-PT0.5S", "+P1,5D", "PT", "100:00:00.25", "1 days, 01:30", "-1d", "2400000000:59:59", "P4294967295D", "P999999999DT86400S", "-P999999999DT1S", "PT1.S", "PT0.99999999S", "1 day s", ":00:00", "é1:00", "PTT1H")
	form := regexp.MustCompile(`^[+-]?(P([\d.,YMWD]*)(T[\d.,HMS]*)?|\d* ?[dD]([aA][yY][sS]?)?,? ?(\d*:\d\d(:\d\d([.,]\d+)?)?)?|\d*:\d\d(:\d\d([.,]\d+)?)?)$`)
	f.Fuzz(func(t *testing.T, s string) {
		span, issue := lax.Duration(s)
		if issue != nil {
			require.Equal(t, "time_delta_parsing", issue.Type)
			return
		}
		require.Regexp(t, form, s)
		require.Less(t, max(span.Micros, -span.Micros), int64(1_000_000))
		require.GreaterOrEqual(t, span.Seconds, int64(-999_999_999*86_400))
		require.Less(t, span.Seconds, int64(1_000_000_000*86_400))
		require.False(t, span.Seconds > 0 && span.Micros < 0 || span.Seconds < 0 && span.Micros > 0, "one sign")
	})
}
