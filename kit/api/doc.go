// Package api makes typed endpoints from the methods of a service. An endpoint has a
// path, a guard that decides who may call it, and a [Handler], which takes the caller and
// the bound input and returns a schema:
//
//	a := api.New(api.Config{Title: "Shop API"}, func(root *api.Group) {
//		customers := root.Group("/v1").Group("/customers", api.Tag("customers"))
//		api.List(customers, "/", canRead, s.List)
//		api.Get(customers, "/{id}", canRead, s.Get)
//		api.Create(customers, "/", canWrite, s.Create)
//		api.Update(customers, "/{id}", canWrite, s.Update)
//		api.Delete(customers, "/{id}", canWrite, s.Delete)
//		api.Post(customers, "/{id}/merge", canWrite, s.Merge) // the general form, for actions
//	})
//
//	http.ListenAndServe(address, authenticator.Middleware(a))
//
// Each verb fixes the method, the status and the shape. [List] answers with a
// pagination.ListResource and nothing else, [Create] with 201, [Delete] with 204 and no
// body. [Update] takes a schema whose fields are all optional. The guard fixes the type
// of the caller, so a handler for another kind of subject does not compile. An endpoint
// without a guard does not compile either: one that needs no credential has [Public].
//
// [New] compiles and checks everything. It panics with a line for each mistake, such as an
// update schema with a required field: the place in the code, what is wrong and what to
// change. Nothing that a request can hold panics. [Config.Relaxed] turns off a
// [Guideline] that does not suit an API, such as plurals in paths.
//
// An API is an [http.Handler], and so is each [Endpoint] alone, on any router. For each
// request the order is: route, guard, limit of size, binding, hooks, handler, reply. So
// an anonymous caller with a broken or huge body gets 401, and the reply is written after
// the handler has returned. Every error is answered in the one shape of package errors.
package api
