package request_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

type aliased struct {
	kit.Schema `extra:"forbid"`

	A int    `json:"a" alias:"x,y,m.i,l.1,a"`
	B int    `json:"b" alias:"m.j"       default:"0"`
	C int    `json:"c" alias:"q.j,c2"    default:"0"`
	D int    `json:"d" alias:"z.w"`
	E string `json:"e" default:""        sensitive:"true"  alias:"e,secret,deep.secret"`
}

// What Pydantic does with AliasChoices and AliasPath in a model that forbids extra keys:
// only the place where a field has been found is no extra key.
func TestAliases(t *testing.T) {
	t.Parallel()

	for body, want := range map[string]string{
		`{"x":1,"z":{"w":1}}`:                      `{1 0 0 1 }`,
		`{"x":1,"y":2,"a":3,"z":{"w":1}}`:          "extra_forbidden [\"body\",\"y\"] 2 Extra inputs are not permitted\nextra_forbidden [\"body\",\"a\"] 3 Extra inputs are not permitted",
		`{"m":{"i":1,"j":2,"k":3},"z":{"w":1}}`:    `{1 2 0 1 }`,
		`{"l":[0,5],"z":{"w":1}}`:                  `{5 0 0 1 }`,
		`{"l":[0],"z":{"w":1}}`:                    "missing [\"body\",\"x\"] {\"l\":[0],\"z\":{\"w\":1}} Field required\nextra_forbidden [\"body\",\"l\"] [0] Extra inputs are not permitted",
		`{}`:                                       "missing [\"body\",\"x\"] {} Field required\nmissing [\"body\",\"z\",\"w\"] {} Field required",
		`{"x":1,"z":{"w":"k"}}`:                    `int_parsing ["body","z","w"] "k" Input should be a valid integer, unable to parse string as an integer`,
		`{"l":[0,"k"],"z":{"w":1}}`:                `int_parsing ["body","l",1] "k" Input should be a valid integer, unable to parse string as an integer`,
		`{"x":1,"z":{"w":1},"m":"x"}`:              `extra_forbidden ["body","m"] "x" Extra inputs are not permitted`,
		`{"x":1,"z":{"w":1},"m":{"z":3}}`:          `extra_forbidden ["body","m"] {"z":3} Extra inputs are not permitted`,
		`{"x":1,"z":{"w":1},"c2":2}`:               `{1 0 2 1 }`,
		`{"a":1,"a":2,"z":{"w":1}}`:                `{2 0 0 1 }`,
		`{"deep":{"secret":"s"},"z":{}}`:           "missing [\"body\",\"x\"] {\"deep\":\"**********\",\"z\":{}} Field required\nmissing [\"body\",\"z\",\"w\"] {\"deep\":\"**********\",\"z\":{}} Field required\nextra_forbidden [\"body\",\"z\"] {} Extra inputs are not permitted",
		`{"x":1,"z":{"w":1},"e":"s","secret":"t"}`: `extra_forbidden ["body","secret"] "**********" Extra inputs are not permitted`,
		`{"x":1,"z":{"w":1},"secret":5}`:           `string_type ["body","secret"] "**********" Input should be a valid string`,
		`{"x":1,"z":{"w":1},"e":"\u0000"}`:         `value_error ["body","e"] "**********" Value error, This value contains invalid characters {"error":{}}`,
		`{"x":1,"z":{"w":1},"deep":{"secret":5}}`:  `string_type ["body","deep","secret"] "**********" Input should be a valid string`,
	} {
		v, err := request.Decode[aliased](jsonRequest(body))
		got := fmt.Sprint(struct {
			A, B, C, D int
			E          string
		}{v.A, v.B, v.C, v.D, v.E})
		if err != nil {
			got = answered(t, err)
		}
		require.Equal(t, want, got, body)
	}
}

// A form has the names of the aliases too.
func TestAliasesOfAForm(t *testing.T) {
	t.Parallel()
	type form struct {
		Form struct {
			kit.Schema `extra:"forbid"`

			UserID int      `json:"user_id" alias:"userId,uid"`
			Scope  string   `json:"scope"   alias:"scope_name" default:"all"`
			Tags   []string `json:"tags"    alias:"tag"        default:"[]"`
		}
	}
	read := func(body string) (form, error) {
		r := jsonRequest(body)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return request.Bind[form](r)
	}
	f, err := read("uid=1&tag=a&tag=a")
	require.NoError(t, err)
	require.Equal(t, 1, f.Form.UserID)
	require.Equal(t, "all", f.Form.Scope)
	require.Equal(t, []string{"a", "a"}, f.Form.Tags)

	_, err = read("uid=x&scope_name=s&tag=b")
	require.Equal(t, `int_parsing ["body","uid"] "x" Input should be a valid integer, unable to parse string as an integer`, answered(t, err))
	_, err = read("user_id=1")
	require.Contains(t, answered(t, err), `missing ["body","userId"]`)
}

type mistakenAliases struct {
	kit.Schema

	Empty              int `json:"empty"   alias:"x,,y"`
	HalfAPath          int `json:"half"    alias:"x."`
	NameOfAnotherField int `json:"another" alias:"other"`
	Other              int `json:"other"`
}

func TestCheckRefusesAliases(t *testing.T) {
	t.Parallel()

	sentence.Equal(t, "alias: fields", request.Check[mistakenAliases]())
	sentence.Equal(t, "alias: parameter", request.Check[struct {
		A int `query:"a" alias:"x"`
	}]())
}

// FuzzAliases looks for bodies that panic.
func FuzzAliases(f *testing.F) {
	for _, body := range []string{`{"l":[0,5],"m":{"i":1}}`, `{"q":{"j":[]},"c2":1}`, `{"deep":{"secret":1}}`, `{"z":[{"w":1}]}`} {
		f.Add(body)
	}
	f.Fuzz(func(_ *testing.T, body string) {
		_, _ = request.Decode[aliased](jsonRequest(body))
	})
}
