package credential_test

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/credential"
)

// A limit reaches exactly what it names. The zero value reaches nothing.
func ExampleLimit() {
	acme, other := uuid.New(), uuid.New()
	limit := credential.LimitedTo(acme)
	fmt.Println(limit.Contains(acme), limit.Contains(other))
	fmt.Println(limit.Within(credential.Unrestricted()), credential.Unrestricted().Within(limit))
	fmt.Println(credential.Limit{}.Contains(acme), credential.Unrestricted().Contains(other))
	// Output:
	// true false
	// true false
	// false true
}

// A selection without a subject holds no credential.
func ExampleSelection_Matches() {
	user := auth.User{ID: uuid.New()}.Ref()
	c := credential.Credential{ID: uuid.New(), Type: "personal_access_token", Subject: user}
	for _, selection := range []credential.Selection{
		{Subject: user},
		{Subject: user, Type: "customer_session"},
		{ID: c.ID},
	} {
		fmt.Println(selection.Matches(&c))
	}
	// Output:
	// true
	// false
	// false
}

// A credential is dead from the moment at which it expires.
func ExampleCredential_IsAlive() {
	expires := time.Date(2026, 1, 2, 15, 0, 0, 0, time.UTC)
	c := credential.Credential{ID: uuid.New(), Subject: auth.User{ID: uuid.New()}.Ref(), ExpiresAt: &expires}
	fmt.Println(c.IsAlive(expires.Add(-time.Second)), c.IsAlive(expires))
	// Output: true false
}
