package api

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/openapi"
)

// kinds are the kinds of error that an endpoint answers with, sorted by status. They are
// those of its guards, those that it declares, and those that follow from its path, its
// body and its timeout. A 500 is a fault and not a part of the contract, so it is left out.
func (e *Endpoint) kinds() []*errors.Kind {
	kinds := slices.Concat(e.guardFails, e.settings.fails)
	if strings.Contains(e.path, "{") {
		kinds = append(kinds, errors.ResourceNotFound) // of any verb: what the path names may not exist
	}
	if e.plan.HasBody() {
		kinds = append(kinds, errors.BadRequest, errors.RequestTimeout, errors.RequestBodyTooLarge)
	}
	if e.settings.timeout > 0 {
		kinds = append(kinds, errors.ServiceUnavailable)
		if e.method != http.MethodGet { // a time that ends during a change leaves open whether it was made
			kinds = append(kinds, errors.OutcomeUnknown)
		}
	}
	if e.plan.Body != nil || len(e.plan.Params) > 0 {
		kinds = append(kinds, errors.RequestValidation)
	}
	var unique []*errors.Kind
	for _, kind := range kinds {
		if !slices.Contains(unique, kind) {
			unique = append(unique, kind)
		}
	}
	slices.SortStableFunc(unique, func(a, b *errors.Kind) int { return cmp.Compare(a.Status(), b.Status()) })
	return unique
}

// failures are the answers of the kinds of error. The kinds of one status are
// alternatives of one answer.
func failures(kinds []*errors.Kind) openapi.Map[openapi.Response] {
	var responses openapi.Map[openapi.Response]
	for _, kind := range kinds {
		status, schema := fmt.Sprint(kind.Status()), openapi.Ref(kindSchemaName(kind))
		last := len(responses) - 1
		if last < 0 || responses[last].Name != status {
			responses = append(responses, openapi.Entry[openapi.Response]{Name: status, Value: openapi.Response{
				Description: kindDescription(kind),
				Content:     jsonContent(schema),
			}})
			continue
		}
		response := &responses[last].Value
		before := response.Content[0].Value.Schema
		if len(before.AnyOf) == 0 {
			before = &openapi.Schema{AnyOf: []*openapi.Schema{before}}
		}
		before.AnyOf = append(before.AnyOf, schema)
		response.Content = jsonContent(before)
		response.Description += " / " + kindDescription(kind)
	}
	return responses
}

// kindSchemaName is the name of a kind of error in the document.
func kindSchemaName(kind *errors.Kind) string {
	if kind == errors.RequestValidation {
		return "HTTPValidationError"
	}
	return kind.Name()
}

func kindDescription(kind *errors.Kind) string {
	if kind == errors.RequestValidation {
		return "Validation Error"
	}
	return strings.TrimSuffix(kind.Detail(), ".")
}

// kindSchemas are the components of a kind of error. Validation has the two components
// that FastAPI has. Their property error is an addition of Polar's.
func kindSchemas(kind *errors.Kind) openapi.Map[*openapi.Schema] {
	name := kindSchemaName(kind)
	text := openapi.Types{"string"}
	s := &openapi.Schema{
		Type:  openapi.Types{"object"},
		Title: name,
		Properties: openapi.Properties{
			{Name: "error", Schema: &openapi.Schema{Type: text, Const: kind.Name(), Title: "Error", Examples: []any{kind.Name()}}},
			{Name: "detail", Schema: &openapi.Schema{Type: text, Title: "Detail", Examples: []any{kind.Detail()}}},
		},
		Required: []string{"error", "detail"},
	}
	schemas := openapi.Map[*openapi.Schema]{{Name: name, Value: s}}
	if kind != errors.RequestValidation {
		return schemas
	}
	s.Properties[1].Schema = &openapi.Schema{Type: openapi.Types{"array"}, Title: "Detail", Items: openapi.Ref("ValidationError")}
	return append(schemas, openapi.Entry[*openapi.Schema]{Name: "ValidationError", Value: &openapi.Schema{
		Type:  openapi.Types{"object"},
		Title: "ValidationError",
		Properties: openapi.Properties{
			{Name: "loc", Schema: &openapi.Schema{Type: openapi.Types{"array"}, Title: "Location", Items: &openapi.Schema{
				AnyOf: []*openapi.Schema{{Type: text}, {Type: openapi.Types{"integer"}}},
			}}},
			{Name: "msg", Schema: &openapi.Schema{Type: text, Title: "Message"}},
			{Name: "type", Schema: &openapi.Schema{Type: text, Title: "Error Type"}},
			{Name: "input", Schema: &openapi.Schema{Title: "Input"}},
			{Name: "ctx", Schema: &openapi.Schema{Type: openapi.Types{"object"}, Title: "Context"}},
		},
		Required: []string{"loc", "msg", "type"},
	}})
}
