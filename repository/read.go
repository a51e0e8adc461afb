package repository

import (
	"cmp"
	"context"
	"fmt"
	"reflect"

	"github.com/Masterminds/squirrel"
	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/pagination"
	"github.com/polarkit-go/polarkit/sorting"
)

// Query selects and sorts rows. The zero value is all rows in the order of the primary
// key.
type Query struct {
	// Where narrows the rows further: any squirrel predicate with its default
	// placeholders. No predicate, not even an Or, widens the reach.
	Where squirrel.Sqlizer
	// Sorting is the order, a sorting.By of the set of the model's sort map.
	// The primary key is always the last criterion, in the last direction.
	Sorting sorting.Order
	// Params are the page, for Page.
	Params pagination.Params
	// Count is how Page counts; [Exact] by default.
	Count CountMode
	// Max is how many rows All and LockAll return at most. They fail without it.
	// [NoLimit] means all rows.
	Max int64
}

// NoLimit is the [Query.Max] for all rows.
const NoLimit int64 = -1

// Key is a primary key of several columns: their values, in the order of the columns.
type Key []any

// Get returns the row with this primary key: a value, or a [Key] for a key of several
// columns. It fails with the same ResourceNotFound for a row that does not exist, that is
// deleted, or that is out of reach.
func (s Rows[Row]) Get(ctx context.Context, from Readable, id any) (Row, error) {
	return s.get(ctx, from, "get", nil, func(st *statement) { s.plan.whereKey(st, id) })
}

// GetBy returns the only row for which the predicate holds, such as a comparison of a
// unique column. It fails with ResourceNotFound when there is no such row. It also fails
// when there are several.
func (s Rows[Row]) GetBy(ctx context.Context, from Readable, where squirrel.Sqlizer) (Row, error) {
	var none Row
	rows, err := s.list(ctx, from, "get_by", Query{Where: where}, 2, nil)
	switch {
	case err != nil:
		return none, err
	case len(rows) == 0:
		return none, s.plan.notFound()
	case len(rows) > 1:
		return none, fmt.Errorf("repository: %s: GetBy found several rows: use First or All", s.plan.table)
	}
	return rows[0], nil
}

// First returns the first row of a query, or fails with ResourceNotFound.
func (s Rows[Row]) First(ctx context.Context, from Readable, q Query) (Row, error) {
	var none Row
	s, err := s.listed(ctx, from)
	if err != nil {
		return none, err
	}
	rows, err := s.list(ctx, from, "first", q, 1, nil)
	switch {
	case err != nil:
		return none, err
	case len(rows) == 0:
		return none, s.plan.notFound()
	}
	return rows[0], nil
}

// All returns the rows of a query, at most [Query.Max] of them.
func (s Rows[Row]) All(ctx context.Context, from Readable, q Query) ([]Row, error) {
	if err := s.made(); err != nil {
		return nil, err
	}
	if err := q.bounded(s.plan, "All"); err != nil {
		return nil, err
	}
	s, err := s.listed(ctx, from)
	if err != nil {
		return nil, err
	}
	return s.list(ctx, from, "all", q, q.Max, nil)
}

func (q Query) bounded(p *plan, verb string) error {
	if q.Max == 0 || q.Max < NoLimit {
		return fmt.Errorf("repository: %s: %s needs Query.Max, the most rows that it may return, or NoLimit", p.table, verb)
	}
	return nil
}

// Count returns the number of rows for which the predicate holds. Nil holds for all.
func (s Rows[Row]) Count(ctx context.Context, from Readable, where squirrel.Sqlizer) (int64, error) {
	var count int64
	err := s.value(ctx, from, "count", "SELECT count(*)", "", where, &count)
	return count, err
}

// Exists reports whether there is a row for which the predicate holds. Nil holds for all.
func (s Rows[Row]) Exists(ctx context.Context, from Readable, where squirrel.Sqlizer) (bool, error) {
	var found bool
	err := s.value(ctx, from, "exists", "SELECT EXISTS (SELECT 1", ")", where, &found)
	return found, err
}

// value reads one value about the rows. It stays zero when no row is in reach.
func (s Rows[Row]) value(ctx context.Context, from Readable, verb, head, tail string, where squirrel.Sqlizer, into any) error {
	p := s.plan
	h, err := s.reader(from)
	if err != nil {
		return err
	}
	if s, err = s.ask(ctx); err != nil {
		return err
	}
	st := newStatement()
	if !s.prefix(st) {
		return st.err
	}
	st.write(head)
	if !s.body(st, where) || st.err != nil {
		return st.err
	}
	st.write(tail)
	ctx = s.named(ctx, verb)
	return h.run(ctx, p, &call{}, func(on querier) error {
		rows, err := on.Query(ctx, string(st.text), st.args...)
		if err != nil {
			return sending(err)
		}
		defer rows.Close()
		if rows.Next() {
			if err := rows.Scan(into); err != nil {
				return &rowError{err}
			}
		}
		rows.Close()
		return rows.Err()
	})
}

// get returns the only row for which a condition of this package holds.
func (s Rows[Row]) get(ctx context.Context, from Readable, verb string, lock *Lock, condition func(*statement)) (row Row, err error) {
	p := s.plan
	h, err := s.reader(from)
	if err != nil {
		return row, err
	}
	if s, err = s.ask(ctx); err != nil {
		return row, err
	}
	st := newStatement()
	if !s.prefix(st) {
		return row, cmp.Or(st.err, p.notFound())
	}
	st.write(p.selects)
	if !s.body(st, nil) {
		return row, p.notFound()
	}
	st.write(" AND ")
	condition(st)
	st.write(lock.sql(p))
	if st.err != nil {
		return row, st.err
	}
	return queryOne[Row](s.named(ctx, verb), p, h, st, &call{noWait: lock.isNoWait()})
}

// queryOne runs a statement that returns at most one row.
func queryOne[Row any](ctx context.Context, p *plan, h *handle, st *statement, c *call) (row Row, err error) {
	found := false
	err = h.run(ctx, p, c, func(on querier) error {
		rows, err := on.Query(ctx, string(st.text), st.args...)
		if err != nil {
			return sending(err)
		}
		row, found, err = one[Row](p, rows)
		c.tag = rows.CommandTag()
		return err
	})
	if err == nil && !found {
		err = p.notFound()
	}
	if err != nil {
		var none Row
		return none, err
	}
	return row, nil
}

// list returns the rows of a query: at most limit of them, or all for [NoLimit].
func (s Rows[Row]) list(ctx context.Context, from Readable, verb string, q Query, limit int64, lock *Lock) (rows []Row, err error) {
	p := s.plan
	h, err := s.reader(from)
	if err != nil {
		return nil, err
	}
	if s, err = s.ask(ctx); err != nil {
		return nil, err
	}
	st := newStatement()
	if !s.selectRows(st, q) {
		return []Row{}, st.err
	}
	if limit != NoLimit {
		st.write(" LIMIT ").bind(limit)
	}
	st.write(lock.sql(p))
	if st.err != nil {
		return nil, st.err
	}
	ctx = s.named(ctx, verb)
	err = h.run(ctx, p, &call{noWait: lock.isNoWait()}, func(on querier) error {
		result, err := on.Query(ctx, string(st.text), st.args...)
		if err != nil {
			return sending(err)
		}
		rows, err = collect[Row](p, result, limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// selectRows writes a query up to its order.
func (s Rows[Row]) selectRows(st *statement, q Query) bool {
	if !s.prefix(st) {
		return false
	}
	st.write(s.plan.selects)
	if !s.body(st, q.Where) {
		return false
	}
	st.write(" ORDER BY ")
	s.plan.orderBy(st, q.Sorting)
	return st.err == nil
}

// whereKey appends the comparison with a primary key.
func (p *plan) whereKey(st *statement, id any) {
	if len(p.key) == 1 {
		p.keyColumn(st, p.key[0], id)
		return
	}
	key, ok := id.(Key)
	if !ok || len(key) != len(p.key) {
		st.fail("%s: its primary key has %d columns: pass a repository.Key with as many values", p.table, len(p.key))
		return
	}
	for i, k := range p.key {
		if i > 0 {
			st.write(" AND ")
		}
		p.keyColumn(st, k, key[i])
	}
}

func (p *plan) keyColumn(st *statement, i int, value any) {
	c := &p.columns[i]
	if _, ok := value.(uuid.UUID); !ok || c.typ != uuidType {
		if typ := reflect.TypeOf(value); typ == nil || typ.Kind() != c.typ.Kind() || !typ.ConvertibleTo(c.typ) {
			st.fail("%s: the primary key %q is a %s, not %T", p.table, c.name, c.typ, value)
			return
		}
	}
	by, value, cast, result := c.numbers.compare(signEqual, askable(value))
	if result == never {
		st.write("false") // an ID beyond those that the column holds
		return
	}
	st.write(p.qualified(c.name), string(by)).bind(value).write(cast)
}
