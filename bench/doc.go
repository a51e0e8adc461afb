// Package bench measures the library beside named peers, in one run, so that
// the figures are ratios and not properties of a machine:
//
//	go test -C bench -bench . -benchmem
//
// It is a module of its own, so that its peers burden nobody.
package bench
