package jsonio_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/jsonio"
)

type stay struct {
	kit.Schema

	From time.Time `json:"from"`
	Days int       `json:"days" default:"1"`
	Note *string   `json:"note" default:"null" validate:"max=5"`
}

func (s stay) Validate(ctx context.Context) error {
	if most, ok := ctx.Value(mostDays{}).(int); ok && s.Days > most {
		return errors.ValueErrorAt(errors.Loc{"days"}, fmt.Sprintf("at most %d days", most), nil)
	}
	return nil
}

type mostDays struct{}

// reported are the errors as one line each.
func reported(t *testing.T, err error) []string {
	t.Helper()
	details, rest := errors.DetailsOf(err)
	require.NoError(t, rest)
	lines := []string{}
	for _, e := range details {
		loc, locErr := json.Marshal(append([]any{}, e.Loc...))
		require.NoError(t, locErr)
		input, inputErr := jsonio.Marshal(e.Input)
		require.NoError(t, inputErr)
		lines = append(lines, fmt.Sprintf("%s %s %s", e.Type, loc, input))
	}
	return lines
}

func TestParse(t *testing.T) {
	t.Parallel()
	value, err := jsonio.Parse[stay](t.Context(), []byte(`{"from":"2024-01-02T03:04:05Z","note":"é"}`))
	require.NoError(t, err)
	require.Equal(t, time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC), value.From)
	require.Equal(t, 1, value.Days)

	for data, want := range map[string][]string{
		`{"days":"x","note":"abcdef"}`: {
			`missing ["from"] {"days":"x","note":"abcdef"}`,
			`int_parsing ["days"] "x"`,
			`string_too_long ["note"] "abcdef"`,
		},
		`[]`:                         {`model_attributes_type [] []`},
		`null`:                       {`model_attributes_type [] null`},
		``:                           {`json_invalid [0] {}`},
		`{"from":`:                   {`json_invalid [8] {}`},
		`{"from":0} x`:               {`json_invalid [11] {}`},
		`{"from":0,"note":"\u0000"}`: {`value_error ["note"] "\u0000"`},
	} {
		_, err := jsonio.Parse[stay](t.Context(), []byte(data))
		require.Equal(t, want, reported(t, err), data)
		_, err = jsonio.Parse[stay](t.Context(), []byte(data), jsonio.At("items", 3))
		for i, line := range reported(t, err) {
			require.Equal(t, strings.Replace(strings.Replace(want[i], " [", ` ["items",3,`, 1), ",]", "]", 1), line, data)
		}
	}
	limited := context.WithValue(t.Context(), mostDays{}, 7)
	_, err = jsonio.Parse[stay](limited, []byte(`{"from":0,"days":8}`), jsonio.At("body"))
	require.Equal(t, []string{`value_error ["body","days"] 8`}, reported(t, err))
}

// Whatever a body may be is read: scalars, lists, maps, unions, and null into a pointer.
func TestParseAnyType(t *testing.T) {
	t.Parallel()
	number, err := jsonio.Parse[big.Int](t.Context(), []byte(` 123456789012345678901234567890 `))
	require.NoError(t, err)
	require.Equal(t, "123456789012345678901234567890", number.String())
	pointer, err := jsonio.Parse[*stay](t.Context(), []byte(`null`))
	require.NoError(t, err)
	require.Nil(t, pointer)
	counts, err := jsonio.Parse[map[string][]int](t.Context(), []byte(`{"a":[1,"2"]}`))
	require.NoError(t, err)
	require.Equal(t, map[string][]int{"a": {1, 2}}, counts)
	event, err := jsonio.Parse[[]Event](t.Context(), []byte(`[{"type":"order.refunded"}]`))
	require.NoError(t, err)
	require.Equal(t, []Event{OrderRefunded{Type: "order.refunded"}}, event)
	_, err = jsonio.Parse[any](t.Context(), []byte("\xff"))
	require.ErrorIs(t, err, errors.BadRequest)
	_, err = jsonio.Parse[any](t.Context(), []byte(strings.Repeat("[", 501)+strings.Repeat("]", 501)))
	require.ErrorIs(t, err, errors.BadRequest)
}

// The data may change after it has been read.
func TestParseKeepsNothing(t *testing.T) {
	t.Parallel()
	data := []byte(`{"name":"Ann","list":["Bob",{"key":"Eve"}]}`)
	value, err := jsonio.Parse[map[string]any](t.Context(), data)
	require.NoError(t, err)
	invalid := []byte(`["secret"]`)
	_, refused := jsonio.Parse[[]int](t.Context(), invalid)
	copy(data, strings.Repeat("x", len(data)))
	copy(invalid, strings.Repeat("x", len(invalid)))
	require.Equal(t, map[string]any{"name": "Ann", "list": []any{"Bob", map[string]any{"key": "Eve"}}}, value)
	require.Equal(t, []string{`int_parsing [0] "secret"`}, reported(t, refused))
}

// What Marshal writes is read again.
func TestMarshal(t *testing.T) {
	t.Parallel()
	value, err := jsonio.Parse[stay](t.Context(), []byte(`{"from":"2024-01-02T03:04:05Z","note":"<é>"}`))
	require.NoError(t, err)
	data, err := jsonio.Marshal(value)
	require.NoError(t, err)
	require.Equal(t, `{"from":"2024-01-02T03:04:05Z","days":1,"note":"<é>"}`, string(data))
	again, err := jsonio.Parse[stay](t.Context(), data)
	require.NoError(t, err)
	require.Equal(t, value, again)
	_, err = jsonio.Marshal(func() {})
	sentence.Equal(t, "Marshal: func", err)
}

// Unmarshal reads into a type that is known when the program runs.
func TestUnmarshal(t *testing.T) {
	t.Parallel()
	event := Event(OrderPaid{Amount: 5})
	require.NoError(t, jsonio.Unmarshal(t.Context(), []byte(`{"type":"order.refunded","reason":"r"}`), &event))
	reason := "r"
	require.Equal(t, OrderRefunded{Type: "order.refunded", Reason: &reason}, event)
	err := jsonio.Unmarshal(t.Context(), []byte(`{"type":"order.paid"}`), &event, jsonio.At("event"))
	require.Equal(t, []string{`missing ["event","order.paid","amount"] {"type":"order.paid"}`}, reported(t, err))
	require.Nil(t, event)
	for name, target := range map[string]any{"nil": nil, "value": 5, "nil pointer": (*int)(nil)} {
		sentence.Equal(t, "Unmarshal: "+name, jsonio.Unmarshal(t.Context(), []byte(`1`), target))
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	_, err := jsonio.Parse[chan int](t.Context(), []byte(`1`))
	sentence.Equal(t, "Parse: channel", err)
	sentence.Equal(t, "Check: channel", jsonio.Check[chan int]())
	require.NoError(t, jsonio.Check[Event]())
}

type secretClause struct{ fields secretFields }

type secretFields struct {
	Name string `json:"name"`
	Key  int    `json:"key" sensitive:"true"`
}

func (c *secretClause) UnmarshalJSON(data []byte) (err error) {
	c.fields, err = jsonio.Parse[secretFields](context.Background(), data)
	return err
}

// pairOf returns an error of its own, without inputs.
type pairOf struct{}

func (*pairOf) UnmarshalJSON([]byte) error {
	return errors.NewRequestValidationError(
		errors.ValidationError{Type: "first", Loc: errors.Loc{0}, Msg: "first"},
		errors.ValidationError{Type: "whole", Msg: "whole"},
		errors.ValidationError{Type: "absent", Loc: errors.Loc{"x"}, Msg: "absent"},
	)
}

// The errors of a type that reads itself keep their places and inputs at each level.
func TestUnmarshalersKeepPlaces(t *testing.T) {
	t.Parallel()
	type node struct {
		Nodes  []Clause                `json:"nodes" default:"[]"`
		ByName map[string]secretClause `json:"by_name" default:"{}"`
		Hidden *Clause                 `json:"hidden" default:"null" sensitive:"true"`
		Pair   *pairOf                 `json:"pair" default:"null"`
	}
	for data, want := range map[string][]string{
		`{"nodes":[{"property":1,"value":"x"},"x",{}]}`: {
			`string_type ["nodes",0,"property"] 1`,
			`int_parsing ["nodes",0,"value"] "x"`,
			`int_parsing ["nodes",1] "x"`,
			`missing ["nodes",2,"property"] {}`,
			`missing ["nodes",2,"value"] {}`,
		},
		`{"nodes":[{"property":null,"value":1}]}`: {`string_type ["nodes",0,"property"] null`},
		`{"by_name":{"a":{"key":"k"},"b":3}}`: {
			`missing ["by_name","a","name"] {"key":"**********"}`,
			`int_parsing ["by_name","a","key"] "**********"`,
			`model_attributes_type ["by_name","b"] 3`,
		},
		`{"hidden":{"property":"a","value":"s"}}`: {`int_parsing ["hidden","value"] "**********"`},
		`{"pair":["a","b"]}`: {
			`first ["pair",0] "a"`, `whole ["pair"] ["a","b"]`, `absent ["pair","x"] null`,
		},
	} {
		_, err := jsonio.Parse[node](t.Context(), []byte(data))
		require.Equal(t, want, reported(t, err), data)
	}
}

// A list of a thousand values that read themselves, each with errors, has an answer of the
// usual length.
func TestUnmarshalersAreBounded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 10_000)
	data := "[" + strings.Repeat(`{"property":1,"value":"`+long+`"},`, 999) + "0]"
	_, err := jsonio.Parse[[]Clause](t.Context(), []byte(data))
	details, rest := errors.DetailsOf(err)
	require.NoError(t, rest)
	size := 0
	for _, e := range details {
		input, err := jsonio.Marshal(e.Input)
		require.NoError(t, err)
		size += len(input)
	}
	require.LessOrEqual(t, size, 2<<20)
	data = "[" + strings.Repeat(`{},`, 5000) + "0]"
	_, err = jsonio.Parse[[]Clause](t.Context(), []byte(data))
	details, _ = errors.DetailsOf(err)
	require.Len(t, details, 1000)
}

// FuzzParse gives any bytes to types of every kind. There is never a panic, and what has
// been read is written and read again to the same.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"nodes":[{"property":1,"value":"x"},7]}`))
	f.Add([]byte(`{"type":"order.paid","amount":1}`))
	f.Add([]byte(`{"from":"2024-01-02T03:04:05Z","note":"é"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		event, err := jsonio.Parse[Event](t.Context(), data)
		if err == nil {
			out, err := jsonio.Marshal(event)
			require.NoError(t, err)
			again, err := jsonio.Parse[Event](t.Context(), out)
			require.NoError(t, err)
			require.Equal(t, event, again)
		}
		_, err = jsonio.Parse[struct {
			Nodes []Clause `json:"nodes"`
		}](t.Context(), data, jsonio.At("at"))
		if details, _ := errors.DetailsOf(err); len(details) > 0 {
			for _, e := range details {
				require.Equal(t, "at", e.Loc[0])
			}
		}
		_, err = jsonio.Parse[stay](t.Context(), data)
		_ = err
	})
}
