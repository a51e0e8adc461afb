//go:build !linux

package pgtest

// memoryFolder is known on Linux only.
func memoryFolder() (string, bool) { return "", false }
