package auth_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/authtest"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
)

// maker is a caller with a credential, and what they may issue.
func maker(t *testing.T, s *service, issue auth.Issue) auth.Credentials {
	t.Helper()
	return s.Issuer.For(subjectOf(t, s, anyone, s.Issue(issue)))
}

func TestNothingIsIssuedWiderThanItsMaker(t *testing.T) {
	t.Parallel()
	s := newService(t)
	a, b := s.A.OrganizationID, s.B.OrganizationID
	scopes := func(all ...credential.Scope) []credential.Scope { return all }
	writer := auth.Issue{Type: auth.OAuth2UserAccessToken, Subject: s.Both, Scopes: scopes("customers:write"), Limit: credential.Unrestricted(), Lifetime: time.Hour}
	with := func(change func(*auth.Issue)) auth.Issue {
		issue := writer
		change(&issue)
		return issue
	}
	token := auth.Issue{Type: auth.PersonalAccessToken, Subject: s.Both, Scopes: scopes("customers:read"), Limit: credential.Unrestricted()}
	wants := func(change func(*auth.Issue)) auth.Issue {
		issue := token
		change(&issue)
		return issue
	}
	for name, c := range map[string]struct {
		maker, wants auth.Issue
		fails        error
		scopes       []credential.Scope
		limit        credential.Limit
		lifetime     time.Duration // zero: the maker's
	}{
		"the same scope":      {maker: writer, wants: wants(func(i *auth.Issue) { i.Scopes = scopes("customers:write") }), scopes: scopes("customers:write"), limit: credential.Unrestricted()},
		"an implied scope":    {maker: writer, wants: token, scopes: scopes("customers:read"), limit: credential.Unrestricted()},
		"repeated scopes":     {maker: writer, wants: wants(func(i *auth.Issue) { i.Scopes = scopes("customers:read", "customers:write", "customers:read") }), scopes: scopes("customers:read", "customers:write"), limit: credential.Unrestricted()},
		"no scope":            {maker: writer, wants: wants(func(i *auth.Issue) { i.Scopes = nil }), limit: credential.Unrestricted()},
		"a wider scope":       {maker: with(func(i *auth.Issue) { i.Scopes = scopes("customers:read") }), wants: wants(func(i *auth.Issue) { i.Scopes = scopes("customers:write") }), fails: auth.InsufficientScope},
		"one of two scopes":   {maker: writer, wants: wants(func(i *auth.Issue) { i.Scopes = scopes("customers:read", "orders:read") }), fails: auth.InsufficientScope},
		"a maker of no scope": {maker: with(func(i *auth.Issue) { i.Scopes = nil }), wants: token, fails: auth.InsufficientScope},

		"limited, all asked for":      {maker: with(func(i *auth.Issue) { i.Limit = credential.LimitedTo(a) }), wants: token, scopes: scopes("customers:read"), limit: credential.LimitedTo(a)},
		"limited, the same asked for": {maker: with(func(i *auth.Issue) { i.Limit = credential.LimitedTo(a, b) }), wants: wants(func(i *auth.Issue) { i.Limit = credential.LimitedTo(b) }), scopes: scopes("customers:read"), limit: credential.LimitedTo(b)},
		"limited, another asked for":  {maker: with(func(i *auth.Issue) { i.Limit = credential.LimitedTo(a) }), wants: wants(func(i *auth.Issue) { i.Limit = credential.LimitedTo(b) }), fails: owner.ErrOutOfReach},
		"limited, one more asked for": {maker: with(func(i *auth.Issue) { i.Limit = credential.LimitedTo(a) }), wants: wants(func(i *auth.Issue) { i.Limit = credential.LimitedTo(a, b) }), fails: owner.ErrOutOfReach},
		"limited to none":             {maker: with(func(i *auth.Issue) { i.Limit = credential.LimitedTo() }), wants: token, scopes: scopes("customers:read"), limit: credential.LimitedTo()},
		"none asked for":              {maker: writer, wants: wants(func(i *auth.Issue) { i.Limit = credential.Limit{} }), scopes: scopes("customers:read"), limit: credential.Limit{}},

		"a shorter life": {maker: writer, wants: wants(func(i *auth.Issue) { i.Lifetime = time.Minute }), scopes: scopes("customers:read"), limit: credential.Unrestricted(), lifetime: time.Minute},
		"a longer life":  {maker: writer, wants: wants(func(i *auth.Issue) { i.Lifetime = 24 * time.Hour }), scopes: scopes("customers:read"), limit: credential.Unrestricted()},

		"another user":         {maker: writer, wants: wants(func(i *auth.Issue) { i.Subject = s.A.User }), fails: owner.ErrOutOfReach},
		"an organization":      {maker: writer, wants: wants(func(i *auth.Issue) { i.Type, i.Subject = auth.OrganizationAccessToken, s.B.Organization }), scopes: scopes("customers:read"), limit: credential.Unrestricted()},
		"not of theirs":        {maker: with(func(i *auth.Issue) { i.Subject = s.A.User }), wants: wants(func(i *auth.Issue) { i.Type, i.Subject = auth.OrganizationAccessToken, s.B.Organization }), fails: owner.ErrOutOfReach},
		"outside of its limit": {maker: with(func(i *auth.Issue) { i.Limit = credential.LimitedTo(a) }), wants: wants(func(i *auth.Issue) { i.Type, i.Subject = auth.OrganizationAccessToken, s.B.Organization }), fails: owner.ErrOutOfReach},
		"a customer": {
			maker: with(func(i *auth.Issue) {
				i.Type, i.Subject, i.Scopes = auth.OrganizationAccessToken, s.A.Organization, scopes("portal:read")
			}),
			wants:  auth.Issue{Type: auth.CustomerSession, Subject: s.A.Customer, Scopes: scopes("portal:read"), Limit: credential.LimitedTo(a), Lifetime: 24 * time.Hour},
			scopes: scopes("portal:read"), limit: credential.LimitedTo(a),
		},
		"a customer of another": {
			maker: with(func(i *auth.Issue) {
				i.Type, i.Subject, i.Scopes = auth.OrganizationAccessToken, s.A.Organization, scopes("portal:read")
			}),
			wants: auth.Issue{Type: auth.CustomerSession, Subject: s.B.Customer, Scopes: scopes("portal:read"), Limit: credential.Unrestricted(), Lifetime: time.Hour},
			fails: owner.ErrOutOfReach,
		},
		"a customer for their organization": {
			maker: with(func(i *auth.Issue) { i.Type, i.Subject = auth.CustomerSession, s.A.Customer }),
			wants: wants(func(i *auth.Issue) { i.Type, i.Subject = auth.OrganizationAccessToken, s.A.Organization }),
			fails: owner.ErrOutOfReach,
		},
	} {
		issued, err := maker(t, s, c.maker).Issue(t.Context(), c.wants)
		if c.fails != nil {
			require.ErrorIs(t, err, c.fails, name)
			continue
		}
		require.NoError(t, err, name)
		require.Equal(t, c.scopes, issued.Credential.Scopes, name)
		require.Equal(t, c.limit, issued.Credential.Limit, name)
		if c.lifetime == 0 {
			c.lifetime = time.Hour
		}
		require.Equal(t, s.Now().Add(c.lifetime), *issued.Credential.ExpiresAt, name)
	}

	t.Run("nobody issues", func(t *testing.T) {
		_, err := s.Issuer.For(subjectOf(t, s, anyone, noCredential)).Issue(t.Context(), token)
		require.ErrorIs(t, err, errors.NotPermitted)
		for name, c := range map[string]auth.Credentials{
			"the zero value": {}, "a nil caller": s.Issuer.For(nil), "the zero caller": s.Issuer.For(auth.AuthSubject[auth.User]{}), "no reason": s.Issuer.System(" \n"),
		} {
			_, err = c.Issue(t.Context(), token)
			sentence.Equal(t, "Credentials: "+name, err)
			_, err = c.Rotate(t.Context(), credential.Selection{Subject: s.Both, ID: uuid.New()}, 0)
			sentence.Equal(t, "Credentials: "+name, err)
			_, err = c.List(t.Context(), credential.Selection{Subject: s.Both})
			sentence.Equal(t, "Credentials: "+name, err)
			_, err = c.Revoke(t.Context(), credential.Selection{Subject: s.Both})
			sentence.Equal(t, "Credentials: "+name, err)
		}
	})
	t.Run("a customer of another under the own organization", func(t *testing.T) {
		session := auth.Issue{Type: auth.CustomerSession, Subject: s.B.Customer, Scopes: scopes("portal:read"), Limit: credential.Unrestricted(), Lifetime: time.Hour}
		theirs := s.Issue(session).Issued().Credential
		mine := maker(t, s, auth.Issue{Type: auth.OrganizationAccessToken, Subject: s.A.Organization, Scopes: scopes("portal:read"), Limit: credential.Unrestricted()})
		forged := credential.Selection{Subject: auth.Customer{ID: s.B.Customer.ID, OrganizationID: a}.Ref()}
		found, err := mine.List(t.Context(), forged)
		require.NoError(t, err)
		require.Empty(t, found)
		revoked, err := mine.Revoke(t.Context(), forged)
		require.NoError(t, err)
		require.Zero(t, revoked)
		forged.ID = theirs.ID
		_, err = mine.Rotate(t.Context(), forged, 0)
		require.ErrorIs(t, err, owner.ErrOutOfReach)
		theirOwn := maker(t, s, auth.Issue{Type: auth.OrganizationAccessToken, Subject: s.B.Organization, Scopes: scopes("portal:read"), Limit: credential.Unrestricted()})
		found, err = theirOwn.List(t.Context(), credential.Selection{Subject: s.B.Customer})
		require.NoError(t, err)
		require.Len(t, found, 1)
		require.Nil(t, found[0].RevokedAt)
	})
	t.Run("no sign-in is issued", func(t *testing.T) {
		_, err := maker(t, s, writer).Issue(t.Context(), auth.Issue{Type: auth.WebSession, Subject: s.Both, Limit: credential.Unrestricted(), Lifetime: time.Hour})
		sentence.Equal(t, "Issue: a sign-in for a caller", err)
	})
	t.Run("a chain", func(t *testing.T) {
		short := with(func(i *auth.Issue) { i.Lifetime, i.Limit = time.Minute, credential.LimitedTo(a) })
		for range 3 {
			issued, err := maker(t, s, short).Issue(t.Context(), wants(func(i *auth.Issue) { i.Lifetime = 24 * time.Hour }))
			require.NoError(t, err)
			subject := subjectOf(t, s, anyone, s.Present(issued))
			again, err := s.Issuer.For(subject).Issue(t.Context(), token)
			require.NoError(t, err)
			require.Equal(t, issued.Credential.ExpiresAt, again.Credential.ExpiresAt)
			require.Equal(t, credential.LimitedTo(a), again.Credential.Limit)
			_, err = s.Issuer.For(subject).Issue(t.Context(), wants(func(i *auth.Issue) { i.Scopes = scopes("customers:write") }))
			require.ErrorIs(t, err, auth.InsufficientScope)
		}
	})
}

func TestTokensMayOutliveTheSessionThatMakesThem(t *testing.T) {
	t.Parallel()
	own := auth.NewRegistry("shop", auth.PersonalAccessToken.OutlivesSession(), auth.OAuth2UserAccessToken, auth.WebSession)
	w := authtest.New(t, own)
	s := &service{World: w, t: t}
	guard := auth.Require[auth.User](own, auth.NoScope("a test"))
	issue := func(by authtest.Credential, typ auth.CredentialType) *time.Time {
		issued, err := w.Issuer.For(subjectOf(t, s, guard, by)).Issue(t.Context(), auth.Issue{Type: typ, Subject: w.A.User, Limit: credential.Unrestricted()})
		require.NoError(t, err)
		return issued.Credential.ExpiresAt
	}
	session, token := w.WebSession(w.A.User), w.Credential(w.A.User)
	end := w.Now().Add(time.Hour)
	require.Nil(t, issue(session, auth.PersonalAccessToken))
	require.Equal(t, &end, issue(session, auth.OAuth2UserAccessToken))
	require.Equal(t, &end, issue(token, auth.PersonalAccessToken))
}

func TestNothingIsEndedBeyondOnesRights(t *testing.T) {
	t.Parallel()
	s := newService(t)
	ctx := t.Context()
	a, b := s.A.OrganizationID, s.B.OrganizationID
	issue := func(subject credential.SubjectRef, limit credential.Limit, scopes ...credential.Scope) authtest.Credential {
		typ := auth.PersonalAccessToken
		if subject.Kind == auth.OrganizationKind {
			typ = auth.OrganizationAccessToken
		}
		return s.Issue(auth.Issue{Type: typ, Subject: subject, Scopes: scopes, Limit: limit, Lifetime: time.Hour})
	}
	everywhere := credential.Unrestricted()
	for name, c := range map[string]struct {
		caller, target authtest.Credential
		fails          error
	}{
		"the same":                     {issue(s.Both, everywhere, "customers:read"), issue(s.Both, everywhere, "customers:read"), nil},
		"an implied scope":             {issue(s.Both, everywhere, "customers:write"), issue(s.Both, everywhere, "customers:read"), nil},
		"a scope that is not known":    {issue(s.Both, everywhere), s.withScope(issue(s.Both, everywhere), "retired:write"), nil},
		"no scope":                     {issue(s.Both, everywhere), issue(s.Both, everywhere), nil},
		"fewer organizations":          {issue(s.Both, credential.LimitedTo(a, b)), issue(s.Both, credential.LimitedTo(b)), nil},
		"an organization's":            {issue(s.Both, everywhere, "customers:read"), issue(s.B.Organization, everywhere, "customers:read"), nil},
		"a wider scope":                {issue(s.Both, everywhere, "customers:read"), issue(s.Both, everywhere, "customers:write"), auth.InsufficientScope},
		"another scope":                {issue(s.Both, everywhere, "customers:write"), issue(s.Both, everywhere, "orders:read"), auth.InsufficientScope},
		"more organizations":           {issue(s.Both, credential.LimitedTo(a)), issue(s.Both, credential.LimitedTo(a, b)), errors.NotPermitted},
		"all organizations":            {issue(s.Both, credential.LimitedTo(a, b)), issue(s.Both, everywhere), errors.NotPermitted},
		"another organization's":       {issue(s.A.User, everywhere), issue(s.B.Organization, everywhere), owner.ErrOutOfReach},
		"of another user of the same":  {issue(s.Both, everywhere, "customers:write"), issue(s.A.User, everywhere), owner.ErrOutOfReach},
		"of a user, by the company":    {issue(s.A.Organization, everywhere, "customers:write"), issue(s.A.User, everywhere), owner.ErrOutOfReach},
		"an organization's, unlimited": {issue(s.Both, credential.LimitedTo(a)), issue(s.A.Organization, everywhere), errors.NotPermitted},
	} {
		mine := s.Issuer.For(subjectOf(t, s, anyone, c.caller))
		target := c.target.Issued().Credential
		one := credential.Selection{Subject: target.Subject, ID: target.ID}
		list, err := mine.List(ctx, one)
		if errors.Is(c.fails, owner.ErrOutOfReach) {
			require.ErrorIs(t, err, owner.ErrOutOfReach, name)
		} else {
			require.NoError(t, err, name)
			require.Len(t, list, 1, "what may not be ended is seen: %s", name)
		}
		rotated, rotateErr := mine.Rotate(ctx, one, time.Hour)
		n, revokeErr := mine.Revoke(ctx, one)
		if c.fails != nil {
			require.ErrorIs(t, rotateErr, c.fails, name)
			require.ErrorIs(t, revokeErr, c.fails, name)
			require.Zero(t, n, name)
			require.NotEqual(t, 401, s.do(c.target, "GET", "/anyone").Status, name)
			continue
		}
		require.NoError(t, rotateErr, name)
		require.NoError(t, revokeErr, name)
		require.Equal(t, 1, n, name)
		require.Equal(t, s.Now().Add(time.Hour), *rotated.Credential.ExpiresAt, name)
		require.Equal(t, 401, s.do(c.target, "GET", "/anyone").Status, name)
	}

	t.Run("one's own", func(t *testing.T) {
		caller := issue(s.A.User, credential.LimitedTo(a), "customers:read")
		subject := subjectOf(t, s, anyone, caller)
		s.withScope(caller, "customers:write") // widened behind its back: still its own
		own := credential.Selection{Subject: s.A.User, ID: caller.Issued().Credential.ID}
		s.Pass(30 * time.Minute)
		rotated, err := s.Issuer.For(subject).Rotate(ctx, own, time.Hour)
		require.NoError(t, err)
		require.Equal(t, caller.Issued().Credential.ExpiresAt, rotated.Credential.ExpiresAt, "a rotation makes no token live longer")
		n, err := s.Issuer.For(subject).Revoke(ctx, own)
		require.NoError(t, err)
		require.Equal(t, 1, n)
	})
	t.Run("all or none", func(t *testing.T) {
		user := auth.User{ID: uuid.New()}.Ref()
		wide, narrow := issue(user, everywhere, "customers:write"), issue(user, everywhere, "customers:read")
		all := credential.Selection{Subject: user}
		_, err := s.Issuer.For(subjectOf(t, s, anyone, narrow)).Revoke(ctx, all)
		require.ErrorIs(t, err, auth.InsufficientScope)
		require.Equal(t, 200, s.do(narrow, "GET", "/anyone").Status)
		n, err := s.Issuer.For(subjectOf(t, s, anyone, wide)).Revoke(ctx, all)
		require.NoError(t, err)
		require.Equal(t, 2, n)
	})
	t.Run("what is dead is nobody's matter", func(t *testing.T) {
		wide, narrow := issue(s.A.User, everywhere, "orders:read"), issue(s.A.User, everywhere, "customers:read")
		one := credential.Selection{Subject: s.A.User, ID: wide.Issued().Credential.ID}
		_, err := s.Issuer.System("a test").Revoke(ctx, one)
		require.NoError(t, err)
		n, err := s.Issuer.For(subjectOf(t, s, anyone, narrow)).Revoke(ctx, one)
		require.NoError(t, err)
		require.Zero(t, n)
		_, err = s.Issuer.For(subjectOf(t, s, anyone, narrow)).Rotate(ctx, one, 0)
		require.ErrorIs(t, err, credential.ErrInvalid)
		require.ErrorIs(t, err, errors.ResourceNotFound)
	})
}

// withScope gives a credential a scope more, behind everybody's back.
func (s *service) withScope(c authtest.Credential, scope credential.Scope) authtest.Credential {
	s.Store.Change(c.Issued().Credential.ID, func(c *credential.Credential) { c.Scopes = append(c.Scopes, scope) })
	return c
}

// A ledger that cannot be written is 503, and never the client's fault.
func TestLedgerIsAway(t *testing.T) {
	t.Parallel()
	s := newService(t)
	ctx := t.Context()
	issuer, err := auth.NewIssuer(registry, s.Keys, &awayLedger{s.Store})
	require.NoError(t, err)
	issuer = issuer.At(s.Now)
	caller := s.Credential(s.A.User, "customers:read")
	one := credential.Selection{Subject: s.A.User, ID: caller.Issued().Credential.ID}
	for _, c := range []auth.Credentials{issuer.System("a test"), issuer.For(subjectOf(t, s, anyone, caller))} {
		_, issueErr := c.Issue(ctx, auth.Issue{Type: auth.PersonalAccessToken, Subject: s.A.User, Limit: credential.Unrestricted()})
		_, rotateErr := c.Rotate(ctx, one, 0)
		_, revokeErr := c.Revoke(ctx, one)
		for _, err := range []error{issueErr, rotateErr, revokeErr} {
			require.ErrorIs(t, err, errors.ServiceUnavailable)
			polar, ok := errors.AsType[*errors.PolarError](err)
			require.True(t, ok)
			headers := map[string]string{}
			for name, value := range polar.Headers() {
				headers[name] = value
			}
			require.Equal(t, map[string]string{"Retry-After": "5"}, headers)
		}
	}
}

type awayLedger struct{ credential.Ledger }

var errReadOnly = errors.New("cannot execute in a read-only transaction")

func (awayLedger) Add(context.Context, credential.Record, credential.Replacement) error {
	return errReadOnly
}

func (awayLedger) Revoke(context.Context, credential.Selection, time.Time) (int, error) {
	return 0, errReadOnly
}
