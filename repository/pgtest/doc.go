// Package pgtest gives every test a PostgreSQL database of its own, cloned in
// milliseconds from a template that was migrated once:
//
//	var database = pgtest.FromFS(migrations.FS, migrations.Up)
//
//	func TestCustomers(t *testing.T) {
//		t.Parallel()
//		pool := database.Pool(t) // a fresh, migrated database; dropped when the test ends
//		…
//	}
//
// [FromSQL] makes a template from statements, [Template.URL] gives the URL
// instead of a pool, and a [Recorder] keeps the statements that a test ran.
//
// # The server
//
// The databases live on the server that POLARKIT_TEST_DATABASE_URL names, whose
// user must be allowed to create databases, or else on a private one that
// package localpg starts. All test processes of one user share the private
// server, so go test ./... starts one: it is kept in a folder among the
// temporary files and shuts itself down half a minute after the last test
// process has ended, which saves a stop and a start between the packages. Tests
// never skip for want of a server: they fail and say what to install.
//
// # Templates and left-overs
//
// A template is keyed by the content that it is made from, so it is built once
// and serves later runs and other processes; processes that want the same one
// at the same time wait for the one that builds it. Databases of test runs that
// were killed are dropped by the next run, templates that nobody used for a
// week too. Nothing else on the server is touched.
package pgtest
