package lax

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/polarkit-go/polarkit/kit/internal/ascii"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
)

// Unix times that stand for the years 0 to 9999; times beyond the watershed
// are in milliseconds, others in seconds.
const (
	watershed    = 20_000_000_000
	unixYear0    = -62_167_219_200
	unixYear9999 = 253_402_300_799
)

const (
	datetimePrefix         = "Input should be a valid datetime, "
	datetimeFromDatePrefix = "Input should be a valid datetime or date, "
	datePrefix             = "Input should be a valid date in the format YYYY-MM-DD, "
	dateFromDatetimePrefix = "Input should be a valid date or datetime, "
)

var ( //nolint:gochecknoglobals // shared, never written
	datetimeYear0 = pydantic.ParsingIssue("datetime_parsing", datetimePrefix, "year 0 is out of range")
	dateYear0     = pydantic.ParsingIssue("date_parsing", datePrefix, "year 0 is out of range")
	dateInexact   = &pydantic.Issue{Type: "date_from_datetime_inexact", Msg: "Datetimes provided to dates should have zero time - e.g. be exact dates"}
)

// Datetime reads a point in time from text: a date, one of "Tt_ " and a time
// with optional seconds, fraction (cut to microseconds) and zone (Z or an
// offset below 24 hours); a date alone, which is its midnight; or a unix time
// in seconds, or in milliseconds beyond 2e10. aware is false when the text has
// no zone: the time is then in UTC.
//
// A text that is neither is reported with the fault that the date parser
// finds, as datetime_from_date_parsing.
func Datetime(s string) (at time.Time, aware bool, issue *pydantic.Issue) {
	at, aware, fault := datetime(s)
	if fault == "" {
		if at.Year() == 0 {
			return time.Time{}, false, datetimeYear0
		}
		return at, aware, nil
	}
	year, month, day, dateFault := date(s)
	if _, _, kind := unixText(s); kind == unixInt {
		dateFault = fault // the date parser reads unix times too, but only integers
	}
	switch {
	case dateFault != "":
		return time.Time{}, false, pydantic.ParsingIssue("datetime_from_date_parsing", datetimeFromDatePrefix, dateFault)
	case year == 0:
		return time.Time{}, false, datetimeYear0
	}
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC), false, nil
}

// DatetimeFromInt reads a point in time from a unix time in seconds, or in
// milliseconds beyond 2e10. It is in UTC and counts as aware. For an integer
// beyond 64 bits use [DatetimeFromFloat] with an infinity of its sign.
func DatetimeFromInt(n int64) (time.Time, *pydantic.Issue) {
	return datetimeIssue(fromUnix(n, 0))
}

// DatetimeFromFloat is [DatetimeFromInt] for a number with a fraction, which is
// rounded to microseconds.
func DatetimeFromFloat(f float64) (time.Time, *pydantic.Issue) {
	return datetimeIssue(fromUnixFloat(f))
}

func datetimeIssue(at time.Time, fault string) (time.Time, *pydantic.Issue) {
	switch {
	case fault != "":
		return time.Time{}, pydantic.ParsingIssue("datetime_parsing", datetimePrefix, fault)
	case at.Year() == 0:
		return time.Time{}, datetimeYear0
	}
	return at, nil
}

// Date reads a date from text: YYYY-MM-DD, or anything that [Datetime] takes
// whose time is midnight, where an offset does not move the day.
//
// A text that is neither is reported with the fault that the datetime parser
// finds, as date_from_datetime_parsing.
func Date(s string) (year int, month time.Month, day int, issue *pydantic.Issue) {
	if year, month, day, fault := date(s); fault == "" {
		return dateIssue(year, month, day)
	}
	at, _, fault := datetime(s)
	return midnight(at, fault)
}

// DateFromInt reads a date from a unix time, as [DatetimeFromInt] does, that is a midnight in UTC.
func DateFromInt(n int64) (year int, month time.Month, day int, issue *pydantic.Issue) {
	return midnight(fromUnix(n, 0))
}

// DateFromFloat reads a date from a unix time, as [DatetimeFromFloat] does, that is a midnight in UTC.
func DateFromFloat(f float64) (year int, month time.Month, day int, issue *pydantic.Issue) {
	return midnight(fromUnixFloat(f))
}

func midnight(at time.Time, fault string) (int, time.Month, int, *pydantic.Issue) {
	if fault != "" {
		return 0, 0, 0, pydantic.ParsingIssue("date_from_datetime_parsing", dateFromDatetimePrefix, fault)
	}
	if hour, minute, second := at.Clock(); hour != 0 || minute != 0 || second != 0 || at.Nanosecond() != 0 {
		return 0, 0, 0, dateInexact
	}
	return dateIssue(at.Date())
}

func dateIssue(year int, month time.Month, day int) (int, time.Month, int, *pydantic.Issue) {
	if year == 0 {
		return 0, 0, 0, dateYear0
	}
	return year, month, day, nil
}

// datetime reads a datetime or a unix time; year 0 is not yet refused. The
// fault is empty for a valid text.
func datetime(s string) (at time.Time, aware bool, fault string) {
	at, aware, fault = rfc3339(s)
	if fault == "" {
		return at, aware, ""
	}
	n, f, kind := unixText(s)
	switch kind {
	case unixInt:
		at, fault = fromUnix(n, 0)
	case unixFloat:
		at, fault = fromUnixText(f)
	}
	return at, true, fault
}

// date reads a date alone; year 0 is not yet refused.
func date(s string) (year int, month time.Month, day int, fault string) {
	year, month, day, fault = calendarDate(s)
	if fault == "" && len(s) > 10 {
		fault = "unexpected extra characters at the end of the input"
	}
	return year, month, day, fault
}

const (
	notUnix = iota
	unixInt
	unixFloat
)

// unixText reads a number: an integer of 64 bits, or with a point a float.
func unixText(s string) (n int64, f float64, kind int) {
	unsigned, negative := s, false
	if s != "" && (s[0] == '+' || s[0] == '-') {
		unsigned, negative = s[1:], s[0] == '-'
	}
	end := ascii.SkipDigits(unsigned, 0)
	if end == len(unsigned) {
		if end == 0 {
			return 0, 0, notUnix
		}
		magnitude, err := strconv.ParseInt(unsigned, 10, 64)
		if err != nil {
			return 0, 0, notUnix
		}
		if negative {
			magnitude = -magnitude
		}
		return magnitude, 0, unixInt
	}
	if !isDecimalFloat(unsigned) || !strings.Contains(unsigned, ".") {
		return 0, 0, notUnix
	}
	f, _ = strconv.ParseFloat(s, 64) // the form is checked; out of range is ±Inf
	return 0, f, unixFloat
}

// fromUnix is the time of a unix time and microseconds on top of it.
func fromUnix(n, micros int64) (time.Time, string) {
	if n > watershed || n < -watershed {
		seconds, millis := n/1000, n%1000
		if millis < 0 {
			seconds, millis = seconds-1, millis+1000
		}
		n, micros = seconds, micros+millis*1000
	}
	n, micros = n+micros/1_000_000, micros%1_000_000
	switch {
	case n < unixYear0:
		return time.Time{}, "dates before 0000 are not supported as unix timestamps"
	case n > unixYear9999:
		return time.Time{}, "dates after 9999 are not supported as unix timestamps"
	}
	return time.Unix(n, micros*1000).UTC(), ""
}

// fromUnixFloat is the time of a number, whose fraction is of the unit that the
// number has. The fraction of a negative number is added to the whole number
// below it without its sign (-1.25 is -2 and 0.25), as Pydantic does.
func fromUnixFloat(f float64) (time.Time, string) {
	if math.IsNaN(f) {
		return time.Time{}, "NaN values not permitted"
	}
	unit := 1e6
	if math.Abs(f) > watershed {
		unit = 1e3
	}
	return fromUnix(saturate(math.Floor(f)), fraction(math.Abs(f-math.Trunc(f)), unit))
}

// fromUnixText is the time of a number in text, which is brought to seconds
// first. What is then still beyond the watershed is taken for milliseconds once
// more, as Pydantic does.
func fromUnixText(f float64) (time.Time, string) {
	if math.Abs(f) > watershed {
		f /= 1000
	}
	whole := math.Floor(f)
	if whole > math.MaxInt64 {
		return time.Time{}, "numeric times may not exceed 86,399 seconds"
	}
	return fromUnix(saturate(whole), fraction(f-whole, 1e6))
}

// fraction is in microseconds. An infinity has a fraction of 0.
func fraction(part, unit float64) int64 {
	if math.IsNaN(part) {
		return 0
	}
	return int64(math.Round(part * unit))
}

func saturate(f float64) int64 {
	switch {
	case f >= math.MaxInt64:
		return math.MaxInt64
	case f <= math.MinInt64:
		return math.MinInt64
	}
	return int64(f)
}
