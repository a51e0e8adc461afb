package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
)

// withDatabase runs what a command does with the database.
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
