package websession

import (
	"context"
	"net/http"

	sq "github.com/Masterminds/squirrel"
	"github.com/google/uuid"
	"golang.org/x/crypto/bcrypt"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/examples/shop/access"
	"github.com/polarkit-go/polarkit/examples/shop/user"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/openapi"
	"github.com/polarkit-go/polarkit/repository"
)

// Service signs users in and out.
type Service struct {
	sessions *auth.Sessions
	reader   repository.Reader
}

// NewService makes a service.
func NewService(sessions *auth.Sessions, reader repository.Reader) *Service {
	return &Service{sessions: sessions, reader: reader}
}

// Create signs a user in.
func (s *Service) Create(ctx context.Context, _ api.NoSubject, in WebSessionCreate) (SignedIn, error) {
	found, err := user.Repository.In(repository.System("signs a user in")).
		GetBy(ctx, s.reader, sq.Expr("lower(email) = lower(?)", in.Email))
	if err != nil && !errors.Is(err, errors.ResourceNotFound) {
		return SignedIn{}, err
	}
	// Without a user, or one without a password, the time is spent all the
	// same: how long it takes must not tell who has an account.
	hash := nobodysHash
	if err == nil && found.PasswordHash != nil {
		hash = *found.PasswordHash
	}
	if bcrypt.CompareHashAndPassword([]byte(hash), []byte(in.Password)) != nil || hash == nobodysHash {
		return SignedIn{}, WrongCredentials.New()
	}
	return SignedIn{sessions: s.sessions, user: found.ID}, nil
}

// nobodysHash is a hash of a random password that was thrown away.
const nobodysHash = "$2a$12$wTxLUT9ODBNMdCORgMFHv.7hQCIaErijbG0QfAF0rymFhnF/ONWbW"

// Delete signs the user out.
func (s *Service) Delete(context.Context, api.NoSubject, SignOut) (SignedOut, error) {
	return SignedOut{sessions: s.sessions}, nil
}

// SignedIn is a reply that starts a session and sets its cookie.
type SignedIn struct {
	sessions *auth.Sessions
	user     uuid.UUID
}

// WriteResponse starts the session. The cookie alone holds its secret.
func (s SignedIn) WriteResponse(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.sessions.Login(w.Header(), r, s.user, access.AdminScopes()...); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// DescribeResponse describes the reply in the document.
func (SignedIn) DescribeResponse() (int, openapi.Response) {
	return http.StatusNoContent, openapi.Response{Description: "Signed in: the session's cookie is set."}
}

// SignedOut is a reply that ends the session of the request's cookie.
type SignedOut struct{ sessions *auth.Sessions }

// WriteResponse ends the session.
func (s SignedOut) WriteResponse(w http.ResponseWriter, r *http.Request) error {
	if err := s.sessions.Logout(w.Header(), r); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// DescribeResponse describes the reply in the document.
func (SignedOut) DescribeResponse() (int, openapi.Response) {
	return http.StatusNoContent, openapi.Response{Description: "Signed out."}
}
