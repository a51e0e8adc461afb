// Package shop measures the example service end to end, over real HTTP and on a
// real PostgreSQL. It compares the service with the same endpoints written by hand
// with net/http, pgx and encoding/json:
//
//	go test -C bench -bench . ./shop
//
// The two take turns, so that other work on the machine affects both. The figure is
// shop/handwritten: the throughput of the service divided by that of the hand-written
// one, by the median of the turns.
//
// For each request, both
//
//   - find the token by its keyed hash, and compare the hash once more;
//   - refuse a token that is revoked, expired, or of a deleted user;
//   - check the scope;
//   - find the user's organizations that are not deleted, within the limit of the
//     token, and only where they are needed;
//   - end after 30 seconds;
//   - log one line with method, path, status, size, duration and subject;
//   - answer with the same bytes and the same headers, which a test compares.
//
// Both use one pool, which repository.Configure has prepared.
//
// The hand-written one does less where a careful author would do less. This counts
// against the service. It knows personal access tokens only, no cookies, one key, no
// checksum of a token, no second Authorization header, no record of when a token was
// used, no audit of refusals. It reads only the parameters and checks only the fields
// that these requests send. It ignores text after the JSON of a body, and copies
// metadata without reading it. It does more in one case: it sends a statement for the
// organizations also where the service has that query in the statement for the row.
package shop
