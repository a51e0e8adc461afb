package repository

import (
	"context"
	"fmt"

	"github.com/Masterminds/squirrel"

	"github.com/polarkit-go/polarkit/errors"
)

// Update changes the row with this primary key and returns it as the database
// has it. Only the columns of the changes are written, and the time of the last
// change and the version. Without changes nothing is written and the row is
// returned as it is.
func (s Rows[Row]) Update(ctx context.Context, to Writable, id any, changes Changes[Row]) (Row, error) {
	return s.updateOne(ctx, to, "update", id, changes, nil)
}

// UpdateVersion is [Rows.Update] for a row that has not changed since it was
// read: its version must still be the one given. Otherwise it fails with
// ResourceConflict and the reason [Stale], or with ResourceNotFound if the row
// is gone. The model needs a column tagged as version; every change adds 1.
func (s Rows[Row]) UpdateVersion(ctx context.Context, to Writable, id any, version int64, changes Changes[Row]) (Row, error) {
	var none Row
	if err := s.made(); err != nil {
		return none, err
	}
	if s.plan.version < 0 {
		return none, fmt.Errorf("repository: %s: UpdateVersion needs a column tagged db:\"…,version\"", s.plan.table)
	}
	return s.updateOne(ctx, to, "update_version", id, changes, &version)
}

func (s Rows[Row]) updateOne(ctx context.Context, to Writable, verb string, id any, changes Changes[Row], version *int64) (Row, error) {
	p := s.plan
	var none Row
	s, h, err := s.writer(ctx, to)
	if err != nil {
		return none, err
	}
	if err := p.owned(changes.plan, changes.err); err != nil {
		return none, err
	}
	key := func(st *statement) {
		p.whereKey(st, id)
		if version != nil {
			st.write(" AND ", p.qualified(p.columns[p.version].name), " = ").bind(*version).write("::int8")
		}
	}
	var row Row
	if changes.IsEmpty() {
		row, err = s.get(ctx, to, verb, nil, key)
	} else {
		st, failed := p.writes(ctx, h)
		if failed != nil {
			return none, failed
		}
		p.update(st, changes.set)
		if !s.where(st, nil) {
			return none, p.notFound()
		}
		st.write(" AND ")
		key(st)
		st.write(p.returning)
		if st.err != nil {
			return none, st.err
		}
		row, err = queryOne[Row](s.named(ctx, verb), p, h, st, s.writing(changes.written))
	}
	if version == nil || !errors.Is(err, NotFound) {
		return row, err
	}
	if _, gone := s.get(ctx, to, verb, nil, func(st *statement) { p.whereKey(st, id) }); gone != nil {
		return none, gone
	}
	return none, errors.ResourceConflict.Wrap(&Error{Reason: Stale, Table: p.table})
}

// UpdateWhere changes all of the rows for which the predicate holds, and
// returns how many there were. An empty predicate is refused: for every row
// write squirrel.Expr("true").
func (s Rows[Row]) UpdateWhere(ctx context.Context, to Writable, where squirrel.Sqlizer, changes Changes[Row]) (int64, error) {
	p := s.plan
	s, h, err := s.writer(ctx, to)
	if err != nil {
		return 0, err
	}
	if err := p.owned(changes.plan, changes.err); err != nil {
		return 0, err
	}
	if changes.IsEmpty() {
		return 0, nil
	}
	st, err := p.writes(ctx, h)
	if err != nil {
		return 0, err
	}
	p.update(st, changes.set)
	return s.execWhere(s.named(ctx, "update_where"), h, st, where, changes.written)
}

// execWhere ends a statement that writes with a predicate, which must say
// something, and runs it.
func (s Rows[Row]) execWhere(ctx context.Context, h *handle, st *statement, where squirrel.Sqlizer, values func() []written) (int64, error) {
	p := s.plan
	var probe statement
	if !probe.condition(where) {
		return 0, fmt.Errorf("repository: %s: a write without a predicate would meet every row: say squirrel.Expr(\"true\") if that is meant", p.table)
	}
	reachable := s.where(st, where)
	if st.err != nil || !reachable {
		return 0, st.err
	}
	return p.exec(ctx, h, st, s.writing(values))
}

// writing is the call of a statement that writes these values.
func (s Rows[Row]) writing(values func() []written) *call {
	return &call{writes: true, written: values, fields: s.fields}
}

// exec runs a statement without rows and returns how many it met.
func (p *plan) exec(ctx context.Context, h *handle, st *statement, c *call) (affected int64, err error) {
	err = h.run(ctx, p, c, func(on querier) (err error) {
		c.tag, err = on.Exec(ctx, string(st.text), st.args...)
		if err != nil && c.tag.String() == "" {
			return sending(err)
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	return c.tag.RowsAffected(), nil
}

// owned refuses changes that were made for another model, or not made at all.
func (p *plan) owned(of *plan, err error) error {
	switch {
	case err != nil:
		return err
	case of == nil:
		return fmt.Errorf("repository: %s: zero changes: make them with ChangesOf or Set of the model", p.table)
	case of != p:
		return fmt.Errorf("repository: %s: the changes are those of another model, in table %s", p.table, of.table)
	}
	return nil
}

// update writes UPDATE and SET.
func (p *plan) update(st *statement, set []change) {
	st.write("UPDATE ", p.quoted, " SET ")
	for i, change := range set {
		if i > 0 {
			st.write(", ")
		}
		st.write(quote(p.columns[change.column].name), " = ")
		if expression, ok := change.value.(squirrel.Sqlizer); ok {
			if !st.rendered(expression) {
				st.fail("%s: the expression for %q is empty", p.table, p.columns[change.column].name)
			}
			continue
		}
		st.bindColumn(p, change.column, p.columns[change.column].written(change.value))
	}
	p.touch(st, len(set) == 0)
}

// touch appends what every change of a row sets.
func (p *plan) touch(st *statement, first bool) {
	separator := func() {
		if !first {
			st.write(", ")
		}
		first = false
	}
	if p.updated >= 0 && !p.columns[p.updated].readonly {
		separator()
		st.write(quote(p.columns[p.updated].name), " = ").bind(now())
	}
	if p.version >= 0 && !p.columns[p.version].readonly {
		separator()
		name := p.columns[p.version].name
		st.write(quote(name), " = ", p.qualified(name), " + 1")
	}
}

// written are the values of the changes, for the error of a field. The value of
// an expression is not known.
func (c Changes[Row]) written() []written {
	values := make([]written, 0, len(c.set))
	for _, change := range c.set {
		value := written{column: &c.plan.columns[change.column], value: change.value, field: change.field, own: c.plan.isOwn(change.column)}
		if _, ok := value.value.(squirrel.Sqlizer); ok {
			value.value = nil
		}
		values = append(values, value)
	}
	return values
}
