package authtest

import (
	"context"
	"crypto/sha256"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/audit"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/auth/owner"
)

// World is a small world of two tenants over a store in memory.
type World struct {
	Registry      *auth.Registry
	Keys          auth.Keys
	Store         *Store
	Issuer        *auth.Issuer
	Authenticator *auth.Authenticator
	// A and B are the tenants.
	A, B Tenant
	// Both is a user who is a member of A and of B.
	Both credential.SubjectRef

	tb testing.TB

	mu      sync.Mutex
	now     time.Time
	members map[uuid.UUID][]member
}

// Tenant is an organization with one subject of each kind.
type Tenant struct {
	OrganizationID uuid.UUID
	User           credential.SubjectRef
	Organization   credential.SubjectRef
	Customer       credential.SubjectRef
}

type member struct {
	organizationID uuid.UUID
	permissions    []auth.Permission
}

// New makes a world for a registry. It must have a type of credential for every
// subject that the test uses. The functions change the configuration of the
// authenticator before it is made.
func New(tb testing.TB, registry *auth.Registry, configure ...func(*auth.Config)) *World {
	tb.Helper()
	w := &World{Registry: registry, Store: &Store{}, tb: tb, now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), members: map[uuid.UUID][]member{}}
	secret := sha256.Sum256([]byte(tb.Name()))
	var err error
	if w.Keys, err = auth.NewKeys(auth.Key{ID: "test", Secret: secret[:]}); err != nil {
		tb.Fatalf("authtest: New: %v", err)
	}
	config := auth.Config{Store: w.Store, Keys: w.Keys, Now: w.Now, Memberships: w}
	for _, change := range configure {
		change(&config)
	}
	if w.Authenticator, err = auth.New(registry, config); err != nil {
		tb.Fatalf("authtest: New: %v", err)
	}
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := w.Authenticator.Close(ctx); err != nil {
			tb.Errorf("authtest: closing the authenticator: %v", err)
		}
	})
	if w.Issuer, err = auth.NewIssuer(registry, config.Keys, w.Store); err != nil {
		tb.Fatalf("authtest: New: %v", err)
	}
	w.Issuer = w.Issuer.At(w.Now).Audited(func(context.Context, audit.Action) {}) // a test issues much
	w.A, w.B = newTenant(), newTenant()
	w.Both = auth.User{ID: uuid.New()}.Ref()
	w.Join(w.A.User, w.A.OrganizationID)
	w.Join(w.B.User, w.B.OrganizationID)
	w.Join(w.Both, w.A.OrganizationID)
	w.Join(w.Both, w.B.OrganizationID)
	return w
}

func newTenant() Tenant {
	id := uuid.New()
	return Tenant{
		OrganizationID: id,
		User:           auth.User{ID: uuid.New()}.Ref(),
		Organization:   auth.Organization{ID: id}.Ref(),
		Customer:       auth.Customer{ID: uuid.New(), OrganizationID: id}.Ref(),
	}
}

// Now is the clock of the world. It does not advance by itself.
func (w *World) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// Pass advances the clock.
func (w *World) Pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// Join makes a user a member of an organization, with these permissions.
func (w *World) Join(user credential.SubjectRef, organizationID uuid.UUID, permissions ...auth.Permission) {
	w.Leave(user, organizationID)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.members[user.ID] = append(w.members[user.ID], member{organizationID, permissions})
}

// Leave ends a membership.
func (w *World) Leave(user credential.SubjectRef, organizationID uuid.UUID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.members[user.ID] = slices.DeleteFunc(w.members[user.ID], func(m member) bool { return m.organizationID == organizationID })
}

// DeleteOrganization deletes an organization: nobody is a member any more. Its own
// credentials and those of its customers are dead.
func (w *World) DeleteOrganization(organizationID uuid.UUID) {
	w.mu.Lock()
	for user, members := range w.members {
		w.members[user] = slices.DeleteFunc(members, func(m member) bool { return m.organizationID == organizationID })
	}
	w.mu.Unlock()
	w.Store.Remove(auth.Organization{ID: organizationID}.Ref())
}

// Organizations implements auth.Memberships. The authenticator uses the world for
// its memberships, unless a function that is given to [New] sets another.
func (w *World) Organizations(_ context.Context, userID uuid.UUID, permission auth.Permission) (owner.Set, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var ids []uuid.UUID
	for _, m := range w.members[userID] {
		if permission == "" || slices.Contains(m.permissions, permission) {
			ids = append(ids, m.organizationID)
		}
	}
	return owner.IDs(ids...), nil
}

// Credential is a new bearer token of the subject, of the first type in the
// registry that stands for it. It lives for an hour and has no limit.
func (w *World) Credential(subject credential.SubjectRef, scopes ...credential.Scope) Credential {
	w.tb.Helper()
	for _, typ := range w.Registry.All() {
		if typ.SubjectKind() == subject.Kind && typ.IsIssued() && typ.CookieName() == "" {
			return w.Issue(auth.Issue{Type: typ, Subject: subject, Scopes: scopes, Limit: credential.Unrestricted(), Lifetime: time.Hour})
		}
	}
	w.tb.Fatalf("authtest: Credential(%s): none of the credential types is a token of such a subject", subject)
	return Credential{}
}

// WebSession is a new web session of the user, an hour long.
func (w *World) WebSession(user credential.SubjectRef, scopes ...credential.Scope) Credential {
	w.tb.Helper()
	for _, typ := range w.Registry.All() {
		if typ.CookieName() != "" {
			return w.Issue(auth.Issue{Type: typ, Subject: user, Scopes: scopes, Limit: credential.Unrestricted(), Lifetime: time.Hour})
		}
	}
	w.tb.Fatalf("authtest: WebSession(%s): none of the credential types is a web session", user)
	return Credential{}
}

// Issue issues a credential.
func (w *World) Issue(issue auth.Issue) Credential {
	w.tb.Helper()
	issued, err := w.Issuer.System("a test").Issue(context.Background(), issue)
	if err != nil {
		w.tb.Fatalf("authtest: issuing a credential: %v", err)
	}
	return w.Present(issued)
}

// Present is an issued credential in the header where its type belongs.
func (w *World) Present(issued auth.Issued) Credential {
	name := issued.Credential.Type + " of " + issued.Credential.Subject.String()
	for _, typ := range w.Registry.All() {
		if typ.Name() == issued.Credential.Type && typ.CookieName() != "" {
			return Cookie(name, typ.CookieName(), issued.Token.Reveal()).of(issued)
		}
	}
	return Bearer(name, issued.Token.Reveal()).of(issued)
}
