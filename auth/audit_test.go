package auth_test

import (
	"bytes"
	"context"
	stdlog "log"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/audit"
	"github.com/polarkit-go/polarkit/auth/credential"
)

// Each use of Issuer.System is reported with its reason, also one that failed,
// and a sign-in is one. What a caller does is not the program's action.
func TestUsesOfSystemAreReported(t *testing.T) {
	t.Parallel()
	s := newService(t)
	var actions []audit.Action
	issuer := s.Issuer.Audited(func(_ context.Context, a audit.Action) { actions = append(actions, a) })
	last := func() audit.Action {
		t.Helper()
		require.Len(t, actions, 1)
		a := actions[0]
		actions = nil
		return a
	}
	system := issuer.System("nightly clean-up")
	token := auth.Issue{Type: auth.PersonalAccessToken, Subject: s.A.User, Limit: credential.Unrestricted(), Lifetime: time.Hour}

	issued, err := system.Issue(t.Context(), token)
	require.NoError(t, err)
	require.Equal(t, audit.Action{
		Verb: audit.Issue, Why: "nightly clean-up", Subject: s.A.User, CredentialID: issued.Credential.ID, CredentialType: "personal_access_token", Count: 1,
	}, last())

	_, err = system.Issue(t.Context(), auth.Issue{Type: auth.CustomerSession, Subject: s.A.Customer, Limit: credential.Unrestricted()})
	require.Error(t, err)
	require.Equal(t, audit.Action{
		Verb: audit.Issue, Why: "nightly clean-up", Subject: s.A.Customer, CredentialType: "customer_session", Err: err,
	}, last())

	one := credential.Selection{Subject: s.A.User, ID: issued.Credential.ID}
	fresh, err := system.Rotate(t.Context(), one, 0)
	require.NoError(t, err)
	require.Equal(t, audit.Action{Verb: audit.Rotate, Why: "nightly clean-up", Subject: s.A.User, CredentialID: one.ID, Count: 1}, last())

	all := credential.Selection{Subject: s.A.User, Type: "personal_access_token"}
	list, err := system.List(t.Context(), all)
	require.NoError(t, err)
	require.Equal(t, audit.Action{Verb: audit.List, Why: "nightly clean-up", Subject: s.A.User, CredentialType: all.Type, Count: len(list)}, last())

	n, err := system.Revoke(t.Context(), all)
	require.NoError(t, err)
	require.Equal(t, audit.Action{Verb: audit.Revoke, Why: "nightly clean-up", Subject: s.A.User, CredentialType: all.Type, Count: n}, last())
	require.Equal(t, 1, n)
	_, err = system.Rotate(t.Context(), credential.Selection{Subject: s.A.User, ID: fresh.Credential.ID}, 0)
	require.ErrorIs(t, err, credential.ErrInvalid)
	require.ErrorIs(t, last().Err, credential.ErrInvalid)

	sessions, err := auth.NewSessions(s.Authenticator, issuer, time.Hour)
	require.NoError(t, err)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://shop.example.com/", nil)
	require.NoError(t, err)
	signedIn, err := sessions.Login(http.Header{}, r, s.A.User.ID)
	require.NoError(t, err)
	require.Equal(t, audit.Action{
		Verb: audit.Issue, Why: "signs a user in", Subject: s.A.User, CredentialID: signedIn.ID, CredentialType: "web_session", Count: 1,
	}, last())

	subject := subjectOf(t, s, anyone, s.Credential(s.A.User))
	_, err = issuer.For(subject).List(t.Context(), credential.Selection{Subject: s.A.User})
	require.NoError(t, err)
	_, err = issuer.System("").List(t.Context(), all)
	require.Error(t, err)
	_, err = (auth.Credentials{}).List(t.Context(), all)
	require.Error(t, err)
	require.Empty(t, actions)
}

// Without a hook, uses are in the log: none goes unseen. It is not parallel: it
// sets the default logger.
func TestUsesOfSystemAreLoggedByDefault(t *testing.T) { //nolint:paralleltest // it sets slog.Default
	var log bytes.Buffer
	standard := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	t.Cleanup(func() {
		slog.SetDefault(standard)
		stdlog.SetOutput(os.Stderr) // SetDefault has led it to the logger above
	})
	s := newService(t)
	issuer, err := auth.NewIssuer(registry, s.Keys, s.Store)
	require.NoError(t, err)
	for _, issuer := range []*auth.Issuer{issuer, s.Issuer.Audited(nil)} {
		log.Reset()
		_, err = issuer.System("nightly clean-up").Revoke(t.Context(), credential.Selection{Subject: auth.User{ID: uuid.Max}.Ref()})
		require.NoError(t, err)
		_, err = issuer.System("nightly clean-up").Rotate(t.Context(), credential.Selection{}, 0)
		require.Error(t, err)
		lines := strings.Split(strings.TrimSpace(log.String()), "\n")
		require.Len(t, lines, 2)
		require.Contains(t, lines[0], `level=INFO msg="credentials used by the program" action.verb=revoke action.why="nightly clean-up" action.subject=user:ffffffff-ffff-ffff-ffff-ffffffffffff action.count=0`)
		require.Contains(t, lines[1], `level=WARN msg="credentials used by the program" action.verb=rotate action.why="nightly clean-up" action.subject=all action.count=0 action.error=`+strconv.Quote(err.Error()))
	}
}
