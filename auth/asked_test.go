package auth_test

import (
	"context"
	"net/http"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/kittest"
)

// questions counts what an authenticator asks of the application.
type questions struct {
	mu       sync.Mutex
	members  map[auth.Permission]int
	policies int
	// before, if set, is called in place of the first part of an answer.
	before func(ctx context.Context) error
	set    owner.Set
}

func (q *questions) Organizations(ctx context.Context, _ uuid.UUID, permission auth.Permission) (owner.Set, error) {
	q.mu.Lock()
	if q.members == nil {
		q.members = map[auth.Permission]int{}
	}
	q.members[permission]++
	before := q.before
	q.mu.Unlock()
	if before != nil {
		if err := before(ctx); err != nil {
			return owner.Set{}, err
		}
	}
	return q.set, nil
}

func (q *questions) policy(context.Context, auth.Caller) ([]owner.Grant, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.policies++
	return []owner.Grant{{Kind: "team", Set: owner.IDs(uuid.Max)}}, nil
}

func (q *questions) asked() map[auth.Permission]int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.members
}

func (q *questions) configure(c *auth.Config) { c.Memberships, c.Policy = q, q.policy }

// Where neither memberships nor a policy are set, the log says once that users reach
// no organization.
func TestMembershipsThatAreNotSet(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		policy func(context.Context, auth.Caller) ([]owner.Grant, error)
		lines  int
	}{
		"without a policy": {nil, 1},
		"with a policy":    {(&questions{}).policy, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newService(t, func(c *auth.Config) { c.Memberships, c.Policy = nil, test.policy })
			ask := func(subject credential.SubjectRef) {
				_, holds := grants(reachOf(t, subjectOf(t, s, somebody, limited(s, subject, credential.Unrestricted()))))[auth.OrganizationKind]
				require.Equal(t, subject == s.A.Organization, holds)
			}
			ask(s.A.Organization)
			require.NotContains(t, s.log.String(), "Memberships", "an organization has none")
			ask(s.A.User)
			ask(s.A.User)
			lines := regexp.MustCompile(`level=WARN msg="([^"]*Memberships[^"]*)"`).FindAllStringSubmatch(s.log.String(), -1)
			require.Len(t, lines, test.lines)
			if test.lines > 0 {
				sentence.Equal(t, "memberships that are not set", lines[0][1])
			}
		})
	}
}

// A request asks the memberships once for each permission, and the policy once:
// for all subjects that its requirements gave, and for a credential's issuer.
func TestARequestAsksOnce(t *testing.T) {
	t.Parallel()
	organization := uuid.New()
	q := &questions{set: owner.IDs(organization)}
	s := newService(t, q.configure)
	caller := limited(s, s.A.User, credential.Unrestricted())
	for requests := 1; requests <= 2; requests++ {
		subject := subjectOf(t, s, canManage, caller)
		for range 3 {
			require.Equal(t, map[owner.Kind][]uuid.UUID{auth.OrganizationKind: {organization}, "team": {uuid.Max}}, grants(reachOf(t, subject)))
			require.False(t, reachOf(t, subject.Visible()).IsEmpty())
			own, err := subject.Own(t.Context(), kit.Optional[uuid.UUID]{})
			require.NoError(t, err)
			require.Equal(t, organization, own.ID())
			require.NoError(t, subject.Permit(t.Context(), organization))
			require.ErrorIs(t, subject.Permit(t.Context(), uuid.New()), errors.ResourceNotFound)
			_, err = s.Issuer.For(subject).List(t.Context(), credential.Selection{Subject: auth.Organization{ID: organization}.Ref()})
			require.NoError(t, err)
		}
		require.Equal(t, map[auth.Permission]int{"manage": requests, "": requests}, q.asked())
		require.Equal(t, requests, q.policies)
	}
}

// Requirements that one request asks share what was asked, also with From.
func TestRequirementsOfARequestShareWhatWasAsked(t *testing.T) {
	t.Parallel()
	q := &questions{set: owner.IDs(uuid.New())}
	s := newService(t, q.configure)
	handler := canManage.Handler(canWrite.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		again, ok := auth.From[auth.Subject](r.Context())
		require.True(t, ok)
		first, err := canManage.Authorize(r)
		require.NoError(t, err)
		for _, by := range []owner.Reacher{again, first, again.Visible(), first.Visible()} {
			_, err = by.Reach(r.Context())
			require.NoError(t, err)
		}
	})))
	require.Equal(t, 200, kittest.NewClient(t, s.Authenticator.Middleware(handler)).As(limited(s, s.A.User, credential.Unrestricted())).Get("/").Status)
	require.Equal(t, map[auth.Permission]int{"manage": 1, "": 1}, q.asked())
	require.Equal(t, 1, q.policies)
}

// Those who ask at the same time wait for one answer.
func TestConcurrentQuestionsAreOne(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}), make(chan struct{})
	q := &questions{set: owner.IDs(uuid.New()), before: func(context.Context) error {
		close(entered)
		<-release
		return nil
	}}
	s := newService(t, q.configure)
	subject := subjectOf(t, s, somebody, limited(s, s.A.User, credential.Unrestricted()))
	var all sync.WaitGroup
	ask := func() {
		all.Go(func() {
			reach, err := subject.Reach(t.Context())
			if err != nil || reach.IsEmpty() {
				t.Errorf("reach %v, error %v", reach.Grants(), err)
			}
		})
	}
	ask()
	<-entered
	for range 20 {
		ask()
	}
	// A caller who waits may leave.
	gone, leave := context.WithCancel(t.Context())
	leave()
	_, err := subject.Reach(gone)
	require.ErrorIs(t, err, context.Canceled)
	close(release)
	all.Wait()
	require.Equal(t, map[auth.Permission]int{"": 1}, q.asked())
}

// A look-up that fails, or panics, is not kept: the next one asks again, also
// where it waited for the one that failed.
func TestAFailedLookUpIsNotKept(t *testing.T) {
	t.Parallel()
	away := errors.New("away")
	entered, release := make(chan struct{}), make(chan struct{})
	var n atomic.Int64
	q := &questions{set: owner.IDs(uuid.New()), before: func(context.Context) error {
		switch n.Add(1) {
		case 1:
			close(entered)
			<-release
			return away
		case 2:
			panic("broken")
		case 3:
			return away
		}
		return nil
	}}
	s := newService(t, q.configure)
	subject := subjectOf(t, s, somebody, limited(s, s.A.User, credential.Unrestricted()))
	failed := make(chan error, 1)
	go func() {
		_, err := subject.Reach(t.Context())
		failed <- err
	}()
	<-entered
	waited := make(chan any, 1)
	go func() {
		defer func() { waited <- recover() }()
		_, _ = subject.Reach(t.Context())
	}()
	close(release)
	require.ErrorIs(t, <-failed, away)
	require.Equal(t, "broken", <-waited)
	_, err := subject.Reach(t.Context())
	require.ErrorIs(t, err, away)
	for range 3 {
		_, err = subject.Reach(t.Context())
		require.NoError(t, err)
	}
	require.Equal(t, map[auth.Permission]int{"": 4}, q.asked())
}

// Memberships that ask for the reach which they are asked for get an error, and
// do not wait for themselves.
func TestMembershipsThatAskForTheReach(t *testing.T) {
	t.Parallel()
	q := &questions{before: func(ctx context.Context) error {
		subject, ok := auth.From[auth.Subject](ctx)
		require.True(t, ok)
		_, err := subject.Reach(ctx)
		return err
	}}
	s := newService(t, q.configure)
	handler := somebody.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		subject, _ := auth.From[auth.Subject](r.Context())
		_, err := subject.Reach(r.Context())
		sentence.Equal(t, "memberships that ask for the reach", err)
	}))
	require.Equal(t, 200, kittest.NewClient(t, s.Authenticator.Middleware(handler)).As(limited(s, s.A.User, credential.Unrestricted())).Get("/").Status)
}
