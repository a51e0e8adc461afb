package kittest_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/kittest"
	"github.com/polarkit-go/polarkit/kit/reply"
)

// printer prints what a test would report.
type printer struct{ testing.TB }

func (printer) Helper() {}

func (printer) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }

// The handler returns an error that its endpoint does not declare with api.Fails.
func ExampleAnswers() {
	var t testing.TB = printer{} // a test uses its own t

	a := api.New(api.Config{Title: "Toys", Logger: slog.New(slog.DiscardHandler)}, func(root *api.Group) {
		api.Get(root.Group("/v1/toys", api.Tag("toys")), "/{id}", api.Public("an example"),
			func(context.Context, api.NoSubject, toyID) (toy, error) { return toy{}, toyBroken }, api.Name("get"))
	})

	client := kittest.NewClient(t, kittest.Answers(t, a, a, nil))
	client.Get("/v1/toys/992fae2a-2a17-4b7a-8d9e-e287cf90131b")
	// Output:
	// toys:get: GET /v1/toys/992fae2a-2a17-4b7a-8d9e-e287cf90131b: the answer is not in the document: the operation does not have the status 409
	//     409 {"error":"ToyBroken","detail":"This toy is broken."}
}

// key is a credential of a service that takes a key in a header of its own.
type key string

func (k key) AddTo(header http.Header) { header.Set("X-Key", string(k)) }

// The requests of a client carry one credential, or none.
func ExampleClient_As() {
	var t testing.TB = printer{} // a test uses its own t

	service := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Key") != "secret" {
			reply.Error(w, r, errors.Unauthorized)
			return
		}
		_ = reply.JSON(w, http.StatusOK, map[string]string{"name": "Ball"})
	})

	client := kittest.NewClient(t, service)
	client.Get("/v1/toys/").Want(http.StatusUnauthorized).WantError("Unauthorized")
	fmt.Println(client.As(key("secret")).Get("/v1/toys/"))
	// Output: 200 {"name":"Ball"}
}

// A remote client calls a server, as the clients of a service do.
func ExampleNewRemoteClient() {
	var t testing.TB = printer{} // a test uses its own t

	server := httptest.NewServer(http.RedirectHandler("/v1/toys/", http.StatusTemporaryRedirect))
	defer server.Close()

	response := kittest.NewRemoteClient(t, server.URL).Get("/v1/toys").Want(http.StatusTemporaryRedirect)
	fmt.Println(response.Header.Get("Location"))
	// Output: /v1/toys/
}
