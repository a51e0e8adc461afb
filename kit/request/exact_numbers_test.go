package request_test

import (
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/reply"
	"github.com/polarkit-go/polarkit/kit/request"
)

// verbatim keeps the JSON that it is given.
type verbatim struct{ text string }

func (v *verbatim) UnmarshalJSON(data []byte) error {
	v.text = string(data)
	return nil
}

func (v verbatim) MarshalJSON() ([]byte, error) { return []byte(v.text), nil }

// echo decodes a body and replies with it.
func echo[T any](t *testing.T, body string) string {
	t.Helper()
	value, err := request.Decode[T](post(body))
	require.NoError(t, err, body)
	w := httptest.NewRecorder()
	require.NoError(t, reply.JSON(w, http.StatusOK, value))
	return w.Body.String()
}

// A number that is taken in comes out with the same digits, where the Go type
// has room for any JSON.
func TestNumbersStayExact(t *testing.T) {
	t.Parallel()

	type free struct {
		kit.Schema

		V any `json:"v"`
	}
	long := strings.Repeat("9", 501)
	for _, number := range []string{
		"0", "-1", "9223372036854775807", "-9223372036854775808",
		"9223372036854775808", "-9223372036854775809", "18446744073709551615", "12345678901234567890",
		"-12345678901234567890123456789012345678901234567890", long, "-" + long,
		"2.5", "5.0", "-0.0", "1e-07",
	} {
		body := `{"v":` + number + `}`
		require.Equal(t, body, echo[free](t, body))
		require.Equal(t, body, echo[map[string]any](t, body))
		require.Equal(t, body, echo[kit.Metadata](t, body))
		require.Equal(t, body, echo[map[string]json.RawMessage](t, body))
		require.Equal(t, body, echo[map[string]verbatim](t, body))
		nested := `{"v":[{"a":[` + number + `]}]}`
		require.Equal(t, nested, echo[free](t, nested))
		require.Equal(t, `[`+number+`]`, echo[[]any](t, `[`+number+`]`))
		require.Equal(t, number, echo[any](t, number))
	}
	require.Equal(t, `{"v":0}`, echo[free](t, `{"v":-0}`), "an integer has no negative zero")
	require.Equal(t, `{"v":1e400}`, echo[free](t, `{"v":1e400}`), "no float64 holds it")
	require.Equal(t, `{"v":null}`, echo[free](t, `{"v":Infinity}`))
	for _, text := range []string{`1e400`, `0.12345678901234567890123`, `1E2`, `{"_sa_x":1,"a":"\u00e9"}`} {
		require.Equal(t, `{"v":`+text+`}`, echo[map[string]verbatim](t, `{"v":`+text+`}`), text)
	}
	require.Equal(t, "{\"v\":[\"\uFFFD\"]}", echo[map[string]verbatim](t, "{\"v\":[\"\xed\xa0\x80\"]}"))
	require.Equal(t, "{\"v\":{\"_sa\":1,\"b\":\"\uFFFD\"}}", echo[map[string]json.RawMessage](t, "{\"v\":{\"_sa\":1,\"b\":\"\xed\xa0\x80\"}}"))
	_, err := request.Decode[free](post("{\"v\":[{\"a\":\"\xed\xa0\x80\"},[\"x\\ud800\",\"y\"],{\"\\udc00\":{\"b\":\"\\udc00\",\"b\":1}}]}"))
	require.Equal(t, []string{
		"string_unicode [\"body\",\"v\",0,\"a\"] \"\uFFFD\"",
		"string_unicode [\"body\",\"v\",1,0] \"x\uFFFD\"",
		"string_unicode [\"body\",\"v\",2,\"\uFFFD\",\"[key]\"] \"\uFFFD\"",
	}, reported(t, err), "a text that Go cannot hold is not changed")
	_, err = request.Decode[map[string]verbatim](post(`{"v":[NaN]}`))
	require.Equal(t, []string{`finite_number ["body","v"] ["NaN"]`}, reported(t, err))

	in, err := request.Decode[free](post(`{"v":[1,2.0,12345678901234567890,1e400]}`))
	require.NoError(t, err)
	require.Equal(t, []any{int64(1), 2.0, json.Number("12345678901234567890"), json.Number("1e400")}, in.V)

	meta, err := request.Decode[kit.Metadata](post(`{"a":"-00` + long + `","b":"+0_9` + long + `.00"}`))
	require.NoError(t, err)
	require.Equal(t, kit.Metadata{"a": json.Number("-" + long), "b": json.Number("9" + long)}, meta, "a text beyond 500 characters that is an integer")

	query, err := request.Bind[struct {
		N big.Int `query:"n"`
	}](httptest.NewRequest(http.MethodGet, "/?n=12345678901234567890", nil))
	require.NoError(t, err)
	require.Equal(t, "12345678901234567890", query.N.String())
}

// An integer that no float64 holds is no number for Pydantic. A number that is
// written as a float is infinite then.
func TestIntegersBeyondAFloat(t *testing.T) {
	t.Parallel()

	digits := strings.Repeat("9", 310)
	// The largest integer that rounds to a float64, and the next one.
	last := new(big.Int).Sub(new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 1024), new(big.Int).Lsh(big.NewInt(1), 970)), big.NewInt(1))
	next := new(big.Int).Add(last, big.NewInt(1))
	type body struct {
		F *float64           `json:"f" default:"null"`
		M map[string]float64 `json:"m" default:"{}"`
		L []float32          `json:"l" default:"[]"`
		B bool               `json:"b" default:"false"`
		G float64            `json:"g" default:"1" validate:"gte=0,multiple_of=1"`
	}
	for text, want := range map[string][]string{
		`{"f":` + digits + `}`:        {`float_type ["body","f"] ` + digits},
		`{"f":-` + digits + `}`:       {`float_type ["body","f"] -` + digits},
		`{"f":` + next.String() + `}`: {`float_type ["body","f"] ` + next.String()},
		`{"m":{"x":` + digits + `}}`:  {`float_type ["body","m","x"] ` + digits},
		`{"l":[1,` + digits + `]}`:    {`float_type ["body","l",1] ` + digits},
		`{"g":` + digits + `}`:        {`float_type ["body","g"] ` + digits},
		`{"b":` + digits + `}`:        {`bool_type ["body","b"] ` + digits},
	} {
		_, err := request.Decode[body](post(text))
		require.Equal(t, want, reported(t, err), text)
	}
	for text, want := range map[string]string{
		last.String():      `1.7976931348623157e+308`,
		`1e400`:            `null`,
		`-1e400`:           `null`,
		`"` + digits + `"`: `null`,
		`"1e400"`:          `null`,
		`9007199254740993`: `9007199254740992.0`,
	} {
		require.Equal(t, want, echo[float64](t, text), text)
	}

	type times struct {
		At kit.Optional[time.Time] `json:"at"`
		On kit.Optional[kit.Date]  `json:"on"`
	}
	for text, want := range map[string][]string{
		`{"at":` + digits + `}`:  {`datetime_type ["body","at"] ` + digits},
		`{"on":-` + digits + `}`: {`date_type ["body","on"] -` + digits},
		`{"at":1` + strings.Repeat("0", 30) + `}`: {
			`datetime_parsing ["body","at"] 1` + strings.Repeat("0", 30) + ` {"error":"dates after 9999 are not supported as unix timestamps"}`,
		},
	} {
		_, err := request.Decode[times](post(text))
		require.Equal(t, want, reported(t, err), text)
	}
}

// The range of float32 bounds its values, as those of the integer types do.
func TestFloat32StaysWithinItsRange(t *testing.T) {
	t.Parallel()

	const (
		above = ` {"le":3.4028234663852886e+38}`
		below = ` {"ge":-3.4028234663852886e+38}`
	)
	type body struct {
		F float32 `json:"f" validate:"lt=5"`
	}
	for text, want := range map[string]string{
		`1e39`:                        `less_than_equal ["body","f"] 1e+39` + above,
		`-1e39`:                       `greater_than_equal ["body","f"] -1e+39` + below,
		`1` + strings.Repeat("0", 39): `less_than_equal ["body","f"] 1` + strings.Repeat("0", 39) + above,
		`"1e39"`:                      `less_than_equal ["body","f"] "1e39"` + above,
		`1e400`:                       `less_than_equal ["body","f"] "Infinity"` + above,
		`NaN`:                         `less_than_equal ["body","f"] "NaN"` + above,
		`6`:                           `less_than ["body","f"] 6 {"lt":5.0}`,
	} {
		_, err := request.Decode[body](post(`{"f":` + text + `}`))
		require.Equal(t, []string{want}, reported(t, err), text)
	}
	require.Equal(t, `{"f":0.1}`, echo[body](t, `{"f":0.1}`))
	for _, text := range []string{`3.4028235e+38`, `-3.4028235e+38`, `1e-45`} {
		require.Equal(t, text, echo[float32](t, text), "the ends of the range come back as they were given out")
	}
	require.Equal(t, `3.4028235e+38`, echo[float32](t, `3.4028235677973362e38`))
	_, err := request.Decode[float32](post(`3.4028235677973366e38`))
	require.Equal(t, []string{`less_than_equal ["body"] 3.4028235677973366e+38` + above}, reported(t, err))
	_, err = request.Bind[struct {
		F []float32 `query:"f"`
		H float32   `header:"h"`
	}](func() *http.Request {
		r := httptest.NewRequest(http.MethodGet, "/?"+url.Values{"f": {"1", "-4e38"}}.Encode(), nil)
		r.Header.Set("H", "inf")
		return r
	}())
	require.Equal(t, []string{
		`greater_than_equal ["query","f",1] "-4e38"` + below,
		`less_than_equal ["header","h"] "inf"` + above,
	}, reported(t, err))
	sentence.Equal(t, "Check: bound beyond a float32", request.Check[struct {
		kit.Schema
		F float32 `json:"f" validate:"max=1e39"`
	}]())
}

// Pydantic checks le, lt, ge and gt in this order. The range of a Go type is a le
// and a ge.
func TestBoundsOfIntegersInTheirOrder(t *testing.T) {
	t.Parallel()

	type body struct {
		A int32  `json:"a" validate:"gt=0" default:"1"`
		B int8   `json:"b" validate:"lt=10,gt=-10" default:"1"`
		C uint8  `json:"c" validate:"gt=5,lt=10" default:"6"`
		D uint64 `json:"d" validate:"lt=100" default:"1"`
		E int64  `json:"e" validate:"gt=0" default:"1"`
		F int16  `json:"f" validate:"gte=3,lte=9" default:"3"`
		G int8   `json:"g" validate:"multiple_of=7" default:"7"`
	}
	for text, want := range map[string]string{
		`{"a":-3000000000}`:           `greater_than_equal ["body","a"] -3000000000 {"ge":-2147483648}`,
		`{"a":3000000000}`:            `less_than_equal ["body","a"] 3000000000 {"le":2147483647}`,
		`{"a":0}`:                     `greater_than ["body","a"] 0 {"gt":0}`,
		`{"a":"-3000000000"}`:         `greater_than_equal ["body","a"] "-3000000000" {"ge":-2147483648}`,
		`{"b":128}`:                   `less_than_equal ["body","b"] 128 {"le":127}`,
		`{"b":127}`:                   `less_than ["body","b"] 127 {"lt":10}`,
		`{"b":-129}`:                  `greater_than_equal ["body","b"] -129 {"ge":-128}`,
		`{"b":-128}`:                  `greater_than ["body","b"] -128 {"gt":-10}`,
		`{"c":-1}`:                    `greater_than_equal ["body","c"] -1 {"ge":0}`,
		`{"c":0}`:                     `greater_than ["body","c"] 0 {"gt":5}`,
		`{"c":256}`:                   `less_than_equal ["body","c"] 256 {"le":255}`,
		`{"c":255}`:                   `less_than ["body","c"] 255 {"lt":10}`,
		`{"d":18446744073709551616}`:  `less_than_equal ["body","d"] 18446744073709551616 {"le":18446744073709551615}`,
		`{"d":18446744073709551615}`:  `less_than ["body","d"] 18446744073709551615 {"lt":100}`,
		`{"d":-18446744073709551616}`: `greater_than_equal ["body","d"] -18446744073709551616 {"ge":0}`,
		`{"e":-9223372036854775809}`:  `greater_than_equal ["body","e"] -9223372036854775809 {"ge":-9223372036854775808}`,
		`{"e":-9223372036854775808}`:  `greater_than ["body","e"] -9223372036854775808 {"gt":0}`,
		`{"f":100000}`:                `less_than_equal ["body","f"] 100000 {"le":9}`,
		`{"f":-100000}`:               `greater_than_equal ["body","f"] -100000 {"ge":3}`,
		`{"g":1000}`:                  `multiple_of ["body","g"] 1000 {"multiple_of":7}`,
		`{"g":700}`:                   `less_than_equal ["body","g"] 700 {"le":127}`,
	} {
		_, err := request.Decode[body](post(text))
		require.Equal(t, []string{want}, reported(t, err), text)
	}
	require.Equal(t, `{"a":2147483647,"b":9,"c":9,"d":99,"e":9223372036854775807,"f":9,"g":126}`,
		echo[body](t, `{"a":2147483647,"b":9,"c":9,"d":99,"e":9223372036854775807,"f":9,"g":126}`))
	r := httptest.NewRequest(http.MethodGet, "/?n=-3000000000", nil)
	_, err := request.Bind[struct {
		N int32 `query:"n" validate:"gt=0"`
	}](r)
	require.Equal(t, []string{`greater_than_equal ["query","n"] "-3000000000" {"ge":-2147483648}`}, reported(t, err))
}

// Of a repeated key the last value counts, also where texts are looked through
// for U+0000.
func TestNULBehindARepeatedKey(t *testing.T) {
	t.Parallel()

	type body struct {
		kit.Schema

		D kit.Optional[map[string]any]             `json:"d"`
		M kit.Optional[kit.Metadata]               `json:"m"`
		S kit.Optional[map[string]string]          `json:"s"`
		A kit.Optional[any]                        `json:"a"`
		R kit.Optional[json.RawMessage]            `json:"r"`
		C kit.Optional[verbatim]                   `json:"c"`
		L kit.Optional[[]map[string][]string]      `json:"l"`
		T kit.Optional[string]                     `json:"t"`
		N kit.Optional[struct{ T map[string]any }] `json:"n"`
	}
	for _, text := range []string{
		`{"d":{"a":"x\u0000","a":"y"}}`, `{"m":{"a":"x\u0000","a":"y"}}`, `{"s":{"a":"x\u0000","a":"y"}}`,
		`{"a":[{"a":{"b":"\u0000"},"a":1}]}`, `{"l":[{"a":["\u0000"],"a":["y"]}]}`, `{"t":"\u0000","t":"y"}`,
		`{"d":{"a":"\u0000"},"d":{}}`,
	} {
		_, err := request.Decode[body](post(text))
		require.NoError(t, err, text)
	}
	const nul = ` {"error":{}}`
	for text, want := range map[string]string{
		`{"d":{"a":"x","a":"y\u0000"}}`:         `value_error ["body","d"] {"a":"y\u0000"}` + nul,
		`{"d":{"\u0000":1,"\u0000":2}}`:         `value_error ["body","d"] {"\u0000":2}` + nul,
		`{"a":[[{"b":{"c":["\u0000"]}}]]}`:      `value_error ["body","a"] [[{"b":{"c":["\u0000"]}}]]` + nul,
		`{"l":[{"a":["y"],"a":["\u0000"]}]}`:    `value_error ["body","l"] [{"a":["\u0000"]}]` + nul,
		`{"r":{"a":"\u0000","a":1}}`:            `value_error ["body","r"] {"a":1}` + nul,
		`{"c":{"a":"\u0000","a":1}}`:            `value_error ["body","c"] {"a":1}` + nul,
		`{"m":{"a":"x","a":"y\u0000"}}`:         `value_error ["body","m"] {"a":"y\u0000"}` + nul,
		`{"s":{"x\u0000":"x","a":1,"a":"\ty"}}`: `value_error ["body","s"] {"x\u0000":"x","a":"\ty"}` + nul,
	} {
		_, err := request.Decode[body](post(text))
		require.Equal(t, []string{want}, reported(t, err), text)
	}
}
