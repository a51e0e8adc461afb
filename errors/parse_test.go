package errors_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
)

// A client has the details of a 422 again.
func ExampleParseRequestValidation() {
	body := `{"error":"PolarRequestValidationError","detail":[
		{"type":"too_long","loc":["body","items",0],"msg":"Too long.","input":[1,2],"ctx":{"max_length":1,"actual_length":2}}]}`
	invalid, err := errors.ParseRequestValidation([]byte(body))
	fmt.Println(err)
	for _, detail := range invalid.Details() {
		fmt.Println(detail.Loc, detail.Msg, detail.Ctx)
	}
	// Output:
	// <nil>
	// body.items.0 Too long. [{max_length 1} {actual_length 2}]
}

func TestParseRequestValidation(t *testing.T) {
	t.Parallel()
	invalid, err := errors.ParseRequestValidation([]byte(
		`{"detail":[{"type":"a","loc":[],"msg":"m","input":12345678901234567890,"ctx":null},{"type":"b","loc":["query",7,"x"],"msg":"n","ctx":{"z":{},"a":1.50}}]}`))
	require.NoError(t, err)
	require.ErrorIs(t, invalid, errors.RequestValidation)
	require.Equal(t, []errors.ValidationError{
		{Type: "a", Loc: errors.Loc{}, Msg: "m", Input: json.Number("12345678901234567890")},
		{Type: "b", Loc: errors.Loc{"query", 7, "x"}, Msg: "n", Ctx: errors.Ctx{
			{Name: "z", Value: map[string]any{}}, {Name: "a", Value: json.Number("1.50")},
		}},
	}, invalid.Details())
	for _, body := range []string{``, `<html>`, `[]`, `{"error":"ResourceNotFound","detail":"Not Found"}`} { // the rest is encoding/json's
		_, err := errors.ParseRequestValidation([]byte(body))
		require.ErrorContains(t, err, "errors: the body is not that of a request validation error: ")
	}
	for name, body := range map[string]string{
		"no details": `{"detail":[]}`, "null": `null`, "location": `{"detail":[{"loc":[null]}]}`, "index": `{"detail":[{"loc":[1.5]}]}`,
		"context": `{"detail":[{"ctx":[]}]}`, "two values": `{"detail":[{"type":"a"}]} 1`,
	} {
		_, err := errors.ParseRequestValidation([]byte(body))
		sentence.Equal(t, "ParseRequestValidation: "+name, err)
	}
}

func FuzzParseRequestValidation(f *testing.F) {
	f.Add([]byte(`{"detail":[{"type":"a","loc":["body",1],"msg":"m","input":1,"ctx":{"a":1}}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		invalid, err := errors.ParseRequestValidation(body)
		require.Equal(t, err == nil, invalid != nil && len(invalid.Details()) > 0)
	})
}
