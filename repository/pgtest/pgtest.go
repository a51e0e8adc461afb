package pgtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io/fs"
	"maps"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Template is the database that the databases of tests are copied from. Make one for
// each schema, in a package variable: it is built when the first test needs a database.
// It is safe for concurrent use.
type Template struct {
	key     func() (string, error)
	migrate func(ctx context.Context, databaseURL string) error

	once sync.Once
	name string
	err  error
}

// FromSQL makes a template by running the statements in their order. Each text may hold
// several statements. Without a text the databases are empty.
func FromSQL(statements ...string) *Template {
	return &Template{
		key: func() (string, error) {
			h := newKey("sql")
			for _, s := range statements {
				h.add(s)
			}
			return h.sum(), nil
		},
		migrate: func(ctx context.Context, databaseURL string) error {
			conn, err := pgx.Connect(ctx, databaseURL)
			if err != nil {
				return err
			}
			defer func() { _ = conn.Close(ctx) }()
			for _, s := range statements {
				if _, err := conn.PgConn().Exec(ctx, s).ReadAll(); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// FromFS makes a template by calling migrate. It gets the URL of an empty database and
// applies the files of fsys to it.
//
// The key of the template is a hash of the names and contents of all files. It does not
// see what else migrate does: when only that changes, the template of an earlier run is
// used.
func FromFS(fsys fs.FS, migrate func(ctx context.Context, databaseURL string) error) *Template {
	return &Template{
		key: func() (string, error) {
			h := newKey("fs")
			err := fs.WalkDir(fsys, ".", func(path string, entry fs.DirEntry, err error) error {
				if err != nil || entry.IsDir() {
					return err
				}
				content, err := fs.ReadFile(fsys, path)
				if err != nil {
					return err
				}
				h.add(path)
				h.add(string(content))
				return nil
			})
			return h.sum(), err
		},
		migrate: migrate,
	}
}

// key is a hash of a list of texts.
type key struct{ hash.Hash }

func newKey(kind string) key {
	k := key{sha256.New()}
	k.add(kind)
	return k
}

func (k key) add(text string) { _, _ = fmt.Fprintf(k, "%d:%s", len(text), text) }

func (k key) sum() string { return hex.EncodeToString(k.Sum(nil)[:10]) }

// Pool is a pool of at most four connections to a new database, which is dropped when
// the test ends. The functions change the pool's configuration before it is opened, for
// example [Recorder.Attach].
//
// A connection that the test does not release is an error of the test.
func (t *Template) Pool(tb testing.TB, change ...func(*pgxpool.Config)) *pgxpool.Pool {
	tb.Helper()
	config, err := pgxpool.ParseConfig(t.URL(tb))
	if err != nil {
		tb.Fatalf("pgtest: %v", err)
	}
	config.MaxConns = 4
	config.MinConns = 0
	for _, f := range change {
		f(config)
	}
	pool, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		tb.Fatalf("pgtest: %v", err)
	}
	tb.Cleanup(func() { closePool(tb, pool) })
	return pool
}

// closePool closes the pool. It waits five seconds at most, while Close itself waits
// for each connection until it is released.
func closePool(tb testing.TB, pool *pgxpool.Pool) {
	tb.Helper()
	const patience = 5 * time.Second
	closed := make(chan struct{})
	go func() {
		pool.Close()
		close(closed)
	}()
	select {
	case <-closed:
	case <-time.After(patience):
		tb.Errorf("pgtest: %d connections were not given back %s after the test: close rows, end transactions, release what Acquire returned",
			pool.Stat().AcquiredConns(), patience)
	}
}

// URL is the connection URL of a new database, which is dropped when the test ends.
// Connections that are still open then are ended.
func (t *Template) URL(tb testing.TB) string {
	tb.Helper()
	s, err := shared()
	if err != nil {
		tb.Fatal(err)
	}
	t.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
		defer cancel()
		t.name, t.err = s.template(ctx, t)
	})
	if t.err != nil {
		tb.Fatal(t.err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), databaseTimeout)
	defer cancel()
	name, err := s.create(ctx, t.name)
	if err != nil {
		tb.Fatalf("pgtest: creating a database: %v", err)
	}
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), databaseTimeout)
		defer cancel()
		if err := drop(ctx, s.admin, name); err != nil {
			tb.Errorf("pgtest: dropping the database of the test: %v", err)
		}
	})
	databaseURL, err := inDatabase(s.url, name)
	if err != nil {
		tb.Fatal(err)
	}
	return databaseURL
}

// forConnections is the URL without the parameters of a pool, such as pool_max_conns.
// Tests pass it to single connections too, and a server refuses those parameters.
func forConnections(serverURL string) (string, error) {
	u, err := parse(serverURL)
	if err != nil {
		return "", err
	}
	query := u.Query()
	maps.DeleteFunc(query, func(name string, _ []string) bool { return strings.HasPrefix(name, "pool_") })
	u.RawQuery = query.Encode()
	return u.String(), nil
}

func parse(serverURL string) (*url.URL, error) {
	u, err := url.Parse(serverURL)
	if err != nil || u.Scheme == "" {
		return nil, fmt.Errorf("pgtest: %s must be a URL such as postgres://user:password@host:5432/database", URLVariable)
	}
	return u, nil
}

// inDatabase is the URL with another database in it.
func inDatabase(serverURL, name string) (string, error) {
	u, err := parse(serverURL)
	if err != nil {
		return "", err
	}
	u.Path = "/" + name
	query := u.Query()
	query.Del("dbname")
	query.Del("database")
	u.RawQuery = query.Encode()
	return u.String(), nil
}
