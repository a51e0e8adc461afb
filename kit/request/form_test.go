package request_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

const asForm = "application/x-www-form-urlencoded"

func postForm(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", asForm)
	return r
}

// A field Form is a schema that is read from a form, such as the token request of OAuth.
func ExampleBind_form() {
	type TokenRequest struct {
		kit.Schema `doc:"A request for a token." extra:"forbid"`

		GrantType string   `json:"grant_type" validate:"oneof=authorization_code refresh_token"`
		ClientID  string   `json:"client_id" validate:"min=1"`
		Code      *string  `json:"code" default:"null" sensitive:"true"`
		Scopes    []string `json:"scope" default:"[]"`
	}
	type CreateToken struct {
		Form TokenRequest
	}
	send := func(body string) {
		in, err := request.Bind[CreateToken](postForm(body))
		if invalid, ok := errors.AsType[*errors.PolarRequestValidationError](err); ok {
			for _, e := range invalid.Details() {
				fmt.Println(e.Loc, e.Msg)
			}
			return
		}
		fmt.Println(in.Form.GrantType, in.Form.ClientID, in.Form.Scopes)
	}
	send("grant_type=refresh_token&client_id=shop&scope=read&scope=write")
	send("grant_type=password&code=1&user=ann")
	// Output:
	// refresh_token shop [read write]
	// body.grant_type Input should be 'authorization_code' or 'refresh_token'
	// body.client_id Field required
	// body.user Extra inputs are not permitted
}

// Fields with the tag form are parameters of a form.
func ExampleBind_formParameters() {
	type LogIn struct {
		Username string `form:"username" validate:"min=2"`
		Remember bool   `form:"remember" default:"false"`
	}
	in, err := request.Bind[LogIn](postForm("username=ann&remember=on"))
	fmt.Println(in.Username, in.Remember, err)
	// Output: ann true <nil>
}

type signUp struct {
	kit.Schema

	Name   string             `json:"name"`
	Pin    string             `json:"pin" sensitive:"true" validate:"max=2"`
	Level  int                `json:"level" validate:"oneof=1 2" default:"1"`
	Age    kit.Optional[int8] `json:"age"`
	Words  []string           `json:"words" default:"a"`
	Number kit.Decimal        `json:"number" default:"1.5"`
}

func (s signUp) Validate(context.Context) error {
	if s.Name == "root" {
		return errors.ValidationErrorAt(errors.Loc{"name"}, "taken", "This name is taken.", nil)
	}
	return nil
}

type signUpForm struct {
	Trace string `header:"x-trace" default:"" validate:"max=1"`
	Form  signUp
}

func TestForm(t *testing.T) {
	t.Parallel()

	in, err := request.Bind[signUpForm](postForm("name=a%20b+c&pin=1&level=2&age=+7&words=x&words=&number=2"))
	require.NoError(t, err)
	require.Equal(t, "a b c", in.Form.Name)
	require.Equal(t, 2, in.Form.Level, "a literal integer takes a text, as that of a parameter does")
	require.Equal(t, kit.Some(int8(7)), in.Form.Age)
	require.Equal(t, []string{"x", ""}, in.Form.Words)

	for body, want := range map[string][]string{
		"":                        {`missing ["body","name"] {"level":1,"words":["a"],"number":"1.5"}`, `missing ["body","pin"] {"level":1,"words":["a"],"number":"1.5"}`},
		"pin=123&x=1&x=2&age=300": {`missing ["body","name"] {"pin":"**********","level":1,"age":"300","words":["a"],"number":"1.5","x":["1","2"]}`, `string_too_long ["body","pin"] "**********" {"max_length":2}`, `less_than_equal ["body","age"] "300" {"le":127}`},
		"name=root&pin=1":         {`taken ["body","name"] "root"`},
		"name=%00&pin=1":          {"value_error [\"body\",\"name\"] \"\\u0000\" {\"error\":{}}"},
		"name=a&pin=1&level=3":    {`literal_error ["body","level"] "3" {"expected":"1 or 2"}`},
	} {
		_, err := request.Bind[signUpForm](postForm(body))
		require.Equal(t, want, reported(t, err), body)
	}
	r := postForm("pin=1")
	r.Header.Set("X-Trace", "long")
	_, err = request.Bind[signUpForm](r)
	require.Len(t, reported(t, err), 2, "with the other parts of the request")

	r = postForm(`{"name":"a","pin":"1"}`)
	r.Header.Set("Content-Type", "application/json")
	_, err = request.Bind[signUpForm](r)
	require.Len(t, reported(t, err), 2, "JSON is a form without fields")
}

func TestFormsThatCannotBeRead(t *testing.T) {
	t.Parallel()

	_, err := request.Bind[signUpForm](postForm("name=a&pin=1" + strings.Repeat("&&&", 5000) + strings.Repeat("&x=1", 998)))
	require.NoError(t, err)
	_, err = request.Bind[signUpForm](postForm("name=a&pin=1" + strings.Repeat("&x=1", 999)))
	require.ErrorIs(t, err, errors.BadRequest)
	require.ErrorContains(t, err, "Too many fields. Maximum number of fields is 1000.")

	_, err = request.Bind[signUpForm](postForm("name=" + strings.Repeat("a", request.MaxBodySize)))
	require.ErrorIs(t, err, errors.RequestBodyTooLarge)

	r := postForm("")
	r.Body = io.NopCloser(io.MultiReader(strings.NewReader("name=a&pi"), iotest.ErrReader(io.ErrUnexpectedEOF)))
	r.ContentLength = 12
	_, err = request.Bind[signUpForm](r)
	require.ErrorIs(t, err, errors.BadRequest, "it is cut off")
}

func TestMistakesInForms(t *testing.T) {
	t.Parallel()

	type nested struct {
		Inner signUp `json:"inner"`
	}
	type nullable struct {
		Age *int `json:"age"`
	}
	for name, check := range map[string]func() error{
		"form and body": request.Check[struct {
			Form signUp
			Body signUp
		}],
		"form and its parameters": request.Check[struct {
			Form signUp
			Name string `form:"name"`
		}],
		"body and parameters of a form": request.Check[struct {
			Name string `form:"name"`
			Body signUp
		}],
		"form that is a list":   request.Check[struct{ Form []signUp }],
		"form that may be null": request.Check[struct{ Form *signUp }],
		"schema inside a form":  request.Check[struct{ Form nested }],
		"null inside a form":    request.Check[struct{ Form nullable }],
		"schema as a form field": request.Check[struct {
			Inner signUp `form:"inner"`
		}],
	} {
		sentence.Equal(t, "Check: "+name, check())
	}
}

type formOfParameters struct {
	Name  string   `form:"name" validate:"max=3"`
	Words []string `form:"words" default:"[]" validate:"max=2,dive,max=2"`
	Age   *int     `form:"age" default:"null"`
}

func (f formOfParameters) Validate(context.Context) error {
	if f.Name == "bob" {
		return errors.ValidationErrorAt(errors.Loc{"body", "name"}, "taken", "This name is taken.", nil)
	}
	return nil
}

func TestParametersOfAForm(t *testing.T) {
	t.Parallel()

	_, err := request.Bind[formOfParameters](postForm("name=&words=abc&words=&age=x"))
	require.Equal(t, []string{
		`missing ["body","name"] null`,
		`string_too_long ["body","words",0] "abc" {"max_length":2}`,
		`int_parsing ["body","age"] "x"`,
	}, reported(t, err))
	_, err = request.Bind[formOfParameters](postForm("name=bob"))
	require.Equal(t, []string{`taken ["body","name"] "bob"`}, reported(t, err))
}

func FuzzForm(f *testing.F) {
	for _, seed := range []string{"name=a&pin=1", "words=%FF&=1&&a=b=c", "\xff\xfe=%c3%28", "name=%00&age=%2B5"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		in, err := request.Bind[signUpForm](postForm(body))
		if kind := errors.KindOf(err); err != nil && kind != errors.RequestValidation && kind != errors.BadRequest {
			t.Fatalf("%q: %v", body, err)
		}
		parameters, err := request.Bind[formOfParameters](postForm(body))
		if kind := errors.KindOf(err); err != nil && kind != errors.RequestValidation && kind != errors.BadRequest {
			t.Fatalf("%q: %v", body, err)
		}
		if !utf8.ValidString(in.Form.Name) || !utf8.ValidString(parameters.Name) {
			t.Fatalf("%q: %q and %q", body, in.Form.Name, parameters.Name)
		}
	})
}
