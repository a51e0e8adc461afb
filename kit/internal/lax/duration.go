package lax

import (
	"math"
	"strings"

	"github.com/polarkit-go/polarkit/kit/internal/ascii"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
)

// A Span is a length of time in seconds and microseconds. Both have the same sign, and the
// microseconds are below a second.
type Span struct {
	Seconds int64
	Micros  int64
}

const (
	secondsOfDay     = 86_400
	microsOfSecond   = 1_000_000
	maxSpanDays      = 999_999_999   // of Python's timedelta
	maxHours         = 2_400_000_000 // of pydantic-core, whose message has another number
	maxHourDigits    = 10
	spanPrefix       = "Input should be a valid timedelta, "
	spanShort        = "input is too short"
	spanTooManyDays  = "durations may not exceed 999,999,999 days"
	spanTooManyHours = "durations may not exceed 999,999,999 hours"
	spanLarge        = "a numeric value in the duration is too large"
	spanDigit        = "invalid digit in duration"
	spanDayWord      = `"day" identifier in duration not correctly formatted`
	spanDateUnit     = "quantity invalid in date part of duration"
	spanTimeUnit     = "quantity invalid in time part of duration"
)

// Duration reads a length of time from text, as pydantic-core reads a timedelta. There are
// three forms, each with an optional sign: ISO 8601 (P1Y2M3W4DT5H6M7.8S, where a year has
// 365 days and a month has 30), a time (HH:MM or HH:MM:SS with a fraction, of any number
// of hours), and days with a time (1 day, 01:00:00).
func Duration(s string) (Span, *pydantic.Issue) {
	span, fault := duration(s)
	return spanIssue(span, fault)
}

// DurationFromInt reads a length of time from a number of seconds. For an integer beyond 64
// bits use [DurationFromFloat] with an infinity of its sign.
func DurationFromInt(n int64) (Span, *pydantic.Issue) {
	return spanIssue(Span{Seconds: n}, "")
}

// DurationFromFloat is [DurationFromInt] for a number with a fraction, which is rounded to
// microseconds.
func DurationFromFloat(f float64) (Span, *pydantic.Issue) {
	switch {
	case math.IsNaN(f):
		return spanIssue(Span{}, "NaN values not permitted")
	case math.Abs(f) >= (maxSpanDays+1)*secondsOfDay:
		return spanIssue(Span{}, spanTooManyDays)
	}
	whole, part := math.Modf(f)
	seconds, micros := int64(whole), int64(math.Round(part*microsOfSecond))
	return spanIssue(Span{seconds + micros/microsOfSecond, micros % microsOfSecond}, "")
}

func spanIssue(span Span, fault string) (Span, *pydantic.Issue) {
	const limit = maxSpanDays * secondsOfDay
	if fault == "" && (span.Seconds >= limit+secondsOfDay || span.Seconds < -limit || span.Seconds == -limit && span.Micros < 0) {
		fault = spanTooManyDays
	}
	if fault != "" {
		return Span{}, pydantic.ParsingIssue("time_delta_parsing", spanPrefix, fault)
	}
	return span, nil
}

func duration(s string) (span Span, fault string) {
	if s == "" {
		return Span{}, spanShort
	}
	sign, rest := int64(1), s
	switch s[0] {
	case '-':
		sign, rest = -1, s[1:]
	case '+':
		rest = s[1:]
	}
	switch {
	case strings.HasPrefix(rest, "P"):
		span, fault = isoDuration(rest[1:])
	case len(rest) < len("00:00") || strings.ContainsAny(s, "dD"):
		span, fault = daysAndTime(rest)
	default:
		span, fault = hoursAndMinutes(rest)
	}
	return Span{sign * span.Seconds, sign * span.Micros}, fault
}

// A reckoning adds up the parts of an ISO 8601 duration. The days and the seconds are 32
// bits wide in pydantic-core.
type reckoning struct{ days, seconds, micros int64 }

func (r *reckoning) add(value int64, fraction float64, unit int64, isDate bool) (fault string) {
	if value*unit > math.MaxUint32 {
		return spanLarge
	}
	extra := fraction * float64(unit)
	if isDate {
		r.days += value*unit + int64(extra)
		extra = (extra - math.Trunc(extra)) * secondsOfDay
	} else {
		r.seconds += value * unit
	}
	r.seconds += int64(extra)
	r.micros += int64(math.Round((extra - math.Trunc(extra)) * microsOfSecond))
	if r.days > math.MaxUint32 || r.seconds > math.MaxUint32 {
		return spanLarge
	}
	return ""
}

func (r *reckoning) span() Span {
	seconds := r.days*secondsOfDay + r.seconds + r.micros/microsOfSecond
	return Span{Seconds: seconds, Micros: r.micros % microsOfSecond}
}

// isoDuration reads what follows the P.
func isoDuration(s string) (Span, string) {
	if s == "" || s == "T" {
		return Span{}, spanShort
	}
	var sum reckoning
	isDate, wasFraction := true, false
	for s != "" {
		if s[0] == 'T' {
			if !isDate {
				return Span{}, "`t` character repeated in duration"
			}
			isDate, s = false, s[1:]
			continue
		}
		value, rest, fault := spanNumber(s)
		if fault != "" {
			return Span{}, fault
		}
		fraction, rest, isFraction := spanFraction(rest)
		if wasFraction {
			return Span{}, "quantity fraction invalid in duration"
		}
		wasFraction = isFraction
		unit := spanUnit(rest, isDate)
		switch {
		case unit == 0 && isDate:
			return Span{}, spanDateUnit
		case unit == 0:
			return Span{}, spanTimeUnit
		}
		if fault := sum.add(value, fraction, unit, isDate); fault != "" {
			return Span{}, fault
		}
		s = rest[1:]
	}
	return sum.span(), ""
}

// spanUnit is the length of the unit that a text starts with, in days or in seconds. It is 0
// for no unit.
func spanUnit(s string, isDate bool) int64 {
	if s == "" {
		return 0
	}
	if isDate {
		return map[byte]int64{'Y': 365, 'M': 30, 'W': 7, 'D': 1}[s[0]]
	}
	return map[byte]int64{'H': 3600, 'M': 60, 'S': 1}[s[0]]
}

// spanNumber reads the digits that a text starts with, as a number of 32 bits.
func spanNumber(s string) (value int64, rest, fault string) {
	i := 0
	for ; i < len(s) && ascii.IsDigit(s[i]); i++ {
		if value = value*10 + int64(s[i]-'0'); value > math.MaxUint32 {
			return 0, "", spanLarge
		}
	}
	if i == 0 {
		return 0, "", spanDigit
	}
	return value, s[i:], ""
}

// spanFraction reads a point or a comma and the digits that follow, of which there may be none.
func spanFraction(s string) (fraction float64, rest string, found bool) {
	if s == "" || s[0] != '.' && s[0] != ',' {
		return 0, s, false
	}
	digits, unit, i := 0.0, 1.0, 1
	for ; i < len(s) && ascii.IsDigit(s[i]); i++ {
		digits, unit = digits*10+float64(s[i]-'0'), unit*10
	}
	if math.IsInf(unit, 0) {
		return 0, s[i:], true
	}
	return digits / unit, s[i:], true
}

// daysAndTime reads "1d", "1 day", "1 days, 01:00:00" and the like.
func daysAndTime(s string) (Span, string) {
	if s == "" {
		return Span{}, spanShort
	}
	days, s, fault := spanNumber(s)
	if fault != "" {
		return Span{}, fault
	}
	s = strings.TrimPrefix(s, " ")
	if s == "" || s[0]|0x20 != 'd' {
		return Span{}, spanDayWord
	}
	s = s[1:]
	for _, word := range []string{"ays", "AYS"} { // one case throughout
		if s == "" || s[0] != word[0] {
			continue
		}
		if !strings.HasPrefix(s, word[:2]) {
			return Span{}, spanDayWord
		}
		s = strings.TrimPrefix(s[2:], word[2:])
		break
	}
	s = strings.TrimPrefix(strings.TrimPrefix(s, ","), " ")
	var span Span
	if s != "" {
		if span, fault = hoursAndMinutes(s); fault != "" {
			return Span{}, fault
		}
		if span.Seconds >= secondsOfDay {
			return Span{}, spanTooManyHours
		}
	}
	span.Seconds += days * secondsOfDay
	return span, ""
}

// hoursAndMinutes reads HH:MM or HH:MM:SS with an optional fraction, which is cut to
// microseconds.
func hoursAndMinutes(s string) (Span, string) {
	if len(s) < len("00:00") {
		return Span{}, spanShort
	}
	digits, _, found := strings.Cut(s, ":")
	if found && len(digits) > maxHourDigits {
		return Span{}, spanTooManyHours
	}
	var hours int64
	for i := 0; found && i < len(digits); i++ {
		found = ascii.IsDigit(digits[i])
		hours = hours*10 + int64(digits[i]-'0')
	}
	switch {
	case !found:
		return Span{}, "invalid character in hour"
	case hours > maxHours:
		return Span{}, spanTooManyHours
	}
	minutes := s[len(digits):]
	minutes = minutes[:min(len(minutes), len(":00:00.000000"))] // pydantic-core looks at no more
	c, rest, fault := timeOfDay("00" + minutes)
	switch {
	case fault != "":
		return Span{}, fault
	case rest != "":
		return Span{}, "unexpected extra characters at the end of the input"
	}
	return Span{Seconds: hours*3600 + int64(c.minute)*60 + int64(c.second), Micros: int64(c.micros)}, ""
}
