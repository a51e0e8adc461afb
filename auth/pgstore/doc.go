// Package pgstore keeps the credentials of package auth in PostgreSQL, in one
// table of their own.
//
// [Migrations] make the table. They are plain SQL: apply them with any migration
// tool, or copy them into the migrations of the application.
//
//	_, err := pool.Exec(ctx, pgstore.Schema())
//
// [New] makes a [Store] on a pool. An authenticator reads from it, and an issuer
// writes to it:
//
//	store, err := pgstore.New(pool, pgstore.AliveWhile(auth.UserKind,
//		"EXISTS (SELECT 1 FROM users WHERE users.id = credential.subject_id AND users.deleted_at IS NULL)"))
//
//	authenticator, err := auth.New(registry, auth.Config{Store: store, Keys: keys, Memberships: memberships})
//	issuer, err := auth.NewIssuer(registry, keys, store)
//
// To issue a token in the transaction that also writes something else, give the
// issuer the store on the transaction: store.On(tx).
package pgstore
