package repository

import (
	"context"
	"fmt"
	"regexp"

	"github.com/Masterminds/squirrel"
)

// Narrowed is [Rows] of any row type, for [Rows.With].
type Narrowed interface {
	// narrow asks whose the rows may be.
	narrow(ctx context.Context) (Narrowed, error)
	// shadow appends the rows as a part of WITH under the table's name.
	shadow(st *statement)
	// reasons appends the reasons of reaches of the program itself.
	reasons(to []string) []string
}

// From is the rows with a query of the caller's in place of the table: a
// squirrel SelectBuilder with joins, parts of WITH or sub-selects. Its result
// must have the columns of the row type, by their names, the owner columns
// included. All verbs that read work on it: paged, counted, and by cursor.
//
//	paying := squirrel.Select("DISTINCT c.*").From("customers c").
//		Join("orders o ON o.customer_id = c.id").Where(squirrel.Eq{"o.status": in.Status})
//	page, err := customers.For(subject).From(paying).Page(ctx, db, query)
//
// The reach holds twice. Inside the query the table's name, without a schema,
// means only the rows in reach that are not deleted; and of the result only
// rows whose owner columns are in reach come out. Other tables are as they are,
// unless [Rows.With] narrows them too. A name that stands for a part of a table
// has no primary key, so GROUP BY has to list every column that is selected.
func (s Rows[Row]) From(query squirrel.Sqlizer) Rows[Row] {
	if s.plan == nil {
		s.err = errNoRows
		return s
	}
	from, err := s.plan.ownQuery(query)
	if err != nil {
		s.err = fmt.Errorf("repository: %s: the query in From: %w", s.plan.table, err)
	}
	s.from = from
	return s
}

// With narrows further tables inside the query of [Rows.From] in the same way:
//
//	customers.For(subject).From(paying).With(orders.For(subject))
func (s Rows[Row]) With(others ...Narrowed) Rows[Row] {
	s.with = append(s.with[:len(s.with):len(s.with)], others...)
	return s
}

// ownQuery renders a query in place of the table. One that names the table with
// a schema would go around the reach, and is refused.
func (p *plan) ownQuery(query squirrel.Sqlizer) (*fragment, error) {
	from, err := renderFragment(query)
	if err != nil {
		return nil, err
	}
	if named := p.schemaNamed.FindString(from.sql); named != "" {
		return nil, fmt.Errorf("it says %s: only without a schema does the name mean the rows in reach", named)
	}
	return from, nil
}

// schemaNamed finds the name of a table after a schema.
func schemaNamed(table string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)[\w"]+\s*\.\s*"?` + regexp.QuoteMeta(table) + `\b"?`)
}

// source is the query in place of the table, nil for the table itself.
func (s Rows[Row]) source() *fragment {
	if s.from != nil {
		return s.from
	}
	return s.plan.from
}

// prefix appends the WITH clause by which, inside a query of the caller's, the
// names of tables mean only the rows in reach. It reports whether there can be
// any.
func (s Rows[Row]) prefix(st *statement) bool {
	if s.source() == nil {
		return true
	}
	st.write("WITH ")
	if !s.shadowed(st) {
		return false
	}
	for _, other := range s.with {
		st.write(", ")
		other.shadow(st)
	}
	st.write(" ")
	return true
}

// shadowed appends the rows as a part of WITH. There the table's own name still
// means the table.
func (s Rows[Row]) shadowed(st *statement) bool {
	st.write(s.plan.alias, " AS NOT MATERIALIZED (SELECT * FROM ", s.plan.quoted, " WHERE ")
	reachable := s.inReach(st)
	if !reachable {
		st.write("false")
	}
	st.write(")")
	return reachable
}

func (s Rows[Row]) shadow(st *statement) { s.shadowed(st) }
