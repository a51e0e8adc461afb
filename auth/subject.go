package auth

import (
	"fmt"
	"reflect"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/auth/owner"
)

// The kinds of subject that the package knows. Subjects own rows, so a kind of
// subject is a kind of owner.
const (
	UserKind         owner.Kind = "user"
	OrganizationKind owner.Kind = "organization"
	CustomerKind     owner.Kind = "customer"
	AnonymousKind    owner.Kind = "anonymous"
)

// User is a person who signs in, known by identifier.
type User struct{ ID uuid.UUID }

// Organization is an organization that acts by itself, through its own token.
type Organization struct{ ID uuid.UUID }

// Customer is a customer of an organization, as the customer portal meets them.
type Customer struct{ ID, OrganizationID uuid.UUID }

// Anonymous is a caller who sent no credential.
type Anonymous struct{}

// Ref refers to the user.
func (u User) Ref() credential.SubjectRef { return credential.SubjectRef{Kind: UserKind, ID: u.ID} }

// Ref refers to the organization.
func (o Organization) Ref() credential.SubjectRef {
	return credential.SubjectRef{Kind: OrganizationKind, ID: o.ID}
}

// Ref refers to the customer.
func (c Customer) Ref() credential.SubjectRef {
	return credential.SubjectRef{Kind: CustomerKind, ID: c.ID, OrganizationID: c.OrganizationID}
}

// Subject is any ready-made subject that has an identifier: [User], [Organization] or [Customer].
type Subject interface{ Ref() credential.SubjectRef }

// Admin is the subject of an admin API: a [User] or an [Organization]. A type
// switch says which:
//
//	switch s := subject.Subject().(type) {
//	case auth.User:
//		… s.ID
//	case auth.Organization:
//		… s.ID
//	}
//
// An application with subject types of its own declares an interface like it.
type Admin interface {
	Subject
	admin()
}

// Anyone is every ready-made subject, [Anonymous] too: for endpoints that
// answer without a credential and say more with one.
type Anyone interface{ anyone() }

func (User) admin()         {}
func (Organization) admin() {}

func (User) anyone()         {}
func (Organization) anyone() {}
func (Customer) anyone()     {}
func (Anonymous) anyone()    {}

// SubjectType says which Go type stands for a kind of subject. It is static;
// how a subject is loaded is said at start-up, see [SubjectType.Load].
type SubjectType[S any] struct{ kind owner.Kind }

// NewSubjectType declares that subjects of the kind are values of type S, which
// must be a concrete type:
//
//	var userType = auth.NewSubjectType[*user.User](auth.UserKind)
//	var registry    = auth.NewRegistry("shop", auth.PersonalAccessToken.Of(userType), …)
//
// It panics when S is an interface or the kind is empty.
func NewSubjectType[S any](kind owner.Kind) SubjectType[S] {
	t := reflect.TypeFor[S]()
	switch {
	case kind == "":
		panic(fmt.Sprintf("auth: NewSubjectType[%v]: the kind of subject must have a name, such as auth.UserKind", t))
	case t.Kind() == reflect.Interface:
		panic(fmt.Sprintf("auth: NewSubjectType[%v]: a subject type is concrete; %v is an interface, which belongs in Require", t, t))
	}
	return SubjectType[S]{kind: kind}
}

// AnySubjectType is a [SubjectType] of any Go type.
type AnySubjectType interface{ subjectType() subjectType }

func (t SubjectType[S]) subjectType() subjectType {
	own := subjectType{kind: t.kind, typ: reflect.TypeFor[S]()}
	for _, ready := range [...]subjectType{userType, organizationType, customerType, anonymousType} {
		if own.kind == ready.kind && own.typ == ready.typ {
			return ready
		}
	}
	return own
}

// subjectType is a SubjectType without its type parameter. Ready-made subjects
// bring their constructor; others get theirs from Config.Subjects.
type subjectType struct {
	kind owner.Kind
	typ  reflect.Type
	make func(credential.SubjectRef) any
}

func (t subjectType) subjectType() subjectType { return t }

var (
	userType = subjectType{UserKind, reflect.TypeFor[User](), func(r credential.SubjectRef) any { return User{r.ID} }}

	organizationType = subjectType{OrganizationKind, reflect.TypeFor[Organization](), func(r credential.SubjectRef) any { return Organization{r.ID} }}

	customerType = subjectType{CustomerKind, reflect.TypeFor[Customer](), func(r credential.SubjectRef) any { return Customer{r.ID, r.OrganizationID} }}

	anonymousType = subjectType{AnonymousKind, reflect.TypeFor[Anonymous](), func(credential.SubjectRef) any { return Anonymous{} }}
)

// AuthSubject is the answer to who is calling: the subject, the credential
// they used, its scopes, and what they reach. Only a requirement makes one. The
// zero value is nobody: it has no scope and reaches nothing. It is immutable, safe
// for concurrent use, and holds no secret. It belongs to one request: a job that
// outlives the request asks for its reach first.
type AuthSubject[S any] struct {
	subject S
	p       *principal
}

// principal is an AuthSubject without its type parameter.
type principal struct {
	subject    any
	credential *credential.Credential
	typ        *CredentialType
	registry   *Registry
	realm      string
	permission Permission
	asked      *asked
}

// Subject is the subject: switch on its type where S is an interface.
func (s AuthSubject[S]) Subject() S { return s.subject }

// Ref refers to the subject; it is zero for [Anonymous].
func (s AuthSubject[S]) Ref() credential.SubjectRef { return refOf(s) }

// Credential is a copy of the credential that was used; the zero value for
// [Anonymous].
func (s AuthSubject[S]) Credential() credential.Credential {
	if s.p == nil || s.p.credential == nil {
		return credential.Credential{}
	}
	return s.p.credential.Clone()
}

// IsAnonymous reports whether no credential was sent.
func (s AuthSubject[S]) IsAnonymous() bool { return s.Ref().IsZero() }

// HasScope reports whether the credential has the scope, itself or by
// implication.
func (s AuthSubject[S]) HasScope(scope credential.Scope) bool {
	if s.p == nil || s.p.credential == nil {
		return false
	}
	return s.p.registry.lattice.satisfied(scope, s.p.credential.Scopes)
}

func (s AuthSubject[S]) caller() *principal { return s.p }

// Caller is an [AuthSubject] of any type. It is sealed: each value is the answer
// of an authenticator.
type Caller interface{ caller() *principal }

func refOf(c Caller) credential.SubjectRef {
	if c == nil {
		return credential.SubjectRef{}
	}
	p := c.caller()
	if p == nil || p.credential == nil {
		return credential.SubjectRef{}
	}
	return p.credential.Subject
}

// RateKey is a stable key for the rate limit of a caller: the subject, whatever
// credential it used ("organization:0190…"), or "anonymous", where the
// application adds the source.
func RateKey(c Caller) string { return refOf(c).String() }
