package clients

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestBreakingChanges changes the document of the example. oasdiff accepts what no
// client notices, and names the rule of what breaks one.
func TestBreakingChanges(t *testing.T) {
	const levels = "oasdiff-levels.txt"
	file, oasdiff := os.Getenv("SHOP_DOCUMENT"), os.Getenv("OASDIFF")
	if file == "" || oasdiff == "" {
		t.Fatal("SHOP_DOCUMENT must name the document of the example, and OASDIFF the program; run .ci/openapi")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name   string
		change func(d node)
		rule   string // empty: no client notices
	}{
		{"nothing", func(node) {}, ""},
		{"a new field of an answer", func(d node) { d.schema("Customer").at("properties")["more"] = node{"type": "string"} }, ""},
		{"a new field of a body", func(d node) { d.schema("CustomerCreate").at("properties")["more"] = node{"type": "string"} }, ""},
		{"a new parameter", func(d node) {
			list := d.operation("/v1/customers/", "get")
			list["parameters"] = append(list.list("parameters"), node{"name": "more", "in": "query", "schema": node{"type": "string"}})
		}, ""},
		{"a wider bound", func(d node) { d.schema("CustomerCreate").at("properties", "name")["maxLength"] = 257 }, ""},
		{"an error less", func(d node) { delete(d.operation("/v1/customers/{id}", "get").at("responses"), "404") }, ""},

		{"no such path", func(d node) { delete(d.at("paths"), "/v1/customers/") }, "api-path-removed-without-deprecation"},
		{"no such operation", func(d node) { delete(d.at("paths", "/v1/customers/"), "post") }, "api-removed-without-deprecation"},
		{"another operation ID", func(d node) { d.operation("/v1/customers/", "get")["operationId"] = "customers:all" }, "api-operation-id-removed"},
		{"another status of success", func(d node) {
			answers := d.operation("/v1/customers/", "post").at("responses")
			answers["202"] = answers["201"]
			delete(answers, "201")
		}, "response-success-status-removed"},

		{"no such field of an answer", func(d node) { delete(d.schema("Customer").at("properties"), "email") }, "response-required-property-removed"},
		{"a field of an answer may be absent", func(d node) {
			customer := d.schema("Customer")
			customer["required"] = slices.DeleteFunc(customer.list("required"), func(name any) bool { return name == "email" })
		}, "response-property-became-optional"},
		{"a field of an answer may be null", func(d node) {
			d.schema("Customer").at("properties", "email")["type"] = []any{"string", "null"}
		}, "response-property-became-nullable"},
		{"a field of an answer has another type", func(d node) {
			d.schema("Customer").at("properties")["email"] = node{"type": "integer"}
		}, "response-property-type-changed"},
		{"a new value in an answer", func(d node) {
			status := d.schema("OrderStatus")
			status["enum"] = append(status.list("enum"), "lost")
		}, "response-property-enum-value-added"},

		{"no such parameter", func(d node) {
			list := d.operation("/v1/customers/", "get")
			list["parameters"] = list.list("parameters")[1:]
		}, "request-parameter-removed"},
		{"a parameter is required", func(d node) { d.parameter("/v1/customers/", "get", "email")["required"] = true }, "request-parameter-became-required"},
		{"a parameter has a bound", func(d node) { d.parameter("/v1/customers/", "get", "limit").at("schema")["maximum"] = 5 }, "request-parameter-max-set"},
		{"no such field of a body", func(d node) { delete(d.schema("CustomerCreate").at("properties"), "name") }, "request-property-removed"},
		{"a field of a body is required", func(d node) {
			create := d.schema("CustomerCreate")
			create["required"] = append(create.list("required"), "name")
		}, "request-property-became-required"},
		{"null is refused in a body", func(d node) { d.schema("CustomerCreate").at("properties", "name")["type"] = "string" }, "request-property-became-not-nullable"},
		{"another format in a body", func(d node) {
			d.schema("CustomerCreate").at("properties", "organization_id")["format"] = "uri"
		}, "request-property-type-changed"},
		{"a narrower bound", func(d node) { d.schema("CustomerCreate").at("properties", "name")["maxLength"] = 255 }, "request-property-max-length-decreased"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var changed node
			if err := json.Unmarshal(text, &changed); err != nil {
				t.Fatal(err)
			}
			test.change(changed)
			newer := filepath.Join(t.TempDir(), "newer.json")
			written, err := json.Marshal(changed)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(newer, written, 0o600); err != nil {
				t.Fatal(err)
			}
			found, err := exec.CommandContext(t.Context(), oasdiff, "breaking", "--fail-on", "WARN",
				"--severity-levels", levels, "--format", "singleline", file, newer).CombinedOutput()
			status := 0
			if exit, ok := errors.AsType[*exec.ExitError](err); ok {
				status = exit.ExitCode()
			} else if err != nil {
				t.Fatal(err)
			}
			switch {
			case test.rule == "" && status != 0:
				t.Errorf("a client notices nothing, and oasdiff ends with %d:\n%s", status, found)
			case test.rule != "" && (status != 1 || !strings.Contains(string(found), "["+test.rule+"]")):
				t.Errorf("oasdiff ends with %d, want 1 and the rule %s:\n%s", status, test.rule, found)
			}
		})
	}
}

// node is an object of the document. What is not there panics.
type node map[string]any

func (n *node) UnmarshalJSON(text []byte) error { return json.Unmarshal(text, (*map[string]any)(n)) }

func (n node) at(names ...string) node {
	for _, name := range names {
		n = n[name].(map[string]any)
	}
	return n
}

func (n node) list(name string) []any { return n[name].([]any) }

func (n node) schema(name string) node { return n.at("components", "schemas", name) }

func (n node) operation(path, method string) node { return n.at("paths", path, method) }

func (n node) parameter(path, method, name string) node {
	for _, parameter := range n.operation(path, method).list("parameters") {
		if parameter := node(parameter.(map[string]any)); parameter["name"] == name {
			return parameter
		}
	}
	panic("no parameter " + name)
}
