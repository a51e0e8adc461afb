package repository

import (
	"context"
	"iter"
)

// Stream returns the rows of a query one by one, as the server sends them, at most
// [Query.Max] if that is set. It holds a connection until the loop ends. After the
// first row the statement is not tried again. For work that takes long use [Rows.Walk].
// An error ends the stream. It comes with an empty row.
//
//	for row, err := range customers.For(subject).Stream(ctx, db, query) {
//		if err != nil {
//			return err
//		}
//		…
//	}
func (s Rows[Row]) Stream(ctx context.Context, from Readable, q Query) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		var none Row
		p := s.plan
		h, err := s.reader(from)
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
		if !s.selectRows(st, q) {
			if st.err != nil {
				yield(none, st.err)
			}
			return
		}
		if q.Max > 0 {
			st.write(" LIMIT ").bind(q.Max)
		}
		ctx := s.named(ctx, "stream")
		ended := false
		c := &call{}
		err = h.run(ctx, p, c, func(on querier) error {
			rows, err := on.Query(ctx, string(st.text), st.args...)
			if err != nil {
				return sending(err)
			}
			defer rows.Close()
			scanner := newScanner[Row](p)
			for rows.Next() {
				row, err := scanner.scan(rows)
				if err != nil {
					return err
				}
				c.given = true
				if !yield(row, nil) {
					ended = true
					return nil
				}
			}
			return rows.Err()
		})
		if err != nil && !ended {
			yield(none, err)
		}
	}
}
