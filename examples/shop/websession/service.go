package websession

import (
	"context"
	"net/http"
	"strings"

	sq "github.com/Masterminds/squirrel"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/auth/signin"
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
	checker  *signin.Checker
	reader   repository.Reader
	writer   repository.Writer
}

// NewService makes a service.
func NewService(sessions *auth.Sessions, checker *signin.Checker, reader repository.Reader, writer repository.Writer) *Service {
	return &Service{sessions: sessions, checker: checker, reader: reader, writer: writer}
}

// Create signs a user in. The reply does the work, because it has the request: the
// sign-in depends on where the request came from.
func (s *Service) Create(_ context.Context, _ api.NoSubject, in WebSessionCreate) (SignedIn, error) {
	return SignedIn{service: s, in: in}, nil
}

// signIn checks the password and starts a session.
func (s *Service) signIn(header http.Header, r *http.Request, in WebSessionCreate) error {
	if err := s.sessions.CheckOrigin(r); err != nil {
		return err
	}
	users := user.Repository.For(owner.System("signs a user in"))
	var found user.Row
	err := s.checker.Check(r.Context(), signin.Attempt{
		Account:  strings.ToLower(in.Email),
		Source:   auth.Source(r),
		Password: in.Password,
		Find: func(ctx context.Context) (string, error) {
			var err error
			found, err = users.GetBy(ctx, s.reader, sq.Expr("lower(email) = lower(?)", in.Email))
			if errors.Is(err, errors.ResourceNotFound) || err == nil && found.PasswordHash == nil {
				return "", nil
			}
			if err != nil {
				return "", err
			}
			return *found.PasswordHash, nil
		},
		Rehash: func(ctx context.Context, hash string) error {
			// If the password was changed in the meantime, the new one stays.
			_, err := users.UpdateWhere(ctx, s.writer, sq.Eq{"id": found.ID, "password_hash": found.PasswordHash}, user.Repository.Set("password_hash", hash))
			return err
		},
	})
	if err != nil {
		return err
	}
	_, err = s.sessions.Login(header, r, found.ID, access.AdminScopes()...)
	return err
}

// Delete signs the user out.
func (s *Service) Delete(context.Context, api.NoSubject, SignOut) (SignedOut, error) {
	return SignedOut{sessions: s.sessions}, nil
}

// SignedIn is a reply that signs a user in and sets the session's cookie.
type SignedIn struct {
	service *Service
	in      WebSessionCreate
}

// WriteResponse starts the session. The cookie alone holds its secret.
func (s SignedIn) WriteResponse(w http.ResponseWriter, r *http.Request) error {
	if err := s.service.signIn(w.Header(), r, s.in); err != nil {
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
