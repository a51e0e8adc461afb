package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"

	"github.com/polarkit-go/polarkit/examples/shop/server"
)

// withDatabase opens the database for a function, and closes it afterwards.
func withDatabase(ctx context.Context, logger *slog.Logger, do func(*database) error) (err error) {
	config, err := configFromEnvironment()
	if err != nil {
		return err
	}
	db, err := openDatabase(ctx, config, logger)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	return do(db)
}

func migrate(ctx context.Context, c command, args []string, _, stderr io.Writer) error {
	if err := c.parse(args, stderr, func(*flag.FlagSet) {}); err != nil {
		return err
	}
	logger := slog.New(slog.NewTextHandler(stderr, nil))
	return withDatabase(ctx, logger, func(db *database) error { return db.migrate(ctx, logger) })
}

func seedDatabase(ctx context.Context, c command, args []string, _, stderr io.Writer) error {
	if err := c.parse(args, stderr, func(*flag.FlagSet) {}); err != nil {
		return err
	}
	logger := slog.New(slog.NewTextHandler(stderr, nil))
	return withDatabase(ctx, logger, func(db *database) error { return db.seed(ctx) })
}

// printDocument prints the OpenAPI document, the same bytes on every machine.
func printDocument(_ context.Context, c command, args []string, stdout, stderr io.Writer) error {
	if err := c.parse(args, stderr, func(*flag.FlagSet) {}); err != nil {
		return err
	}
	_, err := stdout.Write(append(bytes.TrimRight(server.Document(), "\n"), '\n'))
	return err
}
