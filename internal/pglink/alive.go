package pglink

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// readable is whether there is something to read on a connection.
type readable int8

const (
	nothingToRead readable = iota
	somethingToRead
	endOfConnection
)

// isAlive reports whether an idle connection still works. It does not ask the server:
// it looks whether the server has closed the connection, or has said that it will.
func isAlive(ctx context.Context, conn *pgconn.PgConn) bool {
	for range 16 { // a server sends one or two messages without a request
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

// hear reads one message that the server sent without a request, such as a changed
// parameter. The message with which the server ends the session is an error.
func hear(ctx context.Context, conn *pgconn.PgConn) (heard bool, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Millisecond)
	defer cancel()
	message, err := conn.ReceiveMessage(ctx)
	switch {
	case pgconn.Timeout(err):
		return false, nil // the bytes are not a whole message: TLS sends records too
	case err != nil:
		return false, err
	}
	return true, sessionEnd(message)
}

// sessionEnd is the error with which a server ends an idle session.
func sessionEnd(message pgproto3.BackendMessage) error {
	if refusal, ok := message.(*pgproto3.ErrorResponse); ok {
		return pgconn.ErrorResponseToPgError(refusal)
	}
	return nil
}
