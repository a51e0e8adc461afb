package auth

import (
	"context"

	"github.com/polarkit-go/polarkit/auth/credential"
)

// Resolver finds the credential of a token that has none of the known prefixes,
// such as a JWT. It returns a credential of a type made by [NewExternalType], or
// [credential.ErrInvalid]. Any other error means that it is not known who is
// calling, and the answer is 503. It is an interface, because the application
// decides whom to ask. No method will be added to it.
type Resolver interface {
	Resolve(ctx context.Context, token Secret) (*credential.Credential, error)
}
