package lax

import (
	"time"

	"github.com/polarkit-go/polarkit/kit/internal/ascii"
)

// The texts of the faults are those of the Rust library with which Pydantic reads
// dates and times. Where a text has several faults, the one that this library finds
// first is reported, so the order of the checks here is its order.

// calendarDate reads the ten characters of a date; what follows is not looked at.
func calendarDate(s string) (year int, month time.Month, day int, fault string) {
	if len(s) < 10 {
		return 0, 0, 0, "input is too short"
	}
	for i := range 4 {
		if !ascii.IsDigit(s[i]) {
			return 0, 0, 0, "invalid character in year"
		}
	}
	if s[4] != '-' {
		return 0, 0, 0, "invalid date separator, expected `-`"
	}
	m, ok := twoDigits(s, 5)
	if !ok {
		return 0, 0, 0, "invalid character in month"
	}
	if s[7] != '-' {
		return 0, 0, 0, "invalid date separator, expected `-`"
	}
	day, ok = twoDigits(s, 8)
	if !ok {
		return 0, 0, 0, "invalid character in day"
	}
	century, _ := twoDigits(s, 0)
	rest, _ := twoDigits(s, 2)
	year, month = century*100+rest, time.Month(m)
	switch {
	case m < 1 || m > 12:
		return 0, 0, 0, "month value is outside expected range of 1-12"
	case day < 1 || day > daysIn(year, month):
		return 0, 0, 0, "day value is outside expected range"
	}
	return year, month, day, ""
}

func daysIn(year int, month time.Month) int {
	switch month {
	case time.April, time.June, time.September, time.November:
		return 30
	case time.February:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	default:
		return 31
	}
}

// rfc3339 reads a date and a time. Without a zone the time is in UTC and not aware.
func rfc3339(s string) (at time.Time, aware bool, fault string) {
	year, month, day, fault := calendarDate(s)
	if fault != "" {
		return time.Time{}, false, fault
	}
	if len(s) == 10 || s[10] != 'T' && s[10] != 't' && s[10] != ' ' && s[10] != '_' {
		return time.Time{}, false, "invalid datetime separator, expected `T`, `t`, `_` or space"
	}
	clock, rest, fault := timeOfDay(s[11:])
	if fault != "" {
		return time.Time{}, false, fault
	}
	location := time.UTC
	if rest != "" {
		location, fault = zone(rest)
		if fault != "" {
			return time.Time{}, false, fault
		}
		aware = true
	}
	return time.Date(year, month, day, clock.hour, clock.minute, clock.second, clock.micros*1000, location), aware, ""
}

type clock struct{ hour, minute, second, micros int }

// timeOfDay reads HH:MM, and seconds and a fraction if they are there.
func timeOfDay(s string) (c clock, rest, fault string) {
	if len(s) < 5 {
		return clock{}, "", "input is too short"
	}
	var ok bool
	if c.hour, ok = twoDigits(s, 0); !ok {
		return clock{}, "", "invalid character in hour"
	}
	if s[2] != ':' {
		return clock{}, "", "invalid time separator, expected `:`"
	}
	if c.minute, ok = twoDigits(s, 3); !ok {
		return clock{}, "", "invalid character in minute"
	}
	switch {
	case c.hour > 23:
		return clock{}, "", "hour value is outside expected range of 0-23"
	case c.minute > 59:
		return clock{}, "", "minute value is outside expected range of 0-59"
	case len(s) == 5 || s[5] != ':':
		return c, s[5:], ""
	}
	if c.second, ok = twoDigits(s, 6); !ok {
		return clock{}, "", "invalid character in second"
	}
	if c.second > 59 {
		return clock{}, "", "second value is outside expected range of 0-59"
	}
	if len(s) == 8 || s[8] != '.' && s[8] != ',' {
		return c, s[8:], ""
	}
	end := ascii.SkipDigits(s, 9)
	if end == 9 {
		return clock{}, "", "second fraction digits missing after `.`"
	}
	for i := range 6 { // further digits are cut off
		c.micros *= 10
		if 9+i < end {
			c.micros += int(s[9+i] - '0')
		}
	}
	return c, s[end:], ""
}

// zone reads what follows the time: Z, or a sign (also U+2212), hours and
// minutes with or without a colon.
func zone(s string) (*time.Location, string) {
	sign := 1
	switch {
	case s[0] == 'Z' || s[0] == 'z':
		if len(s) > 1 {
			return nil, "unexpected extra characters at the end of the input"
		}
		return time.UTC, ""
	case s[0] == '+':
		s = s[1:]
	case s[0] == '-':
		sign, s = -1, s[1:]
	case len(s) >= 3 && s[:3] == "\u2212":
		sign, s = -1, s[3:]
	default:
		return nil, "invalid timezone sign"
	}
	hours, ok := twoDigits(s, 0)
	if !ok {
		return nil, "invalid timezone hour"
	}
	s = s[2:]
	if s != "" && s[0] == ':' {
		s = s[1:]
	}
	minutes, ok := twoDigits(s, 0)
	switch {
	case !ok:
		return nil, "invalid timezone minute"
	case minutes > 59:
		return nil, "timezone minute value is outside expected range of 0-59"
	case hours > 23:
		return nil, "timezone offset must be less than 24 hours"
	case len(s) > 2:
		return nil, "unexpected extra characters at the end of the input"
	}
	offset := sign * (hours*3600 + minutes*60)
	if offset == 0 {
		return time.UTC, ""
	}
	return time.FixedZone("", offset), ""
}

// twoDigits reads the number at i and i+1.
func twoDigits(s string, i int) (int, bool) {
	if len(s) < i+2 || !ascii.IsDigit(s[i]) || !ascii.IsDigit(s[i+1]) {
		return 0, false
	}
	return int(s[i]-'0')*10 + int(s[i+1]-'0'), true
}
