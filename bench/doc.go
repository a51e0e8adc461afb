// Package bench compares the library with other libraries. Both run in the same
// run, so the figures are ratios and do not depend on the machine:
//
//	go test -C bench -bench . -benchmem
//
// It is a separate module, so that users do not depend on the other libraries.
package bench
