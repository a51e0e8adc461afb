package personalaccesstoken

import (
	"context"
	"time"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/examples/shop/access"
	"github.com/polarkit-go/polarkit/pagination"
)

// Service is what users can do with their tokens.
type Service struct{ issuer *auth.Issuer }

// NewService makes a service.
func NewService(issuer *auth.Issuer) *Service { return &Service{issuer: issuer} }

// List gives a page of the user's valid tokens.
func (s *Service) List(ctx context.Context, by access.User, in ListPersonalAccessTokens) (pagination.ListResource[PersonalAccessToken], error) {
	credentials, err := s.issuer.For(by).List(ctx, credential.Selection{Subject: by.Ref(), Type: auth.PersonalAccessToken.Name()})
	if err != nil {
		return pagination.ListResource[PersonalAccessToken]{}, err
	}
	var living []PersonalAccessToken
	for _, c := range credentials {
		if c.IsAlive(time.Now()) {
			living = append(living, newToken(c))
		}
	}
	total := int64(len(living))
	from := min(in.Offset(), total)
	return pagination.NewListResource(living[from:min(from+in.Limit(), total)], total, in.Params), nil
}

// Create makes a token. It can do at most what the session of the request can do.
func (s *Service) Create(ctx context.Context, by access.User, in PersonalAccessTokenCreate) (PersonalAccessTokenCreated, error) {
	issue := auth.Issue{
		Type:    auth.PersonalAccessToken,
		Subject: by.Ref(),
		Limit:   credential.Unrestricted(),
		Name:    in.Comment,
	}
	for _, scope := range in.Scopes {
		issue.Scopes = append(issue.Scopes, credential.Scope(scope))
	}
	if days := in.ExpiresInDays.Or(nil); days != nil {
		issue.Lifetime = time.Duration(*days) * 24 * time.Hour
	}
	issued, err := s.issuer.For(by).Issue(ctx, issue)
	if err != nil {
		return PersonalAccessTokenCreated{}, err
	}
	return PersonalAccessTokenCreated{PersonalAccessToken: newToken(issued.Credential), Token: issued.Token.Reveal()}, nil
}

// Delete revokes a token of the user. The token must not be able to do more than the
// session of the request.
func (s *Service) Delete(ctx context.Context, by access.User, in DeletePersonalAccessToken) error {
	revoked, err := s.issuer.For(by).Revoke(ctx, credential.Selection{Subject: by.Ref(), Type: auth.PersonalAccessToken.Name(), ID: in.ID})
	if err == nil && revoked == 0 {
		return errors.ResourceNotFound.New()
	}
	return err
}
