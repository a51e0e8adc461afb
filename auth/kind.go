package auth

import (
	"fmt"
	"slices"
	"strings"
)

type place uint8

const (
	nowhere  place = iota // no credential at all
	bearer                // Authorization: Bearer, told by prefix
	external              // Authorization: Bearer, told by the fallback resolver
	cookie                // a cookie
)

// CredentialKind is a kind of credential: how it is told, and whom it stands
// for. The ready-made ones are package variables; more are made by
// [NewTokenKind] and [NewExternalKind]. It is immutable.
type CredentialKind struct {
	name        string
	tag         string
	description string
	cookie      string
	place       place
	subject     subjectType
	outlives    bool
	prefix      string // set by NewKinds
}

// The kinds of credential that the package knows. The prefix of their tokens is
// the application's word, the tag, and underscores: shop_pat_….
var (
	// PersonalAccessToken is a token that a user makes for their own programs: tag pat.
	PersonalAccessToken = CredentialKind{name: "personal_access_token", tag: "pat", place: bearer, subject: userType,
		description: "A personal access token of a user."}
	// OrganizationAccessToken is a token by which an organization acts itself: tag oat.
	OrganizationAccessToken = CredentialKind{name: "organization_access_token", tag: "oat", place: bearer, subject: organizationType,
		description: "An access token of an organization."}
	// OAuth2UserAccessToken is a token that an OAuth 2 client has from a user: tag at_u.
	OAuth2UserAccessToken = CredentialKind{name: "oauth2_user_access_token", tag: "at_u", place: bearer, subject: userType,
		description: "An OAuth 2.0 access token of a user."}
	// OAuth2OrganizationAccessToken is a token that an OAuth 2 client has from an organization: tag at_o.
	OAuth2OrganizationAccessToken = CredentialKind{name: "oauth2_organization_access_token", tag: "at_o", place: bearer, subject: organizationType,
		description: "An OAuth 2.0 access token of an organization."}
	// CustomerSession is a token for the customer portal: tag cst.
	CustomerSession = CredentialKind{name: "customer_session", tag: "cst", place: bearer, subject: customerType,
		description: "A session of a customer in the customer portal."}
	// WebSession is the session of a user who signed in with a browser, in a
	// cookie named __Host-<word>_session: tag ws.
	WebSession = CredentialKind{name: "web_session", tag: "ws", place: cookie, subject: userType,
		description: "The web session of a user."}
	// NoCredential is what [Anonymous] callers have. It is always registered;
	// it is named only to give anonymous callers another type, with Of.
	NoCredential = CredentialKind{name: "none", place: nowhere, subject: anonymousType}
)

// NewTokenKind makes a kind of bearer token, told by its tag. The name is for
// documents, stores and logs. Mistakes are found by [NewKinds].
func NewTokenKind(name, tag string, subject AnySubjectType) CredentialKind {
	return CredentialKind{name: name, tag: tag, place: bearer, subject: subject.subjectType()}
}

// NewExternalKind makes a kind of bearer token without a prefix, which only a
// fallback [Resolver] can tell.
func NewExternalKind(name string, subject AnySubjectType) CredentialKind {
	return CredentialKind{name: name, place: external, subject: subject.subjectType()}
}

// Name is the kind's name, as in [Credential.Kind].
func (k CredentialKind) Name() string { return k.name }

// Subject is the kind of subject that it stands for.
func (k CredentialKind) Subject() SubjectKind { return k.subject.kind }

// CookieName is the name of its cookie, empty for tokens. It is known once
// [NewKinds] has taken the kind: ask one of [Kinds.All].
func (k CredentialKind) CookieName() string { return k.cookie }

// IsIssued reports whether an [Issuer] issues it: every kind but
// [NoCredential] and external ones.
func (k CredentialKind) IsIssued() bool { return k.place == bearer || k.place == cookie }

// Of is the kind for another Go type of its subject.
func (k CredentialKind) Of(subject AnySubjectType) CredentialKind {
	k.subject = subject.subjectType()
	return k
}

// Describe is the kind with another description in documents.
func (k CredentialKind) Describe(text string) CredentialKind {
	k.description = text
	return k
}

// OutlivesSession is the kind for tokens that go on after the web session in
// which they were made, such as those that users make for programs of their own.
// Without it a token ends, at the latest, with the credential that made it. One
// that was made with another token always does.
func (k CredentialKind) OutlivesSession() CredentialKind {
	k.outlives = true
	return k
}

// Cookie is a cookie kind with another cookie name. Keep the __Host- prefix:
// browsers then refuse the cookie from a sibling domain or without TLS.
func (k CredentialKind) Cookie(name string) CredentialKind {
	k.cookie = name
	return k
}

func (k CredentialKind) register(all *Kinds) {
	if k.place == nowhere {
		all.kinds = slices.DeleteFunc(all.kinds, func(other *CredentialKind) bool { return other.place == nowhere })
	}
	all.kinds = append(all.kinds, &k)
}

// Kinds are the kinds of credential of an application, its scopes, and the
// word its tokens begin with. It is static: no keys, no stores. The zero value
// has no kind, so nothing can be required of it.
type Kinds struct {
	word    string
	kinds   []*CredentialKind
	lattice lattice
	session *CredentialKind // the cookie kind, nil without one
}

// KindsOption is a [CredentialKind] or the declaration of [Scopes].
type KindsOption interface{ register(*Kinds) }

// NewKinds makes the registry. The word is what every token begins with, in
// lower case ("shop" makes shop_pat_…). It panics when names or prefixes
// collide, when one prefix is the beginning of another, when one kind of
// subject has two Go types, or when there is more than one cookie.
func NewKinds(word string, options ...KindsOption) *Kinds {
	k := &Kinds{word: word}
	if !isTag(word) {
		panic(fmt.Sprintf("auth: NewKinds(%q): the word must be lower-case letters, digits and underscores, beginning with a letter, such as shop", word))
	}
	NoCredential.register(k)
	for _, option := range options {
		option.register(k)
	}
	for i, kind := range k.kinds {
		if problem := k.complete(kind); problem != "" {
			panic(fmt.Sprintf("auth: NewKinds(%q): credential kind %q: %s", word, kind.name, problem))
		}
		for _, other := range k.kinds[:i] {
			if problem := collision(kind, other); problem != "" {
				panic(fmt.Sprintf("auth: NewKinds(%q): credential kinds %q and %q: %s", word, other.name, kind.name, problem))
			}
		}
	}
	return k
}

func (k *Kinds) complete(kind *CredentialKind) string {
	if kind.name == "" || !isTag(kind.name) {
		return "the name must be lower-case letters, digits and underscores"
	}
	if kind.subject.typ == nil {
		return "it has no subject type; make it with NewTokenKind or NewExternalKind"
	}
	switch kind.place {
	case bearer, cookie:
		if !isTag(kind.tag) {
			return "the tag must be lower-case letters, digits and underscores, such as pat"
		}
		kind.prefix = k.word + "_" + kind.tag + "_"
	}
	if kind.place == cookie {
		if kind.cookie == "" {
			kind.cookie = "__Host-" + k.word + "_session"
		}
		if !isToken(kind.cookie) {
			return "the cookie's name may hold letters, digits, dashes and underscores"
		}
		k.session = kind
	} else if kind.cookie != "" {
		return "only a cookie kind has a cookie name"
	}
	return ""
}

func collision(a, b *CredentialKind) string {
	switch {
	case a.name == b.name:
		return "the name is taken"
	case a.place == cookie && b.place == cookie:
		return "only one kind can be in a cookie"
	case a.prefix != "" && b.prefix != "" && (strings.HasPrefix(a.prefix, b.prefix) || strings.HasPrefix(b.prefix, a.prefix)):
		return fmt.Sprintf("the prefixes %s and %s overlap; give one another tag", b.prefix, a.prefix)
	case a.subject.kind == b.subject.kind && a.subject.typ != b.subject.typ:
		return fmt.Sprintf("subjects of kind %q are %v in one and %v in the other; use Of to give both the same type", a.subject.kind, b.subject.typ, a.subject.typ)
	}
	return ""
}

// All are the kinds in their order, [NoCredential] among them.
func (k *Kinds) All() []CredentialKind {
	all := make([]CredentialKind, len(k.kinds))
	for i, kind := range k.kinds {
		all[i] = *kind
	}
	return all
}

// named is the kind with a name, nil without one.
func (k *Kinds) named(name string) *CredentialKind {
	for _, kind := range k.kinds {
		if kind.name == name {
			return kind
		}
	}
	return nil
}

// of is the kind that a token's prefix tells, nil for none.
func (k *Kinds) of(token string) *CredentialKind {
	for _, kind := range k.kinds {
		if kind.prefix != "" && strings.HasPrefix(token, kind.prefix) {
			return kind
		}
	}
	return nil
}

func (k *Kinds) anonymous() *CredentialKind {
	for _, kind := range k.kinds {
		if kind.place == nowhere {
			return kind
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
