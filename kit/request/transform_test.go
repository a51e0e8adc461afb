package request_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/reply"
	"github.com/polarkit-go/polarkit/kit/request"
)

var (
	_ = kit.DefineTransform("lowercased", func(text string) (string, error) { return strings.ToLower(text), nil })
	_ = kit.DefineTransform("one_more", func(n int) (int, error) { return n + 1, nil })
	_ = kit.DefineTransform("without_first", func(list []int) ([]int, error) { return list[1:], nil })
	_ = kit.DefineTransform("halved", func(f float64) (float64, error) { return f / 2, nil })
	_ = kit.DefineTransform("broken", func(text string) (string, error) {
		if text == "secret" {
			return "", errors.New("the secret store is down")
		}
		return text, nil
	})
)

type pageColour string

// Values are the colours.
func (pageColour) Values() []pageColour { return []pageColour{"red", "blue"} }

type transformed struct {
	Strip   kit.Optional[string]            `json:"strip"   transform:"strip"                  validate:"min=3"`
	Own     kit.Optional[string]            `json:"own"     transform:"strip,lowercased"       validate:"min=3" pattern:"^[a-z]+$"`
	Lower   kit.Optional[string]            `json:"lower"   transform:"lower"                  pattern:"^[a-zİΑΣ]+$"`
	Upper   kit.Optional[string]            `json:"upper"   transform:"upper"                  validate:"max=2"`
	Note    kit.Optional[*string]           `json:"note"    transform:"strip,empty_to_null"    validate:"min=2"`
	Number  kit.Optional[int]               `json:"number"  transform:"one_more"               validate:"gt=3,max=5,multiple_of=2"`
	Ratio   kit.Optional[float64]           `json:"ratio"   transform:"halved"                 validate:"min=1,lt=4"`
	List    kit.Optional[[]int]             `json:"list"    transform:"without_first,dive,one_more" validate:"min=2,max=3,dive,min=1"`
	Colour  kit.Optional[pageColour]        `json:"colour"  transform:"strip,lower"`
	Wait    kit.Optional[int]               `json:"wait"    transform:"strip"                  validate:"min=3"`
	Map     kit.Optional[map[string]string] `json:"map"  transform:"dive,strip"             validate:"dive,max=2"`
	Secret  kit.Optional[string]            `json:"secret"  transform:"lower,lowercased"       pattern:"^[a-z]+$" sensitive:"true"`
	Default string                          `json:"default" transform:"lowercased"             default:"ABC"`
}

// What Pydantic does with the same declarations: StringConstraints for the built-in
// transformations, AfterValidator for those of an application, BeforeValidator for an
// enum and for a text that means null.
func TestTransforms(t *testing.T) {
	t.Parallel()

	for body, want := range map[string]string{
		`{"strip":"  abc "}`:    `abc`,
		`{"strip":"  a "}`:      `string_too_short ["body","strip"] "  a " String should have at least 3 characters {"min_length":3}`,
		`{"strip":"\u001fab"}`:  "\x1fab", // no white space in Rust
		`{"own":" A "}`:         `too_short ["body","own"] " A " Value should have at least 3 items after validation, not 1 {"field_type":"Value","min_length":3,"actual_length":1}`,
		`{"own":"ABC1"}`:        `string_pattern_mismatch ["body","own"] "abc1" String should match pattern '^[a-z]+$' {"pattern":"^[a-z]+$"}`,
		`{"own":5}`:             `string_type ["body","own"] 5 Input should be a valid string`,
		`{"lower":"İΑΣ"}`:       `i̇ας`,
		`{"lower":"ABC"}`:       `string_pattern_mismatch ["body","lower"] "ABC" String should match pattern '^[a-zİΑΣ]+$' {"pattern":"^[a-zİΑΣ]+$"}`,
		`{"upper":"ßß"}`:        `SSSS`,
		`{"upper":"ßßß"}`:       `string_too_long ["body","upper"] "ßßß" String should have at most 2 characters {"max_length":2}`,
		`{"note":" "}`:          `<nil>`,
		`{"note":null}`:         `<nil>`,
		`{"note":" a "}`:        `string_too_short ["body","note"] " a " String should have at least 2 characters {"min_length":2}`,
		`{"number":3}`:          `4`,
		`{"number":"3"}`:        `4`,
		`{"number":2}`:          `greater_than ["body","number"] 2 Input should be greater than 3 {"gt":3}`,
		`{"number":5}`:          `less_than_equal ["body","number"] 5 Input should be less than or equal to 5 {"le":5}`,
		`{"number":4}`:          `multiple_of ["body","number"] 4 Input should be a multiple of 2 {"multiple_of":2}`,
		`{"ratio":7}`:           `3.5`,
		`{"ratio":1}`:           `greater_than_equal ["body","ratio"] 1 Input should be greater than or equal to 1 {"ge":1.0}`,
		`{"ratio":8}`:           `less_than ["body","ratio"] 8 Input should be less than 4 {"lt":4.0}`,
		`{"list":[9,1,2]}`:      `[2 3]`,
		`{"list":[9,1]}`:        `too_short ["body","list"] [9,1] Value should have at least 2 items after validation, not 1 {"field_type":"Value","min_length":2,"actual_length":1}`,
		`{"list":[9,1,2,3,4]}`:  `too_long ["body","list"] [9,1,2,3,4] Value should have at most 3 items after validation, not 4 {"field_type":"Value","max_length":3,"actual_length":4}`,
		`{"list":[9,-1,2]}`:     `greater_than_equal ["body","list",1] -1 Input should be greater than or equal to 1 {"ge":1}`,
		`{"colour":" RED "}`:    `red`,
		`{"colour":" Green "}`:  `enum ["body","colour"] "green" Input should be 'red' or 'blue' {"expected":"'red' or 'blue'"}`,
		`{"wait":" 3 "}`:        `3`,
		`{"wait":" x "}`:        `int_parsing ["body","wait"] "x" Input should be a valid integer, unable to parse string as an integer`,
		`{"map":{"a":" ab "}}`:  `map[a:ab]`,
		`{"map":{"a":" abc "}}`: `string_too_long ["body","map","a"] " abc " String should have at most 2 characters {"max_length":2}`,
		`{"secret":"ABC1"}`:     `string_pattern_mismatch ["body","secret"] "**********" String should match pattern '^[a-z]+$' {"pattern":"^[a-z]+$"}`,
	} {
		v, err := request.Decode[transformed](jsonRequest(body))
		got := firstSet(v)
		if err != nil {
			got = answered(t, err)
		} else {
			require.Equal(t, "ABC", v.Default)
		}
		require.Equal(t, want, got, body)
	}
}

func firstSet(v transformed) string {
	for _, field := range []interface{ Lookup() (any, bool) }{
		v.Strip, v.Own, v.Lower, v.Upper, v.Note, v.Number, v.Ratio, v.List, v.Colour, v.Wait, v.Map, v.Secret,
	} {
		if value, ok := field.Lookup(); ok {
			if text, ok := value.(*string); ok {
				if text == nil {
					return "<nil>"
				}
				return *text
			}
			return fmt.Sprint(value)
		}
	}
	return "nothing"
}

// answered is a line for each error of an answer.
func answered(t *testing.T, err error) string {
	t.Helper()
	w := httptest.NewRecorder()
	reply.Error(w, httptest.NewRequest(http.MethodPost, "/", nil), err)
	require.Equal(t, http.StatusUnprocessableEntity, w.Code, "%v", err)
	var answer struct {
		Detail []struct {
			Type, Msg       string
			Loc, Input, Ctx json.RawMessage
		}
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &answer))
	var lines []string
	for _, e := range answer.Detail {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s %s %s", e.Type, e.Loc, e.Input, e.Msg, e.Ctx)))
	}
	return strings.Join(lines, "\n")
}

func jsonRequest(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return r
}

// Parameters are transformed as bodies are.
func TestTransformsOfParameters(t *testing.T) {
	t.Parallel()

	type params struct {
		Name  string   `query:"name"  transform:"strip,lower"      validate:"min=2"`
		Query *string  `query:"query" transform:"empty_to_null"    default:"null"`
		IDs   []int    `query:"id"    transform:"without_first"    validate:"min=2"`
		Words []string `query:"word"  transform:"dive,strip,lower" default:"[]"`
	}
	query := url.Values{"name": {" ANN "}, "query": {""}, "id": {"1", "2", "3"}, "word": {" A", "b "}}
	p, err := request.Bind[params](httptest.NewRequest(http.MethodGet, "/?"+query.Encode(), nil))
	require.NoError(t, err)
	require.Equal(t, params{Name: "ann", IDs: []int{2, 3}, Words: []string{"a", "b"}}, p)

	query = url.Values{"name": {" A "}, "id": {"1", "2"}}
	_, err = request.Bind[params](httptest.NewRequest(http.MethodGet, "/?"+query.Encode(), nil))
	require.Equal(t, `string_too_short ["query","name"] " A " String should have at least 2 characters {"min_length":2}
too_short ["query","id"] ["1","2"] Value should have at least 2 items after validation, not 1 {"field_type":"Value","min_length":2,"actual_length":1}`, answered(t, err))
}

// An error that is no validation error is the text of a validator, as that of a type that
// reads itself. For a sensitive field nobody sees the text.
func TestTransformThatFails(t *testing.T) {
	t.Parallel()

	type body struct {
		A string `json:"a" transform:"broken"`
		B string `json:"b" transform:"broken" sensitive:"true"`
	}
	_, err := request.Decode[body](jsonRequest(`{"a":"secret","b":"secret"}`))
	require.Equal(t, `value_error ["body","a"] "secret" Value error, the secret store is down {"error":{}}
value_error ["body","b"] "**********" Value error, the value is not valid {"error":{}}`, answered(t, err))
}

type mistakenTransforms struct {
	Unknown        string   `query:"unknown"          transform:"trim"`
	Empty          string   `query:"empty"            transform:""`
	NullOfAString  string   `query:"null_of_a_string" transform:"empty_to_null"`
	StripOfAList   []string `query:"strip_of_a_list"  transform:"strip"`
	DiveIntoString string   `query:"dive_into_string" transform:"dive,strip"`
	AnotherType    int      `query:"another_type"     transform:"lowercased"`
	Float32        float32  `query:"float32"          transform:"halved"`
	BothCases      string   `query:"both_cases"       transform:"upper,lower"`
}

func TestCheckRefusesTransforms(t *testing.T) {
	t.Parallel()
	sentence.Equal(t, "transform: fields", request.Check[mistakenTransforms]())
}

// FuzzTransforms looks for texts that panic, or that are longer than the rules let pass.
func FuzzTransforms(f *testing.F) {
	for _, text := range []string{"", " a ", "İΑΣ", "\x00", "ß", "\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		data, err := json.Marshal(map[string]any{"strip": text, "own": text, "lower": text, "upper": text, "note": text, "map": map[string]string{"a": text}})
		require.NoError(t, err)
		v, err := request.Decode[transformed](jsonRequest(string(data)))
		if err != nil {
			require.ErrorAs(t, err, new(*errors.PolarRequestValidationError))
			return
		}
		strip, _ := v.Strip.Get()
		require.Equal(t, strings.TrimSpace(strip), strip)
		require.GreaterOrEqual(t, len(strip), 3)
		own, _ := v.Own.Get()
		require.GreaterOrEqual(t, len(own), 3)
	})
}
