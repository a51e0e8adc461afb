package personalaccesstoken

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/examples/shop/access"
	"github.com/polarkit-go/polarkit/kit"
)

// AvailableScope is a scope that a user can give to a token.
type AvailableScope credential.Scope

// Values is the closed set.
func (AvailableScope) Values() []AvailableScope {
	var values []AvailableScope
	for _, scope := range access.AdminScopes() {
		values = append(values, AvailableScope(scope))
	}
	return values
}

// Scope is a scope that a token may have. An operator can issue a token with
// scopes that a user cannot give.
type Scope credential.Scope

// Values is the closed set.
func (Scope) Values() []Scope {
	var values []Scope
	for _, scope := range slices.Concat(access.AdminScopes(), access.CustomerScopes()) {
		values = append(values, Scope(scope))
	}
	return values
}

// PersonalAccessToken is the read schema.
type PersonalAccessToken struct {
	kit.TimestampedSchema `doc:"A token of a user's own programs."`

	ID         uuid.UUID  `json:"id"           doc:"The ID of the token." example:"6c2f7b84-4f0e-4c53-a0c0-8a0a4f6b8f6e"`
	Comment    string     `json:"comment"      doc:"What the token is for." example:"Nightly export"`
	Scopes     []Scope    `json:"scopes"       doc:"What the token may do." example:"[\"customers:read\"]"`
	ExpiresAt  *time.Time `json:"expires_at"   doc:"When the token ends; null for one that does not." example:"2026-01-03T13:37:00Z"`
	LastUsedAt *time.Time `json:"last_used_at" doc:"When the token was last used, to the minute." example:"2025-01-03T13:37:00Z"`
}

// PersonalAccessTokenCreate is the create schema.
type PersonalAccessTokenCreate struct {
	kit.Schema `doc:"A token to create."`

	Comment       string             `json:"comment"         validate:"min=1,max=256" doc:"What the token is for." example:"Nightly export"`
	Scopes        []AvailableScope   `json:"scopes"          validate:"min=1" doc:"What the token may do." example:"[\"customers:read\"]"`
	ExpiresInDays kit.Optional[*int] `json:"expires_in_days" validate:"gt=0,lte=366" doc:"After how many days the token ends; null for one that does not." example:"30"`
}

// PersonalAccessTokenCreated is a new token, shown once.
type PersonalAccessTokenCreated struct {
	kit.Schema `doc:"A token that was created."`

	PersonalAccessToken PersonalAccessToken `json:"personal_access_token" doc:"The token, without its secret."`
	Token               string              `json:"token"                 doc:"The secret. It is shown only now." example:"shop_pat_…"`
}

func newToken(c credential.Credential) PersonalAccessToken {
	t := PersonalAccessToken{
		TimestampedSchema: kit.TimestampedSchema{CreatedAt: c.CreatedAt},
		ID:                c.ID,
		Comment:           c.Name,
		Scopes:            make([]Scope, len(c.Scopes)),
		ExpiresAt:         c.ExpiresAt,
		LastUsedAt:        c.LastUsedAt,
	}
	for i, scope := range c.Scopes {
		t.Scopes[i] = Scope(scope)
	}
	return t
}
