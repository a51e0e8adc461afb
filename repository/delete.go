package repository

import (
	"context"
	"fmt"

	"github.com/Masterminds/squirrel"
)

// SoftDelete marks the row with this primary key as deleted, which hides it
// from every verb but those of [Rows.WithDeleted] and [Rows.OnlyDeleted]. It
// fails with ResourceNotFound when there is no such row in reach, so also the
// second time.
func (s Rows[Row]) SoftDelete(ctx context.Context, to Writable, id any) error {
	if err := s.made(); err != nil {
		return err
	}
	p := s.plan
	if p.softDelete == "" {
		return p.noSoftDelete("SoftDelete")
	}
	s, h, err := s.writer(ctx, to)
	if err != nil {
		return err
	}
	st := newStatement()
	p.mark(st)
	return s.only(s.named(ctx, "soft_delete"), h, st, id)
}

// Restore takes back the deletion of the row with this primary key and returns
// it. It fails with ResourceNotFound when there is no such deleted row in reach.
func (s Rows[Row]) Restore(ctx context.Context, to Writable, id any) (Row, error) {
	var none Row
	if err := s.made(); err != nil {
		return none, err
	}
	p := s.plan
	if p.softDelete == "" {
		return none, p.noSoftDelete("Restore")
	}
	s, h, err := s.writer(ctx, to)
	if err != nil {
		return none, err
	}
	st := newStatement()
	st.write("UPDATE ", p.quoted, " SET ", quote(p.softDelete), " = NULL")
	p.touch(st, false)
	if !s.OnlyDeleted().where(st, nil) {
		return none, p.notFound()
	}
	st.write(" AND ")
	p.whereKey(st, id)
	st.write(p.returning)
	if st.err != nil {
		return none, st.err
	}
	return queryOne[Row](s.named(ctx, "restore"), p, h, st, s.writing(nil))
}

// Delete removes the row with this primary key for good. It fails with
// ResourceNotFound when there is no such row in reach. One that is softly
// deleted is among those of [Rows.WithDeleted] only.
func (s Rows[Row]) Delete(ctx context.Context, to Writable, id any) error {
	p := s.plan
	s, h, err := s.writer(ctx, to)
	if err != nil {
		return err
	}
	st := newStatement()
	st.write("DELETE FROM ", p.quoted)
	return s.only(s.named(ctx, "delete"), h, st, id)
}

// SoftDeleteWhere is [Rows.SoftDelete] for all of the rows for which the
// predicate holds; it returns how many there were. An empty predicate is refused.
func (s Rows[Row]) SoftDeleteWhere(ctx context.Context, to Writable, where squirrel.Sqlizer) (int64, error) {
	if err := s.made(); err != nil {
		return 0, err
	}
	p := s.plan
	if p.softDelete == "" {
		return 0, p.noSoftDelete("SoftDeleteWhere")
	}
	s, h, err := s.writer(ctx, to)
	if err != nil {
		return 0, err
	}
	st := newStatement()
	p.mark(st)
	return s.execWhere(s.named(ctx, "soft_delete_where"), h, st, where, nil)
}

// DeleteWhere is [Rows.Delete] for all of the rows for which the
// predicate holds; it returns how many there were. An empty predicate is refused.
func (s Rows[Row]) DeleteWhere(ctx context.Context, to Writable, where squirrel.Sqlizer) (int64, error) {
	p := s.plan
	s, h, err := s.writer(ctx, to)
	if err != nil {
		return 0, err
	}
	st := newStatement()
	st.write("DELETE FROM ", p.quoted)
	return s.execWhere(s.named(ctx, "delete_where"), h, st, where, nil)
}

// mark writes the UPDATE that marks rows as deleted. The deletion is a change.
func (p *plan) mark(st *statement) {
	st.write("UPDATE ", p.quoted, " SET ", quote(p.softDelete), " = ").bind(now())
	p.touch(st, false)
}

// only ends a statement that writes with a primary key, and runs it.
func (s Rows[Row]) only(ctx context.Context, h *handle, st *statement, id any) error {
	p := s.plan
	if !s.where(st, nil) {
		return p.notFound()
	}
	st.write(" AND ")
	p.whereKey(st, id)
	if st.err != nil {
		return st.err
	}
	affected, err := p.exec(ctx, h, st, s.writing(nil))
	if err == nil && affected == 0 {
		return p.notFound()
	}
	return err
}

func (p *plan) noSoftDelete(verb string) error {
	return fmt.Errorf("repository: %s: %s needs a deleted_at column, or Options.SoftDelete", p.table, verb)
}
