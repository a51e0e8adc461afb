// Package access says who may call the service: the types of credential, the
// scopes, and which organizations a subject reaches.
package access

import (
	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/auth/pgstore"
)

// The scopes.
const (
	CustomersRead         credential.Scope = "customers:read"
	CustomersWrite        credential.Scope = "customers:write"
	OrdersRead            credential.Scope = "orders:read"
	CustomerSessionsWrite credential.Scope = "customer_sessions:write"
	CustomerPortalRead    credential.Scope = "customer_portal:read"
	CustomerPortalWrite   credential.Scope = "customer_portal:write"
)

// Registry holds the types of credential, the word that tokens begin with, and what
// each scope implies.
var Registry = auth.NewRegistry("shop",
	auth.PersonalAccessToken.OutlivesSession(), // programs use it after the user's session has ended
	auth.OrganizationAccessToken,
	auth.OAuth2UserAccessToken,
	auth.OAuth2OrganizationAccessToken,
	auth.CustomerSession,
	auth.WebSession,
	auth.Scopes{
		CustomersRead:  nil,
		CustomersWrite: {CustomersRead},
		OrdersRead:     nil,
		// A subject that may make sessions for customers may do what the sessions may do.
		CustomerSessionsWrite: {CustomerPortalWrite},
		CustomerPortalRead:    nil,
		CustomerPortalWrite:   {CustomerPortalRead},
	},
)

type (
	// Admin is a user or an organization.
	Admin = auth.AuthSubject[auth.Admin]
	// Customer is a customer of an organization.
	Customer = auth.AuthSubject[auth.Customer]
	// User is a user alone.
	User = auth.AuthSubject[auth.User]
)

// AdminScopes are the scopes of users and organizations: all but those of customers.
func AdminScopes() []credential.Scope {
	return []credential.Scope{CustomersRead, CustomersWrite, OrdersRead, CustomerSessionsWrite}
}

// CustomerScopes are the scopes of customer sessions.
func CustomerScopes() []credential.Scope {
	return []credential.Scope{CustomerPortalRead, CustomerPortalWrite}
}

// NewStore makes the store of credentials. A credential is not valid when its subject is
// deleted, or the organization of the subject. A scalar sub-select is prepared more
// quickly than EXISTS, and every request runs this statement.
func NewStore(db pgstore.DB) (*pgstore.Store, error) {
	return pgstore.New(db,
		pgstore.AliveWhile(auth.UserKind,
			`SELECT u.deleted_at IS NULL FROM users u WHERE u.id = credential.subject_id`),
		pgstore.AliveWhile(auth.OrganizationKind,
			`SELECT o.deleted_at IS NULL FROM organizations o WHERE o.id = credential.subject_id`),
		pgstore.AliveWhile(auth.CustomerKind,
			`SELECT c.deleted_at IS NULL AND o.deleted_at IS NULL
				FROM customers c JOIN organizations o ON o.id = c.organization_id WHERE c.id = credential.subject_id`),
	)
}
