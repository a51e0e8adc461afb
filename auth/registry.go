package auth

import (
	"fmt"
	"slices"
	"strings"

	"github.com/polarkit-go/polarkit/auth/owner"
)

type place uint8

const (
	nowhere  place = iota // no credential at all
	bearer                // Authorization: Bearer, told by prefix
	external              // Authorization: Bearer, told by the fallback resolver
	cookie                // a cookie
)

// CredentialType is a type of credential: how it is told, and whom it stands
// for. The ready-made ones are package variables; more are made by
// [NewTokenType] and [NewExternalType]. It is immutable.
type CredentialType struct {
	name        string
	tag         string
	description string
	cookie      string
	place       place
	subject     subjectType
	outlives    bool
	prefix      string // set by NewRegistry
}

// The types of credential that the package knows. The prefix of their tokens is
// the application's word, the tag, and underscores: shop_pat_….
var (
	// PersonalAccessToken is a token that a user makes for their own programs: tag pat.
	PersonalAccessToken = CredentialType{name: "personal_access_token", tag: "pat", place: bearer, subject: userType,
		description: "A personal access token of a user."}
	// OrganizationAccessToken is a token by which an organization acts itself: tag oat.
	OrganizationAccessToken = CredentialType{name: "organization_access_token", tag: "oat", place: bearer, subject: organizationType,
		description: "An access token of an organization."}
	// OAuth2UserAccessToken is a token that an OAuth 2 client has from a user: tag at_u.
	OAuth2UserAccessToken = CredentialType{name: "oauth2_user_access_token", tag: "at_u", place: bearer, subject: userType,
		description: "An OAuth 2.0 access token of a user."}
	// OAuth2OrganizationAccessToken is a token that an OAuth 2 client has from an organization: tag at_o.
	OAuth2OrganizationAccessToken = CredentialType{name: "oauth2_organization_access_token", tag: "at_o", place: bearer, subject: organizationType,
		description: "An OAuth 2.0 access token of an organization."}
	// CustomerSession is a token for the customer portal: tag cst.
	CustomerSession = CredentialType{name: "customer_session", tag: "cst", place: bearer, subject: customerType,
		description: "A session of a customer in the customer portal."}
	// WebSession is the session of a user who signed in with a browser, in a
	// cookie named __Host-<word>_session: tag ws.
	WebSession = CredentialType{name: "web_session", tag: "ws", place: cookie, subject: userType,
		description: "The web session of a user."}
	// NoCredential is what [Anonymous] callers have. It is always registered;
	// it is named only to give anonymous callers another type, with Of.
	NoCredential = CredentialType{name: "none", place: nowhere, subject: anonymousType}
)

// NewTokenType makes a type of bearer token, told by its tag. The name is for
// documents, stores and logs. Mistakes are found by [NewRegistry].
func NewTokenType(name, tag string, subject AnySubjectType) CredentialType {
	return CredentialType{name: name, tag: tag, place: bearer, subject: subject.subjectType()}
}

// NewExternalType makes a type of bearer token without a prefix, which only a
// fallback [Resolver] can tell.
func NewExternalType(name string, subject AnySubjectType) CredentialType {
	return CredentialType{name: name, place: external, subject: subject.subjectType()}
}

// Name is the name of the type, as in [credential.Credential.Type].
func (t CredentialType) Name() string { return t.name }

// SubjectKind is the kind of subject that it stands for.
func (t CredentialType) SubjectKind() owner.Kind { return t.subject.kind }

// CookieName is the name of its cookie, empty for tokens. It is known once
// [NewRegistry] has taken the type: ask one of [Registry.All].
func (t CredentialType) CookieName() string { return t.cookie }

// IsIssued reports whether an [Issuer] issues it: every type but
// [NoCredential] and external ones.
func (t CredentialType) IsIssued() bool { return t.place == bearer || t.place == cookie }

// Of is the type for another Go type of its subject.
func (t CredentialType) Of(subject AnySubjectType) CredentialType {
	t.subject = subject.subjectType()
	return t
}

// Describe is the type with another description in documents.
func (t CredentialType) Describe(text string) CredentialType {
	t.description = text
	return t
}

// OutlivesSession is the type for tokens that go on after the web session in
// which they were made, such as those that users make for programs of their own.
// Without it a token ends, at the latest, with the credential that made it. One
// that was made with another token always does.
func (t CredentialType) OutlivesSession() CredentialType {
	t.outlives = true
	return t
}

// Cookie is a cookie type with another cookie name. Keep the __Host- prefix:
// browsers then refuse the cookie from a sibling domain or without TLS.
func (t CredentialType) Cookie(name string) CredentialType {
	t.cookie = name
	return t
}

func (t CredentialType) register(all *Registry) {
	if t.place == nowhere {
		all.types = slices.DeleteFunc(all.types, func(other *CredentialType) bool { return other.place == nowhere })
	}
	all.types = append(all.types, &t)
}

// Registry holds the types of credential of an application, its scopes, and the
// word its tokens begin with. It is static: no keys, no stores. The zero value
// has no type, so nothing can be required of it.
type Registry struct {
	word    string
	types   []*CredentialType
	lattice lattice
	session *CredentialType // the type in a cookie, nil without one
}

// RegistryOption is a [CredentialType] or the declaration of [Scopes].
type RegistryOption interface{ register(*Registry) }

// NewRegistry makes the registry. The word is what every token begins with, in
// lower case ("shop" makes shop_pat_…). It panics when names or prefixes
// collide, when one prefix is the beginning of another, when one kind of
// subject has two Go types, or when there is more than one cookie.
func NewRegistry(word string, options ...RegistryOption) *Registry {
	r := &Registry{word: word}
	if !isTag(word) {
		panic(fmt.Sprintf("auth: NewRegistry(%q): the word must be lower-case letters, digits and underscores, beginning with a letter, such as shop", word))
	}
	NoCredential.register(r)
	for _, option := range options {
		option.register(r)
	}
	for i, typ := range r.types {
		if problem := r.complete(typ); problem != "" {
			panic(fmt.Sprintf("auth: NewRegistry(%q): credential type %q: %s", word, typ.name, problem))
		}
		for _, other := range r.types[:i] {
			if problem := collision(typ, other); problem != "" {
				panic(fmt.Sprintf("auth: NewRegistry(%q): credential types %q and %q: %s", word, other.name, typ.name, problem))
			}
		}
	}
	return r
}

func (r *Registry) complete(typ *CredentialType) string {
	if typ.name == "" || !isTag(typ.name) {
		return "the name must be lower-case letters, digits and underscores"
	}
	if typ.subject.typ == nil {
		return "it has no subject type; make it with NewTokenType or NewExternalType"
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

// All are the types in their order, [NoCredential] among them.
func (r *Registry) All() []CredentialType {
	all := make([]CredentialType, len(r.types))
	for i, typ := range r.types {
		all[i] = *typ
	}
	return all
}

// named is the type with a name, nil without one.
func (r *Registry) named(name string) *CredentialType {
	for _, typ := range r.types {
		if typ.name == name {
			return typ
		}
	}
	return nil
}

// of is the type that a token's prefix tells, nil for none.
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
