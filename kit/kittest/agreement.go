package kittest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/openapi"
)

// Agreement checks that the document of an API agrees with the binding of its
// requests. For every operation of the document it makes two sorts of requests.
// The schemas allow the first sort: with the required fields only, with all fields,
// with every bound, with every value of a closed set. Binding must accept them. The
// schemas do not allow the second sort: with a missing field, another type, a value
// beyond a bound, a forbidden field. Binding must refuse them. No handler is called.
//
// Binding accepts some values that the schemas do not have, as Pydantic does: "1" is
// an integer, and a kit.Set takes repeated values. Agreement does not try such values.
// A Validate method may have rules that no schema can express. [Except] leaves such an
// operation out.
func Agreement(tb testing.TB, a *api.API, exceptions ...Exception) {
	tb.Helper()
	except := map[string]bool{}
	for _, e := range exceptions {
		except[e.operation] = true
	}
	tried := 0
	document := a.Document()
	for _, path := range document.Paths {
		for _, o := range path.Value.Operations() {
			if except[o.Operation.OperationID] {
				delete(except, o.Operation.OperationID)
				continue
			}
			c := &checker{tb: tb, api: a, path: path.Name, method: o.Method, operation: o.Operation}
			c.samples.document = document
			c.check()
			tried += c.tried
		}
	}
	for id := range except {
		tb.Errorf("kittest: Except names the operation %s, which the document does not have", id)
	}
	tb.Logf("document and binding were compared with %d requests", tried)
}

// Exception is an operation that [Agreement] leaves out.
type Exception struct{ operation string }

// Except leaves out an operation by its ID. The reason is for the reader.
func Except(operationID, reason string) Exception {
	if strings.TrimSpace(reason) == "" {
		panic("kittest: Except(" + operationID + "): the reason is empty")
	}
	return Exception{operation: operationID}
}

type checker struct {
	tb        testing.TB
	api       *api.API
	path      string
	method    string
	operation *openapi.Operation
	samples   sampler
	tried     int
	files     bool // the body is a form that has files
}

// call holds the parts of a request: the texts of each parameter, and the body.
type call struct {
	params map[string][]string // the key is place and name
	body   any
}

// none is the body of a request that has no body.
type none struct{}

func (c *checker) check() {
	c.tb.Helper()
	base := call{params: map[string][]string{}, body: none{}}
	for _, p := range c.operation.Parameters {
		if p.Required {
			base.params[key(p)] = texts(c.samples.one(p.Schema, 0))
		}
	}
	var body, form *openapi.Schema
	if c.operation.RequestBody != nil {
		content, isForm := c.operation.RequestBody.Content.Get(mediaForm)
		if !isForm {
			content, isForm = c.operation.RequestBody.Content.Get(mediaFiles)
			c.files = isForm
		}
		if isForm {
			form = c.samples.resolve(content.Schema)
			base.body = c.sampleForm(form)
		} else {
			content, _ := c.operation.RequestBody.Content.Get("application/json")
			body = content.Schema
			base.body = c.samples.one(body, 0)
		}
	}
	c.accepted(base)
	for _, p := range c.operation.Parameters {
		valid, invalid := c.samples.of(p.Schema, 0)
		for _, v := range valid {
			if v != nil && p.Style != "deepObject" && (p.In != "path" || v != "") {
				c.accepted(base.with(p, texts(v)))
			}
		}
		for _, v := range invalid {
			if text, ok := textual(c.samples.resolve(p.Schema), v); ok && p.Style != "deepObject" && p.In != "path" {
				c.refused(base.with(p, text))
			}
		}
		if p.Style == "deepObject" {
			c.accepted(base.withNamed(key(p)+"[some key]", []string{"some", "values"}))
		}
		if p.Required && p.In != "path" {
			c.refused(base.with(p, nil))
		}
	}
	if form != nil {
		c.checkForm(base, form)
	}
	if body == nil {
		return
	}
	valid, invalid := c.samples.of(body, 0)
	for _, v := range valid {
		c.accepted(call{params: base.params, body: v})
	}
	for _, v := range invalid {
		c.refused(call{params: base.params, body: v})
	}
	if c.operation.RequestBody.Required {
		c.refused(call{params: base.params, body: none{}})
	}
}

func key(p openapi.Parameter) string { return p.In + " " + p.Name }

func (b call) with(p openapi.Parameter, values []string) call { return b.withNamed(key(p), values) }

func (b call) withNamed(key string, values []string) call {
	params := map[string][]string{}
	maps.Copy(params, b.params)
	params[key] = values
	return call{params: params, body: b.body}
}

func (c *checker) accepted(b call) {
	c.tb.Helper()
	r := c.request(b)
	if err := c.api.Validate(r); err != nil {
		c.tb.Errorf("%s: the document allows this request and binding refuses it:\n%s\n%s", c.operation.OperationID, describe(r, b.body), problem(err))
	}
}

func (c *checker) refused(b call) {
	c.tb.Helper()
	r := c.request(b)
	err := c.api.Validate(r)
	switch {
	case err == nil:
		c.tb.Errorf("%s: the document does not allow this request and binding accepts it:\n%s", c.operation.OperationID, describe(r, b.body))
	case errors.KindOf(err) != errors.RequestValidation:
		c.tb.Errorf("%s: the answer to this request is not a validation error:\n%s\n%v", c.operation.OperationID, describe(r, b.body), err)
	}
}

// problem returns the error with every detail.
func problem(err error) string {
	invalid, ok := errors.AsType[*errors.PolarRequestValidationError](err)
	if !ok {
		return err.Error()
	}
	var lines []string
	for _, d := range invalid.Details() {
		lines = append(lines, fmt.Sprintf("    %s: %s (%s)", d.Loc, d.Msg, d.Type))
	}
	return strings.Join(lines, "\n")
}

func (c *checker) request(b call) *http.Request {
	c.tb.Helper()
	c.tried++
	var cookies []string
	path, query, header := c.path, url.Values{}, http.Header{}
	for k, values := range b.params {
		place, name, _ := strings.Cut(k, " ")
		switch place {
		case "path":
			path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(strings.Join(values, "")))
		case "query":
			query[name] = values
		case "header":
			header[http.CanonicalHeaderKey(name)] = values
		case "cookie":
			for _, value := range values {
				cookies = append(cookies, name+"="+value)
			}
		}
	}
	if cookies != nil {
		header["Cookie"] = []string{strings.Join(cookies, "; ")}
	}
	if encoded := query.Encode(); encoded != "" {
		path += "?" + encoded
	}
	var body any
	contentType := ""
	if form, isForm := b.body.(url.Values); isForm {
		body = form
		if c.files {
			body, contentType = c.multipart(form)
		}
	} else if _, without := b.body.(none); !without {
		data, err := json.Marshal(b.body)
		if err != nil {
			c.tb.Fatalf("kittest: %v", err)
		}
		body = data
	}
	r, err := newRequest(false, c.method, path, body)
	if err != nil {
		c.tb.Fatalf("kittest: %s %s: %v", c.method, path, err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	maps.Copy(r.Header, header)
	return r
}

func describe(r *http.Request, body any) string {
	text := "    " + r.Method + " " + r.URL.String()
	if _, without := body.(none); !without {
		data, err := json.Marshal(body)
		if err == nil {
			text += " " + string(data)
		}
	}
	return text
}

// texts returns a value as the texts of a parameter, one for each item of a list.
func texts(v any) []string {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	all := make([]string, len(list))
	for i, item := range list {
		all[i] = strings.Trim(fmt.Sprint(item), `"`)
		if data, err := json.Marshal(item); err == nil {
			if _, isText := item.(string); !isText {
				all[i] = string(data)
			}
		}
	}
	return all
}

// textual returns a value that is wrong for a schema as the texts of a parameter. It
// is not ok where the text would be right: the number 12 is wrong for a string, and
// its text "12" is right.
func textual(s *openapi.Schema, v any) ([]string, bool) {
	if s.Items != nil {
		list, ok := v.([]any)
		if !ok {
			return nil, false
		}
		var all []string
		for _, item := range list {
			text, ok := textual(s.Items, item)
			if !ok {
				return nil, false
			}
			all = append(all, text...)
		}
		return all, len(all) > 0
	}
	switch v.(type) {
	case string:
		return texts(v), true
	case int, float64, json.Number:
		number := len(s.Type) > 0 && (s.Type[0] == "integer" || s.Type[0] == "number")
		return texts(v), number
	default:
		return nil, false
	}
}
