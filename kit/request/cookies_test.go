package request_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit/request"
)

// Cookies are parameters like any other.
func ExampleBind_cookies() {
	type ShowCart struct {
		Cart  string `cookie:"cart" validate:"len=4"`
		Theme string `cookie:"theme" default:"light" validate:"oneof=light dark"`
	}
	r := httptest.NewRequest(http.MethodGet, "/cart", nil)
	r.AddCookie(&http.Cookie{Name: "cart", Value: "a1b2"})
	in, err := request.Bind[ShowCart](r)
	fmt.Println(in.Cart, in.Theme, err)

	r = httptest.NewRequest(http.MethodGet, "/cart", nil)
	r.AddCookie(&http.Cookie{Name: "theme", Value: "blue"})
	_, err = request.Bind[ShowCart](r)
	if invalid, ok := errors.AsType[*errors.PolarRequestValidationError](err); ok {
		for _, e := range invalid.Details() {
			fmt.Println(e.Loc, e.Type)
		}
	}
	// Output:
	// a1b2 light <nil>
	// cookie.cart missing
	// cookie.theme literal_error
}

func withCookies(headers ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header["Cookie"] = headers
	return r
}

func TestCookies(t *testing.T) {
	t.Parallel()

	type pair struct {
		A string `cookie:"a" default:"-"`
		B string `cookie:"b" default:"-"`
	}
	for _, c := range []struct {
		headers []string
		a, b    string
	}{
		{nil, "-", "-"},
		{[]string{"a=1; b=2"}, "1", "2"},
		{[]string{"a=1", "b=2"}, "1", "2"},
		{[]string{"a=1", "a=2"}, "2", "-"},
		{[]string{"a=1; A=2"}, "1", "-"},
		{[]string{" a = 1 ;; b=2=3;c"}, "1", "2=3"},
		{[]string{`a="1;2"`}, `"1`, "-"},
		{[]string{`a="\"\\"; b="\101\304\\x"`}, `"\`, `AÄ\x`},
		{[]string{`a="\400\08"; b="\"`}, `40008`, `\`},
		{[]string{`a="; b=""`}, `"`, ``},
		{[]string{"a=é"}, "é", "-"},
		{[]string{"a=\xe9; b=é"}, "é", "Ã©"}, // a header that is not UTF-8 is Latin-1
	} {
		in, err := request.Bind[pair](withCookies(c.headers...))
		require.NoError(t, err)
		require.Equal(t, pair{c.a, c.b}, in, "%q", c.headers)
	}
}

type cookieSession struct {
	ID    int    `cookie:"id" validate:"gt=0"`
	Token string `cookie:"token" default:"" sensitive:"true" validate:"max=3"`
	Trace string `header:"trace" default:""`
	Body  int
}

func (s cookieSession) Validate(context.Context) error {
	return errors.ValidationErrorAt(errors.Loc{"cookie", "id"}, "no_session", "No session has this ID.", nil)
}

func TestErrorsOfCookies(t *testing.T) {
	t.Parallel()

	r := post(`"x"`)
	r.Header.Set("Cookie", "id=0; token=secret")
	_, err := request.Bind[cookieSession](r)
	require.Equal(t, []string{
		`greater_than ["cookie","id"] "0" {"gt":0}`,
		`string_too_long ["cookie","token"] "**********" {"max_length":3}`,
		`int_parsing ["body"] "x"`,
	}, reported(t, err))

	r = post(`1`)
	r.Header.Set("Cookie", "id=7")
	_, err = request.Bind[cookieSession](r)
	require.Equal(t, []string{`no_session ["cookie","id"] "7"`}, reported(t, err))

	sentence.Equal(t, "Check: list of a cookie", request.Check[struct {
		A []string `cookie:"a"`
	}]())
	sentence.Equal(t, "Check: cookie and header", request.Check[struct {
		A string `cookie:"a" header:"a"`
	}]())
}

func FuzzCookies(f *testing.F) {
	for _, seed := range []string{"a=1; b=2", `a="\054\""`, "=;;", "a=\xff"} {
		f.Add(seed)
	}
	type jar struct {
		A string `cookie:"a" default:""`
		B *int   `cookie:"b" default:"null"`
	}
	f.Fuzz(func(t *testing.T, header string) {
		in, err := request.Bind[jar](withCookies(header))
		if err != nil && errors.KindOf(err) != errors.RequestValidation {
			t.Fatalf("%q: %v", header, err)
		}
		if !utf8.ValidString(in.A) {
			t.Fatalf("%q: %q is no UTF-8", header, in.A)
		}
	})
}
