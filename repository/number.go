package repository

import (
	"database/sql/driver"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/polarkit-go/polarkit/kit"
)

// numbers is the kind of numbers on the left of a comparison. It decides how a number
// is bound. Without a cast the database gives a parameter the type of the column: 1.5
// becomes 1 for a bigint, and a number beyond the integers is an error. Here numbers are
// compared by value. A cast, if any, is at the value, so that indexes on the column can
// be used.
type numbers int8

const (
	// noNumbers is a column of another type: values are bound as they are.
	noNumbers numbers = iota
	// integers is a column of smallint, integer or bigint.
	integers
	// floats32 and floats64 are columns of real and double precision.
	floats32
	floats64
	// decimals is a column of numeric.
	decimals
	// unknownNumbers is an expression, or a column that is not in the row type.
	unknownNumbers
)

var (
	durationType = reflect.TypeFor[time.Duration]()
	valuerType   = reflect.TypeFor[driver.Valuer]()
	decimalType  = reflect.TypeFor[kit.Decimal]()
	numericType  = reflect.TypeFor[pgtype.Numeric]()
)

// Numeric holds numbers below 10^131072, with up to 16383 places after the point.
const (
	numericDigits = 131072
	numericPlaces = 16383
)

// numbersOf is the kind of numbers that a field holds.
func numbersOf(typ reflect.Type) numbers {
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if typ.Kind() == reflect.Struct && typ.NumField() == 2 && typ.Field(1).Name == "Valid" {
		return numbersOf(typ.Field(0).Type) // of sql.NullInt64, sql.Null, pgtype.Int8, …
	}
	if typ == decimalType || typ == numericType {
		return decimals
	}
	if typ == durationType || typ.Implements(valuerType) || reflect.PointerTo(typ).Implements(valuerType) {
		return noNumbers
	}
	switch {
	case reflect.Int <= typ.Kind() && typ.Kind() <= reflect.Uint64:
		return integers
	case typ.Kind() == reflect.Float32:
		return floats32
	case typ.Kind() == reflect.Float64:
		return floats64
	default:
		return noNumbers
	}
}

// outcome is what is known about a comparison without the database.
type outcome int8

const (
	asked  outcome = iota
	never          // it holds for no row
	always         // it holds for every row that is not NULL
)

// beyond is the outcome for a value above or below all numbers of a column.
func beyond(by sign, above bool) outcome {
	switch by {
	case signNotEqual:
		return always
	case signLess, signLessEqual:
		if above {
			return always
		}
	case signGreater, signGreaterEqual:
		if !above {
			return always
		}
	}
	return never
}

// compare returns how a value is compared: the sign, the value as it is bound, a cast,
// and whether the result is known without the database.
func (n numbers) compare(by sign, value any) (sign, any, string, outcome) {
	if n == noNumbers || !isOrdered(by) {
		return by, value, "", asked
	}
	number, ok := numberOf(value)
	if !ok || number.opaque && n == unknownNumbers {
		return by, value, "", asked
	}
	switch n {
	case integers:
		return number.beside64(by)
	case floats32, floats64:
		return number.besideFloat(by, n, value)
	case decimals:
		switch {
		case number.isHuge():
			return by, nil, "", beyond(by, number.above())
		case number.isTiny():
			return number.besideZero(by)
		}
		return by, value, "", asked
	default:
		if number.isTiny() {
			return number.besideZero(by)
		}
		bound, cast := number.alone()
		return by, bound, cast, asked
	}
}

func isOrdered(by sign) bool {
	switch by {
	case signEqual, signNotEqual, signLess, signLessEqual, signGreater, signGreaterEqual:
		return true
	default:
		return false
	}
}

// list returns a list as it is bound, and a cast. The list is nil when the column can
// hold none of its values. ok is false for a list that has other values than numbers.
func (n numbers) list(values reflect.Value) (list any, cast string, ok bool) {
	if n == noNumbers {
		return nil, "", false
	}
	if whole, is := values.Interface().([]int64); is && (n == integers || n == unknownNumbers) {
		return whole, "::int8[]", true
	}
	var whole []int64
	var broken []float64
	var text []string
	for i := range values.Len() {
		number, ok := numberOf(values.Index(i).Interface())
		if !ok || number.opaque && n == unknownNumbers {
			return nil, "", false
		}
		switch n {
		case integers:
			if i, exact := number.whole(); exact {
				whole = append(whole, i)
			}
		case floats32, floats64:
			if f := number.float(); !number.isBeyond(f, n) {
				broken = append(broken, f)
			}
		default:
			beyond := number.isHuge() || n == unknownNumbers && number.isBeyond(number.float(), floats64)
			if !beyond && !number.isTiny() {
				text = append(text, number.text())
			}
		}
	}
	switch {
	case whole != nil:
		return whole, "::int8[]", true
	case broken != nil && n == floats32:
		return broken, "", true
	case broken != nil:
		return broken, "::float8[]", true
	case text != nil:
		return array(reflect.ValueOf(text)), "::numeric[]", true
	default:
		return nil, "", true
	}
}

// number is the value of a number of any type: an integer, an exact float, or NaN or
// an infinity.
type number struct {
	integer bool
	i       int64
	f       *big.Float
	special float64 // NaN or an infinity, where f is nil
	written string  // as it was written, if it was
	opaque  bool    // of a type whose text may mean something else than a number
}

// numberOf reads a number. A text is not a number, even if it consists of digits.
func numberOf(value any) (number, bool) {
	switch v := value.(type) {
	case int64:
		return number{integer: true, i: v}, true
	case int:
		return number{integer: true, i: int64(v)}, true
	case string, time.Duration:
		return number{}, false
	case *big.Int:
		return wholeNumber(v), true
	case big.Int:
		return wholeNumber(&v), true
	case driver.Valuer:
		return valuerNumber(v)
	}
	switch v := reflect.ValueOf(value); {
	case v.Kind() == reflect.Pointer && !v.IsNil():
		return numberOf(v.Elem().Interface())
	case v.CanInt():
		return number{integer: true, i: v.Int()}, true
	case v.CanUint():
		return wholeNumber(new(big.Int).SetUint64(v.Uint())), true
	case v.CanFloat():
		return floatNumber(v.Float()), true
	default:
		return number{}, false
	}
}

func floatNumber(f float64) number {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return number{special: f}
	}
	return number{f: new(big.Float).SetFloat64(f)}
}

func wholeNumber(i *big.Int) number {
	if i.IsInt64() {
		return number{integer: true, i: i.Int64()}
	}
	return number{f: new(big.Float).SetInt(i)}
}

// valuerNumber reads the number that a type such as kit.Decimal or pgtype.Numeric sends
// to the database.
func valuerNumber(value driver.Valuer) (number, bool) {
	if isNilPointer(value) {
		return number{}, false
	}
	plain, err := value.Value()
	if err != nil {
		return number{}, false
	}
	switch plain := plain.(type) {
	case int64:
		return number{integer: true, i: plain}, true
	case float64:
		return floatNumber(plain), true
	case string:
		number, ok := textNumber(plain)
		typ := reflect.Indirect(reflect.ValueOf(value)).Type()
		number.opaque = typ != decimalType && typ != numericType
		return number, ok
	default:
		return number{}, false
	}
}

// textNumber reads a decimal number exactly.
func textNumber(text string) (number, bool) {
	if i, err := strconv.ParseInt(text, 10, 64); err == nil {
		return number{integer: true, i: i}, true
	}
	switch text {
	case "NaN":
		return number{special: math.NaN()}, true
	case "Infinity":
		return number{special: math.Inf(1)}, true
	case "-Infinity":
		return number{special: math.Inf(-1)}, true
	}
	f, _, err := big.ParseFloat(text, 10, uint(64+4*len(text)), big.ToNearestEven)
	if err != nil {
		return number{}, false
	}
	return number{f: f, written: text}, true
}

// above reports whether a number that a column cannot hold is larger than all that it
// can. NaN is larger than all others, as in PostgreSQL.
func (n number) above() bool {
	if n.f != nil {
		return n.f.Sign() > 0
	}
	return !math.IsInf(n.special, -1)
}

// whole is the number as an int64, if it is one.
func (n number) whole() (int64, bool) {
	switch {
	case n.integer:
		return n.i, true
	case n.f == nil:
		return 0, false
	}
	i, accuracy := n.f.Int64()
	return i, accuracy == big.Exact
}

// beside64 compares with a column of integers.
func (n number) beside64(by sign) (sign, any, string, outcome) {
	const cast = "::int8"
	if i, exact := n.whole(); exact {
		return by, i, cast, asked
	}
	lowest, highest := big.NewFloat(math.MinInt64), big.NewFloat(-math.MinInt64)
	if n.f == nil || n.f.IsInf() || n.f.Cmp(lowest) < 0 || n.f.Cmp(highest) >= 0 {
		return by, nil, "", beyond(by, n.above())
	}
	floor, _ := n.f.Int64()
	if n.f.Sign() < 0 {
		floor--
	}
	switch by {
	case signLess, signLessEqual:
		return signLessEqual, floor, cast, asked
	case signGreater, signGreaterEqual:
		return signGreater, floor, cast, asked
	default:
		return by, nil, "", beyond(by, true)
	}
}

// float is the nearest float.
func (n number) float() float64 {
	switch {
	case n.integer:
		return float64(n.i)
	case n.f != nil:
		f, _ := n.f.Float64()
		return f
	default:
		return n.special
	}
}

// isBeyond reports whether a finite number is out of the range of a column.
func (n number) isBeyond(f float64, of numbers) bool {
	return (n.integer || n.f != nil) && (math.IsInf(f, 0) || of == floats32 && math.Abs(f) > math.MaxFloat32)
}

// besideFloat compares with a column of floats.
func (n number) besideFloat(by sign, of numbers, value any) (sign, any, string, outcome) {
	f := n.float()
	if !n.isBeyond(f, of) {
		if _, ok := value.(float32); ok {
			return by, value, "", asked
		}
		return by, f, "", asked
	}
	switch outside := beyond(by, n.above()); {
	case by == signEqual || by == signNotEqual:
		return by, nil, "", outside
	case n.above() && outside == always: // less than a number above all finite ones
		return signLess, math.Inf(1), "", asked
	case n.above():
		return signGreaterEqual, math.Inf(1), "", asked
	case outside == always:
		return signGreater, math.Inf(-1), "", asked
	default:
		return signLessEqual, math.Inf(-1), "", asked
	}
}

// alone is the number as it is bound where the type of the other side is not known. The
// cast is to a type that PostgreSQL compares by value with any other type of numbers.
func (n number) alone() (bound any, cast string) {
	switch {
	case n.integer:
		return n.i, "::int8"
	case n.f == nil:
		return n.special, "::float8"
	case math.IsInf(n.float(), 0): // beyond all floats; the other side may be a float
		return n.float(), "::float8"
	default:
		return n.text(), "::numeric"
	}
}

// isHuge reports whether a finite number is beyond what numeric holds.
func (n number) isHuge() bool {
	return n.f != nil && (n.f.IsInf() || float64(n.f.MantExp(nil)) > numericDigits*math.Log2(10))
}

// isTiny reports whether a number other than 0 has more places than numeric holds.
func (n number) isTiny() bool {
	return n.f != nil && n.f.Sign() != 0 && float64(n.f.MantExp(nil)) < -numericPlaces*math.Log2(10)
}

// besideZero compares with a number between 0 and the number of numeric next to it.
func (n number) besideZero(by sign) (sign, any, string, outcome) {
	const zero, cast = int64(0), "::int8"
	positive := n.f.Sign() > 0
	switch by {
	case signLess, signLessEqual:
		if by = signLess; positive {
			by = signLessEqual
		}
	case signGreater, signGreaterEqual:
		if by = signGreaterEqual; positive {
			by = signGreater
		}
	default:
		return by, nil, "", beyond(by, true)
	}
	return by, zero, cast, asked
}

// text is the number as numeric reads it.
func (n number) text() string {
	switch {
	case n.written != "":
		return n.written
	case n.integer:
		return strconv.FormatInt(n.i, 10)
	case n.f == nil && math.IsNaN(n.special):
		return "NaN"
	case n.f == nil && n.special > 0:
		return "Infinity"
	case n.f == nil:
		return "-Infinity"
	default:
		return n.f.Text('g', -1)
	}
}
