package repository

import (
	"context"

	"github.com/Masterminds/squirrel"
	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/internal/reach"
)

// listed is the scope with a list of owners in place of a sub-select that can be
// listed, for verbs that read many rows in an order: only for owners that it
// knows can PostgreSQL follow an index on the owner and the order. In a
// transaction it stays a sub-select, for to list takes a second connection, and
// who waits for one while holding another may wait for ever.
func (s Rows[Row]) listed(ctx context.Context, from Readable) (Rows[Row], error) {
	h, err := s.reader(from)
	if err != nil || h.tx != nil {
		return s, err
	}
	s.reach, err = s.reach.Listed(ctx)
	return s, err
}

// narrow appends the conditions that hold for every row of a scope, the base
// predicate and the reach, and reports whether there can be such a row at all.
func (p *plan) narrow(s *statement, reach Reach, which deletion) bool {
	if p.softDelete == "" {
		if which == onlyDeleted {
			return false
		}
		return p.within(s, reach)
	}
	switch which {
	case notDeleted:
		s.write(p.qualified(p.softDelete), " IS NULL AND ")
	case onlyDeleted:
		s.write(p.qualified(p.softDelete), " IS NOT NULL AND ")
	case withDeleted:
	}
	return p.within(s, reach)
}

// within appends the reach as a predicate on the owner columns.
func (p *plan) within(s *statement, held Reach) bool {
	if held.IsSystem() {
		s.write("true")
		return true
	}
	before := len(s.text)
	s.write("(")
	granted := false
	for _, grant := range reach.GrantsOf(held) {
		name, ok := p.owners[grant.Kind]
		if !ok || grant.Select == nil && len(grant.IDs) == 0 {
			continue
		}
		if sel := grant.Select; sel != nil && (sel.SQL == "" || sel.Only != nil && len(sel.Only) == 0) {
			continue
		}
		if granted {
			s.write(" OR ")
		}
		granted = true
		owner := p.qualified(name)
		if sel := grant.Select; sel != nil {
			s.write("(", owner, " IN (")
			s.foreign(sel.SQL, sel.Args)
			s.write(")")
			if sel.Only != nil {
				s.owned(" AND "+owner, sel.Only)
			}
			s.write(")")
			continue
		}
		s.owned(owner, grant.IDs)
	}
	if !granted {
		s.text = s.text[:before]
		return false
	}
	s.write(")")
	return true
}

// owned compares with the owners of a grant.
func (s *statement) owned(owner string, ids []uuid.UUID) {
	s.write(owner)
	if alike(ids) {
		s.write(" = ").bind(ids[0])
		return
	}
	s.write(" = ANY(").bind(ids).write(")")
}

// alike reports whether a list holds one value, perhaps several times. It is
// compared by =, which lets an index on the column and a sort column give the
// rows in order, as = ANY does not.
func alike[T comparable](list []T) bool {
	if len(list) == 0 {
		return false
	}
	for _, value := range list[1:] {
		if value != list[0] {
			return false
		}
	}
	return true
}

// body appends FROM and WHERE for the scope and the caller's predicate, which
// is one operand of AND whatever it holds. It reports whether there can be rows.
func (s Rows[Row]) body(st *statement, where squirrel.Sqlizer) bool {
	if from := s.source(); from != nil {
		st.write(" FROM (")
		before := len(st.args)
		st.foreign(from.sql, from.args)
		st.askFrom(before)
		st.write(") AS ", s.plan.alias)
	} else {
		st.write(" FROM ", s.plan.quoted)
	}
	return s.where(st, where)
}

// where appends WHERE for the scope and the caller's predicate.
func (s Rows[Row]) where(st *statement, where squirrel.Sqlizer) bool {
	st.plan = s.plan
	st.write(" WHERE ")
	if s.source() != nil {
		// What is deleted is already hidden inside the query.
		if !s.plan.within(st, s.reach) {
			return false
		}
	} else if !s.plan.narrow(st, s.reach, s.which) {
		return false
	}
	mark, before := len(st.text), len(st.args)
	st.write(" AND ")
	if !st.condition(where) {
		st.text = st.text[:mark]
	}
	st.askFrom(before)
	return true
}
