package repository

import (
	"github.com/polarkit-go/polarkit/sorting"
)

// term is one criterion of an order in SQL.
type term struct {
	sortKey
	descending bool
}

// nullsLast reports whether NULLs are last. They are last in ascending order and first
// in descending order, unless the sort map changes that.
func (t term) nullsLast() bool {
	if t.nulls == "" {
		return !t.descending
	}
	return t.nulls == " NULLS LAST"
}

func (t term) write(st *statement) {
	st.write(t.sql)
	if t.descending {
		st.write(" DESC")
	}
	st.write(t.nulls)
}

// terms are the criteria of an order, and after them the primary key in the direction of
// the last criterion.
func (p *plan) terms(st *statement, order sorting.Order, room []term) []term {
	terms := room[:0]
	descending := false
	if order != nil {
		for _, named := range order.Terms() {
			key, ok := p.sorts[named.Name]
			if !ok {
				st.fail("%s: the sort map has no property %q", p.table, named.Name)
				return nil
			}
			descending = named.Descending
			terms = append(terms, term{sortKey: key, descending: descending})
		}
	}
	for _, k := range p.key {
		terms = append(terms, term{sortKey: sortKey{sql: p.qualified(p.columns[k].name)}, descending: descending})
	}
	return terms
}

// orderBy appends the criteria of an order.
func (p *plan) orderBy(st *statement, order sorting.Order) {
	descending := 0
	if order != nil {
		for _, named := range order.Terms() {
			key, ok := p.sorts[named.Name]
			if !ok {
				st.fail("%s: the sort map has no property %q", p.table, named.Name)
				return
			}
			if descending = 0; named.Descending {
				descending = 1
			}
			term{sortKey: key, descending: named.Descending}.write(st)
			st.write(", ")
		}
	}
	st.write(p.orderKey[descending])
}
