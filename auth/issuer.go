package auth

import (
	"time"

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
}

// NewIssuer makes an issuer. To issue within a transaction, give it a ledger on that.
func NewIssuer(registry *Registry, keys Keys, ledger credential.Ledger) (*Issuer, error) {
	switch {
	case registry == nil || registry.word == "":
		return nil, errors.New("auth: NewIssuer: no registry; make one with NewRegistry")
	case len(keys.keys) == 0:
		return nil, errNoKeys
	case ledger == nil:
		return nil, errors.New("auth: NewIssuer: the ledger is nil")
	}
	return &Issuer{registry: registry, keys: keys, ledger: ledger, now: time.Now}, nil
}

// At is an issuer with another clock, for tests.
func (i *Issuer) At(now func() time.Time) *Issuer {
	c := *i
	c.now = now
	return &c
}

// For returns the credentials that a caller may issue and end: their own, and
// those of organizations that they reach and of the customers of these. What is
// issued is never wider than the credential of the caller, see
// [Credentials.Issue].
func (i *Issuer) For(caller Caller) Credentials {
	return Credentials{issuer: i, caller: caller}
}

// System returns all credentials, for a program that acts without a caller: a
// command, a job, a sign-in whose password was just checked. A token has the
// rights that the call names. An endpoint uses [Issuer.For], so that a caller
// never gets more rights than they have. The reason is for the readers of the
// code; with an empty one every method fails.
func (i *Issuer) System(why string) Credentials { return Credentials{issuer: i, why: why} }

// time is as exact as databases keep it.
func (i *Issuer) time() time.Time { return i.now().Truncate(time.Microsecond) }

// Issue is a credential to issue.
type Issue struct {
	// Type is which: one of the types of the registry, by its variable.
	Type CredentialType
	// Subject is whom it stands for; its kind must be that of the credential type.
	Subject credential.SubjectRef
	// Scopes are what it may do. Unknown ones are an error, repeated ones count once.
	Scopes []credential.Scope
	// Limit is which organizations it reaches. The zero value is none: say
	// [credential.Unrestricted] or [credential.LimitedTo]. For a caller who is limited, [credential.Unrestricted]
	// is the caller's own limit.
	Limit credential.Limit
	// Name is the owner's text for it. Default: none.
	Name string
	// Lifetime ends it. Zero or less: it does not expire, which web and customer
	// sessions refuse. For a caller it ends with the caller's own credential at the
	// latest, see [CredentialType.OutlivesSession].
	Lifetime time.Duration
}

// Issued is a new credential. The token is shown to its owner now and never
// again: only its hash is stored.
type Issued struct {
	Token      Secret
	Credential credential.Credential
}
