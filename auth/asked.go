package auth

import (
	"context"
	"log/slog"
	"sync"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
)

// application is what an authenticator asks of the application to know what a
// subject reaches.
type application struct {
	memberships Memberships
	logger      *slog.Logger
	unset       sync.Once // the warning that Config.Memberships is not set
	policy      func(context.Context, Caller) ([]owner.Grant, error)
}

// asked keeps what one request has asked of the application. It belongs to one
// subject. The zero value is ready, and safe for concurrent use.
type asked struct {
	of *application

	mu       sync.Mutex
	sets     map[Permission]*once[owner.Set]
	byPolicy once[[]owner.Grant]
}

// principal makes a principal that has asked nothing yet: both in one piece of
// memory, which each request takes.
func (a *Authenticator) principal(typ *CredentialType, found *credential.Credential) *principal {
	made := &struct {
		p     principal
		asked asked
	}{
		p:     principal{credential: found, typ: typ, registry: a.registry, realm: a.config.Realm},
		asked: asked{of: &a.asks},
	}
	made.p.asked = &made.asked
	return &made.p
}

// organizations asks [Config.Memberships], once for each permission.
func (a *asked) organizations(ctx context.Context, userID uuid.UUID, permission Permission) (owner.Set, error) {
	if a.of.memberships == nil {
		if a.of.policy == nil {
			a.of.unset.Do(func() {
				a.of.logger.WarnContext(ctx, "auth: Config.Memberships is not set, so users reach no organization")
			})
		}
		return owner.Set{}, nil
	}
	a.mu.Lock()
	if a.sets == nil {
		a.sets = make(map[Permission]*once[owner.Set], 1)
	}
	set := a.sets[permission]
	if set == nil {
		set = &once[owner.Set]{}
		a.sets[permission] = set
	}
	a.mu.Unlock()
	return set.get(ctx, func(ctx context.Context) (owner.Set, error) {
		return a.of.memberships.Organizations(ctx, userID, permission)
	})
}

// policy asks [Config.Policy], once. It leaves out what the package itself grants.
func (a *asked) policy(ctx context.Context, caller Caller) ([]owner.Grant, error) {
	if a.of.policy == nil {
		return nil, nil
	}
	return a.byPolicy.get(ctx, func(ctx context.Context) ([]owner.Grant, error) {
		granted, err := a.of.policy(ctx, caller)
		var kept []owner.Grant
		for _, g := range granted {
			if g.Kind != OrganizationKind && g.Kind != CustomerKind {
				kept = append(kept, g)
			}
		}
		return kept, err
	})
}

// once asks a question once and keeps the answer. A failure is not kept, and a
// panic leaves the question open. The zero value has not asked.
type once[T any] struct {
	mu     sync.Mutex
	asking chan struct{} // closed when the question that is under way ends
	known  bool
	answer T
}

var errAskedItself = errors.New("auth: Config.Memberships or Config.Policy asks for the reach that it helps to make")

// get returns the kept answer, waits for the one under way, or asks.
func (o *once[T]) get(ctx context.Context, ask func(context.Context) (T, error)) (T, error) {
	var none T
	for {
		o.mu.Lock()
		switch {
		case o.known:
			o.mu.Unlock()
			return o.answer, nil
		case o.asking == nil:
			return o.lead(ctx, ask)
		case ctx.Value(o) != nil:
			o.mu.Unlock()
			return none, errAskedItself
		}
		asking := o.asking
		o.mu.Unlock()
		select {
		case <-asking:
		case <-ctx.Done():
			return none, ctx.Err()
		}
	}
}

// lead asks. It is called with the lock held and returns it.
func (o *once[T]) lead(ctx context.Context, ask func(context.Context) (T, error)) (answer T, err error) {
	asking := make(chan struct{})
	o.asking = asking
	o.mu.Unlock()
	known := false
	defer func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		if known {
			o.known, o.answer = true, answer
		}
		o.asking = nil
		close(asking)
	}()
	answer, err = ask(context.WithValue(ctx, o, true))
	if err != nil {
		var none T
		return none, err
	}
	known = true
	return answer, nil
}
