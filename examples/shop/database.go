package main

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/polarkit-go/polarkit/examples/shop/migrations"
	"github.com/polarkit-go/polarkit/examples/shop/seed"
	"github.com/polarkit-go/polarkit/repository"
	"github.com/polarkit-go/polarkit/repository/localpg"
)

// database is the PostgreSQL that the service uses.
type database struct {
	config *pgxpool.Config
	server *localpg.Server // nil: the configured one
}

// openDatabase finds the configured database or starts the private one.
func openDatabase(ctx context.Context, c config, logger *slog.Logger) (*database, error) {
	if c.database != nil {
		return &database{config: c.database}, nil
	}
	server, err := localpg.Start(ctx, localpg.Options{Dir: filepath.Join(c.home, "postgres"), Logger: logger})
	if err != nil {
		return nil, err
	}
	config, err := pgxpool.ParseConfig(server.URL())
	if err != nil {
		return nil, errors.Join(err, server.Stop())
	}
	return &database{config: config, server: server}, nil
}

// close gives up the private server. It stops when no other program uses it.
func (d *database) close() error {
	if d.server == nil {
		return nil
	}
	return d.server.Stop()
}

// migrate brings the schema up to date.
func (d *database) migrate(ctx context.Context, logger *slog.Logger) error {
	applied, err := migrations.Up(ctx, d.config.ConnConfig)
	for _, name := range applied {
		logger.InfoContext(ctx, "migration applied", "name", name)
	}
	return err
}

// seed adds the demonstration data that is missing.
func (d *database) seed(ctx context.Context) error {
	return d.connected(ctx, func(conn *pgx.Conn) error { return schemaMissing(seed.Apply(ctx, conn)) })
}

// seedEmpty seeds a database without organizations, leaves any other one alone,
// and reports whether the demonstration data is there.
func (d *database) seedEmpty(ctx context.Context) (isThere bool, err error) {
	err = d.connected(ctx, func(conn *pgx.Conn) error {
		empty, err := seed.IsEmpty(ctx, conn)
		if err == nil && empty {
			err = seed.Apply(ctx, conn)
		}
		if err == nil {
			isThere, err = seed.IsThere(ctx, conn)
		}
		return err
	})
	return isThere, err
}

// connected runs a function with a connection of its own.
func (d *database) connected(ctx context.Context, do func(*pgx.Conn) error) (err error) {
	conn, err := pgx.ConnectConfig(ctx, d.config.ConnConfig.Copy())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	repository.Register(conn.TypeMap())
	return do(conn)
}

// pool is the pool of the service. It waits at most three seconds for a new
// connection, so that a request answers 503 soon when the database is away.
func (d *database) pool(ctx context.Context) (*pgxpool.Pool, error) {
	config := d.config.Copy()
	config.ConnConfig.ConnectTimeout = 3 * time.Second
	repository.Configure(config)
	return pgxpool.NewWithConfig(ctx, config)
}
