package api

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/plan"
	"github.com/polarkit-go/polarkit/kit/openapi"
	"github.com/polarkit-go/polarkit/pagination"
)

// document is the OpenAPI document in the forms in which it is asked for.
type document struct {
	model *openapi.Document
	bytes []byte
	etag  string
}

// OpenAPI is the OpenAPI 3.1 document of the API, made of the plans that also bind
// the requests. It is the same bytes on every start. Private endpoints are not in
// it. The bytes are a copy.
func (a *API) OpenAPI() []byte { return slices.Clone(a.document.bytes) }

// Document is the model that [API.OpenAPI] writes. It is the API's own: read it
// only.
func (a *API) Document() *openapi.Document { return a.document.model }

// DocumentHandler serves the document with an ETag, for GET and HEAD under any
// path, such as mux.Handle("/openapi.json", a.DocumentHandler()).
func (a *API) DocumentHandler() http.Handler {
	return a.renderer.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			a.renderer.Write(w, r, errors.MethodNotAllowed.New().WithHeader("Allow", "GET, HEAD"))
			return
		}
		d := &a.document
		h := w.Header()
		h.Set("ETag", d.etag)
		h.Set("Cache-Control", "no-cache") // to be kept, and asked for each time
		if matches(r.Header.Values("If-None-Match"), d.etag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		h.Set("Content-Type", "application/json")
		h.Set("Content-Length", fmt.Sprint(len(d.bytes)))
		if r.Method == http.MethodHead {
			return
		}
		_, _ = w.Write(d.bytes)
	}))
}

// matches is the weak comparison of RFC 9110, section 13.1.2.
func matches(headers []string, etag string) bool {
	for _, header := range headers {
		for candidate := range strings.SplitSeq(header, ",") {
			candidate = strings.TrimSpace(candidate)
			if candidate == "*" || strings.TrimPrefix(candidate, "W/") == etag {
				return true
			}
		}
	}
	return false
}

func (a *API) describe() (document, error) {
	model := &openapi.Document{
		OpenAPI:  openapi.Version,
		Info:     openapi.Info{Title: a.config.Title, Description: a.config.Description, Version: a.config.Version},
		Servers:  a.config.Servers,
		Tags:     a.config.Tags,
		Paths:    openapi.Map[openapi.PathItem]{},
		Webhooks: a.config.Webhooks,
	}
	var schemes openapi.Map[openapi.SecurityScheme]
	paths := map[string]int{}
	for _, e := range a.endpoints {
		if e.settings.private {
			continue
		}
		i, there := paths[e.path]
		if !there {
			i = len(model.Paths)
			paths[e.path] = i
			model.Paths = append(model.Paths, openapi.Entry[openapi.PathItem]{Name: e.path})
		}
		model.Paths[i].Value.Set(e.method, e.operation)
		for _, credential := range slices.Concat(e.ways...) {
			if _, there := schemes.Get(credential.Name); !there {
				schemes = append(schemes, openapi.Entry[openapi.SecurityScheme]{Name: credential.Name, Value: credential.Scheme})
			}
		}
	}
	schemas := a.describer.name()
	for _, kind := range a.describer.kinds {
		schemas = append(schemas, kindSchemas(kind)...)
	}
	slices.SortFunc(schemas, func(a, b openapi.Entry[*openapi.Schema]) int { return strings.Compare(a.Name, b.Name) })
	model.Components = openapi.Components{Schemas: schemas, SecuritySchemes: schemes}
	data, err := model.JSON()
	if err != nil {
		for marshaler := (*json.MarshalerError)(nil); errors.As(err, &marshaler); err = marshaler.Err {
			continue // to the cause
		}
		return document{}, err
	}
	sum := sha256.Sum256(data)
	return document{model: model, bytes: data, etag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}, nil
}

// kinds are the kinds of error that an endpoint answers with, by status: those
// of the guard, those that it declares, and those that follow from its path, its
// body and its timeout. A 500 is not among them: it is a fault, and not a part of
// the contract.
func (e *Endpoint) kinds() []*errors.Kind {
	kinds := slices.Concat(e.guardFails, e.settings.fails)
	if strings.Contains(e.path, "{") {
		kinds = append(kinds, errors.ResourceNotFound)
	}
	if e.plan.Body != nil {
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
	for _, f := range e.plan.Params {
		o.Parameters = append(o.Parameters, d.parameters(f)...)
	}
	if body := e.plan.Body; body != nil {
		o.RequestBody = &openapi.RequestBody{
			Required: body.Required,
			Content:  jsonContent(d.describe(body.Node, input, component{})),
		}
	}
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

// failures are the answers of the kinds of error: those of one status are
// alternatives.
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

func jsonContent(s *openapi.Schema) openapi.Map[openapi.MediaType] {
	return openapi.Map[openapi.MediaType]{{Name: "application/json", Value: openapi.MediaType{Schema: s}}}
}

// description is the endpoint's, with the scopes as Polar appends them.
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

// requirements are the ways in, each an alternative of its own. A public
// endpoint says that it has none.
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
	p := openapi.Parameter{Name: f.Name, In: f.In, Required: f.Required, Description: f.Doc}
	if bounds := f.MetadataFilter; bounds != nil {
		p.Style, p.Explode = "deepObject", new(true)
		text := &openapi.Schema{Type: openapi.Types{"string"}}
		p.Schema = &openapi.Schema{
			Type:          openapi.Types{"object"},
			Title:         titleCase(f.Name),
			Description:   f.Doc,
			Examples:      []any{map[string]string{}}, // a page that tries the operation filters by nothing
			MaxProperties: &bounds.Keys,
			Additional: &openapi.Schema{AnyOf: []*openapi.Schema{
				text, {Type: openapi.Types{"array"}, Items: text, MaxItems: &bounds.Values},
			}},
		}
		return []openapi.Parameter{p}
	}
	node := f.Node
	if node.Nullable {
		// A parameter is a text: there is no null to send.
		plain := *node
		plain.Nullable = false
		node = &plain
	}
	p.Schema = d.describe(node, input, component{})
	annotate(p.Schema, f, input)
	return []openapi.Parameter{p}
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

// kindSchemas are the components of a kind of error: FastAPI's two for
// validation, with the name of the error that the kit adds.
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
