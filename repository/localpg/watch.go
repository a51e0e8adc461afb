package localpg

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgproto3"
)

const watcher = "localpg watcher"

// watch makes the server end itself. It runs in a session whose client has closed the
// connection. PostgreSQL notices that only when it next writes to the client, and this
// session never does. So the watch needs no process of its own. It commits in every
// round, because an old snapshot would stop vacuum. The last statement runs as the
// server's own user and does what pg_ctl stop does.
//
// %s is the number of seconds, %s the name of the session.
const watch = `DO $watch$
DECLARE
	seen timestamptz := clock_timestamp();
	pid text;
BEGIN
	LOOP
		PERFORM pg_sleep(0.25);
		PERFORM pg_stat_clear_snapshot();
		IF EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> '%[2]s') THEN
			seen := clock_timestamp();
		END IF;
		EXIT WHEN clock_timestamp() - seen > make_interval(secs => %[1]f);
		COMMIT;
	END LOOP;
	pid := split_part(pg_read_file('postmaster.pid'), E'\n', 1);
	EXECUTE format('COPY (SELECT WHERE false) TO PROGRAM %%L', 'kill -INT ' || pid::int);
END
$watch$`

// rearm replaces the watcher of the server. When it returns without an error the old
// watcher has not ended the server and will not do so: its session has ended, with a
// program that it may have started, and the server still accepts connections.
func rearm(ctx context.Context, conn *pgx.Conn, at address, linger time.Duration) error {
	_, err := conn.Exec(ctx, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", watcher)
	for err == nil {
		var left bool
		err = conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = $1)", watcher).Scan(&left)
		if err == nil && !left {
			break
		}
		if err == nil {
			err = sleep(ctx, time.Millisecond)
		}
	}
	if err != nil {
		return err
	}
	// The end of the watcher would be twenty lines in the log.
	session, err := connect(ctx, at, watcher, map[string]string{"log_min_messages": "panic"})
	if err != nil {
		return err
	}
	frontend := session.PgConn().Frontend()
	frontend.SendQuery(&pgproto3.Query{String: fmt.Sprintf(watch, linger.Seconds(), watcher)})
	if err := frontend.Flush(); err != nil {
		closeConn(session)
		return err
	}
	// Close would end the session. Here only the connection is closed.
	return session.PgConn().Conn().Close()
}
