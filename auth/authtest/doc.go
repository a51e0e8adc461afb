// Package authtest helps to test services that use package auth, with real tokens and
// the real middleware, over a store that counts its calls and can be made to fail.
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
// [Matrix] compares the document of an API with its behaviour, for every operation,
// type of credential and scope. [TwoTenants] tries every way in which one tenant
// could reach the rows of another. [StoreSuite] tests an implementation of
// credential.Store and credential.Ledger.
//
// The helpers use nothing but the standard testing package.
package authtest
