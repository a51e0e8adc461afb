package main

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"

	"github.com/jackc/pgx/v5"

	"github.com/polarkit-go/polarkit/examples/shop/migrations"
	"github.com/polarkit-go/polarkit/examples/shop/seed"
	"github.com/polarkit-go/polarkit/repository"
	"github.com/polarkit-go/polarkit/repository/localpg"
)

// database is the PostgreSQL that the service uses.
type database struct {
	url    string
	server *localpg.Server // nil: not ours
}

// openDatabase finds the configured database or starts the private one.
func openDatabase(ctx context.Context, c config, logger *slog.Logger) (*database, error) {
	if c.databaseURL != "" {
		return &database{url: c.databaseURL}, nil
	}
	server, err := localpg.Start(ctx, localpg.Options{Dir: filepath.Join(c.home, "postgres"), Logger: logger})
	if err != nil {
		return nil, err
	}
	return &database{url: server.URL(), server: server}, nil
}

// close lets go of the private server, which ends when nobody else uses it.
func (d *database) close() error {
	if d.server == nil {
		return nil
	}
	return d.server.Stop()
}

// migrate brings the schema up to date.
func (d *database) migrate(ctx context.Context, logger *slog.Logger) error {
	applied, err := migrations.Up(ctx, d.url)
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

func (d *database) connected(ctx context.Context, do func(*pgx.Conn) error) (err error) {
	conn, err := pgx.Connect(ctx, d.url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	repository.Register(conn.TypeMap())
	return do(conn)
}
