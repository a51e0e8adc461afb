// Package authtest tests what stands behind package auth: with real tokens,
// through the real middleware, over stores that can be asked and broken.
//
// A [World] has two tenants, A and B, each with an organization, a user, a
// customer, and a user who belongs to both. [World.As] gives a caller a real token:
//
//	world := authtest.New(t, registry)
//	handler := world.Authenticator.Middleware(api)
//
//	response := world.As(world.A.User, "customers:read").Do(handler, "GET", "/v1/customers/", nil)
//
// [Matrix] holds the document of an API against its behaviour, for every
// operation, type of credential and scope. [TwoTenants] tries everything by which
// one tenant could meet the rows of another. [StoreSuite] is what every
// implementation of credential.Store and credential.Ledger must do.
//
// The helpers use nothing but the standard testing package.
package authtest
