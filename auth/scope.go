package auth

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/errors"
)

// Scopes declares the scopes of an application and what each implies, once:
//
//	auth.Scopes{
//		"customers:read":  nil,
//		"customers:write": {"customers:read"},
//	}
//
// It is an option of [NewRegistry]. With a declaration, a requirement that names
// another scope panics when the program starts. A stored scope that is not declared
// any more counts for nothing. Without a declaration, every scope is known and
// implies only itself.
type Scopes map[credential.Scope][]credential.Scope

func (s Scopes) register(to *Registry) string {
	if to.lattice.declared {
		return "Scopes is given twice; declare all scopes in one"
	}
	var problem string
	to.lattice, problem = newLattice(s)
	return problem
}

// lattice is a declaration, closed: by[w] holds every scope that satisfies w.
type lattice struct {
	declared bool
	by       map[credential.Scope][]credential.Scope
}

// newLattice also returns what is wrong with a declaration, empty where nothing is.
func newLattice(s Scopes) (l lattice, problem string) {
	l = lattice{declared: true, by: make(map[credential.Scope][]credential.Scope, len(s))}
	names := slices.Sorted(maps.Keys(s))
	for _, name := range names {
		if !isScope(string(name)) {
			return l, malformedScope(name)
		}
		for _, other := range s[name] {
			if _, ok := s[other]; !ok {
				return l, fmt.Sprintf("scope %q implies %q, which is not declared; add it to Scopes", name, other)
			}
		}
	}
	for _, name := range names {
		seen := map[credential.Scope]bool{}
		var visit func(credential.Scope)
		visit = func(at credential.Scope) {
			if seen[at] {
				return
			}
			seen[at] = true
			l.by[at] = append(l.by[at], name)
			for _, other := range s[at] {
				visit(other)
			}
		}
		visit(name)
	}
	return l, ""
}

func malformedScope(scope credential.Scope) string {
	return fmt.Sprintf("scope %q: a scope is lower-case words separated by colons, such as customers:read", scope)
}

func (l lattice) knows(scope credential.Scope) bool {
	_, ok := l.by[scope]
	return ok || !l.declared
}

// satisfiers are the scopes any of which gives the wanted one.
func (l lattice) satisfiers(want credential.Scope) []credential.Scope {
	if !l.declared {
		return []credential.Scope{want}
	}
	return l.by[want]
}

func (l lattice) satisfied(want credential.Scope, have []credential.Scope) bool {
	return containsAny(have, l.satisfiers(want))
}

// weakest leaves out every scope that implies another of them. The rest are the
// least that is enough.
func (l lattice) weakest(scopes []credential.Scope) []credential.Scope {
	return slices.DeleteFunc(slices.Clone(scopes), func(s credential.Scope) bool {
		return slices.ContainsFunc(scopes, func(other credential.Scope) bool {
			return other != s && slices.Contains(l.satisfiers(other), s) && !slices.Contains(l.satisfiers(s), other)
		})
	})
}

// strongest leaves out every scope that another of them implies.
func (l lattice) strongest(scopes []credential.Scope) []credential.Scope {
	return slices.DeleteFunc(slices.Clone(scopes), func(s credential.Scope) bool {
		return slices.ContainsFunc(scopes, func(other credential.Scope) bool {
			return other != s && slices.Contains(l.satisfiers(s), other) && !slices.Contains(l.satisfiers(other), s)
		})
	})
}

func containsAny(have, wanted []credential.Scope) bool {
	for _, s := range have {
		if slices.Contains(wanted, s) {
			return true
		}
	}
	return false
}

// Implies reports whether one of the scopes is the wanted one, or implies it.
func (r *Registry) Implies(have []credential.Scope, want credential.Scope) bool {
	return r.lattice.satisfied(want, have)
}

// ParseScopes reads a list of scopes that are separated by spaces (RFC 6749,
// section 3.3) or commas, as a command line or an OAuth 2 request has it. Repeated
// scopes count once. A scope that is not well-formed, or not declared, is an error
// that names it.
func (r *Registry) ParseScopes(text string) ([]credential.Scope, error) {
	var scopes []credential.Scope
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' }) {
		scope := credential.Scope(part)
		if !isScope(part) || !r.lattice.knows(scope) {
			return nil, fmt.Errorf("auth: unknown scope %q", part)
		}
		if !slices.Contains(scopes, scope) {
			scopes = append(scopes, scope)
		}
	}
	if len(scopes) == 0 {
		return nil, errors.New("auth: no scope given")
	}
	return scopes, nil
}

// isScope reports whether the name may stand in a challenge as it is: a subset
// of RFC 6749's scope-token.
func isScope(name string) bool {
	if name == "" || len(name) > 128 || !isLower(name[0]) {
		return false
	}
	for i := range len(name) {
		c := name[i]
		switch {
		case isLower(c), '0' <= c && c <= '9', c == '_', c == '-', c == '.':
		case c == ':':
			if i+1 == len(name) || name[i-1] == ':' {
				return false
			}
		default:
			return false
		}
	}
	return true
}

func isLower(c byte) bool { return 'a' <= c && c <= 'z' }

func joinScopes(scopes []credential.Scope) string {
	parts := make([]string, len(scopes))
	for i, s := range scopes {
		parts[i] = string(s)
	}
	return strings.Join(parts, " ")
}
