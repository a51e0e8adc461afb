package auth

import (
	"slices"

	"github.com/polarkit-go/polarkit/auth/owner"
)

type place uint8

const (
	nowhere  place = iota // no credential at all
	bearer                // Authorization: Bearer, recognized by its prefix
	external              // Authorization: Bearer, recognized by the fallback resolver
	cookie                // a cookie
)

// CredentialType is a type of credential. It says where a request carries the
// credential, how the credential is recognized, and which subject it stands for.
// The ready-made types are package variables. [NewTokenType] and
// [NewExternalType] make others. It is immutable.
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

// The ready-made types of credential. The prefix of a token is the word of the
// application and the tag of the type, with underscores: shop_pat_….
var (
	// PersonalAccessToken is a token that a user makes for their own programs: tag pat.
	PersonalAccessToken = CredentialType{name: "personal_access_token", tag: "pat", place: bearer, subject: userType,
		description: "A personal access token of a user."}
	// OrganizationAccessToken is a token with which an organization acts itself: tag oat.
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
	// NoCredential is the type of [Anonymous] callers. Every registry has it. A
	// program names it only to give anonymous callers another Go type, with Of.
	NoCredential = CredentialType{name: "none", place: nowhere, subject: anonymousType}
)

// NewTokenType makes a type of bearer token that is recognized by its tag. The
// name is for documents, stores and logs. [NewRegistry] reports mistakes.
func NewTokenType(name, tag string, subject AnySubjectType) CredentialType {
	return CredentialType{name: name, tag: tag, place: bearer, subject: subjectTypeOf(subject)}
}

// NewExternalType makes a type of bearer token without a prefix. Only a fallback
// [Resolver] recognizes it. [NewRegistry] reports mistakes.
func NewExternalType(name string, subject AnySubjectType) CredentialType {
	return CredentialType{name: name, place: external, subject: subjectTypeOf(subject)}
}

// subjectTypeOf is the zero value for nil, which NewRegistry reports.
func subjectTypeOf(t AnySubjectType) subjectType {
	if t == nil {
		return subjectType{}
	}
	return t.subjectType()
}

// Name returns the name of the type, as in the field Type of a credential.
func (t CredentialType) Name() string { return t.name }

// SubjectKind returns the kind of subject that the credential stands for.
func (t CredentialType) SubjectKind() owner.Kind { return t.subject.kind }

// CookieName returns the name of the cookie. It is empty for tokens. [NewRegistry]
// sets it: ask a type that [Registry.All] returned.
func (t CredentialType) CookieName() string { return t.cookie }

// IsIssued reports whether an [Issuer] issues it: every type but
// [NoCredential] and external ones.
func (t CredentialType) IsIssued() bool { return t.place == bearer || t.place == cookie }

// Of returns the type with another Go type for its subject.
func (t CredentialType) Of(subject AnySubjectType) CredentialType {
	t.subject = subjectTypeOf(subject)
	return t
}

// Describe returns the type with another description in documents.
func (t CredentialType) Describe(text string) CredentialType {
	t.description = text
	return t
}

// OutlivesSession returns the type for tokens that stay valid after the web
// session in which they were made has ended, such as those that users make for
// their own programs. Without it, a token expires at the latest with the
// credential that made it. A token that was made with another token always does.
func (t CredentialType) OutlivesSession() CredentialType {
	t.outlives = true
	return t
}

// Cookie returns the type with another cookie name. Keep the prefix __Host-:
// browsers then refuse the cookie from a sibling domain or without TLS.
func (t CredentialType) Cookie(name string) CredentialType {
	t.cookie = name
	return t
}

func (t CredentialType) register(to *Registry) string {
	if t.place == nowhere {
		to.types = slices.DeleteFunc(to.types, func(other *CredentialType) bool { return other.place == nowhere })
	}
	to.types = append(to.types, &t)
	return ""
}
