package repository

import (
	"cmp"
	"context"
	"fmt"

	"github.com/polarkit-go/polarkit/errors"
)

// OnConflict says what [Rows.Upsert] does with a row that is already there.
type OnConflict struct {
	// Columns are the columns of the unique constraint or index that finds the row.
	Columns []string
	// Where is the predicate of that index if it is a partial one, such as
	// "deleted_at IS NULL". It is part of the program and goes into the
	// statement as it is.
	Where string
	// Update are the columns that take the values of the new row; at least one.
	Update []string
}

// Upsert inserts a row under the rules of [Rows.Create], or changes the row
// that is already there, and returns it. Which of the two it was shows in
// UpdatedAt. A row that is there and belongs to another owner is not touched: that
// is a ResourceAlreadyExists.
func (s Rows[Row]) Upsert(ctx context.Context, to Writable, row Row, conflict OnConflict) (Row, error) {
	var none Row
	s, h, v, err := s.toCreate(ctx, to, &row)
	if err != nil {
		return none, err
	}
	p := s.plan
	st, err := p.writes(ctx, h)
	if err != nil {
		return none, err
	}
	p.insert(st, v)
	if err := p.onConflict(st, conflict); err != nil {
		return none, fmt.Errorf("repository: %s: Upsert: %w", p.table, err)
	}
	if !s.where(st, nil) {
		return none, cmp.Or(st.err, p.notFound())
	}
	st.write(p.returning)
	if st.err != nil {
		return none, st.err
	}
	saved, err := queryOne[Row](s.named(ctx, "upsert"), p, h, st, s.writing(func() []written { return p.written(v) }))
	if errors.Is(err, NotFound) {
		return none, errors.ResourceAlreadyExists.Wrap(&Error{Reason: UniqueViolation, Table: p.table, Columns: conflict.Columns})
	}
	return saved, err
}

func (p *plan) onConflict(st *statement, conflict OnConflict) error {
	if len(conflict.Columns) == 0 || len(conflict.Update) == 0 {
		return fmt.Errorf("name the columns of the unique index, and those to update")
	}
	st.write(" ON CONFLICT (")
	for i, name := range conflict.Columns {
		if _, ok := p.byName[name]; !ok {
			return fmt.Errorf("there is no column %q", name)
		}
		if i > 0 {
			st.write(", ")
		}
		st.write(quote(name))
	}
	st.write(")")
	if conflict.Where != "" {
		st.write(" WHERE (")
		st.foreign(conflict.Where, nil)
		st.write(")")
	}
	st.write(" DO UPDATE SET ")
	for i, name := range conflict.Update {
		if _, err := p.changeable(name); err != nil {
			return err
		}
		if i > 0 {
			st.write(", ")
		}
		st.write(quote(name), " = EXCLUDED.", quote(name))
	}
	p.touch(st, false)
	return nil
}
