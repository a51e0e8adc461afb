package repository

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/polarkit-go/polarkit/errors"
)

// scanner scans all rows into one struct, one after the other. The destinations are
// looked up once per statement, not once per row. After each scan the row is copied
// and the struct is emptied, so that two rows never share a map or a pointer.
type scanner[Row any] struct {
	plan    *plan
	row     Row
	targets []any
}

// newScanner makes a scanner for the columns of a plan, in their order, and for the
// extra targets after them.
func newScanner[Row any](p *plan, extra ...any) *scanner[Row] {
	s := &scanner[Row]{plan: p, targets: make([]any, 0, len(p.columns)+len(extra))}
	v := reflect.ValueOf(&s.row).Elem()
	for i := range p.columns {
		s.targets = append(s.targets, p.columns[i].target(v.FieldByIndex(p.columns[i].index).Addr().Interface()))
	}
	s.targets = append(s.targets, extra...)
	return s
}

func (s *scanner[Row]) scan(rows pgx.Rows) (Row, error) {
	err := rows.Scan(s.targets...)
	row := s.row
	var empty Row
	s.row = empty
	if err != nil {
		return row, s.plan.unread(row, err)
	}
	return row, nil
}

// unread is the error of a row that cannot be read. It names the primary key, as far
// as it was read before the column that failed.
func (p *plan) unread(row any, err error) error {
	failed := len(p.columns)
	if at, ok := errors.AsType[pgx.ScanArgError](err); ok {
		failed = at.ColumnIndex
	}
	v := reflect.ValueOf(row)
	var key []string
	for _, i := range p.key {
		if i < failed {
			key = append(key, fmt.Sprintf("%s = %v", p.columns[i].name, v.FieldByIndex(p.columns[i].index)))
		}
	}
	if len(key) == 0 {
		return &rowError{err}
	}
	return &rowError{fmt.Errorf("the row with %s: %w", strings.Join(key, ", "), err)}
}

// maxPreallocated is for how many rows there is room before the first one is read.
const maxPreallocated = 1024

// collect reads all rows and closes them. There are at most size rows, if that is
// known.
func collect[Row any](p *plan, rows pgx.Rows, size int64) ([]Row, error) {
	defer rows.Close()
	s := newScanner[Row](p)
	collected := make([]Row, 0, min(max(size, 0), maxPreallocated))
	for rows.Next() {
		row, err := s.scan(rows)
		if err != nil {
			return nil, err
		}
		collected = append(collected, row)
	}
	return collected, rows.Err()
}

// one reads the first row and closes the rows. ok is false if there is none.
func one[Row any](p *plan, rows pgx.Rows) (row Row, ok bool, err error) {
	defer rows.Close()
	if !rows.Next() {
		return row, false, rows.Err()
	}
	row, err = newScanner[Row](p).scan(rows)
	if err != nil {
		return row, false, err
	}
	rows.Close()
	return row, true, rows.Err()
}
