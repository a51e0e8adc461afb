// Package credential holds what package auth and a store of credentials share.
//
// An application meets it in three places. It reads the [Credential] of a caller.
// It says which organizations a new credential reaches, with [Unrestricted] or
// [LimitedTo]. It names credentials to list or to revoke, with a [Selection].
//
// A store for another database implements [Store] and [Ledger]. It needs this
// package and not package auth. Package auth/pgstore is the store for PostgreSQL.
// Package auth/authtest has a store in memory, and the suite that every store
// passes.
//
// A store keeps a [Hash] of a token. It never sees the token.
package credential
