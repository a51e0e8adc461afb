package kittest_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"

	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/kittest"
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
