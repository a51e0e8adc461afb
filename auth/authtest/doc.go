// Package authtest tests what stands behind package auth: with real tokens,
// through the real middleware, over stores that can be asked and broken.
//
// A [World] has two tenants, A and B, each with an organization, a user, a
// customer, and a user who belongs to both. [World.Credential] issues a real token,
// which the requests of a client carry:
//
//	world := authtest.New(t, registry)
//	client := kittest.NewClient(t, world.Authenticator.Middleware(api))
//
//	client.As(world.Credential(world.A.User, "customers:read")).Get("/v1/customers/").Want(http.StatusOK)
//
// [Matrix] holds the document of an API against its behaviour, for every
// operation, type of credential and scope. [TwoTenants] tries everything by which
// one tenant could meet the rows of another. [StoreSuite] is what every
// implementation of credential.Store and credential.Ledger must do.
//
// The helpers use nothing but the standard testing package.
package authtest
