package kittest_test

import (
	"context"
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
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/kittest"
)

var toyBroken = errors.DefineKind("ToyBroken", 409, "This toy is broken.")

// write is a handler of one answer.
func write(status int, contentType, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

func TestAnswersFindsWhatIsNotInTheDocument(t *testing.T) {
	t.Parallel()
	const one = "/v1/toys/992fae2a-2a17-4b7a-8d9e-e287cf90131b"
	for _, c := range []struct {
		name, method, target string
		next                 http.Handler
		fails                bool
	}{
		{"a toy", "GET", one, write(200, "application/json", `{}`), false},
		{"a charset", "GET", one, write(200, "application/json; charset=utf-8", `{}`), false},
		{"no toy", "GET", one, write(404, "application/json", `{"error":"ResourceNotFound","detail":"Not found"}`), false},
		{"another error of the status", "GET", one, write(404, "application/json", `{"error":"ToyNotFound","detail":"Not found"}`), true},
		{"another status", "GET", one, write(409, "application/json", `{"error":"ToyBroken","detail":"This toy is broken."}`), true},
		{"a fault", "GET", one, write(500, "application/json", `{"error":"InternalServerError","detail":"x"}`), true},
		{"another success", "GET", one, write(202, "application/json", `{}`), true},
		{"another media type", "GET", one, write(200, "text/html", `{}`), true},
		{"no media type", "GET", one, write(200, "", `{}`), true},
		{"no JSON", "GET", one, write(200, "application/json", `{`), true},
		{"nothing", "GET", one, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), true},
		{"HEAD", "HEAD", one, write(200, "application/json", ""), false},
		{"HEAD with another status", "HEAD", one, write(201, "application/json", ""), true},
		{"without a body", "DELETE", one, write(204, "", ""), false},
		{"with a body", "DELETE", one, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "x") }), true},
		{"a redirect", "GET", "/v1/toys/next", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, one, http.StatusSeeOther) }), true},
		{"a redirect to nowhere", "GET", "/v1/toys/next", write(303, "", ""), true},
		{"an unknown path", "GET", "/v1/games/", write(500, "", ""), false},
		{"another method", "PUT", one, write(500, "", ""), false},
		{"private", "GET", "/v1/toys/secret", write(500, "", ""), false},
		{"a client that left", "GET", one, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(499) }), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := newToys(func(toys *api.Group) {
				api.Delete(toys, "/{id}", api.Public("a test"), func(context.Context, api.NoSubject, toyID) error { return nil })
				api.Handle(toys, "GET", "/next", api.Public("a test"), func(context.Context, api.NoSubject, struct{}) (api.Redirect, error) { return api.Redirect{}, nil }, api.Name("next"))
				api.Get(toys, "/secret", api.Public("a test"), func(context.Context, api.NoSubject, struct{}) (toy, error) { return toy{}, nil }, api.Name("secret"), api.Private())
			})
			text := failure(t, func(tb testing.TB) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if c.name == "a client that left" {
					cancel()
				}
				r := httptest.NewRequestWithContext(ctx, c.method, c.target, nil)
				kittest.Answers(tb, a, c.next, nil).ServeHTTP(httptest.NewRecorder(), r)
			})
			if !c.fails {
				require.Empty(t, text)
				return
			}
			sentence.Equal(t, "Answers: "+c.name, strings.TrimSpace(text))
		})
	}
}

// What a handler returns and its endpoint does not declare fails a test.
func TestAnswersFindsUndeclaredErrors(t *testing.T) {
	t.Parallel()
	for name, options := range map[string][]api.Option{
		"no error is declared":      nil,
		"another error is declared": {api.Fails(errors.ResourceConflict)},
		"the error is declared":     {api.Fails(errors.ResourceConflict, toyBroken)},
	} {
		a := api.New(api.Config{Title: "Toys", Logger: slog.New(slog.DiscardHandler)}, func(root *api.Group) {
			api.Get(root.Group("/v1/toys"), "/{id}", api.Public("a test"), func(context.Context, api.NoSubject, toyID) (toy, error) {
				return toy{}, fmt.Errorf("wrapped: %w", toyBroken.New())
			}, append(options, api.Name("get"))...)
		})
		text := failure(t, func(tb testing.TB) {
			kittest.NewClient(tb, kittest.Answers(tb, a, a, nil)).Get("/v1/toys/992fae2a-2a17-4b7a-8d9e-e287cf90131b").Want(409)
		})
		if name == "the error is declared" {
			require.Empty(t, text)
			continue
		}
		sentence.Equal(t, "Answers: "+name, strings.TrimSpace(text))
	}
}

func TestAnswersChecksBodies(t *testing.T) {
	t.Parallel()
	a := newToys()
	var pointers []string
	check := func(pointer string, body []byte) error {
		pointers = append(pointers, pointer)
		require.Contains(t, string(body), `"items":[{"created_at"`)
		return errors.New("it has no wheels")
	}
	text := failure(t, func(tb testing.TB) {
		got := kittest.NewClient(tb, kittest.Answers(tb, a, a, check)).Get("/v1/toys/?limit=1")
		require.Equal(t, 200, got.Status)
		require.Contains(t, string(got.Body), "Ball", "the client gets the answer as it is")
	})
	sentence.Equal(t, "Answers: a check refuses the body", strings.TrimSpace(text))
	require.Equal(t, []string{"#/paths/~1v1~1toys~1/get/responses/200/content/application~1json/schema"}, pointers)
}

// What is streamed arrives while it is checked.
func TestAnswersDoesNotHoldAnswersBack(t *testing.T) {
	t.Parallel()
	a := newToys()
	read := make(chan struct{})
	next := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, "{")
		w.(http.Flusher).Flush()
		<-read
		_, _ = io.WriteString(w, "}")
	})
	server := httptest.NewServer(kittest.Answers(t, a, next, nil))
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/v1/toys/992fae2a-2a17-4b7a-8d9e-e287cf90131b", nil)
	require.NoError(t, err)
	reply, err := server.Client().Do(r)
	require.NoError(t, err)
	defer reply.Body.Close()
	first := make([]byte, 1)
	_, err = io.ReadFull(reply.Body, first)
	require.NoError(t, err)
	close(read)
	rest, err := io.ReadAll(reply.Body)
	require.NoError(t, err)
	require.Equal(t, "{}", string(first)+string(rest))
}
