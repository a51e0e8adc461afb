// Package localpg runs a private PostgreSQL for examples, tests and development. It
// uses server programs that are already installed. It downloads nothing and needs no
// container:
//
//	server, err := localpg.Start(ctx, localpg.Options{Dir: ".polarkit", Logger: logger})
//	if err != nil {
//		return err // says what to install, on which system
//	}
//	defer server.Stop()
//
//	pool, err := pgxpool.New(ctx, server.URL())
//
// # What it makes
//
// The folder holds one cluster. The first start makes it with initdb, and it is kept
// for later starts. Its encoding is UTF-8. It sorts by bytes (the locale C) and maps
// upper and lower case of all scripts (the character type C.UTF-8, or the nearest one of
// the system). A cluster of an earlier version maps only ASCII letters. It stays as it
// is, with a warning to [Options.Logger]; remove the folder to get a new one.
//
// The server listens only on a Unix socket, in a folder that only its owner can enter,
// so the socket needs no password. Where a Unix socket is not possible it listens on
// 127.0.0.1 with a random password, which is part of [Server.URL]. PostgreSQL refuses to
// run as root: a program that runs as root starts it as the user postgres, or, without
// such a user, as the user nobody.
//
// # Which programs share it, and when it ends
//
// Programs with the same folder share one server. The first one starts it, and the last
// one that calls [Server.Stop] shuts it down. A program that ends without Stop (killed,
// crashed, a test binary) does not harm the others: locks and connections end with their
// process, and a server without users shuts itself down after [Options.Linger]. A server
// that dies while a program uses it is started again.
//
// The server runs in a session of its own. So a Ctrl-C on the terminal reaches only the
// program, which can finish its work before it stops the server:
//
//	ctx, cancel := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
//	defer cancel()
//	server, err := localpg.Start(ctx, …)
//	defer server.Stop()
//	<-ctx.Done() // drain requests, close the pool; then Stop runs
//
// # Where it works
//
// It works on Linux, macOS and the BSDs. On other systems [Start] fails with an error
// that says to set DATABASE_URL instead. It is not for production: there is no care for
// its disk, its backups and its updates.
package localpg
