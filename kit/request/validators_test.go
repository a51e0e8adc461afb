package request_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/reply"
	"github.com/polarkit-go/polarkit/kit/request"
)

// trace is what the Validate methods of a test share: their names in the order in
// which they ran, and the names of those that fail.
type trace struct {
	ran   []string
	fails string
}

type traceKey struct{}

func (tr *trace) run(name string) error {
	tr.ran = append(tr.ran, name)
	if strings.Contains(tr.fails, name) {
		return errors.ValueError(name)
	}
	return nil
}

func ran(ctx context.Context, name string) error {
	tr, ok := ctx.Value(traceKey{}).(*trace)
	if !ok {
		return nil
	}
	return tr.run(name)
}

type (
	ruleA struct {
		A int `json:"a" default:"1"`
	}
	ruleB struct {
		B int `json:"b" default:"1"`
	}
	ruleC struct {
		kit.Schema

		C int `json:"c" default:"1"`
	}
	ruleless struct {
		kit.Schema

		X int `json:"x" default:"1"`
	}
	generic[T any] struct {
		G T `json:"g" default:"1"`
	}
	Bare  struct{}
	Left  struct{ Bare }
	Right struct{ Bare }

	both struct {
		kit.Schema
		ruleA
		ruleB
	}
	bothOwn struct {
		kit.Schema
		ruleA
		ruleB
	}
	three struct {
		ruleA
		ruleless
		ruleB
		ruleC
	}
	inner struct {
		ruleA
		ruleB
	}
	deepLast struct {
		kit.Schema
		inner
		ruleC
	}
	deep1st struct {
		ruleC
		inner
	}
	deepOwn struct {
		inner
		ruleC
	}
	one struct {
		kit.Schema
		ruleA
	}
	deepOne  struct{ one }
	genericA struct{ generic[int] }
	genericB struct {
		generic[int]
		ruleB
	}
	owning[T any] struct {
		generic[T]
		ruleB
	}
	diamond struct {
		Left
		Right
	}
	ignored struct {
		kit.Schema
		ruleA `json:"-"`
	}
)

func (ruleA) Validate(ctx context.Context) error       { return ran(ctx, "A") }
func (b *ruleB) Validate(ctx context.Context) error    { return ran(ctx, "B") }
func (ruleC) Validate(ctx context.Context) error       { return ran(ctx, "C") }
func (generic[T]) Validate(ctx context.Context) error  { return ran(ctx, "G") }
func (Bare) Validate(ctx context.Context) error        { return ran(ctx, "Bare") }
func (Left) Validate(ctx context.Context) error        { return ran(ctx, "Left") }
func (*Right) Validate(ctx context.Context) error      { return ran(ctx, "Right") }
func (bothOwn) Validate(ctx context.Context) error     { return ran(ctx, "own") }
func (i *inner) Validate(ctx context.Context) error    { return ran(ctx, "inner") }
func (*deepOwn) Validate(ctx context.Context) error    { return ran(ctx, "own") }
func (o owning[T]) Validate(ctx context.Context) error { return ran(ctx, "owning") }
func (d diamond) Validate(ctx context.Context) error   { return ran(ctx, "diamond") }

// validated decodes a body and returns which Validate methods ran.
func validated[T any](body, fails string) (*trace, error) {
	tr := &trace{fails: fails}
	_, err := request.Decode[T](post(body).WithContext(context.WithValue(context.Background(), traceKey{}, tr)))
	return tr, err
}

// The order is that of Pydantic: bases from the last to the first, then the model.
// Each runs once, and none after the first failure.
func TestValidateMethodsOfEmbeddedStructs(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		name string
		run  func(body, fails string) (*trace, error)
		want string
	}{
		{"two, none of its own", validated[both], "B A"},
		{"two and its own", validated[bothOwn], "B A own"},
		{"three, one without", validated[three], "C B A"},
		{"nested before", validated[deepLast], "C B A inner"},
		{"nested after", validated[deep1st], "B A inner C"},
		{"nested and its own", validated[deepOwn], "C B A inner own"},
		{"promoted", validated[one], "A"},
		{"promoted twice", validated[deepOne], "A"},
		{"generic", validated[genericA], "G"},
		{"generic and another", validated[genericB], "B G"},
		{"generic with its own", validated[owning[string]], "B G owning"},
		{"embedded twice", validated[diamond], "Bare Right Left diamond"},
		{"not on the wire", validated[ignored], "A"},
		{"alone", validated[ruleB], "B"},
	} {
		tr, err := c.run(`{}`, "")
		require.NoError(t, err, c.name)
		require.Equal(t, c.want, strings.Join(tr.ran, " "), c.name)

		names := strings.Fields(c.want)
		for i, name := range names {
			tr, err := c.run(`{}`, strings.Join(names[i:], " "))
			require.Equal(t, []string{`value_error ["body"] {} {"error":{}}`}, reported(t, err), c.name)
			require.Equal(t, names[:i+1], tr.ran, "%s: none runs after the failure of %s", c.name, name)
		}
	}
	tr, err := validated[bothOwn](`{"a":"x"}`, "A B own")
	require.Equal(t, []string{`int_parsing ["body","a"] "x"`}, reported(t, err))
	require.Empty(t, tr.ran, "an error of a field comes before all of them")
}

type beast interface{ beast() }

type horse struct {
	both

	Type string `json:"type" validate:"oneof=horse"`
}

func (horse) beast() {}

var _ = kit.DefineUnion[beast]("type", horse{})

type holder struct {
	kit.Schema

	One   kit.Optional[bothOwn]          `json:"one"`
	List  kit.Optional[[]both]           `json:"list"`
	Map   kit.Optional[map[string]*both] `json:"map"`
	Beast kit.Optional[beast]            `json:"beast"`
}

// Wrapped is embedded under a name: it is a field like any other.
type Wrapped struct{ ruleA }

type wrapping struct {
	Wrapped `json:"wrapped"`
}

const valueErrorCtx = ` {"error":{}}`

func TestValidateMethodsRunWhereTheStructStands(t *testing.T) {
	t.Parallel()

	for body, want := range map[string][]string{
		`{"one":{"a":3}}`:                {`value_error ["body","one"] {"a":3}` + valueErrorCtx},
		`{"list":[{},{"b":2}]}`:          {`value_error ["body","list",0] {}` + valueErrorCtx, `value_error ["body","list",1] {"b":2}` + valueErrorCtx},
		`{"map":{"k":{"a":1},"n":null}}`: {`value_error ["body","map","k"] {"a":1}` + valueErrorCtx},
		`{"beast":{"type":"horse"}}`:     {`value_error ["body","beast","horse"] {"type":"horse"}` + valueErrorCtx},
		`{"list":[{"a":"x"}],"map":{"k":{}}}`: {
			`int_parsing ["body","list",0,"a"] "x"`, `value_error ["body","map","k"] {}` + valueErrorCtx,
		},
	} {
		tr, err := validated[holder](body, "A B own")
		require.Equal(t, want, reported(t, err), body)
		require.NotContains(t, tr.ran, "A", "B is before it and fails")
	}
	tr, err := validated[wrapping](`{"wrapped":{}}`, "")
	require.NoError(t, err)
	require.Equal(t, []string{"A"}, tr.ran, "at the field, and not once more at the struct that embeds it")
	_, err = validated[wrapping](`{"wrapped":{"a":7}}`, "A")
	require.Equal(t, []string{`value_error ["body","wrapped"] {"a":7}` + valueErrorCtx}, reported(t, err))
}

type evenRule struct {
	A int `json:"a"`
}

func (e evenRule) Validate(context.Context) error {
	if e.A%2 != 0 {
		return errors.ValueError("a must be even")
	}
	return nil
}

type range2 struct {
	kit.Schema
	evenRule

	Ends   []int  `json:"ends" default:"[]"`
	Secret string `json:"secret" default:"" sensitive:"true"`
}

func (r range2) Validate(context.Context) error {
	switch {
	case len(r.Ends) > 0 && r.Ends[0] < 0:
		return fmt.Errorf("range: %w", errors.ValueErrorAt(errors.Loc{"ends", 0}, "must not be negative", nil))
	case len(r.Ends) == 2:
		return errors.Join(errors.ValueErrorAt(errors.Loc{"ends", 1}, "too many", nil), errors.ValueErrorAt(errors.Loc{"a"}, "too few", "own"))
	case len(r.Ends) == 3:
		return errors.Join(errors.ValueErrorAt(errors.Loc{"ends"}, "three", nil), io.ErrUnexpectedEOF)
	case r.Secret == "x":
		return errors.ValueErrorAt(errors.Loc{"secret"}, "too short", nil)
	case len(r.Ends) == 4:
		return fmt.Errorf("the driver says: %w", io.ErrUnexpectedEOF)
	case len(r.Ends) == 5:
		return (*errors.PolarRequestValidationError)(nil)
	case len(r.Ends) == 6:
		return errors.NewRequestValidationError()
	case len(r.Ends) == 7:
		return fmt.Errorf("x: %w", (*errors.Kind)(nil))
	case len(r.Ends) == 8:
		return errors.ResourceUnavailable.New()
	}
	return nil
}

// internalServerError is the answer to an error of a Validate method that is no
// validation error.
const internalServerError = `{"error":"InternalServerError","detail":"Internal Server Error"}`

func TestValueErrorsOfASchema(t *testing.T) {
	t.Parallel()

	serve := func(body string) (*httptest.ResponseRecorder, []map[string]any) {
		var log bytes.Buffer
		w := httptest.NewRecorder()
		reply.Renderer{Logger: slog.New(slog.NewJSONHandler(&log, nil))}.Handler(func(w http.ResponseWriter, r *http.Request) error {
			in, err := request.Decode[range2](r)
			if err != nil {
				return err
			}
			return reply.JSON(w, http.StatusOK, in)
		}).ServeHTTP(w, post(body))
		var records []map[string]any
		for line := range bytes.Lines(log.Bytes()) {
			var record map[string]any
			require.NoError(t, json.Unmarshal(line, &record))
			records = append(records, record)
		}
		return w, records
	}
	const head = `{"error":"PolarRequestValidationError","detail":[`
	for body, want := range map[string]string{
		`{"a":3}`: head + `{"type":"value_error","loc":["body"],"msg":"Value error, a must be even","input":{"a":3},"ctx":{"error":{}}}]}`,
		`{"a":3,"secret":"x"}`: head + `{"type":"value_error","loc":["body"],"msg":"Value error, a must be even",` +
			`"input":{"a":3,"secret":"**********"},"ctx":{"error":{}}}]}`,
		`{"a":2,"ends":[-1]}`: head + `{"type":"value_error","loc":["body","ends",0],"msg":"Value error, must not be negative","input":-1,"ctx":{"error":{}}}]}`,
		`{"a":2,"ends":[1,2]}`: head + `{"type":"value_error","loc":["body","ends",1],"msg":"Value error, too many","input":2,"ctx":{"error":{}}},` +
			`{"type":"value_error","loc":["body","a"],"msg":"Value error, too few","input":"own","ctx":{"error":{}}}]}`,
		`{"a":2,"secret":"x"}`: head + `{"type":"value_error","loc":["body","secret"],"msg":"Value error, too short","input":"**********","ctx":{"error":{}}}]}`,
	} {
		w, log := serve(body)
		require.Equal(t, http.StatusUnprocessableEntity, w.Code)
		require.Equal(t, want, w.Body.String())
		require.Empty(t, log)
	}
	w, log := serve(`{"a":2,"ends":[1,2,3]}`)
	require.Equal(t, head+`{"type":"value_error","loc":["body","ends"],"msg":"Value error, three","input":[1,2,3],"ctx":{"error":{}}}]}`, w.Body.String())
	require.Len(t, log, 1)
	require.Contains(t, log[0]["error"], "unexpected EOF", "what is no answer goes to the log")

	for _, ends := range []string{`[1,2,3,4]`, `[1,2,3,4,5]`, `[1,2,3,4,5,6]`, `[1,2,3,4,5,6,7]`} {
		w, log := serve(`{"a":2,"ends":` + ends + `}`)
		require.Equal(t, http.StatusInternalServerError, w.Code, ends)
		require.Equal(t, internalServerError, w.Body.String(), "the text is for the log alone")
		require.Len(t, log, 1)
		require.Equal(t, "ERROR", log[0]["level"])
	}
	w, _ = serve(`{"a":2,"ends":[1,2,3,4,5,6,7,8]}`)
	require.Equal(t, http.StatusGone, w.Code)
}

// Of a struct of parameters the place is where its parameters stand.
type window struct {
	window1

	ID    int      `path:"id"`
	Names []string `query:"name"`
	Key   string   `query:"key" sensitive:"true" default:""`
	Trace string   `header:"x-trace"`
}

type window1 struct {
	Start int `query:"start"`
	End   int `query:"end"`
}

func (w window1) Validate(context.Context) error {
	if w.End < w.Start {
		return errors.ValueError("the window ends before it starts")
	}
	return nil
}

func (w *window) Validate(context.Context) error {
	loc := map[int]errors.Loc{1: {"path", "id"}, 2: {"query", "name", 1}, 3: {"query", "key"}, 4: {"header", "x-trace"}, 5: {"query", "absent"}, 6: {"query", "name"}, 7: {"header"}}[w.ID]
	if loc == nil {
		return nil
	}
	return errors.ValueErrorAt(loc, "no", nil)
}

func TestValueErrorsOfParameters(t *testing.T) {
	t.Parallel()

	bind := func(id, query string) error {
		r := httptest.NewRequest(http.MethodGet, "/?"+query, nil)
		r.SetPathValue("id", id)
		r.Header["X-Trace"] = []string{"t", "u"}
		_, err := request.Bind[window](r)
		return err
	}
	require.NoError(t, bind("0", "start=1&end=2&name=a"))
	require.Equal(t, []string{`value_error ["query"] {"start":"5","end":"2","name":["a","b"],"key":"**********"}` + valueErrorCtx},
		reported(t, bind("1", "start=5&end=2&start=5&name=a&name=b&key=k&other=x")))
	for id, want := range map[string]string{
		"1": `value_error ["path","id"] "1"`,
		"2": `value_error ["query","name",1] "b"`,
		"3": `value_error ["query","key"] "**********"`,
		"4": `value_error ["header","x-trace"] "t"`,
		"5": `value_error ["query","absent"] null`,
		"6": `value_error ["query","name"] ["a","b"]`,
		"7": `value_error ["header"] {"x-trace":"t"}`,
	} {
		require.Equal(t, []string{want + valueErrorCtx}, reported(t, bind(id, "start=1&end=2&name=a&name=b&key=k")), id)
	}

	type withBody struct {
		window1
		Body both
	}
	r := post(`{"a":3}`)
	r.URL.RawQuery = "start=2&end=1"
	_, err := request.Bind[withBody](r)
	require.Equal(t, []string{`value_error ["query"] {"start":"2","end":"1"}` + valueErrorCtx}, reported(t, err))
}

// pair, code and key are types with a Validate method that are no structs.
type (
	pair []int
	code string
	key  string
)

func (p pair) Validate(context.Context) error {
	switch {
	case len(p) != 2:
		return errors.ValueError("two numbers are needed")
	case p[0] > p[1]:
		return errors.ValueErrorAt(errors.Loc{1}, "too small", nil)
	}
	return nil
}

func (c *code) Validate(context.Context) error {
	if !strings.HasPrefix(string(*c), "C-") {
		return errors.ValueError("a code begins with C-")
	}
	return nil
}

func (k key) Validate(ctx context.Context) error { return (*code)(&k).Validate(ctx) }

func TestValidateMethodsOfOtherTypes(t *testing.T) {
	t.Parallel()

	type body struct {
		kit.Schema

		Pair   pair               `json:"pair" default:"[1]"`
		Code   *code              `json:"code" default:"null" validate:"max=5"`
		Codes  []code             `json:"codes" default:"[]" validate:"max=2"`
		ByKey  map[key]pair       `json:"by_key" default:"{}"`
		Secret code               `json:"secret" default:"" sensitive:"true"`
		Any    any                `json:"any" default:"null"`
		Raw    kit.Optional[pair] `json:"raw"`
	}
	for text, want := range map[string][]string{
		`{}`:                              nil,
		`{"pair":[1]}`:                    {`value_error ["body","pair"] [1]` + valueErrorCtx},
		`{"pair":[2,1]}`:                  {`value_error ["body","pair",1] 1` + valueErrorCtx},
		`{"pair":[2,"x"]}`:                {`int_parsing ["body","pair",1] "x"`},
		`{"code":"x"}`:                    {`value_error ["body","code"] "x"` + valueErrorCtx},
		`{"code":"toolong"}`:              {`string_too_long ["body","code"] "toolong" {"max_length":5}`},
		`{"codes":["C-1","x"]}`:           {`value_error ["body","codes",1] "x"` + valueErrorCtx},
		`{"by_key":{"x":[1],"C-":[1,2]}}`: {`value_error ["body","by_key","x","[key]"] "x"` + valueErrorCtx, `value_error ["body","by_key","x"] [1]` + valueErrorCtx},
		`{"secret":"x"}`:                  {`value_error ["body","secret"] "**********"` + valueErrorCtx},
		`{"raw":[]}`:                      {`value_error ["body","raw"] []` + valueErrorCtx},
	} {
		_, err := request.Decode[body](post(text))
		if want == nil {
			require.NoError(t, err)
			continue
		}
		require.Equal(t, want, reported(t, err), text)
	}
	r := httptest.NewRequest(http.MethodGet, "/?pair=1&code=x&codes=C-&codes=y", nil)
	_, err := request.Bind[struct {
		Pair  pair   `query:"pair"`
		Code  code   `query:"code"`
		Codes []code `query:"codes"`
	}](r)
	require.Equal(t, []string{
		`value_error ["query","pair"] ["1"]` + valueErrorCtx,
		`value_error ["query","code"] "x"` + valueErrorCtx,
		`value_error ["query","codes",1] "y"` + valueErrorCtx,
	}, reported(t, err))
}

// stubborn reads itself and says that it could not, with nothing that is wrong.
type stubborn struct{}

func (*stubborn) UnmarshalJSON(data []byte) error {
	switch string(data) {
	case `1`:
		return (*errors.PolarRequestValidationError)(nil)
	case `2`:
		return errors.NewRequestValidationError()
	case `3`:
		return fmt.Errorf("x: %w", (*errors.PolarError)(nil))
	case `4`:
		return (*json.SyntaxError)(nil)
	}
	return errors.Join(errors.ValueError("one"), errors.New("two"))
}

func TestTypesThatReadThemselvesWithANilError(t *testing.T) {
	t.Parallel()

	type body struct {
		V stubborn `json:"v"`
	}
	for _, text := range []string{`1`, `2`, `3`, `4`} {
		_, err := request.Decode[body](post(`{"v":` + text + `}`))
		require.Error(t, err)
		require.Same(t, errors.InternalServerError, errors.KindOf(err), text)
	}
	_, err := request.Decode[body](post(`{"v":0}`))
	require.Equal(t, []string{`value_error ["body","v"] 0` + valueErrorCtx, `value_error ["body","v"] 0` + valueErrorCtx}, reported(t, err))
}

type contradicting struct {
	Bare
	Left
}

type nowhere struct {
	kit.Validator `json:"-"`
}

type nowhereParams struct{ nowhereSize }

type nowhereSize int

func (nowhereSize) Validate(context.Context) error { return nil }

// otherForm has a Validate method that the library does not know.
type otherForm struct {
	kit.Schema
	A int `json:"a"`
}

func (otherForm) Validate() error { return nil }

type otherFormOfABase struct {
	kit.Schema
	foreign
}

type foreign struct{ A int }

func (*foreign) Validate(context.Context, int) (bool, error) { return true, nil }

func TestValidateMethodsThatCannotRun(t *testing.T) {
	t.Parallel()

	for name, check := range map[string]func() error{
		"bases without an order": request.Check[struct {
			kit.Schema
			C contradicting
		}],
		"embedded interface": request.Check[struct {
			kit.Schema
			N nowhere
		}],
		"no context":           request.Check[otherForm],
		"other form in a base": request.Check[otherFormOfABase],
		"embedded integer":     request.Check[nowhereParams],
	} {
		sentence.Equal(t, "Check: Validate: "+name, check())
	}
	require.NoError(t, request.Check[struct {
		kit.Schema
		Foreign foreign `json:"foreign"`
	}](), "the types of others may have methods of this name")
}
