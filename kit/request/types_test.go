package request_test

import (
	"context"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/reply"
	"github.com/polarkit-go/polarkit/kit/request"
	"github.com/polarkit-go/polarkit/pagination"
)

func post(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return r
}

// reported are the errors of a request, each as JSON of type, loc, input and ctx.
func reported(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	invalid, ok := errors.AsType[*errors.PolarRequestValidationError](err)
	require.True(t, ok, "%v", err)
	w := httptest.NewRecorder()
	reply.Error(w, httptest.NewRequest(http.MethodGet, "/", nil), invalid)
	var answer struct {
		Detail []struct {
			Type       string
			Loc, Input json.RawMessage
			Ctx        json.RawMessage
		}
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &answer), "%s", w.Body)
	var lines []string
	for _, e := range answer.Detail {
		line := e.Type + " " + string(e.Loc) + " " + string(e.Input)
		if e.Ctx != nil {
			line += " " + string(e.Ctx)
		}
		lines = append(lines, line)
	}
	return lines
}

type level int16

func (level) Values() []level { return []level{1, 2, 30} }

type everything struct {
	I8    kit.Optional[int8]              `json:"i8"`
	I64   kit.Optional[int64]             `json:"i64"`
	U8    kit.Optional[uint8]             `json:"u8" validate:"gt=1"`
	U64   kit.Optional[uint64]            `json:"u64"`
	Big   kit.Optional[*big.Int]          `json:"big" validate:"multiple_of=5"`
	F     kit.Optional[float64]           `json:"f" validate:"multiple_of=0.1,gt=-1.5,lte=1e20"`
	Aware kit.Optional[time.Time]         `json:"aware" validate:"aware"`
	Naive kit.Optional[time.Time]         `json:"naive" validate:"naive"`
	Past  kit.Optional[time.Time]         `json:"past" validate:"lt"`
	Next  kit.Optional[kit.Date]          `json:"next" validate:"gt"`
	Level kit.Optional[level]             `json:"level"`
	Addr  kit.Optional[netip.Addr]        `json:"addr"`
	Raw   kit.Optional[json.RawMessage]   `json:"raw"`
	Any   kit.Optional[any]               `json:"any"`
	Text  kit.Optional[string]            `json:"text" validate:"gt=1,lt=4"`
	Code  kit.Optional[string]            `json:"code" validate:"len=2"`
	ASCII kit.Optional[string]            `json:"ascii" validate:"ascii"`
	Hex   kit.Optional[string]            `json:"hex" validate:"hexadecimal"`
	ID    kit.Optional[string]            `json:"id" validate:"uuid4"`
	Mail  kit.Optional[string]            `json:"mail" validate:"email,max=9"`
	Uniq  kit.Optional[[]int]             `json:"uniq" validate:"unique,min=1"`
	Keys  kit.Optional[map[string]string] `json:"keys" validate:"max=2,dive,keys,min=2,endkeys,max=1"`
	Slug  kit.Optional[[]string]          `json:"slug" pattern:"^[a-z]+$"`
	Cents kit.Optional[kit.Decimal]       `json:"cents" validate:"gt=0.5,lte=100,decimal_places=2"`
}

func TestTypesAndRules(t *testing.T) {
	t.Parallel()

	for body, want := range map[string]string{
		`{"i8":127}`:                                    ``,
		`{"i8":128}`:                                    `less_than_equal ["body","i8"] 128 {"le":127}`,
		`{"i8":-129}`:                                   `greater_than_equal ["body","i8"] -129 {"ge":-128}`,
		`{"i8":"99999999999999999999"}`:                 `less_than_equal ["body","i8"] "99999999999999999999" {"le":127}`,
		`{"i64":9223372036854775808}`:                   `less_than_equal ["body","i64"] 9223372036854775808 {"le":9223372036854775807}`,
		`{"u8":1}`:                                      `greater_than ["body","u8"] 1 {"gt":1}`,
		`{"u8":256}`:                                    `less_than_equal ["body","u8"] 256 {"le":255}`,
		`{"u64":-1}`:                                    `greater_than_equal ["body","u64"] -1 {"ge":0}`,
		`{"u64":18446744073709551615}`:                  ``,
		`{"u64":" +18446744073709551615.0 "}`:           ``,
		`{"u64":18446744073709551616}`:                  `less_than_equal ["body","u64"] 18446744073709551616 {"le":18446744073709551615}`,
		`{"big":100000000000000000000000000005}`:        ``,
		`{"big":100000000000000000000000000003}`:        `multiple_of ["body","big"] 100000000000000000000000000003 {"multiple_of":5}`,
		`{"f":0.3}`:                                     ``,
		`{"f":0.35}`:                                    `multiple_of ["body","f"] 0.35 {"multiple_of":0.1}`,
		`{"f":-2}`:                                      `greater_than ["body","f"] -2 {"gt":-1.5}`,
		`{"f":1e30}`:                                    `less_than_equal ["body","f"] 1e+30 {"le":1e+20}`,
		`{"f":NaN}`:                                     `less_than_equal ["body","f"] "NaN" {"le":1e+20}`,
		`{"aware":"2024-01-02T03:04:05"}`:               `timezone_aware ["body","aware"] "2024-01-02T03:04:05"`,
		`{"aware":1704164645}`:                          ``,
		`{"naive":"2024-01-02T03:04:05Z"}`:              `timezone_naive ["body","naive"] "2024-01-02T03:04:05Z"`,
		`{"past":"2999-01-01T00:00:00Z"}`:               `datetime_past ["body","past"] "2999-01-01T00:00:00Z"`,
		`{"next":"2000-01-01"}`:                         `date_future ["body","next"] "2000-01-01"`,
		`{"level":"30"}`:                                ``,
		`{"level":true}`:                                ``,
		`{"level":2.0}`:                                 ``,
		`{"level":9223372036854775808}`:                 `int_parsing_size ["body","level"] 9223372036854775808`,
		`{"level":"9223372036854775808"}`:               `int_parsing_size ["body","level"] "9223372036854775808"`,
		`{"level":3}`:                                   `enum ["body","level"] 3 {"expected":"1, 2 or 30"}`,
		`{"level":"x"}`:                                 `enum ["body","level"] "x" {"expected":"1, 2 or 30"}`,
		`{"level":[]}`:                                  `enum ["body","level"] [] {"expected":"1, 2 or 30"}`,
		`{"addr":"::1"}`:                                ``,
		`{"addr":1}`:                                    `string_type ["body","addr"] 1`,
		`{"addr":"nope"}`:                               `value_error ["body","addr"] "nope" {"error":{}}`,
		`{"raw":{"a":[1.0,"\ud800"]}}`:                  ``,
		`{"raw":[NaN]}`:                                 `finite_number ["body","raw"] ["NaN"]`,
		`{"any":{"a":[1,1.5,null,true]}}`:               ``,
		`{"text":"a"}`:                                  `string_too_short ["body","text"] "a" {"min_length":2}`,
		`{"text":"éééé"}`:                               `string_too_long ["body","text"] "éééé" {"max_length":3}`,
		`{"text":"\ud800a"}`:                            "string_unicode [\"body\",\"text\"] \"\uFFFDa\"",
		`{"code":"a"}`:                                  `string_too_short ["body","code"] "a" {"min_length":2}`,
		`{"code":"abc"}`:                                `string_too_long ["body","code"] "abc" {"max_length":2}`,
		`{"ascii":"é"}`:                                 `string_not_ascii ["body","ascii"] "é"`,
		`{"hex":"xyz"}`:                                 `value_error ["body","hex"] "xyz" {"error":{}}`,
		`{"id":"d8dd2de121b74a418bc3ce909c0cfe23"}`:     ``,
		`{"id":"c232ab00-9414-11ec-b3c8-9f6bdeced846"}`: `uuid_version ["body","id"] "c232ab00-9414-11ec-b3c8-9f6bdeced846" {"expected_version":4}`,
		`{"mail":"a@b.example.com"}`:                    `too_long ["body","mail"] "a@b.example.com" {"field_type":"Value","max_length":9,"actual_length":15}`,
		`{"uniq":[1,2,1]}`:                              `unique_list ["body","uniq"] [1,2,1]`,
		`{"uniq":[]}`:                                   `too_short ["body","uniq"] [] {"field_type":"List","min_length":1,"actual_length":0}`,
		`{"keys":{"a":"","bb":"xx"}}`:                   `string_too_short ["body","keys","a","[key]"] "a" {"min_length":2}|string_too_long ["body","keys","bb"] "xx" {"max_length":1}`,
		`{"keys":{"aa":"","bb":"","cc":""}}`:            `too_long ["body","keys"] {"aa":"","bb":"","cc":""} {"field_type":"Dictionary","max_length":2,"actual_length":3}`,
		`{"slug":["a","B"]}`:                            `string_pattern_mismatch ["body","slug",1] "B" {"pattern":"^[a-z]+$"}`,
		`{"cents":"0.5"}`:                               `greater_than ["body","cents"] "0.5" {"gt":0.5}`,
		`{"cents":1e2}`:                                 ``,
		`{"cents":"100.01"}`:                            `less_than_equal ["body","cents"] "100.01" {"le":100}`,
		`{"cents":1.005}`:                               `decimal_max_places ["body","cents"] 1.005 {"decimal_places":2}`,
		`{"i8":null}`:                                   `int_type ["body","i8"] null`,
		`{"big":null}`:                                  ``,
		`[]`:                                            `model_attributes_type ["body"] []`,
	} {
		_, err := request.Decode[everything](post(body))
		require.Equal(t, want, strings.Join(reported(t, err), "|"), body)
	}
}

func TestDecodedValues(t *testing.T) {
	t.Parallel()

	in, err := request.Decode[everything](post(`{"u64":18446744073709551615,"big":"-123456789012345678901234567890.0",` +
		`"raw":{"b":1,"a":[1.0]},"any":{"n":1,"f":1.0,"big":1e400},"id":"D8DD2DE121B74A418BC3CE909C0CFE23","cents":"1.50",` +
		`"next":"2999-02-01","mail":"A@B.COM"}`))
	require.NoError(t, err)
	u, _ := in.U64.Get()
	require.Equal(t, uint64(18446744073709551615), u)
	n, _ := in.Big.Get()
	require.Equal(t, "-123456789012345678901234567890", n.String())
	raw, _ := in.Raw.Get()
	require.Equal(t, `{"b":1,"a":[1.0]}`, string(raw))
	value, _ := in.Any.Get()
	object, ok := value.(map[string]any)
	require.True(t, ok)
	require.Equal(t, int64(1), object["n"])
	require.Equal(t, float64(1), object["f"]) //nolint:testifylint // exact
	id, _ := in.ID.Get()
	require.Equal(t, "d8dd2de1-21b7-4a41-8bc3-ce909c0cfe23", id)
	cents, _ := in.Cents.Get()
	require.Equal(t, "1.50", cents.String())
	day, _ := in.Next.Get()
	require.Equal(t, kit.Date{Year: 2999, Month: time.February, Day: 1}, day)
	mail, _ := in.Mail.Get()
	require.Equal(t, "A@b.com", mail)
	_, set := in.F.Get()
	require.False(t, set)
}

func TestBodiesThatAreNoObject(t *testing.T) {
	t.Parallel()

	list, err := request.Decode[[]slot](post(`[{"starts":1,"ends":2},{"starts":3,"ends":3}]`))
	require.NoError(t, err)
	require.Equal(t, []slot{{1, 2}, {3, 3}}, list)
	_, err = request.Decode[[]slot](post(`[{"starts":1,"ends":2},{"starts":3,"ends":0},{"starts":"x"}]`))
	require.Equal(t, []string{
		`value_error ["body",1] {"starts":3,"ends":0} {"error":{}}`,
		`int_parsing ["body",2,"starts"] "x"`,
		`missing ["body",2,"ends"] {"starts":"x"}`,
	}, reported(t, err))
	_, err = request.Decode[[]slot](post(`{}`))
	require.Equal(t, []string{`list_type ["body"] {}`}, reported(t, err))
	_, err = request.Decode[map[string]int](post(`[]`))
	require.Equal(t, []string{`dict_type ["body"] []`}, reported(t, err))
	_, err = request.Decode[int](post(`"x"`))
	require.Equal(t, []string{`int_parsing ["body"] "x"`}, reported(t, err))
	number, err := request.Decode[*int](post(`7`))
	require.NoError(t, err)
	require.Equal(t, 7, *number)

	plain := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`[1]`))
	_, err = request.Decode[[]int](plain)
	require.Equal(t, []string{`list_type ["body"] "[1]"`}, reported(t, err))
}

type tree struct {
	kit.Schema `extra:"forbid"`

	Name     string `json:"name"`
	Children []tree `json:"children" default:"[]"`
}

func TestRecursiveSchema(t *testing.T) {
	t.Parallel()

	in, err := request.Decode[tree](post(`{"name":"a","children":[{"name":"b","children":[{"name":"c"}]}]}`))
	require.NoError(t, err)
	require.Equal(t, "c", in.Children[0].Children[0].Name)
	require.NotNil(t, in.Children[0].Children[0].Children)
	_, err = request.Decode[tree](post(`{"name":"a","children":[{"x":1,"children":[{"name":"\u0000"}]}]}`))
	require.Equal(t, []string{
		`missing ["body","children",0,"name"] {"x":1,"children":[{"name":"\u0000"}]}`,
		`value_error ["body","children",0,"children",0,"name"] "\u0000" {"error":{}}`,
		`extra_forbidden ["body","children",0,"x"] 1`,
	}, reported(t, err))
}

type period struct {
	kit.Schema

	From  int    `json:"from"`
	Until int    `json:"until"`
	Note  string `json:"note" default:""`
}

func (p *period) Validate(context.Context) error {
	switch {
	case p.Until < p.From:
		return errors.NewRequestValidationError(
			errors.ValidationError{Type: "value_error", Loc: errors.Loc{"until"}, Msg: "ends before it starts"},
			errors.ValidationError{Type: "value_error", Loc: errors.Loc{"body", "from"}, Msg: "starts after it ends"},
		)
	case p.Note == "fail":
		return errors.ResourceUnavailable.New()
	}
	return nil
}

func TestValidate(t *testing.T) {
	t.Parallel()

	type outer struct {
		Period  period            `json:"period"`
		Periods map[string]period `json:"periods" default:"{}"`
	}
	_, err := request.Decode[outer](post(`{"period":{"from":2,"until":1},"periods":{"x":{"from":5,"until":"4"}}}`))
	require.Equal(t, []string{
		`value_error ["body","period","until"] 1`,
		`value_error ["body","period","from"] 2`,
		`value_error ["body","periods","x","until"] "4"`,
		`value_error ["body","periods","x","from"] 5`,
	}, reported(t, err))
	_, err = request.Decode[period](post(`{"from":2,"until":1}`))
	require.Equal(t, []string{`value_error ["body","until"] 1`, `value_error ["body","from"] 2`}, reported(t, err))
	_, err = request.Decode[period](post(`{"from":2,"until":"x"}`))
	require.Equal(t, []string{`int_parsing ["body","until"] "x"`}, reported(t, err))
	_, err = request.Decode[outer](post(`{"period":{"from":1,"until":1,"note":"fail"}}`))
	require.ErrorIs(t, err, errors.ResourceUnavailable)
}

type login struct {
	kit.Schema `extra:"forbid"`

	User     string               `json:"user"`
	Password string               `json:"password" sensitive:"true" validate:"min=8"`
	PIN      kit.Optional[int]    `json:"pin" sensitive:"true"`
	Keys     kit.Optional[[]slot] `json:"keys" sensitive:"true"`
}

func TestSensitiveValuesAreNeverEchoed(t *testing.T) {
	t.Parallel()

	type outer struct {
		Logins []login                        `json:"logins"`
		Code   kit.Optional[int]              `json:"code"`
		ByName kit.Optional[map[string]login] `json:"by_name"`
	}
	const stars = `"**********"`
	for body, want := range map[string][]string{
		`{"password":"hunter2"}`: {
			`missing ["body","user"] {"password":` + stars + `}`,
			`string_too_short ["body","password"] ` + stars + ` {"min_length":8}`,
		},
		`{"user":"u","password":"hunter2hunter2","pin":"hunter2","keys":[{"starts":"hunter2"}]}`: {
			`int_parsing ["body","pin"] ` + stars,
			`int_parsing ["body","keys",0,"starts"] ` + stars,
			`missing ["body","keys",0,"ends"] ` + stars,
		},
		`[{"password":"hunter2"},"hunter2"]`:                    {`model_attributes_type ["body"] [{"password":` + stars + `},` + stars + `]`},
		`"{\"password\":\"hunter2\"}"`:                          {`model_attributes_type ["body"] ` + stars},
		`{"user":{"password":"x"},"password":"hunter2hunter2"}`: {`string_type ["body","user"] {"password":"x"}`},
	} {
		_, err := request.Decode[login](post(body))
		require.Equal(t, want, reported(t, err), body)
	}
	_, err := request.Decode[outer](post(`{"logins":{"password":"hunter2"},"by_name":[{"password":"hunter2"}]}`))
	require.Equal(t, []string{
		`list_type ["body","logins"] {"password":` + stars + `}`,
		`dict_type ["body","by_name"] [{"password":` + stars + `}]`,
	}, reported(t, err))
	plain := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"password":"hunter2"}`))
	_, err = request.Decode[login](plain)
	require.Equal(t, []string{`model_attributes_type ["body"] ` + stars}, reported(t, err))
}

type bound struct {
	pageParams

	ID    uuid.UUID            `path:"id"`
	Names []string             `query:"name" validate:"min=2,dive,max=3"`
	Trace kit.Optional[string] `header:"x-trace" validate:"max=3"`
	Hops  []int                `header:"X-Hop" default:"[]"`
	Limit int                  `query:"limit" default:"10"`
	Body  kit.Optional[slot]
	Meta  kit.MetadataFilter `query:"metadata"`
}

type pageParams struct {
	Page int `query:"page" default:"1" validate:"gt=0"`
}

// mixin embeds parameters that read themselves, and has one of its own.
type mixin struct {
	pagination.Params

	Search string `query:"search" default:""`
}

func TestBindReadsMixins(t *testing.T) {
	t.Parallel()

	type list struct {
		mixin

		ID int `path:"id"`
	}
	r := httptest.NewRequest(http.MethodGet, "/?search=x&limit=0", nil)
	r.SetPathValue("id", "y")
	_, err := request.Bind[list](r)
	require.Equal(t, []string{`greater_than ["query","limit"] "0" {"gt":0}`, `int_parsing ["path","id"] "y"`}, reported(t, err))
	r = httptest.NewRequest(http.MethodGet, "/?search=x&limit=7", nil)
	r.SetPathValue("id", "1")
	in, err := request.Bind[list](r)
	require.NoError(t, err)
	require.Equal(t, "x", in.Search)
	require.Equal(t, int64(7), in.Limit())
}

func TestBindReportsEverythingInOrder(t *testing.T) {
	t.Parallel()

	r := post(`{"starts":2,"ends":"x"}`)
	r.URL.RawQuery = "limit=x&name=abcd&page=0&X-Hop=7&id=8"
	r.SetPathValue("id", "zz")
	r.Header["X-Trace"] = []string{"abcd", "a"}
	r.Header["X-Hop"] = []string{"1", "y"}
	_, err := request.Bind[bound](r)
	require.Equal(t, []string{
		"uuid_parsing [\"path\",\"id\"] \"zz\" {\"error\":\"invalid character: found `z` at 1\"}",
		`greater_than ["query","page"] "0" {"gt":0}`,
		`string_too_long ["query","name",0] "abcd" {"max_length":3}`,
		`int_parsing ["query","limit"] "x"`,
		`string_too_long ["header","x-trace"] "abcd" {"max_length":3}`,
		`int_parsing ["header","X-Hop",1] "y"`,
		`int_parsing ["body","ends"] "x"`,
	}, reported(t, err))

	r = post(``)
	r.SetPathValue("id", "d8dd2de1-21b7-4a41-8bc3-ce909c0cfe23")
	_, err = request.Bind[bound](r)
	require.Equal(t, []string{`missing ["query","name"] null`}, reported(t, err))

	r = post(`null`)
	r.SetPathValue("id", "d8dd2de1-21b7-4a41-8bc3-ce909c0cfe23")
	r.URL.RawQuery = "name=a&name=b&metadata[k]=1&metadata[l]=2&metadata[k]=3&metadatax=y&metadata[m][n]=4&Metadata[k]=5"
	in, err := request.Bind[bound](r)
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b"}, in.Names)
	require.False(t, in.Body.IsSet())
	require.Equal(t, kit.MetadataFilter{{Key: "k", Values: []string{"1", "3"}}, {Key: "l", Values: []string{"2"}}, {Key: "m", Values: []string{"4"}}}, in.Meta)
	require.Equal(t, []int{}, in.Hops)

	r.Header["X-Trace"] = []string{"\xe9"}
	in, err = request.Bind[bound](r)
	require.NoError(t, err)
	trace, _ := in.Trace.Get()
	require.Equal(t, "é", trace)

	r.SetPathValue("id", "\xe9\xff")
	_, err = request.Bind[bound](r)
	require.Equal(t, []string{"uuid_parsing [\"path\",\"id\"] \"\uFFFD\uFFFD\" {\"error\":\"invalid character: found `\uFFFD` at 1\"}"}, reported(t, err))

	r.SetPathValue("id", "d8dd2de1-21b7-4a41-8bc3-ce909c0cfe23")
	r.URL.RawQuery = "name=a"
	_, err = request.Bind[bound](r)
	require.Equal(t, []string{`too_short ["query","name"] ["a"] {"field_type":"List","min_length":2,"actual_length":1}`}, reported(t, err))
}
