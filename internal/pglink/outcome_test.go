package pglink_test

import (
	"context"
	"fmt"
	"io"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/internal/pglink"
)

func TestWhichErrorsLeaveTheOutcomeOpen(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		severity, code, routine, message string
		unknown                          bool
	}{
		// PostgreSQL rolls back after an ERROR, and before it ends a session.
		{severity: "ERROR", code: "23505", routine: "_bt_check_unique"},
		{severity: "ERROR", code: "57014", routine: "ProcessInterrupts"},
		{severity: "ERROR", code: "08P01", routine: "exec_bind_message"},
		{severity: "ERROR", code: "08006", routine: "exec_stmt_raise"},
		{severity: "ERROR", code: "53100", routine: "mdextend"},
		{severity: "FATAL", code: "57P01", routine: "ProcessInterrupts"},
		{severity: "FATAL", code: "25P04", routine: "ProcessInterrupts"},
		// The error says that the outcome is unknown.
		{severity: "ERROR", code: "40003", routine: "any", unknown: true},
		{severity: "ERROR", code: "08007", routine: "any", unknown: true},
		// The server crashed, perhaps while it wrote the COMMIT to the disk.
		{severity: "FATAL", code: "57P02", routine: "quickdie", unknown: true},
		{severity: "PANIC", code: "53100", routine: "XLogFileInit", unknown: true},
		{severity: "PANIC", code: "XX000", routine: "XLogWrite", unknown: true},
		{severity: "FATAL", code: "08006", routine: "any", unknown: true},
		// A pooler that has lost the server sends its own FATAL or ERROR.
		{severity: "FATAL", code: "08P01", message: "server closed the connection unexpectedly", unknown: true},
		{severity: "FATAL", code: "58000", message: "error receiving data from server", unknown: true},
		{severity: "FATAL", code: "57P01", message: "server shut down", unknown: true},
		{severity: "ERROR", code: "08006", message: "remote server read/write error", unknown: true},
		{severity: "ERROR", code: "58000", message: "could not get connection from the pool"},
		{severity: "FATAL", code: "08P01", message: "query_wait_timeout"},
		{severity: "FATAL", code: "08P01", message: "query_timeout", unknown: true},
		{severity: "FATAL", code: "08P01", routine: "exec_stmt_raise", message: "query_wait_timeout", unknown: true},
		{severity: "FATAL", code: "08P01", message: "transaction blocks not allowed in statement pooling mode"},
	} {
		for _, localized := range []bool{false, true} {
			pg := &pgconn.PgError{SeverityUnlocalized: test.severity, Severity: test.severity, Code: test.code, Routine: test.routine, Message: test.message}
			if localized {
				pg.Severity = "SCHWERWIEGEND"
			} else {
				pg.SeverityUnlocalized = ""
			}
			require.Equal(t, test.unknown, pglink.IsUnknown(fmt.Errorf("wrapped: %w", pg), false), "%+v", test)
		}
	}
	for _, test := range []struct {
		err     error
		closed  bool
		unknown bool
	}{
		{io.ErrUnexpectedEOF, true, true},
		{io.EOF, false, true},
		{context.DeadlineExceeded, false, true},
		{context.Canceled, false, true},
		{fmt.Errorf("of TLS"), true, true},
		{fmt.Errorf("of the program"), false, false},
	} {
		require.Equal(t, test.unknown, pglink.IsUnknown(test.err, test.closed), "%v", test)
	}
}
