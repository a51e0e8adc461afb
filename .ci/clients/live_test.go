//go:build generated

package clients

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/google/uuid"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// validating sends requests and holds each answer to the document: the status and
// the headers with kin-openapi, the body with a validator of JSON Schema 2020-12,
// since that of kin-openapi refuses null where a schema names no type.
// It repeats what kittest.Answers does, but with the code of other projects only, so
// that it also finds a mistake in kittest.Answers.
type validating struct {
	tb       testing.TB
	document *openapi3.T
	router   routers.Router
	schemas  *jsonschema.Compiler

	mu     sync.Mutex
	called map[string][]int // statuses by operation
}

func newValidating(tb testing.TB) *validating {
	tb.Helper()
	document, err := openapi3.NewLoader().LoadFromFile(os.Getenv("SHOP_DOCUMENT"))
	if err != nil {
		tb.Fatal(err)
	}
	file, err := os.Open(os.Getenv("SHOP_DOCUMENT"))
	if err != nil {
		tb.Fatal(err)
	}
	defer file.Close()
	parsed, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		tb.Fatal(err)
	}
	schemas := jsonschema.NewCompiler()
	schemas.DefaultDraft(jsonschema.Draft2020)
	schemas.AssertFormat()
	if err := schemas.AddResource(documentURL, parsed); err != nil {
		tb.Fatal(err)
	}
	document.Servers = openapi3.Servers{{URL: os.Getenv("SHOP_URL")}}
	router, err := gorillamux.NewRouter(document)
	if err != nil {
		tb.Fatal(err)
	}
	return &validating{tb: tb, document: document, router: router, schemas: schemas, called: map[string][]int{}}
}

const documentURL = "file:///openapi.json"

// RoundTrip sends a request. An answer that is not in the document fails the test.
func (v *validating) RoundTrip(r *http.Request) (*http.Response, error) {
	reply, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer reply.Body.Close()
	body, err := io.ReadAll(reply.Body)
	if err != nil {
		return nil, err
	}
	reply.Body = io.NopCloser(bytes.NewReader(body))
	route, params, err := v.router.FindRoute(r)
	if err != nil {
		v.tb.Errorf("%s %s: %v", r.Method, r.URL, err)
		return reply, nil
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route},
		Status:                 reply.StatusCode,
		Header:                 reply.Header,
		Options:                &openapi3filter.Options{IncludeResponseStatus: true, ExcludeResponseBody: true, MultiError: true},
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	err = openapi3filter.ValidateResponse(r.Context(), input)
	if err == nil {
		err = v.body(route, reply, body)
	}
	if err != nil {
		v.tb.Errorf("%s: %s %s: the answer is not in the document: %v\n%d %s", route.Operation.OperationID, r.Method, r.URL, err, reply.StatusCode, body)
	}
	v.called[route.Operation.OperationID] = append(v.called[route.Operation.OperationID], reply.StatusCode)
	return reply, nil
}

// body holds a body to the schema of its status and media type.
func (v *validating) body(route *routers.Route, reply *http.Response, body []byte) error {
	contents := route.Operation.Responses.Status(reply.StatusCode).Value.Content
	if len(contents) == 0 {
		if len(body) > 0 {
			return fmt.Errorf("it has a body")
		}
		return nil
	}
	media, _, err := mime.ParseMediaType(reply.Header.Get("Content-Type"))
	if err != nil {
		return err
	}
	if contents[media] == nil {
		return fmt.Errorf("it is %s", media)
	}
	if media != "application/json" {
		return nil
	}
	place := documentURL + "#"
	for _, part := range []string{"paths", route.Path, strings.ToLower(route.Method), "responses", fmt.Sprint(reply.StatusCode), "content", media, "schema"} {
		place += "/" + url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(part))
	}
	schema, err := v.schemas.Compile(place)
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

func (v *validating) call(ctx context.Context, method, path, token, body string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, os.Getenv("SHOP_URL")+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return v.RoundTrip(r)
}

var parameter = regexp.MustCompile(`\{[^}]*\}`)

// portalToken is the token of a session of some customer.
func portalToken(t *testing.T, v *validating) string {
	t.Helper()
	read := func(method, path, body string, into any) {
		reply, err := v.call(t.Context(), method, path, os.Getenv("SHOP_TOKEN"), body)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.NewDecoder(reply.Body).Decode(into); err != nil || reply.StatusCode > 299 {
			t.Fatalf("%s %s: %d %v", method, path, reply.StatusCode, err)
		}
	}
	var list struct{ Items []struct{ ID string } }
	read(http.MethodGet, "/v1/customers/", "", &list)
	if len(list.Items) == 0 {
		t.Fatal("there are no customers")
	}
	var session struct{ Token string }
	read(http.MethodPost, "/v1/customer-sessions/", `{"customer_id":"`+list.Items[0].ID+`"}`, &session)
	return session.Token
}

// TestEveryOperation calls every operation of the document: without a credential,
// with that of a user and with that of a customer, for a whole list or an
// identifier that nothing has. Each answer is one that the document has.
func TestEveryOperation(t *testing.T) {
	v := newValidating(t)
	tokens := []string{"", os.Getenv("SHOP_TOKEN"), portalToken(t, v)}
	operations := 0
	for path, item := range v.document.Paths.Map() {
		for method, operation := range item.Operations() {
			operations++
			target := parameter.ReplaceAllString(path, uuid.NewString())
			body := ""
			if operation.RequestBody != nil {
				body = `{}`
			}
			for _, token := range tokens {
				if _, err := v.call(t.Context(), method, target, token, body); err != nil {
					t.Fatal(err)
				}
			}
			if method == http.MethodGet {
				if _, err := v.call(t.Context(), method, target+"?limit=0&page=x", os.Getenv("SHOP_TOKEN"), ""); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if len(v.called) != operations {
		t.Errorf("%d of %d operations were called", len(v.called), operations)
	}
	lists := 0
	for id, statuses := range v.called {
		t.Logf("%-40s %v", id, statuses)
		if strings.HasSuffix(id, ":list") && strings.Contains(fmt.Sprint(statuses), "200") {
			lists++
		}
	}
	if lists < 3 {
		t.Errorf("%d lists were read", lists)
	}
}
