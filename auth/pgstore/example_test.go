package pgstore_test

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/polarkit-go/polarkit/auth/pgstore"
)

// The migrations are plain SQL: any tool applies them, in the order of their names.
func ExampleMigrations() {
	names, err := fs.Glob(pgstore.Migrations(), "*.sql")
	fmt.Println(names, err)
	fmt.Println(strings.Contains(pgstore.Schema(), "CREATE TABLE auth_credentials"))
	// Output:
	// [0001_auth_credentials.sql] <nil>
	// true
}
