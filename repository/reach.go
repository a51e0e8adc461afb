package repository

import (
	"context"

	"github.com/Masterminds/squirrel"

	"github.com/polarkit-go/polarkit/auth/owner"
)

// listed is [Rows.ask] with a list of owners in place of a sub-select that can be
// listed, for verbs that read many rows in an order: only for owners that it
// knows can PostgreSQL follow an index on the owner and the order. In a
// transaction it stays a sub-select. To list takes a second connection, and a
// program that waits for one while it holds another may wait for ever.
func (s Rows[Row]) listed(ctx context.Context, from Readable) (Rows[Row], error) {
	h, err := s.reader(from)
	if err != nil {
		return s, err
	}
	if s, err = s.ask(ctx); err != nil || h.tx != nil {
		return s, err
	}
	s.reach, err = s.reach.Listed(ctx)
	return s, err
}

// inReach appends the conditions that hold for every one of the rows, and reports
// whether there can be such a row at all.
func (s Rows[Row]) inReach(st *statement) bool {
	if column := s.plan.softDelete; column != "" {
		switch s.which {
		case notDeleted:
			st.write(s.plan.qualified(column), " IS NULL AND ")
		case onlyDeleted:
			st.write(s.plan.qualified(column), " IS NOT NULL AND ")
		case withDeleted:
		}
	} else if s.which == onlyDeleted {
		return false
	}
	return s.ownedInReach(st)
}

// ownedInReach appends the reach as a predicate on the owner columns.
func (s Rows[Row]) ownedInReach(st *statement) bool {
	if s.reach.IsSystem() {
		st.write("true")
		return true
	}
	before := len(st.text)
	st.write("(")
	granted := false
	for _, grant := range s.reach.Grants() {
		column, ok := s.plan.owners[grant.Kind]
		if !ok || grant.Set.IsEmpty() {
			continue
		}
		if granted {
			st.write(" OR ")
		}
		granted = true
		st.owned(s.plan.qualified(column), grant.Set)
	}
	if !granted {
		st.text = st.text[:before]
		return false
	}
	st.write(")")
	return true
}

// owned compares a column with a set of owners that is not known to be empty.
func (s *statement) owned(column string, set owner.Set) {
	query, isQuery := set.Query()
	if !isQuery {
		s.oneOf(column, set)
		return
	}
	s.write("(", column, " IN (")
	s.foreign(query.SQL, query.Args)
	s.write(")")
	if len(query.Only) > 0 {
		s.write(" AND ")
		s.oneOf(column, owner.IDs(query.Only...))
	}
	s.write(")")
}

// oneOf compares a column with a list of owners. One owner, also where it stands
// there several times, is compared by =, which lets an index on the column and a
// sort column give the rows in order, as = ANY does not.
func (s *statement) oneOf(column string, list owner.Set) {
	s.write(column)
	if one, ok := list.One(); ok {
		s.write(" = ").bind(one)
		return
	}
	ids, _ := list.IDs()
	s.write(" = ANY(").bind(ids).write(")")
}

// body appends FROM and WHERE for the rows and the caller's predicate, which
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

// where appends WHERE for the rows and the caller's predicate.
func (s Rows[Row]) where(st *statement, where squirrel.Sqlizer) bool {
	st.plan = s.plan
	st.write(" WHERE ")
	if s.source() != nil {
		// What is deleted is already hidden inside the query.
		if !s.ownedInReach(st) {
			return false
		}
	} else if !s.inReach(st) {
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
