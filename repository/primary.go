package repository

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/polarkit-go/polarkit/errors"
)

// isReadOnly reports whether the server does not write.
func isReadOnly(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && pg.Code == "25006"
}

// isStandby reports whether the server has said that it is a replica. Servers before
// PostgreSQL 14 do not say so.
func isStandby(conn *pgx.Conn) bool { return conn.PgConn().ParameterStatus("in_hot_standby") == "on" }

// lookTimeout is how long it may take to find out which server a new connection
// reaches.
const lookTimeout = 5 * time.Second

// primary is what is known about the server that new connections reach. It is asked
// after a write met a server that only reads.
type primary struct {
	// turn is held while a connection is tried. It guards the other fields.
	turn   chan struct{}
	looked time.Time // when the last try began
	writes bool      // whether it met a server that writes
}

func newPrimary() *primary { return &primary{turn: make(chan struct{}, 1)} }

// returned reports whether new connections reach a server that writes. Then the pool
// closes the connections that it has, because they may lead to the other server.
//
// It tries a connection that is not of the pool. As long as there is no primary the
// pool keeps its connections for reads. One try is enough for all writes that failed
// before it began.
func (p *primary) returned(ctx context.Context, pool *pgxpool.Pool) bool {
	failed := time.Now()
	select {
	case p.turn <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	defer func() { <-p.turn }()
	if p.looked.After(failed) {
		return p.writes
	}
	p.looked = time.Now()
	if p.writes = leadsToPrimary(ctx, pool.Config()); p.writes {
		pool.Reset()
	}
	return p.writes
}

// leadsToPrimary makes a connection as the pool does, and asks the server whether it
// writes. A server without a free connection counts as one that does: the pool's own
// connections may be those that take its place.
func leadsToPrimary(ctx context.Context, config *pgxpool.Config) bool {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	if config.BeforeConnect != nil {
		if err := config.BeforeConnect(ctx, config.ConnConfig); err != nil {
			return false
		}
	}
	conn, err := pgx.ConnectConfig(ctx, config.ConnConfig)
	if err != nil {
		pg, ok := errors.AsType[*pgconn.PgError](err)
		return ok && pg.Code == "53300"
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(ctx)
	}()
	if config.AfterConnect != nil {
		if err := config.AfterConnect(ctx, conn); err != nil {
			return false
		}
	}
	var readOnly string
	err = conn.QueryRow(ctx, "SHOW transaction_read_only", pgx.QueryExecModeSimpleProtocol).Scan(&readOnly)
	return err == nil && readOnly == "off"
}
