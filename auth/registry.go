package auth

import (
	"fmt"
	"strings"
)

// Registry holds the types of credential of an application, its scopes, and the
// word with which its tokens begin. It is static: it has no keys and no store. The
// zero value has no type, so nothing can be required of it.
type Registry struct {
	word    string
	types   []*CredentialType
	lattice lattice
	session *CredentialType // the type in a cookie, nil without one
}

// RegistryOption is a [CredentialType] or the declaration of [Scopes].
type RegistryOption interface {
	// register adds the option, or returns what is wrong with it.
	register(to *Registry) (problem string)
}

// NewRegistry makes a registry. Every token begins with the word, in lower case:
// "shop" makes shop_pat_…. It is meant for package variables. It panics when names
// or prefixes collide, when one prefix is the beginning of another, when one kind
// of subject has two Go types, when there is more than one cookie, and when the
// scopes have a mistake.
func NewRegistry(word string, options ...RegistryOption) *Registry {
	r := &Registry{word: word}
	if problem := r.compile(options); problem != "" {
		panic(fmt.Sprintf("auth: NewRegistry(%q): %s", word, problem))
	}
	return r
}

// compile returns the first mistake, empty without one.
func (r *Registry) compile(options []RegistryOption) string {
	if !isTag(r.word) {
		return "the word must be lower-case letters, digits and underscores, beginning with a letter, such as shop"
	}
	_ = NoCredential.register(r) // it has no mistake
	for n, option := range options {
		if option == nil {
			return fmt.Sprintf("option %d is nil", n+1)
		}
		if problem := option.register(r); problem != "" {
			return problem
		}
	}
	for i, typ := range r.types {
		if problem := r.complete(typ); problem != "" {
			return fmt.Sprintf("credential type %q: %s", typ.name, problem)
		}
		for _, other := range r.types[:i] {
			if problem := collision(typ, other); problem != "" {
				return fmt.Sprintf("credential types %q and %q: %s", other.name, typ.name, problem)
			}
		}
	}
	return ""
}

// complete sets what depends on the word of the registry.
func (r *Registry) complete(typ *CredentialType) string {
	if typ.name == "" || !isTag(typ.name) {
		return "the name must be lower-case letters, digits and underscores"
	}
	if typ.subject.typ == nil {
		return "it has no subject type; give it one that NewSubjectType made"
	}
	switch typ.place {
	case bearer, cookie:
		if !isTag(typ.tag) {
			return "the tag must be lower-case letters, digits and underscores, such as pat"
		}
		typ.prefix = r.word + "_" + typ.tag + "_"
	}
	if typ.place == cookie {
		if typ.cookie == "" {
			typ.cookie = "__Host-" + r.word + "_session"
		}
		if !isToken(typ.cookie) {
			return "the cookie's name may hold letters, digits, dashes and underscores"
		}
		r.session = typ
	} else if typ.cookie != "" {
		return "only a credential in a cookie has a cookie name"
	}
	return ""
}

func collision(a, b *CredentialType) string {
	switch {
	case a.name == b.name:
		return "the name is taken"
	case a.place == cookie && b.place == cookie:
		return "only one credential type can be in a cookie"
	case a.prefix != "" && b.prefix != "" && (strings.HasPrefix(a.prefix, b.prefix) || strings.HasPrefix(b.prefix, a.prefix)):
		return fmt.Sprintf("the prefixes %s and %s overlap; give one another tag", b.prefix, a.prefix)
	case a.subject.kind == b.subject.kind && a.subject.typ != b.subject.typ:
		return fmt.Sprintf("subjects of kind %q are %v in one and %v in the other; use Of to give both the same type", a.subject.kind, b.subject.typ, a.subject.typ)
	}
	return ""
}

// All returns the types in their order, [NoCredential] among them.
func (r *Registry) All() []CredentialType {
	all := make([]CredentialType, len(r.types))
	for i, typ := range r.types {
		all[i] = *typ
	}
	return all
}

// named returns the type with a name, nil where there is none.
func (r *Registry) named(name string) *CredentialType {
	for _, typ := range r.types {
		if typ.name == name {
			return typ
		}
	}
	return nil
}

// of returns the type whose prefix a token has, nil where there is none.
func (r *Registry) of(token string) *CredentialType {
	for _, typ := range r.types {
		if typ.prefix != "" && strings.HasPrefix(token, typ.prefix) {
			return typ
		}
	}
	return nil
}

func (r *Registry) anonymous() *CredentialType {
	for _, typ := range r.types {
		if typ.place == nowhere {
			return typ
		}
	}
	return nil
}

func isTag(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !isLower(c) && (i == 0 || (c < '0' || c > '9') && c != '_') {
			return false
		}
	}
	return s != "" && !strings.HasSuffix(s, "_")
}

// isToken reports whether s is letters, digits, dashes and underscores: a
// subset of RFC 9110's token.
func isToken(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isLower(c) && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return s != ""
}
