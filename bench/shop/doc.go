// Package shop measures the example service end to end, over real HTTP and on
// a real PostgreSQL, beside the same endpoints written by hand with net/http,
// pgx and encoding/json. Both look the token up, find the organizations of its
// user, log each request, and answer with the same bytes.
//
//	go test -C bench -bench . ./shop
//
// Calls of the two take turns, so that what else the machine does meets both.
// The figure is shop/handwritten, the throughput of the service as a part of
// its peer's.
package shop
