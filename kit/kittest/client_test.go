package kittest_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/kittest"
)

const (
	asJSON = "application/json"
	asForm = "application/x-www-form-urlencoded"
)

// A client sends the same to a handler and to a server.
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
			handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				data, err := io.ReadAll(r.Body)
				require.NoError(t, err)
				require.Equal(t, c.want, string(data))
				require.Equal(t, c.contentType, r.Header.Get("Content-Type"))
				require.EqualValues(t, len(c.want), r.ContentLength)
				require.Equal(t, "/v1/x?y=z", r.RequestURI)
				_, _ = io.WriteString(w, r.Host)
			})
			require.Equal(t, "200 example.com", kittest.NewClient(t, handler).Post("/v1/x?y=z", c.body()).String())
			server := httptest.NewServer(handler)
			defer server.Close()
			require.Equal(t, "200 "+server.Listener.Addr().String(), kittest.NewRemoteClient(t, server.URL).Post("/v1/x?y=z", c.body()).String())
		})
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("out of order") }

func TestServersThatAreAway(t *testing.T) {
	t.Parallel()
	require.Contains(t, failure(t, func(tb testing.TB) { kittest.NewRemoteClient(tb, "http://127.0.0.1:1").Get("/") }), "kittest: Get \"http://127.0.0.1:1/\": ")
	require.Contains(t, failure(t, func(tb testing.TB) { kittest.NewRemoteClient(tb, "http://127.0.0.1:1").Get("\x7f") }), "kittest: GET \x7f: ")
}

// An answer that breaks off fails the test.
func TestAnswerThatEndsEarly(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "10")
		_, _ = io.WriteString(w, "half")
	}))
	defer server.Close()
	require.Contains(t, failure(t, func(tb testing.TB) { kittest.NewRemoteClient(tb, server.URL).Get("/a") }), "the answer ends early: unexpected EOF")
}

func TestClientDoesNotFollowRedirects(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.RedirectHandler("/b", http.StatusFound))
	defer server.Close()
	require.Equal(t, "/b", kittest.NewRemoteClient(t, server.URL+"/").Get("/a").Want(http.StatusFound).Header.Get("Location"))
}

type basic struct{ user, password string }

func (b basic) AddTo(header http.Header) {
	header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(b.user+":"+b.password)))
}

// Each client has the credential and the headers that it was given, and no other.
func TestClientCarriesACredential(t *testing.T) {
	t.Parallel()
	client := kittest.NewClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Header.Get("Authorization")+" "+r.Header.Get("X-Trace"))
	}))
	ann := client.As(basic{"ann", "x"})
	for want, c := range map[string]*kittest.Client{
		"200  ":                client,
		"200 Basic YW5uOng= ":  ann,
		"200 Bearer one ":      ann.Bearer("one"),
		"200 Bearer one 7":     ann.Header("X-Trace", "7").Bearer("one"),
		"200 Basic YW5uOng= 8": client.Header("X-Trace", "7").Header("X-Trace", "8").As(basic{"ann", "x"}),
		"200  7":               ann.As(nil).Header("X-Trace", "7"),
	} {
		require.Equal(t, want, c.Get("/").String())
	}
}

func TestRequestMayBeChanged(t *testing.T) {
	t.Parallel()
	client := kittest.NewClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprint(w, r.Header.Values("X-Trace"))
	})).Header("X-Trace", "7")
	r := client.Request(http.MethodGet, "/", nil)
	r.Header.Add("X-Trace", "8")
	require.Equal(t, "200 [7 8]", client.Send(r).String())
}

// What goes wrong in a subtest fails the subtest.
func TestClientInASubtest(t *testing.T) {
	t.Parallel()
	client := kittest.NewClient(t, http.NotFoundHandler())
	require.NotEmpty(t, failure(t, func(tb testing.TB) { client.In(tb).Get("/a").Want(200) }))
}
