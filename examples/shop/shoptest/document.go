package shoptest

import (
	"bytes"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/polarkit-go/polarkit/kit/kittest"
)

// Schemas checks bodies with the schemas of an OpenAPI document. The validator of JSON
// Schema is not part of the library.
func Schemas(tb testing.TB, document []byte) kittest.SchemaCheck {
	tb.Helper()
	const name = "file:///openapi.json"
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		tb.Fatalf("shoptest: the document: %v", err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	compiler.AssertContent()
	if err := compiler.AddResource(name, parsed); err != nil {
		tb.Fatalf("shoptest: the document: %v", err)
	}
	var mu sync.Mutex // the compiler keeps what it has compiled
	return func(pointer string, body []byte) error {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		if err != nil {
			return err
		}
		mu.Lock()
		schema, err := compiler.Compile(name + pointer)
		mu.Unlock()
		if err != nil {
			return err
		}
		return schema.Validate(value)
	}
}
