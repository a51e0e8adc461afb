// Package kit holds what a Polar-style API is made of, usable in any net/http
// program: schemas, the decoding of requests, JSON replies, and one renderer
// for errors.
package kit
