package pgtest_test

import (
	"fmt"
	"testing"

	"github.com/polarkit-go/polarkit/repository/pgtest"
)

// books is a package variable of the tests that use it.
var books = pgtest.FromSQL(`CREATE TABLE books (title text PRIMARY KEY)`)

func Example() {
	_ = func(t *testing.T) {
		t.Parallel()

		pool := books.Pool(t) // fresh, and dropped when the test ends
		if _, err := pool.Exec(t.Context(), "INSERT INTO books VALUES ('Dune')"); err != nil {
			t.Fatal(err)
		}
	}
}

func ExampleRecorder() {
	_ = func(t *testing.T) {
		t.Parallel()

		var recorder pgtest.Recorder
		pool := books.Pool(t, recorder.Attach)
		if err := pool.QueryRow(t.Context(), "SELECT count(*) FROM books").Scan(new(int)); err != nil {
			t.Fatal(err)
		}
		for _, s := range recorder.Statements() {
			fmt.Println(s.SQL, s.Args)
		}
	}
}
