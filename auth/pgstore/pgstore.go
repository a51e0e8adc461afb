package pgstore

import (
	"context"
	"crypto/sha256"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/pglink"
)

// DB is what a store asks: a pool, a connection or a transaction of pgx.
type DB interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Store keeps credentials. It is a credential.Store and a credential.Ledger, and safe for
// concurrent use where its [DB] is.
//
// When the answer of the database is lost, it is not known whether a new credential
// was stored. The error is then errors.OutcomeUnknown: nobody has its token, but it
// may be in the list, and the credential that it replaces may have expired. Every
// other failure is [credential.ErrUnavailable]: the change was not made, or may be
// repeated.
type Store struct {
	db DB
	// found holds the statements that find credentials, by the kind of their
	// subject. A statement has only the condition on its own kind. With the other
	// conditions in it, PostgreSQL would open and lock their tables for each request.
	found     map[owner.Kind]finder
	foundElse finder
}

// finder holds the statement for one hash and that for several. PostgreSQL expects
// ten elements in = ANY. So it finds no general plan that is cheap enough to keep,
// and plans each time, which takes longer than the look-up. Except while keys
// rotate there is one hash, and the statement with = is used.
type finder struct{ one, any string }

var (
	_ credential.Store  = (*Store)(nil)
	_ credential.Ledger = (*Store)(nil)
)

// Alive is a condition on the subjects of one kind, see [AliveWhile].
type Alive struct {
	kind      owner.Kind
	condition string
}

// AliveWhile says in SQL when a subject of a kind exists and is not blocked. It is
// a condition on the row named credential, with the columns subject_id and, for the
// organization of a customer, organization_id:
//
//	EXISTS (SELECT 1 FROM users WHERE users.id = credential.subject_id AND users.deleted_at IS NULL)
//
// It is part of the one statement that finds a credential of such a subject, so a
// dead subject costs the same as any other dead credential. The text comes from the
// program, and must hold nothing of a request. Several conditions on one kind must
// all be true.
func AliveWhile(kind owner.Kind, condition string) Alive {
	return Alive{kind: kind, condition: condition}
}

// New makes a store. A subject of a kind without a condition counts as alive. New
// fails where the database is nil, or where a condition or its kind is empty. It
// does not send the conditions to the database.
func New(db DB, alive ...Alive) (*Store, error) {
	if v := reflect.ValueOf(db); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return nil, errors.New("pgstore: New: the database is nil")
	}
	conditions := map[owner.Kind][]string{}
	for _, a := range alive {
		switch {
		case a.kind == "":
			return nil, fmt.Errorf("pgstore: New: AliveWhile(%q, %q): the kind of subject is empty", a.kind, a.condition)
		case strings.TrimSpace(a.condition) == "":
			return nil, fmt.Errorf("pgstore: New: AliveWhile(%q, %q): the condition is empty", a.kind, a.condition)
		}
		conditions[a.kind] = append(conditions[a.kind], "("+a.condition+")")
	}
	s := &Store{db: db, found: map[owner.Kind]finder{}, foundElse: newFinder("false")}
	for kind, all := range conditions {
		s.found[kind] = newFinder("(" + strings.Join(all, " AND ") + ") IS NOT TRUE")
	}
	return s, nil
}

// On returns the same store on another database: a transaction in which a
// credential is issued together with something else.
func (s *Store) On(db DB) *Store {
	other := *s
	other.db = db
	return &other
}

// columns are the columns of a credential. A look-up knows the first two.
const columns = `kind, subject_kind, ` + looked

const looked = `id, subject_id, organization_id, scopes, unrestricted, organization_ids, name,
	created_at, authenticated_at, expires_at, last_used_at, revoked_at`

func newFinder(gone string) finder {
	text := "SELECT " + looked + ", hash, key_id, " + gone + ` AS gone
	FROM auth_credentials AS credential WHERE kind = $2 AND subject_kind = $3 AND hash `
	return finder{one: text + "= $1", any: text + "= ANY($1)"}
}

// Find implements [credential.Store] with one statement in one round trip.
func (s *Store) Find(ctx context.Context, lookup credential.Lookup) (*credential.Record, error) {
	var (
		row    = credentialRow{kind: lookup.Type, subjectKind: string(lookup.SubjectKind)}
		hash   []byte
		gone   bool
		record credential.Record
	)
	err := s.on(ctx, func(db DB) error {
		return s.query(ctx, db, lookup).Scan(append(row.looked(), &hash, &record.Hash.KeyID, &gone)...)
	})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, credential.ErrInvalid
	case err != nil:
		return nil, failed("finding a credential", err)
	case len(hash) != sha256.Size:
		return nil, fmt.Errorf("pgstore: credential %s has a hash of %d bytes: %w", row.id, len(hash), credential.ErrUnavailable)
	}
	record.Credential = row.credential()
	record.Credential.SubjectGone = gone
	copy(record.Hash.Sum[:], hash)
	return &record, nil
}

// query looks for one hash with =, or for several while keys rotate.
func (s *Store) query(ctx context.Context, db DB, lookup credential.Lookup) pgx.Row {
	find, ok := s.found[lookup.SubjectKind]
	if !ok {
		find = s.foundElse
	}
	kind, subject := lookup.Type, string(lookup.SubjectKind)
	if len(lookup.Hashes) == 1 {
		return db.QueryRow(ctx, find.one, lookup.Hashes[0].Sum[:], kind, subject)
	}
	sums := make([][]byte, len(lookup.Hashes))
	for i := range sums {
		sums[i] = lookup.Hashes[i].Sum[:]
	}
	return db.QueryRow(ctx, find.any, sums, kind, subject)
}

const usedStatement = `UPDATE auth_credentials SET last_used_at = greatest(last_used_at, $2) WHERE id = $1`

const rehashStatement = `UPDATE auth_credentials SET last_used_at = greatest(last_used_at, $2), hash = $3, key_id = $4 WHERE id = $1`

// Used implements [credential.Store].
func (s *Store) Used(ctx context.Context, id uuid.UUID, use credential.Use) error {
	var err error
	if use.Rehash.IsZero() {
		_, err = s.exec(ctx, usedStatement, id, use.At)
	} else {
		_, err = s.exec(ctx, rehashStatement, id, use.At, use.Rehash.Sum[:], use.Rehash.KeyID)
	}
	if err != nil {
		return failed("recording the use of a credential", err)
	}
	return nil
}

// One statement changes the replaced credential and stores the new one, so that
// both happen in one step also without a transaction.
const (
	addStatement = `INSERT INTO auth_credentials (` + columns + `, hash, key_id)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`

	replaceStatement = `WITH replaced AS (
		UPDATE auth_credentials SET expires_at = least(expires_at, $18)
		WHERE id = $17 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $10)
		RETURNING id
	)
	INSERT INTO auth_credentials (` + columns + `, hash, key_id)
	SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16 FROM replaced`
)

// Add implements [credential.Ledger].
func (s *Store) Add(ctx context.Context, record credential.Record, replaces credential.Replacement) error {
	c := &record.Credential
	args := []any{
		c.Type, string(c.Subject.Kind), c.ID, c.Subject.ID, orNull(c.Subject.OrganizationID), texts(c.Scopes),
		c.Limit.IsUnrestricted(), orEmpty(c.Limit.IDs()), c.Name, c.CreatedAt, timeOrNull(c.AuthenticatedAt),
		c.ExpiresAt, c.LastUsedAt, c.RevokedAt, record.Hash.Sum[:], record.Hash.KeyID,
	}
	statement := addStatement
	if !replaces.IsZero() {
		statement = replaceStatement
		args = append(args, replaces.ID, replaces.Until)
	}
	var tag pgconn.CommandTag
	var unknown bool
	err := s.on(ctx, func(db DB) (err error) {
		tag, err = db.Exec(ctx, statement, args...)
		unknown = err != nil && !isTransaction(db) && pglink.IsUnknown(err, false)
		return err
	})
	switch {
	case unknown:
		return errors.OutcomeUnknown.Wrap(fmt.Errorf("pgstore: storing a credential: %w", err))
	case err != nil:
		return failed("storing a credential", err)
	case tag.RowsAffected() != 1:
		return credential.ErrInvalid
	}
	return nil
}

const selection = ` FROM auth_credentials
	WHERE subject_kind = $1 AND subject_id = $2 AND ($3 = '' OR kind = $3) AND ($4::uuid IS NULL OR id = $4)`

const listStatement = `SELECT ` + columns + selection + ` ORDER BY created_at DESC, id`

// List implements [credential.Ledger]. It does not set SubjectGone.
func (s *Store) List(ctx context.Context, sel credential.Selection) ([]credential.Credential, error) {
	if sel.Subject.IsZero() {
		return nil, nil
	}
	var list []credential.Credential
	err := s.on(ctx, func(db DB) error {
		rows, err := db.Query(ctx, listStatement, string(sel.Subject.Kind), sel.Subject.ID, sel.Type, orNull(sel.ID))
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (credential.Credential, error) {
			var r credentialRow
			err := row.Scan(append([]any{&r.kind, &r.subjectKind}, r.looked()...)...)
			return r.credential(), err
		})
		return err
	})
	if err != nil {
		return nil, failed("listing credentials", err)
	}
	return list, nil
}

const revokeStatement = `UPDATE auth_credentials SET revoked_at = $5
	WHERE subject_kind = $1 AND subject_id = $2 AND ($3 = '' OR kind = $3) AND ($4::uuid IS NULL OR id = $4)
		AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $5)`

// Revoke implements [credential.Ledger].
func (s *Store) Revoke(ctx context.Context, sel credential.Selection, at time.Time) (int, error) {
	if sel.Subject.IsZero() {
		return 0, nil
	}
	tag, err := s.exec(ctx, revokeStatement, string(sel.Subject.Kind), sel.Subject.ID, sel.Type, orNull(sel.ID), at)
	if err != nil {
		return 0, failed("revoking credentials", err)
	}
	return int(tag.RowsAffected()), nil
}

const pruneStatement = `DELETE FROM auth_credentials WHERE expires_at < $1 OR revoked_at < $1`

// Prune deletes the credentials that died before a time and returns how many:
// for a job that keeps the table small.
func (s *Store) Prune(ctx context.Context, before time.Time) (int64, error) {
	tag, err := s.exec(ctx, pruneStatement, before)
	if err != nil {
		return 0, failed("pruning credentials", err)
	}
	return tag.RowsAffected(), nil
}

// on calls a function with the database. For a pool this is a connection that
// works, as far as that can be seen without a round trip.
func (s *Store) on(ctx context.Context, ask func(db DB) error) error {
	pool, ok := s.db.(*pgxpool.Pool)
	if !ok {
		return ask(s.db)
	}
	conn, err := pglink.Acquire(ctx, pool)
	if err != nil {
		return err
	}
	defer conn.Release()
	return ask(conn)
}

func (s *Store) exec(ctx context.Context, sql string, args ...any) (tag pgconn.CommandTag, err error) {
	err = s.on(ctx, func(db DB) (err error) {
		tag, err = db.Exec(ctx, sql, args...)
		return err
	})
	return tag, err
}

// isTransaction reports whether a change still has to be committed.
func isTransaction(db DB) bool {
	_, ok := db.(interface{ Commit(context.Context) error })
	return ok
}

// failed wraps an error of the database. That of a context stays one.
func failed(doing string, err error) error {
	return fmt.Errorf("pgstore: %s: %w", doing, errors.Join(credential.ErrUnavailable, err))
}

// credentialRow scans the columns into types of pgx. It has a plan for these, and
// makes one for every other type in every query.
type credentialRow struct {
	kind, subjectKind, name                         string
	id, subjectID, organizationID                   pgtype.UUID
	scopes                                          pgtype.FlatArray[string]
	unrestricted                                    bool
	organizationIDs                                 pgtype.FlatArray[pgtype.UUID]
	created, authenticated, expires, lastUsed, dead pgtype.Timestamptz
}

// looked returns the targets of the columns of that name, with room for three more.
func (r *credentialRow) looked() []any {
	return append(make([]any, 0, 15),
		&r.id, &r.subjectID, &r.organizationID, &r.scopes, &r.unrestricted,
		&r.organizationIDs, &r.name, &r.created, &r.authenticated, &r.expires, &r.lastUsed, &r.dead,
	)
}

func (r *credentialRow) credential() credential.Credential {
	c := credential.Credential{
		ID:              r.id.Bytes,
		Type:            r.kind,
		Subject:         credential.SubjectRef{Kind: owner.Kind(r.subjectKind), ID: r.subjectID.Bytes, OrganizationID: r.organizationID.Bytes},
		Limit:           credential.Unrestricted(),
		Name:            r.name,
		CreatedAt:       r.created.Time,
		AuthenticatedAt: r.authenticated.Time,
		ExpiresAt:       orNil(r.expires),
		LastUsedAt:      orNil(r.lastUsed),
		RevokedAt:       orNil(r.dead),
	}
	if len(r.scopes) > 0 {
		c.Scopes = make([]credential.Scope, len(r.scopes))
		for i, scope := range r.scopes {
			c.Scopes[i] = credential.Scope(scope)
		}
	}
	if !r.unrestricted {
		ids := make([]uuid.UUID, len(r.organizationIDs))
		for i, id := range r.organizationIDs {
			ids[i] = id.Bytes
		}
		c.Limit = credential.LimitedTo(ids...)
	}
	return c
}

// orNil returns the time, or nil for NULL. The infinite times of PostgreSQL, which
// no statement here writes, are the zero time, so the credential is dead.
func orNil(t pgtype.Timestamptz) *time.Time {
	if !t.Valid {
		return nil
	}
	return &t.Time
}

func texts(scopes []credential.Scope) []string {
	list := make([]string, len(scopes))
	for i, scope := range scopes {
		list[i] = string(scope)
	}
	return list
}

func orNull(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

func orEmpty(ids []uuid.UUID) []uuid.UUID {
	if ids == nil {
		return []uuid.UUID{}
	}
	return ids
}

func timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
