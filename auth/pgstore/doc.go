// Package pgstore keeps the credentials of package auth in PostgreSQL, in one
// table of their own.
//
// The table is made by [Migrations], plain SQL that any migration tool can
// apply, or that is copied into the application's own migrations:
//
//	_, err := pool.Exec(ctx, pgstore.Schema())
//
// A [Store] is made on a pool. It is all that an authenticator needs, and what
// an issuer writes to:
//
//	store, err := pgstore.New(pool, pgstore.AliveWhile(auth.UserKind,
//		"EXISTS (SELECT 1 FROM users WHERE users.id = credential.subject_id AND users.deleted_at IS NULL)"))
//
//	authenticator, err := auth.New(registry, auth.Config{Store: store, Keys: keys})
//	issuer, err := auth.NewIssuer(registry, keys, store)
//
// To issue a token in the transaction that also writes something else, give the
// issuer the store on the transaction: store.On(tx).
package pgstore
