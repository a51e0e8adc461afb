package localpg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Options are the options of a server. Only Dir is required. A server that already runs
// keeps the settings that it was started with.
type Options struct {
	// Dir is the folder of the cluster. It is made if it does not exist. It must
	// belong to the user of this program, and others must not be able to write into
	// it. A program that runs as root may name a folder that the user of PostgreSQL
	// cannot enter, such as one under /root: then the cluster is under
	// /var/lib/polarkit, and Dir has a link to it. Required.
	Dir string

	// Database is the database that [Server.URL] leads to; it is created if it
	// does not exist. Empty: "postgres".
	Database string

	// Settings are further settings of the server, such as
	// {"max_connections": "300"}. Nil: none.
	Settings map[string]string

	// LoseOnCrash turns off what makes commits survive a crash of the machine
	// (fsync, synchronous_commit, full_page_writes). Tests run faster; data that
	// matters must not live there. False: PostgreSQL's own defaults.
	LoseOnCrash bool

	// Linger is how long the server runs on without a connection and without a program
	// that called Start. Then it shuts itself down. [Server.Stop] of the last program
	// shuts it down at once. Zero: 5 seconds.
	Linger time.Duration

	// Logger gets a record of each start and stop, and of a server that died. Nil:
	// nothing is logged.
	Logger *slog.Logger

	tcp bool // tests: as if the system had no Unix sockets
}

func (o Options) withDefaults() (Options, error) {
	if o.Dir == "" {
		return o, errors.New("localpg: Options.Dir is empty; name the folder for the cluster")
	}
	if o.Database == "" {
		o.Database = maintenance
	}
	if o.Linger < 0 {
		return o, fmt.Errorf("localpg: Options.Linger is %s; it cannot be negative", o.Linger)
	}
	if o.Linger == 0 {
		o.Linger = 5 * time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o, nil
}

// Server is a running server that this program uses. It is safe for concurrent use.
type Server struct {
	options Options
	folder  *folder
	url     string
	users   *os.File // the shared lock of the programs that use the server

	stop       sync.Once
	stopErr    error
	cancel     context.CancelFunc // ends the supervision
	supervised chan struct{}      // closed when it has ended
}

// startTimeout bounds a start whose context has no deadline.
const startTimeout = time.Minute

// Start starts the server of the folder, or joins the one that already runs, and returns
// when it accepts connections. The context limits only the start: a server stays up
// until [Server.Stop].
//
// It fails with [ErrNoBinaries] when PostgreSQL is not installed. It fails with a
// sentence that says what to do when another major version made the cluster, when the
// folder belongs to another user, and when the server does not start (with the end of
// its log).
func Start(ctx context.Context, o Options) (*Server, error) {
	if !supported {
		return nil, fmt.Errorf("localpg: no private PostgreSQL on this system; install PostgreSQL and set DATABASE_URL: %w", errors.ErrUnsupported)
	}
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, startTimeout, fmt.Errorf("not up after %s: %w", startTimeout, context.DeadlineExceeded))
	defer cancel()
	folder, err := openFolder(ctx, o.Dir)
	if err != nil {
		return nil, err
	}
	s := &Server{options: o, folder: folder, supervised: make(chan struct{})}
	conn, err := s.join(ctx)
	if err != nil {
		return nil, err
	}
	supervision, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.cancel = cancel
	go s.supervise(supervision, conn)
	return s, nil
}

// URL is the connection URL of [Options.Database], for the superuser of the
// cluster. It stays the same while any program uses the server.
func (s *Server) URL() string { return s.url }

// join makes this program a user of the server and returns the connection that shows
// that it is one.
func (s *Server) join(ctx context.Context) (*pgx.Conn, error) {
	lock, err := s.folder.acquire(ctx, "lock", true)
	if err != nil {
		return nil, err
	}
	defer closeQuietly(lock)
	s.users, err = s.folder.acquire(ctx, "users", false)
	if err != nil {
		return nil, err
	}
	conn, at, err := s.ensure(ctx)
	if err == nil {
		err = createDatabase(ctx, conn, s.options.Database)
	}
	if err == nil {
		err = s.warnOfASCII(ctx, conn)
	}
	if err != nil {
		closeQuietly(s.users)
		if conn != nil {
			_ = conn.Close(ctx)
		}
		return nil, err
	}
	s.url = at.url(s.options.Database)
	return conn, nil
}

// warnOfASCII warns about a cluster that maps upper and lower case of ASCII letters only.
func (s *Server) warnOfASCII(ctx context.Context, conn *pgx.Conn) error {
	var folds bool
	if err := conn.QueryRow(ctx, "SELECT lower('É') = 'é'").Scan(&folds); err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	if !folds {
		s.options.Logger.Warn("this PostgreSQL maps upper and lower case of ASCII letters only, so a search may miss other letters; remove its folder to make one that maps all letters", "dir", s.folder.dir)
	}
	return nil
}

func createDatabase(ctx context.Context, conn *pgx.Conn, name string) error {
	var exists bool
	err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists)
	if err == nil && !exists {
		_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize())
	}
	if err != nil {
		return fmt.Errorf("localpg: creating the database %q: %w", name, err)
	}
	return nil
}

// Stop ends this program's use of the server. If no other program uses it, the
// server is shut down: open transactions are rolled back, and Stop returns when
// all of its processes have ended. Further calls do nothing and return the same.
func (s *Server) Stop() error {
	s.stop.Do(func() { s.stopErr = s.leave() })
	return s.stopErr
}

func (s *Server) leave() error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	s.cancel()
	<-s.supervised
	lock, err := s.folder.acquire(ctx, "lock", true)
	if err != nil {
		return errors.Join(err, s.users.Close())
	}
	defer closeQuietly(lock)
	// No other program can join while this one holds the lock. So if the shared lock
	// can become an exclusive one now, there is no other program.
	last, err := tryLock(s.users, true)
	defer closeQuietly(s.users)
	if err != nil || !last {
		return err
	}
	if err := s.folder.shutDown(ctx); err != nil {
		return err
	}
	s.options.Logger.Info("PostgreSQL stopped", "dir", s.folder.dir)
	return nil
}

// supervise starts the server again when it has died. Its connection also shows the
// server that this program is alive.
func (s *Server) supervise(ctx context.Context, conn *pgx.Conn) {
	defer close(s.supervised)
	pause := 100 * time.Millisecond
	for {
		var err error
		for err == nil {
			_, err = conn.WaitForNotification(ctx)
		}
		closeConn(conn)
		for ctx.Err() == nil {
			s.options.Logger.Warn("lost PostgreSQL, starting it again", "dir", s.folder.dir, "error", err)
			conn, err = s.again(ctx)
			if err == nil {
				pause = 100 * time.Millisecond
				break
			}
			if sleep(ctx, pause) != nil {
				break
			}
			pause = min(2*pause, 5*time.Second)
		}
		if ctx.Err() != nil {
			if err == nil {
				closeConn(conn)
			}
			return
		}
	}
}

func (s *Server) again(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	lock, err := s.folder.acquire(ctx, "lock", true)
	if err != nil {
		return nil, err
	}
	defer closeQuietly(lock)
	conn, _, err := s.ensure(ctx)
	return conn, err
}

// closeQuietly closes a lock file, which unlocks it. There is nothing to be written, so
// the error does not matter.
func closeQuietly(f *os.File) { _ = f.Close() }

func closeConn(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = conn.Close(ctx)
}

// connect opens a connection to the maintenance database.
func connect(ctx context.Context, at address, application string, settings map[string]string) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig(at.url(maintenance))
	if err != nil {
		return nil, fmt.Errorf("localpg: %w", err)
	}
	config.RuntimeParams = map[string]string{
		"application_name": application,
		// A setting of the cluster must not end the connections that keep it alive.
		"statement_timeout": "0", "idle_session_timeout": "0", "client_connection_check_interval": "0",
	}
	maps.Copy(config.RuntimeParams, settings)
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 5 * time.Second
	}
	return pgx.ConnectConfig(ctx, config)
}

// code is the SQLSTATE of an error, empty for others.
func code(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}
