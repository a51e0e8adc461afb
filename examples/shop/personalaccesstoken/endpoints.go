// Package personalaccesstoken lets users manage the tokens of their programs.
package personalaccesstoken

import (
	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/pagination"
)

// Routes registers the endpoints.
func Routes(g *api.Group, s *Service) {
	tokens := g.Group("/personal-access-tokens", api.Tag("personal_access_tokens"))

	api.List(tokens, "/", canManage, s.List)
	api.Create(tokens, "/", canManage, s.Create, api.Fails(auth.InsufficientScope))
	api.Delete(tokens, "/{id}", canManage, s.Delete,
		api.Fails(auth.InsufficientScope, errors.NotPermitted))
}

// ListPersonalAccessTokens are the parameters of a list. The newest come first.
type ListPersonalAccessTokens struct {
	pagination.Params
}

// DeletePersonalAccessToken names a token.
type DeletePersonalAccessToken struct {
	ID uuid.UUID `path:"id" doc:"The personal access token ID." example:"6c2f7b84-4f0e-4c53-a0c0-8a0a4f6b8f6e"`
}
