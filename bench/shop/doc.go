// Package shop measures the example service end to end, over real HTTP and on
// a real PostgreSQL, beside the same endpoints written by hand with net/http,
// pgx and encoding/json.
//
//	go test -C bench -bench . ./shop
//
// Calls of the two take turns, so that what else the machine does meets both.
// The figure is shop/handwritten, the throughput of the service as a part of
// its peer's, by the median of the turns.
//
// Of each request both look the token up by its keyed hash and compare the hash
// again; refuse it when it is revoked, expired, or of a user who is deleted; ask
// for the scope; find the organizations of the user that are not deleted, as far
// as the token's limit goes, and only where they are needed; end after 30
// seconds; log one line with method, path, status, size, duration and subject;
// and answer with the same bytes and the same headers, which a test compares.
// Both use one pool, which repository.Configure prepared for both.
//
// The peer does less where a careful author would let it be, which counts
// against the service: it knows personal access tokens only and no cookies, one
// key, no checksum of a token, no second Authorization header, no record of when
// a token was used, no audit of refusals; it reads only the parameters and checks
// only the fields that these requests send, ignores what follows the JSON of a
// body, and copies metadata through without reading it. It does more in one
// point: it asks for the organizations in a statement of its own also where the
// service holds that query inside the statement about the one row.
package shop
