package auth

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth/audit"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/errors"
)

// Issuer issues credentials and ends them, for a caller ([Issuer.For]) or for
// the program itself ([Issuer.System]). It needs no authenticator, so that a
// command can issue a token too. It is safe for concurrent use.
type Issuer struct {
	registry *Registry
	keys     Keys
	ledger   credential.Ledger
	now      func() time.Time
	audit    func(context.Context, audit.Action)
}

// NewIssuer makes an issuer. To issue within a transaction, give it a ledger on
// the transaction.
func NewIssuer(registry *Registry, keys Keys, ledger credential.Ledger) (*Issuer, error) {
	switch {
	case registry == nil || registry.word == "":
		return nil, errors.New("auth: NewIssuer: no registry; make one with NewRegistry")
	case len(keys.keys) == 0:
		return nil, errors.New("auth: NewIssuer: no keys; make them with NewKeys or ParseKeys")
	case isNil(ledger):
		return nil, errors.New("auth: NewIssuer: the ledger is nil")
	}
	return &Issuer{registry: registry, keys: keys, ledger: ledger, now: time.Now, audit: audit.LogActions(nil)}, nil
}

// At returns an issuer with another clock, for tests.
func (i *Issuer) At(now func() time.Time) *Issuer {
	c := *i
	c.now = now
	return &c
}

// Audited returns an issuer whose uses by the program itself ([Issuer.System]) go to a
// hook, each with its reason. It is called after each use, also after one that
// failed, and must be safe for concurrent use. Default: [audit.LogActions] of
// slog.Default. Nil is that default.
func (i *Issuer) Audited(hook func(context.Context, audit.Action)) *Issuer {
	c := *i
	if c.audit = hook; hook == nil {
		c.audit = audit.LogActions(nil)
	}
	return &c
}

// For returns the credentials that a caller may issue and end: their own, and
// those of organizations that they reach and of the customers of these. A new
// credential never allows more than that of the caller, see [Credentials.Issue].
func (i *Issuer) For(caller Caller) Credentials {
	return Credentials{issuer: i, caller: caller}
}

// System returns all credentials, for a program that acts without a caller: a
// command, a job, a sign-in after the password was checked. A token has the rights
// that the call names. An endpoint uses [Issuer.For], so that no caller gets more
// rights than they have. Each use is reported with the reason, see
// [Issuer.Audited]. With a blank reason every method fails.
func (i *Issuer) System(why string) Credentials {
	return Credentials{issuer: i, system: true, why: strings.TrimSpace(why)}
}

// time is the time to the microsecond, as PostgreSQL stores it.
func (i *Issuer) time() time.Time { return i.now().Truncate(time.Microsecond) }

// Issue is a credential to issue.
type Issue struct {
	// Type is one of the types of the registry, by its variable.
	Type CredentialType
	// Subject is the subject of the credential, of the kind that the type has.
	Subject credential.SubjectRef
	// Scopes are what it allows. An unknown scope is an error. A repeated one counts once.
	Scopes []credential.Scope
	// Limit says which organizations it reaches. The zero value is none: use
	// [credential.Unrestricted] or [credential.LimitedTo]. For a caller who is
	// limited, [credential.Unrestricted] is the limit of the caller.
	Limit credential.Limit
	// Name is the owner's text for it. Default: none.
	Name string
	// Lifetime is the time after which it expires. Zero or less: it does not expire;
	// web and customer sessions must. For a caller it expires at the latest with their
	// own credential, see [CredentialType.OutlivesSession].
	Lifetime time.Duration
}

// Issued is a new credential. Show the token to its owner now: only its hash is
// stored, so it cannot be shown again.
type Issued struct {
	Token      Secret
	Credential credential.Credential
}

// count is 1 for a credential that was issued.
func (i Issued) count() int {
	if i.Credential.ID == uuid.Nil {
		return 0
	}
	return 1
}
