package pglink

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// readable is what there is to read on a connection.
type readable int8

const (
	nothingToRead readable = iota
	somethingToRead
	endOfConnection
)

// isAlive reports whether a connection that nobody uses still works, without
// asking the server: it has not closed it, nor said that it will.
func isAlive(ctx context.Context, conn *pgconn.PgConn) bool {
	for range 16 { // what a server says unasked is a message or two
		switch peek(conn.Conn()) {
		case nothingToRead:
			return true
		case endOfConnection:
			return false
		}
		heard, err := hear(ctx, conn)
		if err != nil || !heard {
			return err == nil
		}
	}
	return true
}

// hear reads one message that the server sent unasked, such as a parameter that
// changed. A message that says why it ends the session is an error.
func hear(ctx context.Context, conn *pgconn.PgConn) (heard bool, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Millisecond)
	defer cancel()
	message, err := conn.ReceiveMessage(ctx)
	switch {
	case pgconn.Timeout(err):
		return false, nil // what there is to read is no message, as TLS has some of its own
	case err != nil:
		return false, err
	}
	return true, sessionEnd(message)
}

// sessionEnd is the error with which a server ends a session that was idle.
func sessionEnd(message pgproto3.BackendMessage) error {
	if refusal, ok := message.(*pgproto3.ErrorResponse); ok {
		return pgconn.ErrorResponseToPgError(refusal)
	}
	return nil
}
