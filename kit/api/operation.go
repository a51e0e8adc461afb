package api

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/polarkit-go/polarkit/kit/internal/plan"
	"github.com/polarkit-go/polarkit/kit/openapi"
	"github.com/polarkit-go/polarkit/pagination"
)

func (d *describer) operation(e *Endpoint) *openapi.Operation {
	s := &e.settings
	o := &openapi.Operation{
		Tags:        s.tags,
		Summary:     s.summary,
		Description: e.description(),
		OperationID: e.id,
		Deprecated:  s.deprecated,
		Security:    e.requirements(),
	}
	for _, f := range e.plan.Params[:len(e.plan.Params)-len(e.plan.Form)] {
		o.Parameters = append(o.Parameters, d.parameters(f)...)
	}
	o.RequestBody = d.requestBody(e.plan)
	if e.verb == verbList {
		o.Pagination = e.pagination()
	}
	o.Responses = append(o.Responses, openapi.Entry[openapi.Response]{Name: fmt.Sprint(s.status), Value: d.success(e)})
	o.Responses = append(o.Responses, failures(e.declared)...)
	return o
}

func (e *Endpoint) pagination() *openapi.Pagination {
	if embeds(e.input, reflect.TypeFor[pagination.CursorParams]()) {
		return &openapi.Pagination{
			Type: "cursor", Cursor: "cursor", Limit: "limit", Items: "items",
			NextCursor: "pagination.next_cursor", HasNextPage: "pagination.has_next_page",
		}
	}
	return &openapi.Pagination{
		Type: "page", Page: "page", Limit: "limit", Items: "items",
		TotalCount: "pagination.total_count", MaxPage: "pagination.max_page",
	}
}

func (d *describer) success(e *Endpoint) openapi.Response {
	response := openapi.Response{Description: "Successful Response"}
	switch {
	case e.outputPlan != nil:
		// A handler that returns a nil pointer fails, so null is never the answer.
		response.Content = jsonContent(d.describeValue(e.outputPlan, output, component{}))
	case e.response != nil:
		response = *e.response
	}
	return response
}

func jsonContent(s *openapi.Schema) openapi.Map[openapi.MediaType] {
	return openapi.Map[openapi.MediaType]{{Name: mediaJSON, Value: openapi.MediaType{Schema: s}}}
}

// description is the description of the endpoint, followed by the scopes as in Polar's
// document.
func (e *Endpoint) description() string {
	var scopes []string
	for _, credential := range slices.Concat(e.ways...) {
		for _, scope := range credential.Scopes {
			if scope = "`" + scope + "`"; !slices.Contains(scopes, scope) {
				scopes = append(scopes, scope)
			}
		}
	}
	text := e.settings.description
	if len(scopes) == 0 {
		return text
	}
	if text != "" {
		text += "\n\n"
	}
	return text + "**Scopes**: " + strings.Join(scopes, " ")
}

// requirements are the sets of credentials that let a caller in, each an alternative. For
// a public endpoint the list is empty, and not nil.
func (e *Endpoint) requirements() []openapi.Map[[]string] {
	all := []openapi.Map[[]string]{}
	for _, way := range e.ways {
		needs := openapi.Map[[]string]{}
		for _, credential := range way {
			scopes := credential.Scopes
			if scopes == nil {
				scopes = []string{}
			}
			needs = append(needs, openapi.Entry[[]string]{Name: credential.Name, Value: scopes})
		}
		all = append(all, needs)
	}
	return all
}

func (d *describer) parameters(f *plan.Field) []openapi.Parameter {
	if f.Parameters != nil {
		return f.Parameters
	}
	if f.Hidden {
		return nil
	}
	p := openapi.Parameter{Name: f.Name, In: f.In, Required: f.Required, Description: f.Doc, Deprecated: f.Deprecated}
	if bounds := f.MetadataFilter; bounds != nil {
		p.Style, p.Explode = "deepObject", new(true)
		text := &openapi.Schema{Type: openapi.Types{"string"}}
		p.Schema = &openapi.Schema{
			Type:          openapi.Types{"object"},
			Title:         titleCase(f.Name),
			Description:   f.Doc,
			Examples:      []any{map[string]string{}}, // a documentation page fills it in
			MaxProperties: &bounds.Keys,
			Additional: &openapi.Schema{AnyOf: []*openapi.Schema{
				text, {Type: openapi.Types{"array"}, Items: text, MaxItems: &bounds.Values},
			}},
		}
		return []openapi.Parameter{p}
	}
	node := f.Node
	if node.Nullable {
		// A parameter is a text, and no text is null.
		plain := *node
		plain.Nullable = false
		node = &plain
	}
	p.Schema = d.describe(node, input, component{})
	if f.JSON {
		p.Schema = d.jsonText(p.Schema, f)
		return []openapi.Parameter{p}
	}
	annotate(p.Schema, f, f.Name, input)
	return []openapi.Parameter{p}
}

// jsonText describes a parameter whose text is JSON, as FastAPI describes Pydantic's Json[T].
func (d *describer) jsonText(content *openapi.Schema, f *plan.Field) *openapi.Schema {
	s := &openapi.Schema{
		Type: openapi.Types{"string"}, Title: titleCase(f.Name), Description: f.Doc, WriteOnly: f.Sensitive,
		ContentMediaType: "application/json", ContentSchema: content,
	}
	if f.Example != "" {
		s.Examples = []any{f.Example}
	}
	if f.HasDefault {
		if text, err := json.Marshal(f.Default); err == nil && string(text) != "null" {
			s.Default = string(text)
		}
	}
	return s
}
