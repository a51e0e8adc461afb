package owner_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth/owner"
)

var (
	acme   = uuid.MustParse("1dbfc517-0bbf-4301-9ba8-555ca42b9737")
	globex = uuid.MustParse("992fae2a-2a17-4b7a-8d9e-e287cf90131b")
)

// A handler gets its reach from the subject. A filter of the request makes it
// smaller, and only an owner in reach can own a new row.
func ExampleReach() {
	ctx := context.Background()
	reach := owner.ReachOf(owner.Grant{Kind: organization, Set: owner.IDs(acme)}) // subject.Reach(ctx)

	filtered := reach.Restrict(organization, acme, globex)
	own, err := filtered.Own(ctx, organization, acme)
	fmt.Println(own.Kind(), own.ID(), err)
	_, err = filtered.Own(ctx, organization, globex)
	fmt.Println(errors.Is(err, owner.ErrOutOfReach))
	// Output:
	// organization 1dbfc517-0bbf-4301-9ba8-555ca42b9737 <nil>
	// true
}

// A job has no subject. It says which work it does, and the reason stays with what
// is made of the reach.
func ExampleSystem() {
	all := owner.System("nightly export")
	some := all.Restrict(organization, acme)
	fmt.Println(all.IsSystem(), all.Why())
	fmt.Println(some.IsSystem(), some.Why())
	fmt.Println(owner.System("").IsEmpty())
	// Output:
	// true nightly export
	// false nightly export
	// true
}

// Memberships answer with a query and a list. A request about one row holds the
// query, and the list is asked for where a page needs it.
func ExampleDeferred() {
	set := owner.Deferred("SELECT organization_id FROM members WHERE user_id = ?", []any{globex},
		func(context.Context) ([]uuid.UUID, error) {
			fmt.Println("listed")
			return []uuid.UUID{acme}, nil
		})
	reach := owner.ReachOf(owner.Grant{Kind: organization, Set: set})
	fmt.Println(reach.One(organization))
	for range 2 {
		listed, err := reach.Listed(context.Background())
		if err != nil {
			panic(err)
		}
		fmt.Println(listed.One(organization))
	}
	// Output:
	// 00000000-0000-0000-0000-000000000000 false
	// listed
	// 1dbfc517-0bbf-4301-9ba8-555ca42b9737 true
	// 1dbfc517-0bbf-4301-9ba8-555ca42b9737 true
}
