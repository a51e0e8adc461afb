package testrequest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth/authtest"
	"github.com/polarkit-go/polarkit/kit/kittest"
)

const (
	asJSON = "application/json"
	asForm = "application/x-www-form-urlencoded"
)

// Both test clients send the same.
func TestBodies(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		body        func() any
		want        string
		contentType string
	}{
		{"nil", func() any { return nil }, "", ""},
		{"string", func() any { return `{"email":"a"}` }, `{"email":"a"}`, asJSON},
		{"string that is no JSON", func() any { return `{"email":` }, `{"email":`, asJSON},
		{"empty string", func() any { return "" }, "", asJSON},
		{"bytes", func() any { return []byte("[1]") }, "[1]", asJSON},
		{"nil bytes", func() any { return []byte(nil) }, "", asJSON},
		{"raw JSON", func() any { return json.RawMessage(` {"a":1} `) }, ` {"a":1} `, asJSON},
		{"reader", func() any { return strings.NewReader("text") }, "text", asJSON},
		{"buffer", func() any { return bytes.NewBufferString("text") }, "text", asJSON},
		{"form", func() any { return url.Values{"a": {"1", "2"}, "b": {"x y"}} }, "a=1&a=2&b=x+y", asForm},
		{"map", func() any { return map[string]any{"a": nil} }, `{"a":null}`, asJSON},
		{"struct", func() any { return struct{ A string }{"<"} }, "{\"A\":\"\\u003c\"}", asJSON},
		{"number", func() any { return 12 }, "12", asJSON},
		{"pointer to a string", func() any { s := "a"; return &s }, `"a"`, asJSON},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				data, err := io.ReadAll(r.Body)
				require.NoError(t, err)
				require.Equal(t, c.want, string(data))
				require.Equal(t, c.contentType, r.Header.Get("Content-Type"))
				require.EqualValues(t, len(c.want), r.ContentLength)
				require.Equal(t, "/v1/x?y=z", r.RequestURI)
				require.Equal(t, "example.com", r.Host)
			})
			kittest.NewClient(t, handler).Post("/v1/x?y=z", c.body()).Want(http.StatusOK)
			got := authtest.Nobody().Do(handler, http.MethodPost, "/v1/x?y=z", c.body())
			require.Equal(t, http.StatusOK, got.Status)
		})
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("out of order") }

func TestMistakes(t *testing.T) {
	t.Parallel()
	require.PanicsWithValue(t, "authtest: POST /: the body cannot be written as JSON: json: unsupported type: func()", func() {
		authtest.Nobody().Request("POST", "/", func() {})
	})
	require.PanicsWithValue(t, "authtest: POST /: the body cannot be read: out of order", func() {
		authtest.Nobody().Request("POST", "/", broken{})
	})
	require.Panics(t, func() { authtest.Nobody().Request("GET", "\x7f", nil) })
}
