package plan

import (
	"encoding"
	"encoding/json"
	"math/big"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/internal/ascii"
	"github.com/polarkit-go/polarkit/kit/internal/encode"
	"github.com/polarkit-go/polarkit/kit/internal/lax"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
	"github.com/polarkit-go/polarkit/kit/internal/pyjson"
	"github.com/polarkit-go/polarkit/kit/internal/python"
)

// The issues of values of the wrong JSON type. The parsers of package lax have the others.
var (
	issueString   = &pydantic.Issue{Type: "string_type", Msg: "Input should be a valid string"}
	issueUnicode  = &pydantic.Issue{Type: "string_unicode", Msg: "Input should be a valid string, unable to parse raw data as a unicode string"}
	issueInt      = &pydantic.Issue{Type: "int_type", Msg: "Input should be a valid integer"}
	issueIntSize  = &pydantic.Issue{Type: "int_parsing_size", Msg: "Unable to parse input string as an integer, exceeded maximum size"}
	issueFloat    = &pydantic.Issue{Type: "float_type", Msg: "Input should be a valid number"}
	issueBool     = &pydantic.Issue{Type: "bool_type", Msg: "Input should be a valid boolean"}
	issueBoolText = &pydantic.Issue{Type: "bool_parsing", Msg: "Input should be a valid boolean, unable to interpret input"}
	issueUUID     = &pydantic.Issue{Type: "uuid_type", Msg: "UUID input should be a string, bytes or UUID object"}
	issueDatetime = &pydantic.Issue{Type: "datetime_type", Msg: "Input should be a valid datetime"}
	issueDate     = &pydantic.Issue{Type: "date_type", Msg: "Input should be a valid date"}
	issueDecimal  = &pydantic.Issue{Type: "decimal_type", Msg: "Decimal input should be an integer, float, string or Decimal object"}
	issueDuration = &pydantic.Issue{Type: "time_delta_type", Msg: "Input should be a valid timedelta"}
	issueURL      = &pydantic.Issue{Type: "url_type", Msg: "URL input should be a string or URL"}
	issueAware    = &pydantic.Issue{Type: "timezone_aware", Msg: "Input should have timezone info"}
	issueNaive    = &pydantic.Issue{Type: "timezone_naive", Msg: "Input should not have timezone info"}
	issueFinite   = &pydantic.Issue{Type: "finite_number", Msg: "Input should be a finite number"}
	issuePast     = &pydantic.Issue{Type: "datetime_past", Msg: "Input should be in the past"}
	issueFuture   = &pydantic.Issue{Type: "datetime_future", Msg: "Input should be in the future"}
	issueDayPast  = &pydantic.Issue{Type: "date_past", Msg: "Date should be in the past"}
	issueDayNext  = &pydantic.Issue{Type: "date_future", Msg: "Date should be in the future"}
)

// decodeScalar reads a value that is not a container. The decoder stands at it.
func (n *Node) decodeScalar(d *decoder, tok pyjson.Token, v reflect.Value) bool {
	first := d.doc.First(tok)
	if first == '"' {
		if d.doc.HasSurrogate(tok) && n.Kind != Enum && n.Kind != Literal {
			return d.fail(issueUnicode)
		}
		return n.decodeText(d, d.doc.Text(tok), v, d.texts)
	}
	number := first == '-' || ascii.IsDigit(first) || first == 'N' || first == 'I'
	float := number && (first > '9' || d.doc.IsFloat(tok) || d.doc.Raw(tok) == "-Infinity")
	switch n.Kind {
	case Bool:
		return n.decodeBool(d, tok, first, number, float, v)
	case Integer:
		return n.decodeInteger(d, tok, first, number, float, v)
	case Float:
		switch {
		case number && !float && d.doc.IsBeyondFloat(tok):
			return d.fail(issueFloat)
		case number:
			return n.setFloat(d, d.doc.Float(tok), v)
		case first == 't':
			return n.setFloat(d, 1, v)
		case first == 'f':
			return n.setFloat(d, 0, v)
		}
		return d.fail(issueFloat)
	case Datetime:
		switch i, err := strconv.ParseInt(d.doc.Raw(tok), 10, 64); {
		case !number || !float && d.doc.IsBeyondFloat(tok):
			return d.fail(issueDatetime)
		case !float && err == nil:
			at, issue := lax.DatetimeFromInt(i)
			return n.setDatetime(d, at, true, issue, v)
		default:
			at, issue := lax.DatetimeFromFloat(d.doc.Float(tok))
			return n.setDatetime(d, at, true, issue, v)
		}
	case Date:
		switch i, err := strconv.ParseInt(d.doc.Raw(tok), 10, 64); {
		case !number || !float && d.doc.IsBeyondFloat(tok):
			return d.fail(issueDate)
		case !float && err == nil:
			year, month, day, issue := lax.DateFromInt(i)
			return n.setDate(d, year, month, day, issue, v)
		default:
			year, month, day, issue := lax.DateFromFloat(d.doc.Float(tok))
			return n.setDate(d, year, month, day, issue, v)
		}
	case Decimal:
		switch {
		case !number:
			return d.fail(issueDecimal)
		case float:
			return n.setDecimal(d, python.FloatRepr(d.doc.Float(tok)), v)
		}
		return n.setDecimal(d, string(d.doc.AppendScalar(nil, tok)), v)
	case Duration:
		return n.decodeDuration(d, tok, first, number, float, v)
	case UUID:
		return d.fail(issueUUID)
	case URL:
		return d.fail(issueURL)
	case Enum, Literal:
		return n.decodeChoice(d, tok, first, float, v)
	case Custom:
		return n.decodeCustom(d, tok, v)
	}
	return d.fail(issueString)
}

// decodeText reads a value from text: a JSON string or, with param, a parameter.
func (n *Node) decodeText(d *decoder, s string, v reflect.Value, param bool) bool {
	if n.transform != nil {
		s = n.transformText(d, s)
	}
	switch n.Kind {
	case String:
		if n.minLength != nil || n.maxLength != nil {
			count := utf8.RuneCountInString(s)
			if n.minLength != nil && count < n.minLength.n {
				return d.fail(&n.minLength.issue)
			}
			if n.maxLength != nil && count > n.maxLength.n {
				return d.fail(&n.maxLength.issue)
			}
		}
		if n.pattern != nil && !n.pattern.re.MatchString(s) {
			return d.fail(&n.pattern.issue)
		}
		if n.transform != nil {
			s = n.transform.late(s)
		}
		v.SetString(strings.Clone(s))
	case Integer:
		i, overflow, issue := lax.Int(s)
		if issue != nil {
			return d.fail(issue)
		}
		return n.setInteger(d, i, overflow, s, v)
	case Float:
		f, issue := lax.Float(s)
		if issue != nil {
			return d.fail(issue)
		}
		return n.setFloat(d, f, v)
	case Bool:
		b, issue := lax.Bool(s)
		if issue != nil {
			return d.fail(issue)
		}
		v.SetBool(b)
	case UUID:
		return n.setUUID(d, s, v)
	case Datetime:
		at, aware, issue := lax.Datetime(s)
		return n.setDatetime(d, at, aware, issue, v)
	case Date:
		year, month, day, issue := lax.Date(s)
		return n.setDate(d, year, month, day, issue, v)
	case Decimal:
		return n.setDecimal(d, s, v)
	case Duration:
		span, issue := lax.Duration(s)
		return n.setDuration(d, span, issue, v)
	case Email:
		return n.setEmail(d, s, v)
	case URL:
		return n.setURL(d, s, v)
	case Enum, Literal:
		return n.setChoice(d, s, v, param)
	case Text:
		return n.setFromText(d, s, v)
	case Custom:
		if d.tok != none {
			return n.decodeCustom(d, d.tok, v)
		}
		return n.unmarshal(d, encode.AppendString(nil, s), none, v)
	case Any:
		v.Set(reflect.ValueOf(strings.Clone(s)))
	case Union:
		if n.Union.IsTagged() {
			return d.fail(issueModel)
		}
		return n.decodeByValue(d, none, s, v)
	default:
		return d.fail(n.mismatch())
	}
	return n.check(d, none, v)
}

// mismatch is the issue of a text where a value of another kind is wanted.
func (n *Node) mismatch() *pydantic.Issue {
	switch n.Kind {
	case List:
		return issueList
	case Set:
		return issueSet
	case Map, Metadata:
		return issueDict
	default:
		return issueModel
	}
}

func (n *Node) decodeBool(d *decoder, tok pyjson.Token, first byte, number, float bool, v reflect.Value) bool {
	switch {
	case first == 't' || first == 'f':
		v.SetBool(first == 't')
		return n.check(d, none, v)
	case !number:
		return d.fail(issueBool)
	}
	f := d.doc.Float(tok)
	switch {
	case f == 0 || f == 1:
		v.SetBool(f == 1)
		return n.check(d, none, v)
	case float && (f != f || f-f != 0 || f != float64(int64(f))): // NaN, infinite, or with a fraction
		return d.fail(issueBool)
	case !float:
		if _, err := strconv.ParseInt(d.doc.Raw(tok), 10, 64); err != nil {
			return d.fail(issueBool) // beyond 64 bits
		}
	}
	return d.fail(issueBoolText)
}

func (n *Node) decodeInteger(d *decoder, tok pyjson.Token, first byte, number, float bool, v reflect.Value) bool {
	switch {
	case first == 't':
		return n.setInteger(d, 1, 0, "1", v)
	case first == 'f':
		return n.setInteger(d, 0, 0, "0", v)
	case !number:
		return d.fail(issueInt)
	case float:
		i, issue := lax.IntFromFloat(d.doc.Float(tok))
		if issue != nil {
			return d.fail(issue)
		}
		return n.setInteger(d, i, 0, "", v)
	}
	raw := d.doc.Raw(tok)
	i, err := strconv.ParseInt(raw, 10, 64)
	overflow := 0
	if err != nil { // out of range: the scanner knows the grammar
		if overflow = 1; raw[0] == '-' {
			overflow = -1
		}
	}
	return n.setInteger(d, i, overflow, raw, v)
}

// setInteger applies the bounds in Pydantic's order: le, lt, ge, gt. The range
// of the Go type is the le and the ge where no rule is narrower. A value beyond
// 64 bits has overflow and the text it came from.
func (n *Node) setInteger(d *decoder, i int64, overflow int, text string, v reflect.Value) bool {
	r := &n.numbers
	if r.multipleOf != nil && !isMultiple(i, overflow, text, r.multipleOf.i) {
		return d.fail(&r.multipleOf.issue)
	}
	u, tooLarge, tooSmall := n.inRange(i, overflow, text)
	above := func(bound int64) bool { return overflow > 0 || overflow == 0 && i > bound }
	below := func(bound int64) bool { return overflow < 0 || overflow == 0 && i < bound }
	switch {
	case r.le != nil && above(r.le.i):
		return d.fail(&r.le.issue)
	case tooLarge:
		return d.fail(n.highest())
	case r.lt != nil && !below(r.lt.i):
		return d.fail(&r.lt.issue)
	case r.ge != nil && below(r.ge.i):
		return d.fail(&r.ge.issue)
	case tooSmall:
		return d.fail(n.lowest())
	case r.gt != nil && !above(r.gt.i):
		return d.fail(&r.gt.issue)
	}
	switch {
	case n.big:
		target := v.Addr().Interface().(*big.Int) //nolint:forcetypeassert // that is what big says
		if overflow == 0 {
			target.SetInt64(i)
		} else {
			target.SetString(integerDigits(text), 10)
		}
	case r.umax > 0:
		v.SetUint(u)
	default:
		v.SetInt(i)
	}
	return n.check(d, none, v)
}

// inRange compares an integer with the range of the Go type. For an unsigned type u is its
// value.
func (n *Node) inRange(i int64, overflow int, text string) (u uint64, tooLarge, tooSmall bool) {
	r := &n.numbers
	switch {
	case n.big:
	case r.umax == 0:
		return 0, overflow > 0 || i > r.max, overflow < 0 || i < r.min
	case overflow < 0 || i < 0:
		return 0, false, true
	case overflow > 0:
		var err error
		u, err = strconv.ParseUint(integerDigits(text), 10, 64)
		return u, err != nil || u > r.umax, false
	default:
		return uint64(i), uint64(i) > r.umax, false
	}
	return 0, false, false
}

// highest and lowest are the issues of a value beyond the range of the Go type.
func (n *Node) highest() *pydantic.Issue {
	if r := &n.numbers; r.umax > 0 {
		return boundIssue(atMost, strconv.FormatUint(r.umax, 10), r.umax)
	}
	return boundIssue(atMost, strconv.FormatInt(n.numbers.max, 10), n.numbers.max)
}

func (n *Node) lowest() *pydantic.Issue {
	return boundIssue(atLeast, strconv.FormatInt(n.numbers.min, 10), n.numbers.min)
}

// integerDigits is the sign and the digits of a text that is a valid integer.
func integerDigits(s string) string {
	out := make([]byte, 0, len(s))
	for i := range len(s) {
		switch c := s[i]; {
		case c == '-' || ascii.IsDigit(c):
			out = append(out, c)
		case c == '.':
			return string(out)
		}
	}
	return string(out)
}

func isMultiple(i int64, overflow int, text string, of int64) bool {
	if overflow == 0 {
		return i%of == 0
	}
	if of < 0 {
		of = -of
	}
	var rest uint64
	for _, c := range []byte(integerDigits(text)) {
		if c != '-' {
			rest = (rest*10 + uint64(c-'0')) % uint64(of)
		}
	}
	return rest == 0
}

func (n *Node) setFloat(d *decoder, f float64, v reflect.Value) bool {
	r := &n.numbers
	if m := r.multipleOf; m != nil && !isFloatMultiple(f, m.f) {
		return d.fail(&m.issue)
	}
	switch { // not in a range is the same as outside of it, except for NaN
	case r.le != nil && !(f <= r.le.f):
		return d.fail(&r.le.issue)
	case r.lt != nil && !(f < r.lt.f):
		return d.fail(&r.lt.issue)
	case r.ge != nil && !(f >= r.ge.f):
		return d.fail(&r.ge.issue)
	case r.gt != nil && !(f > r.gt.f):
		return d.fail(&r.gt.issue)
	}
	v.SetFloat(f)
	return n.check(d, none, v)
}

func (n *Node) setUUID(d *decoder, s string, v reflect.Value) bool {
	id, issue := lax.UUID(s)
	if issue == nil && n.Format == formatUUID4 {
		issue = lax.UUIDVersion(id, 4)
	}
	if issue != nil {
		return d.fail(issue)
	}
	if target, ok := v.Addr().Interface().(*uuid.UUID); ok {
		*target = id
	} else {
		v.SetString(id.String())
	}
	return n.check(d, none, v)
}

func (n *Node) setDatetime(d *decoder, at time.Time, aware bool, issue *pydantic.Issue, v reflect.Value) bool {
	switch {
	case issue != nil:
	case n.Format == formatAware && !aware:
		issue = issueAware
	case n.Format == formatNaive && aware:
		issue = issueNaive
	}
	if issue != nil {
		return d.fail(issue)
	}
	*v.Addr().Interface().(*time.Time) = at //nolint:forcetypeassert // Datetime is time.Time
	return n.check(d, none, v)
}

func (n *Node) setDate(d *decoder, year int, month time.Month, day int, issue *pydantic.Issue, v reflect.Value) bool {
	if issue != nil {
		return d.fail(issue)
	}
	*v.Addr().Interface().(*kit.Date) = kit.Date{Year: year, Month: month, Day: day} //nolint:forcetypeassert // Date is kit.Date
	return n.check(d, none, v)
}

func (n *Node) setFromText(d *decoder, s string, v reflect.Value) bool {
	target, ok := v.Addr().Interface().(encoding.TextUnmarshaler)
	if !ok {
		return d.fail(issueString)
	}
	if err := target.UnmarshalText([]byte(s)); err != nil {
		return d.failError(err)
	}
	return n.check(d, none, v)
}

func (n *Node) decodeCustom(d *decoder, tok pyjson.Token, v reflect.Value) bool {
	data, ok := d.doc.JSON(tok)
	if !ok {
		return d.fail(issueFinite)
	}
	return n.unmarshal(d, data, tok, v)
}

// unmarshal calls the type's own UnmarshalJSON. For a parameter the token is none.
func (n *Node) unmarshal(d *decoder, data []byte, tok pyjson.Token, v reflect.Value) bool {
	target, ok := v.Addr().Interface().(json.Unmarshaler)
	if !ok {
		return d.fail(issueString)
	}
	if err := target.UnmarshalJSON(data); err != nil {
		return d.failInside(err, tok)
	}
	return n.check(d, none, v)
}

// failError reports the error of a type that reads itself. A validation error is reported as
// it is, any other error as the ValueError of a Pydantic validator.
func (d *decoder) failError(err error) bool { return d.failErrorAs(err, nil) }

// failErrorAs is failError with another input.
func (d *decoder) failErrorAs(err error, input any) bool {
	details, rest := errors.DetailsOf(err)
	for _, e := range details {
		d.failAs(&pydantic.Issue{Type: e.Type, Msg: e.Msg, Ctx: e.Ctx}, input)
	}
	switch {
	case rest == nil:
		return false
	case errors.Is(rest, errors.InternalServerError) || isNil(rest):
		return d.refuse(nil, rest)
	case d.mask > 0:
		return d.failAs(valueError("the value is not valid"), input) // the text may repeat it
	}
	return d.failAs(valueError(rest.Error()), input)
}

// failInside reports the error of a type that reads itself from JSON, at the token. The
// validation errors of such a type, most often those of jsonio.Parse, have locations
// relative to the value, and inputs of their own.
func (d *decoder) failInside(err error, tok pyjson.Token) bool {
	details, rest := errors.DetailsOf(err)
	if len(details) == 0 || rest != nil {
		return d.failError(err)
	}
	for i := range details {
		e := &details[i]
		inside := e.Loc
		e.Loc = append(d.location(), inside...)
		switch {
		case d.mask > 0:
			e.Input = masked
		case e.Input != nil:
			d.echoed += inputSize(e.Input)
		case tok != none:
			e.Input = d.lookup(tok, inside, nil)
		case len(inside) == 0:
			e.Input = d.text
		}
	}
	return d.refuse(details, nil)
}

// inputSize is about how many bytes the reply takes for an input.
func inputSize(input any) int {
	switch input := input.(type) {
	case string:
		return len(input)
	case encode.Raw:
		return len(input)
	}
	return 0
}

// isNil reports whether an error is a nil pointer that has become an error by accident.
func isNil(err error) bool {
	v := reflect.ValueOf(err)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// valueError is the issue of a Pydantic validator that raises ValueError.
func valueError(text string) *pydantic.Issue {
	e := errors.ValueError(text).Details()[0]
	return &pydantic.Issue{Type: e.Type, Msg: e.Msg, Ctx: e.Ctx}
}
