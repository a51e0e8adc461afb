package kit

import (
	"database/sql/driver"
	"fmt"
	"time"

	"github.com/polarkit-go/polarkit/kit/internal/lax"
)

// Date is a day of the calendar, without a time and a zone: Pydantic's date. On the wire
// it is "2024-01-02". The zero value stands for no day.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the day of a point in time, in the time's own location.
func DateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{Year: year, Month: month, Day: day}
}

// ParseDate reads a day as Pydantic does: "2024-01-02", or a point in time at
// midnight.
func ParseDate(s string) (Date, error) {
	year, month, day, issue := lax.Date(s)
	if issue != nil {
		return Date{}, fmt.Errorf("kit: ParseDate: %s", issue.Msg)
	}
	return Date{Year: year, Month: month, Day: day}, nil
}

// String is the day as YYYY-MM-DD.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day) }

// IsZero reports whether the date is the zero value.
func (d Date) IsZero() bool { return d == Date{} }

// In is the beginning of the day in a location.
func (d Date) In(location *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, location)
}

// Compare is -1, 0 or +1 as d is before, on or after other.
func (d Date) Compare(other Date) int { return d.In(time.UTC).Compare(other.In(time.UTC)) }

// MarshalText makes the day text, and so a JSON string.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what [ParseDate] reads.
func (d *Date) UnmarshalText(text []byte) error {
	parsed, err := ParseDate(string(text))
	if err == nil {
		*d = parsed
	}
	return err
}

// Value makes the day a parameter of a database query. The zero value is null.
func (d Date) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.String(), nil
}

// Scan reads a day from a database: a time, a text or null. As asyncpg reads them,
// PostgreSQL's infinity is 9999-12-31, the last day of Python's calendar, and -infinity is
// 0001-01-01, the first.
func (d *Date) Scan(src any) error {
	switch src {
	case "infinity":
		*d = Date{Year: 9999, Month: time.December, Day: 31}
		return nil
	case "-infinity":
		*d = Date{Year: 1, Month: time.January, Day: 1}
		return nil
	}
	switch src := src.(type) {
	case nil:
		*d = Date{}
		return nil
	case time.Time:
		*d = DateOf(src)
		return nil
	case string:
		return d.UnmarshalText([]byte(src))
	case []byte:
		return d.UnmarshalText(src)
	}
	return fmt.Errorf("kit: cannot scan %T into a Date", src)
}
