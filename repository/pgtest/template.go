package pgtest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

const day = 24 * time.Hour

// templateLife is how long a template stays without being used.
const templateLife = 7 * day

// template returns the name of the template's database. It builds it if no earlier run
// has done so.
func (s *server) template(ctx context.Context, t *Template) (string, error) {
	key, err := t.key()
	if err != nil {
		return "", fmt.Errorf("pgtest: reading what the template is made from: %w", err)
	}
	name := templatePrefix + key
	err = s.locking(ctx, func(conn *pgx.Conn) error {
		if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1, hashtext($2))", templateLock, name); err != nil {
			return err
		}
		return s.build(ctx, conn, name, t.migrate)
	})
	if err != nil {
		return "", fmt.Errorf("pgtest: building the template: %w", err)
	}
	return name, nil
}

// build makes the template under another name and renames it at the end, so that a
// template with its final name is complete. The caller holds the lock of the name.
func (s *server) build(ctx context.Context, conn *pgx.Conn, name string, migrate func(context.Context, string) error) error {
	var exists bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists); err != nil {
		return err
	}
	if exists {
		return touch(ctx, conn, name)
	}
	building := name + "_new"
	if err := discard(ctx, conn, building); err != nil { // of a run that was killed
		return err
	}
	// template0 is the same on every server. template1 may have been changed.
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+quote(building)+" TEMPLATE template0"); err != nil {
		return err
	}
	databaseURL, err := inDatabase(s.url, building)
	if err != nil {
		return err
	}
	if err := migrate(ctx, databaseURL); err != nil {
		return errors.Join(err, discard(ctx, conn, building))
	}
	// CREATE DATABASE refuses a template with open sessions, and some migration tools
	// leave a connection open.
	if _, err := conn.Exec(ctx, "ALTER DATABASE "+quote(building)+" ALLOW_CONNECTIONS false"); err != nil {
		return err
	}
	if err := disconnect(ctx, conn, building); err != nil {
		return err
	}
	if err := touch(ctx, conn, building); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "ALTER DATABASE "+quote(building)+" IS_TEMPLATE true"); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "ALTER DATABASE "+quote(building)+" RENAME TO "+quote(name))
	return err
}

// disconnect ends all sessions in the database and waits until they have ended.
func disconnect(ctx context.Context, conn *pgx.Conn, name string) error {
	for {
		var n int
		err := conn.QueryRow(ctx, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = $1", name).Scan(&n)
		if err != nil || n == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// touch stores the time at which the template was used.
func touch(ctx context.Context, conn *pgx.Conn, name string) error {
	_, err := conn.Exec(ctx, "COMMENT ON DATABASE "+quote(name)+" IS '"+time.Now().UTC().Format(time.RFC3339)+"'")
	return err
}

// dropOldTemplates drops the templates that were not used for a week. A template is in
// use if its lock is taken.
func (s *server) dropOldTemplates(ctx context.Context) error {
	names, err := s.names(ctx, "SELECT datname FROM pg_database WHERE datname LIKE $1 AND datistemplate", like(templatePrefix))
	if err != nil || len(names) == 0 {
		return err
	}
	return s.locking(ctx, func(conn *pgx.Conn) error {
		for _, name := range names {
			var free bool
			var comment string
			err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1, hashtext($2)),
				coalesce((SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $2), '')`,
				templateLock, name).Scan(&free, &comment)
			if err != nil {
				return err
			}
			used, err := time.Parse(time.RFC3339, comment)
			if err != nil || !free || time.Since(used) < templateLife {
				continue
			}
			if err := discard(ctx, conn, name); err != nil {
				return err
			}
		}
		return nil
	})
}

// discard drops a database that may be a template.
func discard(ctx context.Context, conn *pgx.Conn, name string) error {
	var isTemplate bool
	err := conn.QueryRow(ctx, "SELECT datistemplate FROM pg_database WHERE datname = $1", name).Scan(&isTemplate)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err == nil && isTemplate {
		_, err = conn.Exec(ctx, "ALTER DATABASE "+quote(name)+" IS_TEMPLATE false")
	}
	if err != nil {
		return err
	}
	return drop(ctx, conn, name)
}
