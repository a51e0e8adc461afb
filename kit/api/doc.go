// Package api makes typed endpoints of service functions. An endpoint is a
// path, a guard that says who may call it, and a function that takes the
// caller, the bound input, and gives a schema:
//
//	a := api.New(api.Config{Title: "Shop API"})
//	customers := a.Group("/v1").Group("/customers", api.Tag("customers"))
//
//	api.List(customers, "/", canRead, s.List)
//	api.Get(customers, "/{id}", canRead, s.Get)
//	api.Create(customers, "/", canWrite, s.Create)
//	api.Update(customers, "/{id}", canWrite, s.Update)
//	api.Delete(customers, "/{id}", canWrite, s.Delete)
//	api.Post(customers, "/{id}/merge", canWrite, s.Merge) // the general form, for actions
//
//	http.ListenAndServe(address, authenticator.Middleware(a))
//
// Each verb fixes the method, the status and the shape: [List] gives a
// pagination.ListResource and nothing else, [Create] answers 201, [Delete] 204
// without a body, [Update] takes a schema whose fields are all optional. The
// guard fixes the type of the caller, so a handler for another kind of subject
// does not compile, and neither does an endpoint without a guard: one that
// needs no credential says so with [Public].
//
// Everything is compiled and checked when an endpoint is registered. A mistake
// there, such as an update schema with a required field, is a panic with one
// sentence that says what to change; nothing that a request can hold panics.
// A [Guideline] that does not suit an API, such as plurals in paths, is turned
// off by [Config.Relaxed].
//
// An API is an [http.Handler], and so is each [Endpoint] alone, on any router.
// For each request the order is: route, guard, limit of size, binding, hooks,
// handler, reply. So an anonymous caller with a broken or huge body gets 401,
// and the reply leaves after the handler has returned. Whatever fails, the answer has
// the one shape of package errors.
package api
