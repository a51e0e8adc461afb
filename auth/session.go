package auth

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/errors"
)

// cookie is the session's cookie with a value, for so many seconds (-1 clears it).
func (a *Authenticator) cookie(value string, maxAge int) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // Secure is off only where Config.InsecureCookie says so
		Name:     a.registry.session.cookie,
		Value:    value,
		Path:     "/",
		MaxAge:   maxAge,
		Secure:   !a.config.InsecureCookie,
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	}
}

// setCookie sets a cookie, and removes an earlier Set-Cookie of the same name: a
// reply must not have two (RFC 6265, section 4.1.1).
func setCookie(header http.Header, c *http.Cookie) {
	lines := slices.DeleteFunc(header["Set-Cookie"], func(line string) bool { return strings.HasPrefix(line, c.Name+"=") })
	header["Set-Cookie"] = append(lines, c.String())
}

func cookieProblem(c *http.Cookie) string {
	if c.Secure {
		return ""
	}
	for _, prefix := range [...]string{"__host-", "__secure-"} {
		if strings.HasPrefix(strings.ToLower(c.Name), prefix) {
			return fmt.Sprintf("Config.InsecureCookie: browsers refuse a cookie named %s without Secure; give the credential type another name with Cookie", c.Name)
		}
	}
	return ""
}

// Sessions signs users in and out of a web session.
type Sessions struct {
	a        *Authenticator
	issuer   *Issuer
	lifetime time.Duration
}

// NewSessions makes the helper. The registry of the authenticator must have a web
// session. The lifetime is absolute: use does not extend it. Zero is 30 days.
func NewSessions(a *Authenticator, issuer *Issuer, lifetime time.Duration) (*Sessions, error) {
	switch {
	case a == nil || a.registry == nil:
		return nil, errors.New("auth: NewSessions: no authenticator; make one with New")
	case issuer == nil || issuer.registry == nil:
		return nil, errors.New("auth: NewSessions: no issuer; make one with NewIssuer")
	case a.registry.session == nil:
		return nil, errors.New("auth: NewSessions: the registry has no WebSession; add it to NewRegistry")
	case a.registry != issuer.registry:
		return nil, errors.New("auth: NewSessions: the authenticator and the issuer have different registries")
	case lifetime < 0:
		return nil, errors.New("auth: NewSessions: the lifetime is negative")
	case lifetime == 0:
		lifetime = 30 * 24 * time.Hour
	}
	return &Sessions{a: a, issuer: issuer, lifetime: lifetime}, nil
}

// CheckOrigin refuses a request from another site with [CrossOrigin], as
// [Sessions.Login] and [Sessions.Logout] do. A program calls it before it does
// other work for a sign-in, such as checking a password.
func (s *Sessions) CheckOrigin(r *http.Request) error {
	if err := s.a.origins.check(r); err != nil {
		return s.a.answers.crossOrigin
	}
	return nil
}

// Login starts a session for a user who has just proved who they are, and adds
// its cookie to the headers of the reply. The session is always a new one, and the
// session of the request is revoked. A request from another site is refused with
// [CrossOrigin], so that no page signs its visitors in to a foreign account. The
// scopes are those that the web pages of the application need. The session reaches
// everything that the user reaches.
//
// Login takes the headers and not the writer, because some programs write the reply
// later.
func (s *Sessions) Login(header http.Header, r *http.Request, user uuid.UUID, scopes ...credential.Scope) (credential.Credential, error) {
	if err := s.CheckOrigin(r); err != nil {
		return credential.Credential{}, err
	}
	issued, err := s.issuer.System("signs a user in").Issue(r.Context(), Issue{
		Type:     *s.a.registry.session,
		Subject:  credential.SubjectRef{Kind: s.a.registry.session.subject.kind, ID: user},
		Scopes:   scopes,
		Limit:    credential.Unrestricted(),
		Lifetime: s.lifetime,
	})
	if err != nil {
		return credential.Credential{}, err
	}
	if err := s.end(r); err != nil {
		// The old session is still alive, so the new one is taken back.
		_, revokeErr := s.issuer.System("takes a sign-in back").Revoke(context.WithoutCancel(r.Context()), credential.Selection{Subject: issued.Credential.Subject, ID: issued.Credential.ID})
		return credential.Credential{}, errors.Join(err, revokeErr)
	}
	setCookie(header, s.a.cookie(issued.Token.Reveal(), int(s.lifetime/time.Second)))
	header.Set("Cache-Control", "no-store")
	return issued.Credential, nil
}

// Logout ends the session of the request, in the store and in the browser. Without
// one it only clears the cookie. A request from another site is refused with
// [CrossOrigin].
func (s *Sessions) Logout(header http.Header, r *http.Request) error {
	if err := s.CheckOrigin(r); err != nil {
		return err
	}
	if err := s.end(r); err != nil {
		return err
	}
	setCookie(header, s.a.cookie("", -1))
	header.Set("Cache-Control", "no-store")
	return nil
}

// end revokes the session of the request's cookie. The Authorization header of the
// request does not matter.
func (s *Sessions) end(r *http.Request) error {
	what := chooseCookie(r.Header, s.a.registry.session.cookie)
	typ := s.a.registry.session
	if what.place == nowhere || what.problem != "" || s.a.registry.of(what.token) != typ || checkToken(typ.prefix, what.token) != "" {
		return nil
	}
	p, _, dead, err := s.a.find(r.Context(), typ, what.token)
	switch {
	case err != nil:
		return unavailable(err)
	case dead != "":
		return nil
	}
	_, err = s.issuer.System("signs a user out").Revoke(r.Context(), credential.Selection{Subject: p.credential.Subject, Type: typ.name, ID: p.credential.ID})
	return err
}
