package request_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/reply"
	"github.com/polarkit-go/polarkit/kit/request"
)

type keepsMixin struct {
	Extra map[string]string `json:"-" extra:"allow" validate:"dive,max=3" sensitive:"true"`
}

type keeps struct {
	kit.Schema
	keepsMixin

	A int            `json:"a" alias:"a,b"`
	C *keepsAnything `json:"c" default:"null"`
}

type keepsAnything struct {
	D     int            `json:"d" default:"0"`
	Extra map[string]any `json:"-" extra:"allow"`
}

// Keys that are kept are read behind the fields, in the order of the input, and written
// behind them, sorted.
func TestExtraKeysAreKept(t *testing.T) {
	t.Parallel()

	for body, want := range map[string]string{
		`{"z":"1","a":1,"y":"2"}`:                `{"a":1,"c":null,"y":"2","z":"1"}`,
		`{"a":1,"b":2}`:                          `string_type ["body","b"] "**********" Input should be a valid string`,
		`{"b":2}`:                                `{"a":2,"c":null}`,
		`{"z":"long","a":"x","y":1}`:             "int_parsing [\"body\",\"a\"] \"x\" Input should be a valid integer, unable to parse string as an integer\nstring_too_long [\"body\",\"z\"] \"**********\" String should have at most 3 characters {\"max_length\":3}\nstring_type [\"body\",\"y\"] \"**********\" Input should be a valid string",
		`{"z":"a","z":"b","a":1}`:                `{"a":1,"c":null,"z":"b"}`,
		`{"z":"\u0000","a":1}`:                   `value_error ["body","z"] "**********" Value error, This value contains invalid characters {"error":{}}`,
		`{"z\u0000":"","a":1}`:                   `value_error ["body","z\u0000"] "**********" Value error, This value contains invalid characters {"error":{}}`,
		`{"z":"s"}`:                              `missing ["body","a"] {"z":"**********"} Field required`,
		`{"a":1,"c":{"x":[1,{"y":null}],"d":3}}`: `{"a":1,"c":{"d":3,"x":[1,{"y":null}]}}`,
		`{"a":1,"c":{}}`:                         `{"a":1,"c":{"d":0}}`,
	} {
		v, err := request.Decode[keeps](jsonRequest(body))
		got := ""
		if err != nil {
			got = answered(t, err)
		} else {
			w := httptest.NewRecorder()
			require.NoError(t, reply.JSON(w, http.StatusOK, v))
			got = strings.TrimSpace(w.Body.String())
		}
		require.Equal(t, want, got, body)
	}
}

// A key that a field has is not written twice.
func TestExtraKeyOfAField(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	require.NoError(t, reply.JSON(w, http.StatusOK, keepsAnything{D: 1, Extra: map[string]any{"d": 2, "e": 3}}))
	require.JSONEq(t, `{"d":1,"e":3}`, w.Body.String())
	require.Equal(t, 1, strings.Count(w.Body.String(), `"d"`))
}

func TestCheckRefusesExtra(t *testing.T) {
	t.Parallel()

	for name, check := range map[string]func() error{
		"on the schema": request.Check[struct {
			kit.Schema `extra:"allow"`
		}],
		"another word": request.Check[struct {
			kit.Schema

			Extra map[string]any `json:"-" extra:"forbid"`
		}],
		"with a name": request.Check[struct {
			kit.Schema

			Extra map[string]any `json:"extra" extra:"allow"`
		}],
		"no map": request.Check[struct {
			kit.Schema

			Extra []string `json:"-" extra:"allow"`
		}],
		"two": request.Check[struct {
			kit.Schema

			Extra map[string]any `json:"-" extra:"allow"`
			More  map[string]any `json:"-" extra:"allow"`
		}],
		"forbidden too": request.Check[struct {
			kit.Schema `extra:"forbid"`

			Extra map[string]any `json:"-" extra:"allow"`
		}],
		"rules of the number": request.Check[struct {
			kit.Schema

			Extra map[string]any `json:"-" extra:"allow" validate:"max=3"`
		}],
	} {
		sentence.Equal(t, "extra: "+name, check())
	}
}

// A hostile body with many keys costs what a map costs.
func TestManyExtraKeys(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`{"a":1`)
	for i := range 50_000 {
		fmt.Fprintf(&b, `,"k%d":"v"`, i)
	}
	b.WriteString("}")
	v, err := request.Decode[keeps](jsonRequest(b.String()))
	require.NoError(t, err)
	require.Len(t, v.Extra, 50_000)
}

// FuzzExtra looks for bodies that panic or that lose a key.
func FuzzExtra(f *testing.F) {
	for _, body := range []string{`{"z":"1","a":1}`, `{"a":1,"c":{"x":[1]}}`, `{"a":1,"b":2}`, `{"c":[]}`} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		v, err := request.Decode[keeps](jsonRequest(body))
		if err != nil {
			return
		}
		require.NoError(t, reply.JSON(httptest.NewRecorder(), http.StatusOK, v))
	})
}
