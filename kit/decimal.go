package kit

import (
	"cmp"
	"database/sql/driver"
	"fmt"
	"math"
	"strconv"

	"github.com/polarkit-go/polarkit/kit/internal/lax"
	"github.com/polarkit-go/polarkit/kit/internal/python"
)

// Decimal is a decimal number as it was written, with all its places: 1.50 stays 1.50. It
// is Pydantic's Decimal. Replies write it as a text; requests may send a text or a number.
// The zero value is 0.
//
// It has no arithmetic. For amounts of money that are added up, use integers of the
// smallest unit, or a type of your own that reads itself from text.
//
// A column of the type numeric may hold NaN and the infinities. [Decimal.Scan] reads them,
// and on the wire they are "NaN", "Infinity" and "-Infinity", as Pydantic writes them.
// Requests with them are refused.
type Decimal struct {
	number  lax.Number
	special string // NaN or an infinity, empty for a number
}

// ParseDecimal reads a number as Pydantic does: "1.50", " 1e3 ", "1_000". NaN and the
// infinities are errors.
func ParseDecimal(s string) (Decimal, error) {
	number, issue := lax.Decimal(s)
	if issue != nil {
		return Decimal{}, fmt.Errorf("kit: ParseDecimal: %s", issue.Msg)
	}
	return Decimal{number: number}, nil
}

// SetNumber sets the number. It is for the packages of this module, which read requests
// with it.
func (d *Decimal) SetNumber(number lax.Number) { *d = Decimal{number: number} }

// String is the number as Python writes it: "1.50", "1E+3".
func (d Decimal) String() string {
	if d.special != "" {
		return d.special
	}
	if d.number == (lax.Number{}) {
		return "0"
	}
	return d.number.String()
}

// Compare is -1, 0 or +1 as d is less than, equal to or greater than other;
// 1.5 and 1.50 are equal. NaN equals itself and is above all others, as in
// PostgreSQL.
func (d Decimal) Compare(other Decimal) int {
	if d.special != "" || other.special != "" {
		return cmp.Compare(d.rank(), other.rank())
	}
	return d.known().Compare(other.known())
}

// rank orders NaN and the infinities around all numbers, which have the rank 0.
func (d Decimal) rank() int {
	switch d.special {
	case "-Infinity":
		return -1
	case "Infinity":
		return 1
	case "NaN":
		return 2
	}
	return 0
}

// known is the number, 0 for the zero value.
func (d Decimal) known() lax.Number {
	if d.number == (lax.Number{}) {
		zero, _ := lax.Decimal("0")
		return zero
	}
	return d.number
}

// IsZero reports whether the number is 0.
func (d Decimal) IsZero() bool { return d.Compare(Decimal{}) == 0 }

// Float64 is the nearest float. Beyond the range of a float64 it is infinite.
func (d Decimal) Float64() float64 {
	f, _ := strconv.ParseFloat(d.String(), 64) // the only error is the range
	return f
}

// MarshalText makes the number text, and so a JSON string.
func (d Decimal) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what [ParseDecimal] reads.
func (d *Decimal) UnmarshalText(text []byte) error {
	parsed, err := ParseDecimal(string(text))
	if err == nil {
		*d = parsed
	}
	return err
}

// Value makes the number a parameter of a database query.
func (d Decimal) Value() (driver.Value, error) { return d.String(), nil }

// Scan reads a number from a database: a text, an integer, a float or null. The
// texts NaN, Infinity and -Infinity are read too.
func (d *Decimal) Scan(src any) error {
	switch src := src.(type) {
	case nil:
		*d = Decimal{}
		return nil
	case string:
		return d.scanText(src)
	case []byte:
		return d.scanText(string(src))
	case int64:
		return d.UnmarshalText(strconv.AppendInt(nil, src, 10))
	case float64:
		switch {
		case math.IsNaN(src):
			return d.scanText("NaN")
		case math.IsInf(src, 1):
			return d.scanText("Infinity")
		case math.IsInf(src, -1):
			return d.scanText("-Infinity")
		}
		return d.UnmarshalText([]byte(python.FloatRepr(src)))
	}
	return fmt.Errorf("kit: cannot scan %T into a Decimal", src)
}

func (d *Decimal) scanText(text string) error {
	switch text {
	case "NaN", "Infinity", "-Infinity":
		*d = Decimal{special: text}
		return nil
	}
	return d.UnmarshalText([]byte(text))
}
