// Package localpg runs a private PostgreSQL from server binaries that are
// installed already, for examples, tests and development. It downloads nothing
// and needs no container:
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
// The folder holds one cluster, made with initdb at the first start and kept for
// the next: UTF-8, sorted by bytes (the locale C), with upper and lower case of all
// scripts (the character type C.UTF-8, or the nearest that the system has). A
// cluster that an earlier version made folds ASCII letters alone; it stays as it is,
// [Options.Logger] is warned, and removing the folder makes a new one. The server listens on a Unix socket only, in a
// folder that only its owner enters, so the socket needs no password. Where a
// Unix socket cannot be made it listens on 127.0.0.1 with a random password,
// which is part of [Server.URL]. PostgreSQL refuses to run as root: a program
// that runs as root starts it as the user postgres, or else nobody.
//
// # Who shares it and when it ends
//
// Programs that name the same folder share one server. The first one starts
// it, and the last one that calls [Server.Stop] shuts it down. A program that
// ends without Stop (killed, crashed, a test binary) harms no other: locks and
// connections end with their process, and a server that nobody uses for
// [Options.Linger] shuts itself down. A server that dies while somebody uses it
// is started again.
//
// The server runs in a session of its own, so a Ctrl-C on the terminal reaches
// the program alone, which can finish its work before it stops the server:
//
//	ctx, cancel := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
//	defer cancel()
//	server, err := localpg.Start(ctx, …)
//	defer server.Stop()
//	<-ctx.Done() // drain requests, close the pool; then Stop runs
//
// # Where it works
//
// Linux, macOS and the BSDs. On other systems [Start] fails with an error that
// says to set DATABASE_URL instead. It is not meant for production: nobody
// watches its disk, its backups or its updates.
package localpg
