package kittest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/openapi"
)

// SchemaCheck validates a JSON body with a schema of the document. The pointer is the
// place of the schema in the document, a JSON Pointer (RFC 6901) in a fragment:
// "#/paths/~1v1~1customers~1/get/responses/200/content/application~1json/schema".
// The error says what is wrong with the body.
//
// A validator of JSON Schema compiles the whole document once and then the
// schemas by their pointers.
type SchemaCheck func(pointer string, body []byte) error

// Answers returns a handler that compares every answer of an API's operations with
// the document. It compares the status, the media type, the headers, whether there
// is a body, the name of an error, and with the check the whole body. So it finds a
// kind of error that a handler returns and its endpoint does not declare. An answer
// that the document does not have fails the test. The client gets it unchanged.
//
// The next handler is the API with the middleware around it, at the same paths as
// the API. Answers at a path without an operation in the document are not checked.
// Answers to a client that has gone away are not checked either. If the check is
// nil, JSON bodies are only parsed.
//
//	server := httptest.NewServer(kittest.Answers(t, a, authenticator.Middleware(a), check))
func Answers(tb testing.TB, a *api.API, next http.Handler, check SchemaCheck) http.Handler {
	tb.Helper()
	document := a.Document()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e := a.Endpoint(r)
		if e == nil {
			next.ServeHTTP(w, r)
			return
		}
		target, left := r.Method+" "+r.URL.String(), r.Context()
		recorded := &recorder{ResponseWriter: w}
		next.ServeHTTP(recorded, r)
		item, _ := document.Paths.Get(e.Path())
		i := slices.IndexFunc(item.Operations(), func(o openapi.MethodOperation) bool { return o.Method == e.Method() })
		if i < 0 || left.Err() != nil { // the operation is private, or the client has gone away
			return
		}
		c := answerCheck{document: document, endpoint: e, operation: item.Operations()[i].Operation, check: check}
		if err := c.answer(r.Method, recorded); err != nil {
			tb.Errorf("%s: %s: the answer is not in the document: %v\n    %d %s", e.OperationID(), target, err, recorded.code(), cut(recorded.body.String()))
		}
	})
}

// cut shortens a long text.
func cut(text string) string {
	const most = 2000
	if len(text) > most {
		return text[:most] + "…"
	}
	return text
}

// answerCheck compares one answer with its operation.
type answerCheck struct {
	document  *openapi.Document
	endpoint  *api.Endpoint
	operation *openapi.Operation
	check     SchemaCheck
}

func (c *answerCheck) answer(method string, got *recorder) error {
	status := fmt.Sprint(got.code()) // also sets the headers
	response, ok := c.operation.Responses.Get(status)
	if !ok {
		return fmt.Errorf("the operation does not have the status %s", status)
	}
	for _, header := range response.Headers {
		if got.header.Get(header.Name) == "" {
			return fmt.Errorf("the header %s is missing", header.Name)
		}
	}
	body := got.body.Bytes()
	if len(response.Content) == 0 {
		if len(body) > 0 {
			return fmt.Errorf("it has a body, and the status %s has none", status)
		}
		return nil
	}
	media, _, err := mime.ParseMediaType(got.header.Get("Content-Type"))
	if err != nil {
		return fmt.Errorf("the content type %q: %w", got.header.Get("Content-Type"), err)
	}
	content, ok := response.Content.Get(media)
	if !ok {
		return fmt.Errorf("the status %s does not have the media type %s", status, media)
	}
	if method == http.MethodHead || media != "application/json" {
		return nil
	}
	if !json.Valid(body) {
		return fmt.Errorf("the body is not JSON")
	}
	if err := c.errorName(content.Schema, body); err != nil {
		return err
	}
	if c.check == nil {
		return nil
	}
	return c.check(pointer("paths", c.endpoint.Path(), strings.ToLower(c.endpoint.Method()), "responses", status, "content", media, "schema"), body)
}

// errorName finds an error whose name the status does not have.
func (c *answerCheck) errorName(schema *openapi.Schema, body []byte) error {
	alternatives := []*openapi.Schema{schema}
	if schema != nil && len(schema.AnyOf) > 0 {
		alternatives = schema.AnyOf
	}
	var names []string
	for _, alternative := range alternatives {
		resolved := (&sampler{document: c.document}).resolve(alternative)
		i := slices.IndexFunc(resolved.Properties, func(p openapi.Property) bool { return p.Name == "error" })
		if i < 0 {
			return nil
		}
		name, ok := resolved.Properties[i].Schema.Const.(string)
		if !ok {
			return nil
		}
		names = append(names, name)
	}
	got := (&Response{Body: body}).ErrorName()
	if slices.Contains(names, got) {
		return nil
	}
	return fmt.Errorf("the status has the errors %s and not %q", strings.Join(names, ", "), got)
}

// pointer returns a JSON Pointer in a fragment. Characters that a fragment cannot
// hold are percent-encoded.
func pointer(parts ...string) string {
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	var b strings.Builder
	b.WriteByte('#')
	for _, part := range parts {
		b.WriteString("/" + url.PathEscape(escape.Replace(part)))
	}
	return b.String()
}

// recorder keeps what a handler writes, and writes it to the client too.
type recorder struct {
	http.ResponseWriter

	status int
	header http.Header // at the time when the status was written
	body   bytes.Buffer
}

// code returns the status of the answer. It is 200 where the handler wrote nothing.
func (r *recorder) code() int {
	r.begin(http.StatusOK)
	return r.status
}

// begin keeps the first status, with the headers of that time.
func (r *recorder) begin(status int) {
	if r.status == 0 {
		r.status, r.header = status, r.Header().Clone()
	}
}

// WriteHeader keeps the first status that is not informational.
func (r *recorder) WriteHeader(status int) {
	if status >= 200 {
		r.begin(status)
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(data []byte) (int, error) {
	r.begin(http.StatusOK)
	r.body.Write(data)
	return r.ResponseWriter.Write(data)
}

// Flush implements http.Flusher.
func (r *recorder) Flush() {
	// An http.Flusher cannot report that flushing is not supported.
	_ = http.NewResponseController(r.ResponseWriter).Flush()
}

// Unwrap is for http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
