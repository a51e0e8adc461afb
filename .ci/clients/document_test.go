package clients

import (
	"os"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// TestDocument reads the document with a library that knows nothing of ours.
func TestDocument(t *testing.T) {
	file := os.Getenv("SHOP_DOCUMENT")
	if file == "" {
		t.Fatal("SHOP_DOCUMENT must name the document of the example; run .ci/openapi")
	}
	loader := openapi3.NewLoader()
	document, err := loader.LoadFromFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := document.Validate(loader.Context); err != nil {
		t.Fatal(err)
	}
	if got := document.OpenAPI; got != "3.1.0" {
		t.Errorf("got OpenAPI %s, want 3.1.0", got)
	}
	operations := 0
	for _, item := range document.Paths.Map() {
		operations += len(item.Operations())
	}
	if operations == 0 {
		t.Error("the document has no operations")
	}
	t.Logf("%d operations, %d schemas", operations, len(document.Components.Schemas))
}
