package pgtest

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/polarkit-go/polarkit/repository/localpg"
)

// URLVariable is the environment variable with the server for tests: a connection URL
// of a user that may create databases. Unset: a private server.
const URLVariable = "POLARKIT_TEST_DATABASE_URL"

const (
	databasePrefix = "polarkit_test_"     // then the run and a number
	templatePrefix = "polarkit_template_" // then the key
)

// The first half of the advisory locks, so that they differ from those of other
// programs.
const (
	runLock      = 0x706b7401
	templateLock = 0x706b7402
)

// linger is how long the private server waits for the next test process.
const linger = 30 * time.Second

const (
	openTimeout     = 2 * time.Minute
	databaseTimeout = time.Minute
)

// server is the server of this test process.
type server struct {
	url   string
	admin *pgxpool.Pool
	// alive holds the lock that shows that this run is alive, until the end of the
	// process.
	alive *pgxpool.Conn
	run   string
	count atomic.Int64
	// strategy is how CREATE DATABASE copies the template.
	strategy string
}

// shared opens the server once per process. It is closed by the end of the process.
var shared = sync.OnceValues(func() (*server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
	defer cancel()
	return open(ctx, os.Getenv(URLVariable))
})

func open(ctx context.Context, url string) (*server, error) {
	if url == "" {
		private, err := startPrivate(ctx)
		if err != nil {
			return nil, err
		}
		url = private.URL()
	}
	url, err := forConnections(url)
	if err != nil {
		return nil, err
	}
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("pgtest: %s: %w", URLVariable, err)
	}
	// One connection keeps the run's lock. The others create and drop databases.
	config.MaxConns, config.MinConns = 4, 0
	config.ConnConfig.RuntimeParams["application_name"] = "pgtest"
	admin, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("pgtest: %w", err)
	}
	s := &server{url: url, admin: admin}
	if err := s.begin(ctx); err != nil {
		admin.Close()
		return nil, fmt.Errorf("pgtest: %w", err)
	}
	return s, nil
}

// startPrivate starts the private server, or joins that of another test process.
func startPrivate(ctx context.Context) (*localpg.Server, error) {
	found, err := localpg.Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("pgtest: %s is not set, and %w", URLVariable, err)
	}
	parent, ok := memoryFolder()
	if !ok {
		parent = os.TempDir()
	}
	// The name has the version and the settings, so that a cluster with others is not
	// used. There is a new one every week: systems that clean their temporary folders
	// remove single files that were not used for ten days, which breaks a cluster.
	year, week := time.Now().UTC().ISOWeek()
	prefix := fmt.Sprintf("polarkit-pgtest-%d-", os.Geteuid())
	dir := filepath.Join(parent, fmt.Sprintf("%spg%d-utf8-%dw%02d", prefix, found[0].Major, year, week))
	if err := removeOld(ctx, filepath.Join(parent, prefix+"*"), dir); err != nil {
		return nil, err
	}
	return localpg.Start(ctx, localpg.Options{
		Dir:         dir,
		LoseOnCrash: true,
		Linger:      linger,
		Settings: map[string]string{
			"max_connections": "300",     // many parallel tests of several processes
			"jit":             "off",     // compiling costs more than any query of a test
			"wal_level":       "minimal", // the log is not read, so keep it small
			"max_wal_senders": "0",
			"wal_init_zero":   "off",
			"min_wal_size":    "32MB",
			"max_wal_size":    "256MB",
		},
	})
}

// removeOld removes the private servers of other weeks and versions, unless they are in
// use.
func removeOld(ctx context.Context, pattern, current string) error {
	dirs, err := filepath.Glob(pattern)
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	for _, dir := range dirs {
		if dir == current {
			continue
		}
		if err := localpg.Remove(ctx, dir); err != nil && !errors.Is(err, localpg.ErrInUse) {
			return fmt.Errorf("pgtest: removing an old server: %w", err)
		}
	}
	return nil
}

// begin marks this run as alive and removes the databases of dead runs.
func (s *server) begin(ctx context.Context) error {
	if err := s.chooseStrategy(ctx); err != nil {
		return err
	}
	conn, err := s.admin.Acquire(ctx)
	if err != nil {
		return err
	}
	for s.run == "" {
		var id [4]byte
		_, _ = rand.Read(id[:]) // its documentation says that it never fails
		var free bool
		run := int32(binary.BigEndian.Uint32(id[:])) //nolint:gosec // any 32 bits will do
		if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1, $2)", runLock, run).Scan(&free); err != nil {
			conn.Release()
			return err
		}
		if free {
			s.run = runName(run)
		}
	}
	s.alive = conn
	return errors.Join(s.dropDeadRuns(ctx), s.dropOldTemplates(ctx))
}

// chooseStrategy chooses how templates are copied. A copy of the files needs two
// checkpoints. They are cheap without fsync, and then it takes two thirds of the time of
// a copy through the log, when several tests ask at once. With fsync the log is better.
// Before version 15 there is no choice.
func (s *server) chooseStrategy(ctx context.Context) error {
	var version int
	var fsync string
	err := s.admin.QueryRow(ctx, "SELECT current_setting('server_version_num')::int, current_setting('fsync')").Scan(&version, &fsync)
	switch {
	case version < 150000:
	case fsync == "off":
		s.strategy = " STRATEGY file_copy"
	default:
		s.strategy = " STRATEGY wal_log"
	}
	return err
}

func runName(run int32) string { return fmt.Sprintf("%08x", uint32(run)) } //nolint:gosec // the same bits

// dropDeadRuns drops the databases of runs whose process has ended, so that their lock
// is free.
func (s *server) dropDeadRuns(ctx context.Context) error {
	names, err := s.names(ctx, "SELECT datname FROM pg_database WHERE datname LIKE $1 ORDER BY 1", like(databasePrefix))
	if err != nil || len(names) == 0 {
		return err
	}
	return s.locking(ctx, func(conn *pgx.Conn) error {
		dead := map[string]bool{s.run: false}
		for _, name := range names {
			run, _, _ := strings.Cut(strings.TrimPrefix(name, databasePrefix), "_")
			bits, err := strconv.ParseUint(run, 16, 32)
			if err != nil {
				continue // not a database of a run
			}
			if _, known := dead[run]; !known {
				// The run that gets the lock drops the databases. Another run at
				// the same time does not.
				var free bool
				if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1, $2)", runLock, int32(bits)).Scan(&free); err != nil { //nolint:gosec // the same bits
					return err
				}
				dead[run] = free
			}
			if dead[run] {
				if err := drop(ctx, conn, name); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// locking calls f with a connection on which it may take advisory locks, and releases
// them.
func (s *server) locking(ctx context.Context, f func(*pgx.Conn) error) error {
	conn, err := s.admin.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	err = f(conn.Conn())
	_, unlockErr := conn.Exec(ctx, "SELECT pg_advisory_unlock_all()")
	if unlockErr != nil {
		unlockErr = errors.Join(unlockErr, conn.Conn().Close(ctx)) // which releases them too
	}
	return errors.Join(err, unlockErr)
}

// like is a pattern for names that begin with the prefix.
func like(prefix string) string { return strings.ReplaceAll(prefix, "_", `\_`) + "%" }

func (s *server) names(ctx context.Context, sql string, args ...any) ([]string, error) {
	rows, err := s.admin.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// create makes a database for one test.
func (s *server) create(ctx context.Context, template string) (string, error) {
	name := fmt.Sprintf("%s%s_%d", databasePrefix, s.run, s.count.Add(1))
	_, err := s.admin.Exec(ctx, "CREATE DATABASE "+quote(name)+" TEMPLATE "+quote(template)+s.strategy)
	return name, err
}

// executor is a pool or a connection.
type executor interface {
	Exec(ctx context.Context, sql string, arguments ...any) (pgconn.CommandTag, error)
}

// drop drops a database and ends the sessions in it.
func drop(ctx context.Context, on executor, name string) error {
	_, err := on.Exec(ctx, "DROP DATABASE IF EXISTS "+quote(name)+" WITH (FORCE)")
	return err
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }
