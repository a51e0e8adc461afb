package api_test

import (
	"context"
	"fmt"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/pagination"
)

type invoice struct {
	kit.TimestampedSchema `doc:"An invoice."`

	Number string `json:"number" doc:"The number of the invoice."`
	URL    string `json:"URL"    doc:"Where it can be read." example:"https://example.com/1"`
}

type listInvoices struct {
	pagination.Params
}

type getInvoice struct {
	Number string `path:"number" doc:"The number of the invoice."`
}

func findInvoices(context.Context, api.NoSubject, listInvoices) (pagination.ListResource[invoice], error) {
	return pagination.ListResource[invoice]{}, nil
}

func findInvoice(context.Context, api.NoSubject, getInvoice) (invoice, error) { return invoice{}, nil }

// All mistakes end the start of the program at once, each with its place.
func ExampleNew() {
	defer func() { fmt.Println(recover()) }()
	api.New(api.Config{Title: "Shop API"}, func(root *api.Group) {
		invoices := root.Group("/v1/invoice", api.Tag("invoices"))
		api.List(invoices, "/", api.Public("an example"), findInvoices, api.Name("list"))
		api.Get(invoices, "/{id}", api.Public("an example"), findInvoice, api.Name("list"))
	})
	// Output:
	// api: New: the API has 6 mistakes:
	// example_mistakes_test.go:38: GET /v1/invoice/: the field URL of api_test.invoice is "URL" on the wire; name it in snake_case, such as `json:"url"` (guideline snake_case); the same is true of 1 other operation
	// example_mistakes_test.go:38: GET /v1/invoice/: the field Number of api_test.invoice has no example; give it an example tag with a value that a client would see (guideline examples); the same is true of 1 other operation
	// example_mistakes_test.go:38: GET /v1/invoice/: the resource "invoice" of /v1/invoice is a singular; name it in the plural, such as "invoices" (guideline plural_resources); the same is true of 1 other operation
	// example_mistakes_test.go:39: GET /v1/invoice/{id}: the input api_test.getInvoice reads the path parameter "number", which the path does not have; add {number} to the path or remove the field
	// example_mistakes_test.go:39: GET /v1/invoice/{id}: the path parameter {id} is not read by the input api_test.getInvoice; give it a field with the tag `path:"id"`
	// example_mistakes_test.go:39: GET /v1/invoice/{id}: the operation ID invoices:list is that of GET /v1/invoice/ already; give one of them another name with api.Name
}
