// Command breaking compares two OpenAPI documents of one API and prints what
// clients of the older one would trip over:
//
//	go run github.com/polarkit-go/polarkit/kit/openapi/breaking older.json newer.json
//
// Its status is 0 when there is nothing, 1 when there is something, and 2 when a
// document cannot be read.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/polarkit-go/polarkit/kit/openapi"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	if len(args) != 2 {
		fmt.Fprintln(stderr, "usage: breaking OLDER.json NEWER.json")
		return 2
	}
	var documents [2][]byte
	for i, name := range args {
		var err error
		if documents[i], err = os.ReadFile(name); err != nil { //nolint:gosec // the caller names the files
			fmt.Fprintf(stderr, "breaking: %v\n", err)
			return 2
		}
	}
	found, err := openapi.Breaking(documents[0], documents[1])
	if err != nil {
		fmt.Fprintf(stderr, "breaking: %v\n", err)
		return 2
	}
	for _, line := range found {
		fmt.Fprintln(stdout, line)
	}
	if len(found) > 0 {
		return 1
	}
	return 0
}
