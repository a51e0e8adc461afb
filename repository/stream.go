package repository

import (
	"context"
	"iter"
)

// Stream returns the rows of a query one by one, as they come, at most
// [Query.Max] if that is set. It holds a connection until the loop ends, also
// by break, and cannot be tried again once a row was given out: for work that
// takes its time [Scope.Walk] is the better one. An error ends the stream; it
// comes with an empty row.
//
//	for row, err := range customers.In(reach).Stream(ctx, reader, query) {
//		if err != nil {
//			return err
//		}
//		…
//	}
func (s Scope[Row]) Stream(ctx context.Context, from Readable, q Query) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		var none Row
		p := s.plan
		h, err := reader(from)
		if err != nil {
			yield(none, err)
			return
		}
		s, err := s.listed(ctx, from)
		if err != nil {
			yield(none, err)
			return
		}
		st := newStatement()
		if !s.selectRows(st, q, "") {
			if st.err != nil {
				yield(none, st.err)
			}
			return
		}
		if q.Max > 0 {
			st.write(" LIMIT ").bind(q.Max)
		}
		rows, err := h.db.Query(p.named(ctx, "stream"), string(st.text), st.args...)
		if err != nil {
			yield(none, h.failed(p.translate(err, nil)))
			return
		}
		defer rows.Close()
		scanner := newScanner[Row](p)
		for rows.Next() {
			row, err := scanner.scan(rows)
			if err != nil {
				yield(none, h.failed(p.translate(err, nil)))
				return
			}
			if !yield(row, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(none, h.failed(p.translate(err, nil)))
		}
	}
}
