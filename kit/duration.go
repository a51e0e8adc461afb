package kit

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/polarkit-go/polarkit/kit/internal/lax"
)

// Duration is a length of time in microseconds, up to 999,999,999 days in both directions:
// Pydantic's timedelta. On the wire it is ISO 8601, such as "PT1H30M". A year has 365 days
// and a month has 30. The zero value is no time, "PT0S".
//
// The rules gt, gte, lt and lte compare it with a duration, as in `validate:"gt=PT0S,lte=P7D"`.
// It is no type of a database column.
type Duration struct{ span lax.Span }

// DurationOf is a length of time in whole microseconds. What is below a microsecond is cut off.
func DurationOf(d time.Duration) Duration {
	return Duration{lax.Span{Seconds: int64(d / time.Second), Micros: int64(d % time.Second / time.Microsecond)}}
}

// ParseDuration reads a length of time as Pydantic does: ISO 8601 ("P1DT2H", "-PT0.5S"),
// a time ("01:30", "100:00:00.25"), or days with a time ("2 days, 01:30:00").
func ParseDuration(s string) (Duration, error) {
	span, issue := lax.Duration(s)
	if issue != nil {
		return Duration{}, fmt.Errorf("kit: ParseDuration: %s", issue.Msg)
	}
	return Duration{span}, nil
}

// SetSpan sets the length. It is for the packages of this module, which read requests
// with it.
func (d *Duration) SetSpan(span lax.Span) { *d = Duration{span} }

// Span is the length in seconds and microseconds. It is for the packages of this module.
func (d Duration) Span() lax.Span { return d.span }

// Std is the length as the standard library has it. It reports false beyond the 292 years
// that a [time.Duration] has room for.
func (d Duration) Std() (time.Duration, bool) {
	const limit = math.MaxInt64 / int64(time.Second)
	if d.span.Seconds >= limit || d.span.Seconds <= -limit {
		return 0, false
	}
	return time.Duration(d.span.Seconds)*time.Second + time.Duration(d.span.Micros)*time.Microsecond, true
}

// Seconds is the nearest number of seconds.
func (d Duration) Seconds() float64 { return float64(d.span.Seconds) + float64(d.span.Micros)/1e6 }

// Compare is -1, 0 or +1 as d is shorter than, equal to or longer than other.
func (d Duration) Compare(other Duration) int {
	return cmp.Or(cmp.Compare(d.span.Seconds, other.span.Seconds), cmp.Compare(d.span.Micros, other.span.Micros))
}

// IsZero reports whether the length is none.
func (d Duration) IsZero() bool { return d == Duration{} }

// String is the length as Pydantic writes it: "P1Y2DT3H4M5.5S", or "PT0S" for none.
func (d Duration) String() string {
	if d.IsZero() {
		return "PT0S"
	}
	var out strings.Builder
	seconds, micros := d.span.Seconds, d.span.Micros
	if seconds < 0 || micros < 0 {
		out.WriteByte('-')
		seconds, micros = -seconds, -micros
	}
	write := func(n int64, unit byte) {
		if n > 0 {
			out.WriteString(strconv.FormatInt(n, 10))
			out.WriteByte(unit)
		}
	}
	out.WriteByte('P')
	days := seconds / 86_400
	write(days/365, 'Y')
	write(days%365, 'D')
	seconds %= 86_400
	if seconds == 0 && micros == 0 {
		return out.String()
	}
	out.WriteByte('T')
	write(seconds/3600, 'H')
	write(seconds%3600/60, 'M')
	if micros == 0 {
		write(seconds%60, 'S')
		return out.String()
	}
	out.WriteString(strings.TrimRight(fmt.Sprintf("%d.%06d", seconds%60, micros), "0"))
	out.WriteByte('S')
	return out.String()
}

// MarshalText makes the length text, and so a JSON string.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what [ParseDuration] reads.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := ParseDuration(string(text))
	if err == nil {
		*d = parsed
	}
	return err
}
