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

// isStandby reports whether the server has said that it is a replica; servers
// before PostgreSQL 14 do not say.
func isStandby(conn *pgx.Conn) bool { return conn.PgConn().ParameterStatus("in_hot_standby") == "on" }

// lookTimeout is how long it may take to see where a new connection leads.
const lookTimeout = 5 * time.Second

// primary is what is known of the server to which new connections lead, once a
// write has met one that only reads.
type primary struct {
	// turn is held by the one who looks, and guards the rest.
	turn   chan struct{}
	looked time.Time // when the last look began
	writes bool      // what it has seen
}

func newPrimary() *primary { return &primary{turn: make(chan struct{}, 1)} }

// returned reports whether new connections lead to a server that writes. Then the
// pool gives up the connections that it has, which may lead to the other one.
//
// It looks by a connection beside the pool, so that the pool keeps the ones it
// reads by as long as there is no primary. One look serves all the writes that
// failed before it began.
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

// leadsToPrimary makes a connection as the pool does, and asks. Where the server
// has none left, those of the pool may be in the way.
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
