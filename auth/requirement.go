package auth

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/polarkit-go/polarkit/auth/credential"
)

// Requirement says who may call an endpoint. It enforces this, and describes it in
// the API's document. It is immutable, static, and safe for concurrent use. The
// zero value allows nobody.
type Requirement[S any] struct {
	registry *Registry
	c        conditions
	takes    []*CredentialType
	open     bool                 // anonymous callers are taken
	anyBy    []credential.Scope   // any of these satisfies anyOf
	allBy    [][]credential.Scope // one of each satisfies allOf
	missing  string               // the scopes that a refusal names
	text     string
}

// Require makes a requirement for subjects of type S: a subject type, or an
// interface that some subject types satisfy, such as [Admin]. S decides which types
// of credential are accepted.
//
//	var canRead = auth.Require[auth.Admin](registry, auth.AnyScope("customers:read", "customers:write"))
//
// Exactly one of [AnyScope], [AllScopes] and [NoScope] says the scopes. Require is
// meant for package variables. It panics when the requirement could never allow
// anybody, or would allow more than it says.
func Require[S any](registry *Registry, more ...Condition) *Requirement[S] {
	q := &Requirement[S]{registry: registry}
	for n, condition := range more {
		if condition == nil {
			q.c.problems = append(q.c.problems, fmt.Sprintf("condition %d is nil", n+1))
			continue
		}
		condition.apply(&q.c)
	}
	if problem := q.compile(); problem != "" {
		panic(fmt.Sprintf("auth: Require[%v]: %s", reflect.TypeFor[S](), problem))
	}
	return q
}

func (q *Requirement[S]) compile() string {
	if q.registry == nil || q.registry.word == "" {
		return "the registry is nil; make one with NewRegistry, in a variable that is declared before"
	}
	if len(q.c.problems) > 0 {
		return strings.Join(q.c.problems, "; ")
	}
	ways := 0
	for _, used := range []bool{len(q.c.anyOf) > 0, len(q.c.allOf) > 0, q.c.noScope != ""} {
		if used {
			ways++
		}
	}
	if ways != 1 {
		return "say the scopes with exactly one of AnyScope, AllScopes and NoScope"
	}
	for _, scope := range slices.Concat(q.c.anyOf, q.c.allOf) {
		if !isScope(string(scope)) {
			return malformedScope(scope)
		}
		if !q.registry.lattice.knows(scope) {
			return fmt.Sprintf("scope %q is not declared; add it to the Scopes of the registry", scope)
		}
	}
	if problem := q.derive(); problem != "" {
		return problem
	}
	for _, scope := range q.c.anyOf {
		q.anyBy = append(q.anyBy, q.registry.lattice.satisfiers(scope)...)
	}
	for _, scope := range q.c.allOf {
		q.allBy = append(q.allBy, q.registry.lattice.satisfiers(scope))
	}
	if len(q.c.anyOf) > 0 {
		q.missing = string(q.registry.lattice.weakest(q.c.anyOf)[0])
	} else {
		q.missing = joinScopes(q.registry.lattice.strongest(q.c.allOf))
	}
	q.text = q.describe()
	return ""
}

// derive finds the types of credential whose subjects satisfy S.
func (q *Requirement[S]) derive() string {
	s := reflect.TypeFor[S]()
	if s.Kind() == reflect.Interface && s.NumMethod() == 0 {
		return "an interface without methods accepts everybody; name a subject type, or an interface that only some satisfy"
	}
	var pointers []string
	web := false
	for _, typ := range q.registry.types {
		t := typ.subject.typ
		if satisfies(t, s) {
			if q.c.webSession && typ.place == nowhere {
				return "a web session is required, and anonymous callers are taken; leave one out"
			}
			q.takes = append(q.takes, typ)
			web = web || typ.place == cookie
			q.open = q.open || typ.place == nowhere
		} else if p := reflect.PointerTo(t); satisfies(p, s) && !slices.Contains(pointers, t.String()) {
			pointers = append(pointers, t.String())
		}
	}
	switch {
	case len(pointers) > 0:
		return fmt.Sprintf("only the pointer to the registered subject type %s satisfies it; register *%s with Of, or give the methods a value receiver", pointers[0], pointers[0])
	case len(q.takes) == 0:
		return "no registered subject type satisfies it; add a credential type of such a subject to NewRegistry"
	case q.c.webSession && !web:
		return "a web session is required, and none of the credential types that give this subject is one"
	}
	return ""
}

func satisfies(t, s reflect.Type) bool {
	if s.Kind() == reflect.Interface {
		return t.Implements(s)
	}
	return t == s
}
