package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/polarkit-go/polarkit/examples/shop/server"
	"github.com/polarkit-go/polarkit/kit/faultlog"
	"github.com/polarkit-go/polarkit/kit/serve"
	"github.com/polarkit-go/polarkit/repository"
)

// drainTimeout is how long a request may take after the signal to stop.
const drainTimeout = 20 * time.Second

func serveShop(ctx context.Context, c command, args []string, stdout, stderr io.Writer) (err error) {
	var (
		addr string
		demo bool
	)
	err = c.parse(args, stderr, func(flags *flag.FlagSet) {
		flags.StringVar(&addr, "addr", "127.0.0.1:8080", "the `address` to listen on; port 0 takes a free one")
		flags.BoolVar(&demo, "demo", true, "seed a database that has no organizations, and print tokens for the demonstration's subjects")
	})
	if err != nil {
		return err
	}
	faults := faultlog.New(slog.NewTextHandler(stderr, nil))
	defer faults.Flush()
	logger := slog.New(faults)
	config, err := configFromEnvironment()
	if err != nil {
		return err
	}

	// The address comes first: if another program uses it there is nothing to clean up.
	listener, err := listen(ctx, addr)
	if err != nil {
		return err
	}
	defer listener.Close()

	db, err := openDatabase(ctx, config, logger)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	if err := db.migrate(ctx, logger); err != nil {
		return err
	}
	if demo {
		if demo, err = db.seedEmpty(ctx); err != nil {
			return err
		}
	}
	pool, err := db.pool(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := repository.Check(ctx, pool); err != nil {
		return err
	}
	keys, err := config.keys()
	if err != nil {
		return err
	}
	handler, err := server.New(server.Config{Pool: pool, Keys: keys, Logger: logger})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, handler.Close(context.WithoutCancel(ctx))) }()

	url := "http://" + listener.Addr().String()
	fmt.Fprintf(stdout, "The shop serves on %s\n", url)
	if demo {
		issuer, err := newIssuer(pool, keys, logger)
		if err != nil {
			return err
		}
		if err := printDemo(ctx, stdout, url, issuer); err != nil {
			return err
		}
	}
	fmt.Fprintln(stdout, "\nCtrl-C stops it.")
	return serveUntil(ctx, listener, handler, logger)
}

func listen(ctx context.Context, addr string) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("another program listens on %s: stop it, or choose another address with --addr (127.0.0.1:0 takes a free port)", addr)
	}
	return listener, err
}

// serveUntil serves until ctx is done. Then it waits for the requests that have begun.
func serveUntil(ctx context.Context, listener net.Listener, handler *server.Server, logger *slog.Logger) error {
	web := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: serve.ReadHeaderTimeout,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- serve.Serve(web, listener) }()

	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	logger.Info("shutting down", "drain_timeout", drainTimeout)
	handler.Drain()
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	if err := web.Shutdown(drain); err != nil {
		return errors.Join(fmt.Errorf("requests were cut off: %w", err), web.Close())
	}
	logger.Info("stopped")
	return nil
}
