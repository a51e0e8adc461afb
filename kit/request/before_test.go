package request_test

import (
	"context"
	"math"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/jsonio"
	"github.com/polarkit-go/polarkit/kit/reply"
	"github.com/polarkit-go/polarkit/kit/request"
)

func before(ctx context.Context, name string, raw kit.Value) (any, error) {
	if err := ran(ctx, name); err != nil {
		return nil, err
	}
	return raw.With(name, true), nil
}

type (
	earlyA struct {
		A int `json:"a"`
	}
	earlyB struct {
		B int `json:"b" default:"1"`
	}
	early struct {
		kit.Schema
		earlyA
		earlyB

		C int `json:"c" default:"1"`
	}
	earlyPromoted struct {
		kit.Schema
		earlyA
	}
)

func (earlyA) BeforeValidate(ctx context.Context, raw kit.Value) (any, error) {
	return before(ctx, "A.before", raw)
}

func (*earlyB) BeforeValidate(ctx context.Context, raw kit.Value) (any, error) {
	return before(ctx, "B.before", raw)
}

func (early) BeforeValidate(ctx context.Context, raw kit.Value) (any, error) {
	return before(ctx, "own.before", raw)
}

func (earlyA) Validate(ctx context.Context) error { return ran(ctx, "A") }
func (earlyB) Validate(ctx context.Context) error { return ran(ctx, "B") }
func (early) Validate(ctx context.Context) error  { return ran(ctx, "own") }

// Before the fields the order is that of Python's method resolution, behind them the
// reverse of it. Errors of the fields show what the methods have returned, and errors
// behind them what was sent.
func TestBeforeValidateMethodsOfEmbeddedStructs(t *testing.T) {
	t.Parallel()

	for _, c := range []struct{ body, fails, ran, want string }{
		{`{"a":1}`, "", "own.before A.before B.before B A own", ""},
		{`{"a":1}`, "own.before A.before", "own.before", `value_error ["body"] {"a":1} {"error":{}}`},
		{`{"a":1}`, "A.before", "own.before A.before", `value_error ["body"] {"a":1,"own.before":true} {"error":{}}`},
		{`{}`, "", "own.before A.before B.before", `missing ["body","a"] {"own.before":true,"A.before":true,"B.before":true}`},
		{`{"a":"x"}`, "B", "own.before A.before B.before", `int_parsing ["body","a"] "x"`},
		{`{"a":1}`, "A", "own.before A.before B.before B A", `value_error ["body"] {"a":1} {"error":{}}`},
		{`[1]`, "", "own.before A.before B.before", `model_attributes_type ["body"] [1]`},
	} {
		tr, err := validated[early](c.body, c.fails)
		require.Equal(t, c.ran, strings.Join(tr.ran, " "), c.body)
		if c.want == "" {
			require.NoError(t, err)
		} else {
			require.Equal(t, []string{c.want}, reported(t, err), "%s, where %s fails", c.body, c.fails)
		}
	}
	tr, err := validated[earlyPromoted](`{"a":1}`, "")
	require.NoError(t, err)
	require.Equal(t, []string{"A.before", "A"}, tr.ran)
}

// count is an integer with a word for many.
type count int

func (count) BeforeValidate(_ context.Context, raw kit.Value) (any, error) {
	switch text, _ := raw.Text(); text {
	case "many":
		return 100, nil
	case "few":
		return "3", nil
	case "odd":
		return []string{"odd"}, nil
	case "nothing":
		return nil, nil //nolint:nilnil // null
	case "never":
		return nil, errors.CustomError("never", "{word} is no count", errors.Ctx{{Name: "word", Value: text}})
	case "broken":
		return make(chan int), nil
	}
	return raw, nil
}

func (c count) Validate(context.Context) error {
	if c == 13 {
		return errors.ValueError("13 is not lucky")
	}
	return nil
}

type counts struct {
	kit.Schema

	One    count            `json:"one" default:"1" validate:"max=500"`
	None   *count           `json:"none" default:"null"`
	List   []count          `json:"list" default:"[2]"`
	Map    map[string]count `json:"map" default:"{}"`
	Secret count            `json:"secret" default:"4" sensitive:"true"`
}

func TestBeforeValidateOfOtherTypes(t *testing.T) {
	t.Parallel()

	got, err := request.Decode[counts](post(`{"one":"many","none":null,"list":["few",5,"7"],"map":{"a":"many"}}`))
	require.NoError(t, err)
	require.Equal(t, counts{One: 100, List: []count{3, 5, 7}, Map: map[string]count{"a": 100}, Secret: 4}, got)
	got, err = request.Decode[counts](post(`{}`))
	require.NoError(t, err, "a default is not looked at")
	require.Equal(t, []count{2}, got.List)

	for body, want := range map[string]string{
		`{"one":"odd"}`:             `int_type ["body","one"] ["odd"]`,
		`{"one":"nothing"}`:         `int_type ["body","one"] null`,
		`{"none":"nothing"}`:        `int_type ["body","none"] null`,
		`{"one":"x"}`:               `int_parsing ["body","one"] "x"`,
		`{"one":13}`:                `value_error ["body","one"] 13 {"error":{}}`,
		`{"list":[1,"never"]}`:      `never ["body","list",1] "never" {"word":"never"}`,
		`{"map":{"a":"odd"}}`:       `int_type ["body","map","a"] ["odd"]`,
		`{"secret":"never"}`:        `never ["body","secret"] "**********" {"word":"never"}`,
		`{"secret":"odd"}`:          `int_type ["body","secret"] "**********"`,
		`{"one":501}`:               `less_than_equal ["body","one"] 501 {"le":500}`,
		`{"list":["many",{"a":1}]}`: `int_type ["body","list",1] {"a":1}`,
	} {
		_, err := request.Decode[counts](post(body))
		require.Equal(t, []string{want}, reported(t, err), body)
	}
	_, err = request.Decode[counts](post(`{"one":"broken"}`))
	require.Error(t, err)
	require.False(t, errors.Is(err, errors.RequestValidation))
	sentence.Equal(t, "BeforeValidate: no JSON", err)
}

type countParams struct {
	One  count   `query:"one" default:"1"`
	List []count `query:"list" default:"[]"`
}

func TestBeforeValidateOfParameters(t *testing.T) {
	t.Parallel()

	got, err := request.Bind[countParams](httptest.NewRequest(http.MethodGet, "/?one=many&list=few&list=5", nil))
	require.NoError(t, err)
	require.Equal(t, countParams{One: 100, List: []count{3, 5}}, got)
	for query, want := range map[string]string{
		"one=odd":            `int_type ["query","one"] ["odd"]`,
		"one=never":          `never ["query","one"] "never" {"word":"never"}`,
		"one=x":              `int_parsing ["query","one"] "x"`,
		"one=13":             `value_error ["query","one"] "13" {"error":{}}`,
		"list=1&list=never":  `never ["query","list",1] "never" {"word":"never"}`,
		"list=1&list=%22%5C": `int_parsing ["query","list",1] "\"\\"`,
	} {
		_, err := request.Bind[countParams](httptest.NewRequest(http.MethodGet, "/?"+query, nil))
		require.Equal(t, []string{want}, reported(t, err), query)
	}
}

// rewriter changes each of its levels.
type rewriter struct {
	Next *rewriter `json:"next" default:"null"`
	Text string    `json:"text" default:""`
}

func (rewriter) BeforeValidate(_ context.Context, raw kit.Value) (any, error) {
	return raw.With("seen", 1), nil
}

// What the methods make of a request is bounded.
func TestBeforeValidateIsBounded(t *testing.T) {
	t.Parallel()

	nested := func(depth int, text string) string {
		return strings.Repeat(`{"next":`, depth) + `{"text":"` + text + `"}` + strings.Repeat("}", depth)
	}
	_, err := request.Decode[rewriter](post(nested(400, "x")))
	require.NoError(t, err)
	_, err = request.Decode[rewriter](post(nested(10, strings.Repeat("x", 1<<20))))
	require.NoError(t, err)
	_, err = request.Decode[rewriter](post(nested(400, strings.Repeat("x", 1<<20))))
	require.ErrorIs(t, err, errors.BadRequest)
	w := httptest.NewRecorder()
	reply.Error(w, post(""), err)
	require.Equal(t, http.StatusBadRequest, w.Code)
}

func TestRawValues(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		body, want string
		change     func(raw kit.Value) any
	}{
		{`{}`, `{"a":1}`, func(raw kit.Value) any { return raw.With("a", 1) }},
		{`{ "a":0, "b":2 }`, `{"a":1,"b":2}`, func(raw kit.Value) any { return raw.With("a", 1) }},
		{`{"a":0,"a":3,"b":2}`, `{"b":2}`, func(raw kit.Value) any { return raw.Without("a", "x") }},
		{`{"\u0061":[1,{"x":null}]}`, `{"z\"":[1,{"x":null}]}`, func(raw kit.Value) any {
			a, _ := raw.Member("a")
			return raw.With(`z"`, a).Without("a")
		}},
		{`{"a":12345678901234567890123}`, `{"a":12345678901234567890123,"b":[12345678901234567890123]}`, func(raw kit.Value) any {
			a, _ := raw.Member("a")
			return raw.With("b", []any{a})
		}},
		{`[1]`, `[1]`, func(raw kit.Value) any { return raw.With("a", 1).Without("a") }},
		{`{"a":"é\ud800"}`, "{\"a\":\"é\\ud800\",\"b\":\"é\uFFFD\"}", func(raw kit.Value) any {
			a, _ := raw.Member("a")
			text, _ := a.Text()
			return raw.With("b", text)
		}},
		{`{"a":1}`, `null`, func(kit.Value) any { return nil }},
		{`{"a":{"b":[1]}}`, `[[1],false]`, func(raw kit.Value) any {
			a, _ := raw.Member("a")
			b, _ := a.Member("b")
			return []any{b.Any(), b.Has("x")}
		}},
		{`"text"`, `"text!"`, func(raw kit.Value) any {
			text, _ := raw.Text()
			return text + "!"
		}},
	} {
		got, err := jsonio.Parse[seen](context.WithValue(context.Background(), changeKey{}, c.change), []byte(c.body))
		require.NoError(t, err, c.body)
		require.JSONEq(t, c.want, string(got.data), c.body)
	}
}

type changeKey struct{}

// seen keeps what it is read from.
type seen struct{ data []byte }

func (s *seen) UnmarshalJSON(data []byte) error {
	s.data = data
	return nil
}

func (seen) BeforeValidate(ctx context.Context, raw kit.Value) (any, error) {
	change, _ := ctx.Value(changeKey{}).(func(kit.Value) any)
	return change(raw), nil
}

type beforeParams struct {
	Q string `query:"q"`
}

func (beforeParams) BeforeValidate(_ context.Context, raw kit.Value) (any, error) {
	return raw, nil
}

type otherBefore struct {
	kit.Schema

	A int `json:"a"`
}

func (otherBefore) BeforeValidate(raw kit.Value) kit.Value { return raw }

func TestBeforeValidateThatCannotRun(t *testing.T) {
	t.Parallel()

	for name, check := range map[string]func() error{
		"parameters": request.Check[beforeParams],
		"other form": request.Check[otherBefore],
		"a key": request.Check[struct {
			kit.Schema

			M map[count]int `json:"m"`
		}],
	} {
		sentence.Equal(t, "Check: BeforeValidate: "+name, check())
	}
}

var _ = kit.DefineRule("test_computed", kit.Rule[[]int]{
	Validate: func(value []int, param string) error {
		var all []error
		for i, v := range value {
			switch {
			case v < 0:
				all = append(all, errors.ValueErrorAt(errors.Loc{i}, "negative", nil))
			case v == 99:
				return errors.New("the rule is out of order")
			case v > 9:
				return errors.CustomError("large", "{v} of {n} is large for {param}",
					errors.Ctx{{Name: "v", Value: v}, {Name: "n", Value: len(value)}, {Name: "param", Value: param}})
			}
		}
		return errors.Join(all...)
	},
})

type computed struct {
	kit.Schema

	List   []int  `json:"list" default:"[]" validate:"max=4,test_computed=a,unique"`
	Null   *[]int `json:"null" default:"null" validate:"test_computed=b"`
	Secret []int  `json:"secret" default:"[]" validate:"test_computed=c" sensitive:"true"`
}

// A rule whose error says something about the value runs where any other rule does.
func TestRulesThatMakeTheirErrors(t *testing.T) {
	t.Parallel()

	for body, want := range map[string][]string{
		`{"list":[1,2]}`:       nil,
		`{"list":[1,10]}`:      {`large ["body","list"] [1,10] {"v":10,"n":2,"param":"a"}`},
		`{"list":[-1,1,-2]}`:   {`value_error ["body","list",0] -1 {"error":{}}`, `value_error ["body","list",2] -2 {"error":{}}`},
		`{"list":[-1,-1,1,1]}`: {`value_error ["body","list",0] -1 {"error":{}}`, `value_error ["body","list",1] -1 {"error":{}}`},
		`{"list":[1,1]}`:       {`unique_list ["body","list"] [1,1]`},
		`{"list":[-1,"x"]}`:    {`int_parsing ["body","list",1] "x"`},
		`{"list":[-1,2,3,4,5]}`: {
			`too_long ["body","list"] [-1,2,3,4,5] {"field_type":"List","max_length":4,"actual_length":5}`,
		},
		`{"null":null}`:   nil,
		`{"null":[10]}`:   {`large ["body","null"] [10] {"v":10,"n":1,"param":"b"}`},
		`{"secret":[-1]}`: {`value_error ["body","secret",0] "**********" {"error":{}}`},
	} {
		_, err := request.Decode[computed](post(body))
		if want == nil {
			require.NoError(t, err, body)
		} else {
			require.Equal(t, want, reported(t, err), body)
		}
	}
	_, err := request.Decode[computed](post(`{"list":[99],"null":[10]}`))
	require.ErrorContains(t, err, "out of order")
	require.False(t, errors.Is(err, errors.RequestValidation), "an error of the program is not one of the request")

	type params struct {
		List []int `query:"list" default:"[]" validate:"test_computed=q"`
	}
	_, err = request.Bind[params](httptest.NewRequest(http.MethodGet, "/?list=1&list=10", nil))
	require.Equal(t, []string{`large ["query","list"] ["1","10"] {"v":10,"n":2,"param":"q"}`}, reported(t, err))
}

// The texts of a PydanticCustomError, as Pydantic makes them.
func TestMessagesOfCustomErrors(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		value any
		want  string
	}{
		{"s", "s"}, {3, "3"}, {int64(-3), "-3"}, {new(big.Int).Exp(big.NewInt(10), big.NewInt(20), nil), "100000000000000000000"},
		{true, "1"}, {nil, "None"}, {1.5, "1.5"}, {2.0, "2.0"}, {1e16, "1e+16"}, {1e-5, "1e-05"}, {-1e15, "-1000000000000000.0"}, {math.Inf(-1), "-inf"}, {math.NaN(), "nan"}, {errors.New("x"), "x"},
	} {
		details := errors.CustomError("t", "{v}, {w}, {v}", errors.Ctx{{Name: "v", Value: c.value}}).Details()
		require.Equal(t, c.want+", {w}, "+c.want, details[0].Msg)
	}
}

// FuzzBeforeValidate gives any body to types that change it. What they make is read, or
// refused, and nothing panics.
func FuzzBeforeValidate(f *testing.F) {
	f.Add(`{"next":{"next":{"text":"x"},"text":1}}`)
	f.Add(`{"one":"many","list":["few",{"a":1}],"map":{"a":"odd"}}`)
	f.Add("{\"a\":\"\xed\xa0\x80\",\"a\":1e400}")
	f.Fuzz(func(t *testing.T, body string) {
		for _, read := range []func() error{
			func() error { _, err := request.Decode[rewriter](post(body)); return err },
			func() error { _, err := request.Decode[counts](post(body)); return err },
			func() error { _, err := request.Decode[early](post(body)); return err },
		} {
			err := read()
			require.False(t, errors.Is(err, errors.InternalServerError), "%v", err)
			w := httptest.NewRecorder()
			if err != nil {
				reply.Error(w, post(body), err)
				require.Contains(t, []int{http.StatusUnprocessableEntity, http.StatusBadRequest, http.StatusInternalServerError}, w.Code)
			}
		}
	})
}
