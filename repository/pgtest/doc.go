// Package pgtest makes a PostgreSQL database for each test. It is a copy of a template
// that was migrated once, and takes milliseconds:
//
//	var database = pgtest.FromFS(migrations.FS, migrations.Up)
//
//	func TestCustomers(t *testing.T) {
//		t.Parallel()
//		pool := database.Pool(t) // a fresh, migrated database; dropped when the test ends
//		…
//	}
//
// [FromSQL] makes a template from statements. [Template.URL] returns the URL instead of
// a pool. A [Recorder] keeps the statements that a test ran.
//
// # The server
//
// The databases are on the server of POLARKIT_TEST_DATABASE_URL, whose user must be
// allowed to create databases. Without that variable they are on a private server that
// package localpg starts. All test processes of one user share the private server, so
// go test ./... starts it once. Its folder is among the temporary files. It shuts itself
// down half a minute after the last test process has ended, so there is no stop and
// start between two packages. Without a server tests fail and say what to install. They
// are never skipped.
//
// # Templates and left-overs
//
// The key of a template is a hash of the content that it is made from. So it is built
// once, for later runs and other processes too. Processes that need the same template at
// the same time wait for the one that builds it. The next run drops the databases of
// runs that were killed, and the templates that were not used for a week. It does not
// touch anything else on the server.
package pgtest
