package authtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/kit/kittest"
)

// Matrix compares the OpenAPI document of an API with its behaviour, for every
// operation, every type of credential and every scope: a request is accepted exactly
// where the document says so.
//
//	authtest.Matrix{
//		Handler:  service,
//		Document: api.OpenAPI(),
//		Registry: registry,
//		Public:   []string{"GET /v1/plans/{id}"},
//		Credential: func(typ auth.CredentialType, scopes ...credential.Scope) authtest.Credential {
//			subject := world.A.User
//			if typ.SubjectKind() == auth.OrganizationKind {
//				subject = world.A.Organization
//			}
//			return world.Issue(auth.Issue{Type: typ, Subject: subject, Scopes: scopes, Limit: credential.Unrestricted(), Lifetime: time.Hour})
//		},
//	}.Run(t)
//
// Requests have random identifiers and, where the operation takes a body, an empty
// object. So an accepted request is answered with 404, 422 or a list.
type Matrix struct {
	// Handler is the service, with its authenticator.
	Handler http.Handler
	// Document is the OpenAPI document, as JSON.
	Document []byte
	// Registry is that of the service.
	Registry *auth.Registry
	// Credential makes a new credential of a type with exactly these scopes. It is
	// called often.
	Credential func(typ auth.CredentialType, scopes ...credential.Scope) Credential
	// Scopes are all scopes of the service. Default: those that the document names.
	Scopes []credential.Scope
	// Public names the operations that need no credential, as "GET /v1/plans/{id}".
	// Any other without a requirement is a problem. Default: none.
	Public []string
}

// Run makes the requests, and reports each problem as an error of the test.
func (m Matrix) Run(t *testing.T) {
	t.Helper()
	for _, problem := range m.Problems(t) {
		t.Errorf("authtest: Matrix: %s", problem)
	}
}

type operation struct {
	name, method, path string
	body               bool
	// ways are the documented alternatives: type of credential to sets of scopes.
	ways map[string][][]credential.Scope
	// open says that no credential is one of the alternatives.
	open bool
}

// Problems makes the requests and returns what is wrong.
func (m Matrix) Problems(tb testing.TB) []string {
	tb.Helper()
	operations, err := readOperations(m.Document)
	if err != nil {
		return []string{err.Error()}
	}
	if len(operations) == 0 {
		return []string{"the document has no operation"}
	}
	if m.Scopes == nil {
		m.Scopes = documentedScopes(operations)
	}
	c := &matrixCheck{Matrix: m, client: kittest.NewClient(tb, m.Handler)}
	public := map[string]bool{}
	for _, op := range operations {
		if op.open && len(op.ways) == 0 {
			public[op.name] = true
			if !slices.Contains(m.Public, op.name) {
				c.errorf(op, "needs no credential, and is not named in Public")
			}
		}
		c.operation(op)
	}
	for _, name := range m.Public {
		if !public[name] {
			c.problems = append(c.problems, fmt.Sprintf("%s is named in Public, and the document has no such public operation", name))
		}
	}
	return c.problems
}

type matrixCheck struct {
	Matrix
	client   *kittest.Client
	problems []string
}

func (c *matrixCheck) errorf(op operation, format string, args ...any) {
	c.problems = append(c.problems, op.name+": "+fmt.Sprintf(format, args...))
}

func (c *matrixCheck) operation(op operation) {
	var nobody Credential
	if op.open {
		c.in(op, nobody, "without a credential")
	} else {
		c.out(op, nobody, "without a credential", http.StatusUnauthorized, "Unauthorized")
	}
	if op.open && len(op.ways) == 0 {
		return
	}
	c.out(op, Bearer("garbage", "garbage"), "with a garbage token", http.StatusUnauthorized, "InvalidToken")
	for _, typ := range c.Registry.All() {
		if !typ.IsIssued() {
			continue
		}
		ways, taken := op.ways[typ.Name()]
		if !taken {
			c.typeRefused(op, typ)
			continue
		}
		for _, way := range ways {
			c.in(op, c.Credential(typ, way...), fmt.Sprintf("with a %s and %q", typ.Name(), way))
			// Each scope of an alternative is needed, unless another alternative does not have it.
			for i := range way {
				less := slices.Delete(slices.Clone(way), i, i+1)
				if len(way) > 1 && !c.enough(ways, less) {
					c.out(op, c.Credential(typ, less...), fmt.Sprintf("with a %s and only %q", typ.Name(), less), http.StatusForbidden, "InsufficientScope")
				}
			}
		}
		if !c.enough(ways, nil) {
			c.out(op, c.Credential(typ), fmt.Sprintf("with a %s and no scope", typ.Name()), http.StatusForbidden, "InsufficientScope")
		}
		for _, scope := range c.Scopes {
			if !c.enough(ways, []credential.Scope{scope}) {
				c.out(op, c.Credential(typ, scope), fmt.Sprintf("with a %s and only %q", typ.Name(), scope), http.StatusForbidden, "InsufficientScope")
			}
		}
	}
}

// typeRefused expects that a type of credential is refused with every scope.
func (c *matrixCheck) typeRefused(op operation, typ auth.CredentialType) {
	got := c.do(op, c.Credential(typ, c.Scopes...))
	if got.Status == http.StatusUnauthorized && got.ErrorName() == "Unauthorized" || got.Status == http.StatusForbidden && got.ErrorName() == "WebSessionRequired" {
		return
	}
	c.errorf(op, "with a %s, which the document does not name: %s, want 401 Unauthorized or 403 WebSessionRequired", typ.Name(), got)
}

// enough reports whether scopes satisfy one of the alternatives, by implication too.
func (c *matrixCheck) enough(ways [][]credential.Scope, have []credential.Scope) bool {
	return slices.ContainsFunc(ways, func(way []credential.Scope) bool {
		return !slices.ContainsFunc(way, func(want credential.Scope) bool { return !c.Registry.Implies(have, want) })
	})
}

func (c *matrixCheck) in(op operation, by Credential, how string) {
	if got := c.do(op, by); got.Status == http.StatusUnauthorized || got.Status >= 500 ||
		got.Status == http.StatusForbidden && got.ErrorName() != "NotPermitted" {
		c.errorf(op, "%s: %s, and the document lets it in", how, got)
	}
}

func (c *matrixCheck) out(op operation, by Credential, how string, status int, name string) {
	if got := c.do(op, by); got.Status != status || got.ErrorName() != name {
		c.errorf(op, "%s: %s, want %d %s", how, got, status, name)
	}
}

var pathParameter = regexp.MustCompile(`\{[^{}]*\}`)

func (c *matrixCheck) do(op operation, by Credential) *kittest.Response {
	path := pathParameter.ReplaceAllStringFunc(op.path, func(string) string { return uuid.NewString() })
	var body any
	if op.body {
		body = map[string]any{}
	}
	return c.client.As(by).Do(op.method, path, body)
}

func readOperations(document []byte) ([]operation, error) {
	var d struct {
		Paths    map[string]map[string]json.RawMessage `json:"paths"`
		Security []map[string][]credential.Scope       `json:"security"`
	}
	if err := json.Unmarshal(document, &d); err != nil {
		return nil, fmt.Errorf("the document cannot be read: %w", err)
	}
	var all []operation
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		for _, method := range slices.Sorted(maps.Keys(d.Paths[path])) {
			upper := strings.ToUpper(method)
			if !slices.Contains([]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}, upper) {
				continue // parameters and texts that the operations share
			}
			var o struct {
				Security    *[]map[string][]credential.Scope `json:"security"`
				RequestBody json.RawMessage                  `json:"requestBody"`
			}
			if err := json.Unmarshal(d.Paths[path][method], &o); err != nil {
				return nil, fmt.Errorf("%s %s cannot be read: %w", upper, path, err)
			}
			op := operation{name: upper + " " + path, method: upper, path: path, body: o.RequestBody != nil, ways: map[string][][]credential.Scope{}}
			security := d.Security
			if o.Security != nil {
				security = *o.Security
			}
			op.open = len(security) == 0
			for _, way := range security {
				op.open = op.open || len(way) == 0
				if len(way) > 1 {
					return nil, fmt.Errorf("%s requires several schemes at once, which no requirement of package auth does", op.name)
				}
				for scheme, scopes := range way {
					op.ways[scheme] = append(op.ways[scheme], scopes)
				}
			}
			all = append(all, op)
		}
	}
	return all, nil
}

func documentedScopes(operations []operation) []credential.Scope {
	var all []credential.Scope
	for _, op := range operations {
		for _, ways := range op.ways {
			all = append(all, slices.Concat(ways...)...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
