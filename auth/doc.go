// Package auth finds out who is calling, what they may do, and which rows they may
// reach. It works in any net/http program.
//
// # Static: what exists and what is required
//
// The types of credential, and what each endpoint requires, are package variables
// without secrets:
//
//	var registry = auth.NewRegistry("shop",
//		auth.PersonalAccessToken, auth.OrganizationAccessToken, auth.CustomerSession, auth.WebSession,
//		auth.Scopes{"customers:read": nil, "customers:write": {"customers:read"}},
//	)
//
//	var canRead = auth.Require[auth.Admin](registry, auth.AnyScope("customers:read"))
//
// The type parameter of a [Requirement] decides which credentials it accepts: [User]
// and [Organization] satisfy [Admin], so a token of a customer is refused, and a
// handler for another subject does not compile. The same value describes itself in
// the document of the API.
//
// # At start-up: keys and stores
//
//	keys, err := auth.ParseKeys(os.Getenv("AUTH_KEYS"))
//	store, err := pgstore.New(pool)
//	authenticator, err := auth.New(registry, auth.Config{Store: store, Keys: keys, Memberships: memberships})
//	defer authenticator.Close(ctx)
//
//	mux.Handle("/v1/", authenticator.Middleware(api))
//
// The middleware looks nothing up. A requirement does, once per request. It is the
// guard of an endpoint of package kit/api, or a middleware of any handler:
//
//	mux.Handle("GET /reports", canRead.Handler(reports))
//
//	subject, ok := auth.From[auth.Admin](r.Context())
//
// # Per request: the subject and its reach
//
// An [AuthSubject] holds the subject, the credential and its scopes, and answers
// for what they reach: [AuthSubject.Reach], [AuthSubject.Visible],
// [AuthSubject.Own] and [AuthSubject.Permit]. A user reaches the organizations that
// [Memberships] returns, and none where Config.Memberships is not set. A policy of
// the application may add other owners, see [Config]:
//
//	customer, err := customers.For(subject).Get(ctx, db, id)      // a model of package repository asks for the reach
//	owner, err := subject.Own(ctx, in.OrganizationID)             // the owner of a new row
//
// # Credentials
//
// An [Issuer] issues, lists, rotates and revokes credentials: for a caller, and then
// never with more rights than theirs, or for the program itself. [Sessions] signs
// users in and out of a browser. A store keeps a hash of a token with a key, and
// never the token.
//
// Package auth/credential holds what a credential is, and the interface for a store.
// Package auth/pgstore is the store for PostgreSQL. Package auth/audit holds what
// an audit log records: the decisions of requirements, and what [Issuer.System] does.
//
// # Denying
//
// The zero value of every type here denies: an empty [Requirement] allows nobody,
// an empty [AuthSubject] has no scope, an empty [credential.Limit] or [owner.Reach] reaches
// nothing. When a store cannot answer, the answer is 503. It is never 401, and
// the caller never becomes anonymous.
package auth
