package repository

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/pagination"
)

// CountMode is how the total of a page is counted. The zero value is [Exact].
type CountMode int64

const (
	// Exact counts every row.
	Exact CountMode = 0
	// None counts no further than the page: one row more is read to see
	// whether there is a next one. The total is capped at what was seen.
	None CountMode = -1
	// Estimated takes the planner's estimate, in a few milliseconds for a table
	// of any size. The answer says that it is one, unless the page shows the
	// end of the list.
	Estimated CountMode = -2
)

// Capped counts up to n rows. Where there are more the total is n, or what the page and
// the row after it show if that is more, and the answer says that it is capped. An n
// below 1 is 1.
func Capped(n int64) CountMode { return CountMode(max(n, 1)) }

// Page returns a page of a query and the total number of rows. Both are read in one
// round trip, one after the other: the total may differ by rows that are added or
// deleted in between.
//
// A page beyond the end is empty, with the same total. Beyond
// [Options.MaxPage] Page fails with a 422 at the query parameter page.
func (s Rows[Row]) Page(ctx context.Context, from Readable, q Query) (pagination.ListResource[Row], error) {
	p := s.plan
	empty := pagination.NewListResource[Row](nil, 0, q.Params)
	h, err := s.reader(from)
	if err != nil {
		return empty, err
	}
	if p.maxPage > 0 && q.Params.Page() > p.maxPage {
		return empty, p.tooDeep(q.Params.Page())
	}
	if s, err = s.listed(ctx, from); err != nil {
		return empty, err
	}
	statements, ok := s.pageStatements(q)
	if statements.err != nil {
		return empty, statements.err
	}
	if !ok {
		return empty, nil
	}
	return s.runPage(s.named(ctx, "page"), h, q, statements)
}

// pageStatements are the two statements of a page. The predicates are written once and
// are part of both texts. Both statements share the arguments.
type pageStatements struct {
	count, rows         string
	countArgs, rowsArgs []any
	err                 error
}

func (s Rows[Row]) pageStatements(q Query) (statements pageStatements, ok bool) {
	p := s.plan
	st := newStatement()
	if !s.prefix(st) {
		return pageStatements{err: st.err}, false
	}
	prefix := len(st.text)
	if !s.body(st, q.Where) || st.err != nil {
		return pageStatements{err: st.err}, false
	}
	args := len(st.args)
	if q.Count != None {
		explain, head, tail := "", "SELECT count(*)", ""
		switch {
		case q.Count == Estimated:
			explain, head = "EXPLAIN (FORMAT JSON) ", "SELECT 1"
		case q.Count > 0:
			head, tail = "SELECT count(*) FROM (SELECT 1", ") AS counted"
		}
		count := statement{args: st.args[:args:args], text: make([]byte, 0, len(st.text)+80)}
		count.text = append(append(count.text, explain...), st.text[:prefix]...)
		count.text = append(append(count.text, head...), st.text[prefix:]...)
		if tail != "" {
			count.write(" LIMIT ").bind(oneMore(int64(q.Count))).write(tail)
		}
		statements.count, statements.countArgs = string(count.text), count.args
	}
	rows := statement{args: st.args[:args:args], text: make([]byte, 0, len(st.text)+len(p.selects)+160)}
	rows.text = append(append(append(rows.text, st.text[:prefix]...), p.selects...), st.text[prefix:]...)
	rows.write(" ORDER BY ")
	p.orderBy(&rows, q.Sorting)
	limit := q.Params.Limit()
	if q.Count.looksAhead() {
		limit = oneMore(limit)
	}
	rows.write(" LIMIT ").bind(limit).write(" OFFSET ").bind(q.Params.Offset())
	statements.rows, statements.rowsArgs, statements.err = string(rows.text), rows.args, rows.err
	return statements, true
}

func (s Rows[Row]) runPage(ctx context.Context, h *handle, q Query, statements pageStatements) (pagination.ListResource[Row], error) {
	p := s.plan
	empty := pagination.NewListResource[Row](nil, 0, q.Params)
	var counted int64
	var rows []Row
	err := h.run(ctx, p, &call{}, func(on querier) (err error) {
		batch := &pgx.Batch{}
		if statements.count != "" {
			batch.Queue(statements.count, statements.countArgs...)
		}
		batch.Queue(statements.rows, statements.rowsArgs...)
		results := on.SendBatch(ctx, batch)
		counted, rows, err = readPage[Row](p, results, q)
		if closed := results.Close(); err == nil {
			err = closed
		}
		return err
	})
	if err != nil {
		return empty, err
	}
	read, mode := int64(len(rows)), q.Count
	if mode == None && isBeyond(read, q.Params) {
		// The page shows nothing of the list, so its rows must be counted.
		if counted, err = s.Count(ctx, Reader{h}, q.Where); err != nil {
			return empty, err
		}
		mode = Exact
	}
	list := pagination.NewListResource(rows[:min(read, q.Params.Limit())], 0, q.Params)
	list.Pagination = placeOf(mode, counted, read, q.Params)
	return list, nil
}

// placeOf is the place of a page in its list. It depends on what was counted and on
// how many rows were read: where the mode looks ahead, one more than the page shows
// if the list goes on.
//
// A total is never below what the page shows. A page beyond the end shows nothing,
// and so it never raises the total.
func placeOf(mode CountMode, counted, read int64, params pagination.Params) pagination.Pagination {
	offset, limit := params.Offset(), params.Limit()
	shown := offset + min(read, limit)
	beyond := isBeyond(read, params)
	last := read < limit || mode.looksAhead() && read == limit
	overCap := mode > 0 && counted > int64(mode)
	switch {
	case beyond && mode == Estimated:
		return estimatedTotal(min(counted, offset), params)
	case beyond && overCap:
		return cappedTotal(int64(mode), params)
	case beyond:
		return exactTotal(counted, params)
	case last && mode != Exact:
		return exactTotal(shown, params)
	case mode == None:
		return cappedTotal(shown+1, params)
	case mode == Estimated:
		return estimatedTotal(max(counted, shown), params)
	case overCap:
		// One row follows the page, so that the next page is among the pages.
		return cappedTotal(max(int64(mode), shown+1), params)
	default:
		return exactTotal(max(counted, offset+read), params)
	}
}

// isBeyond reports whether a page begins after the end of its list.
func isBeyond(read int64, params pagination.Params) bool { return read == 0 && params.Offset() > 0 }

func exactTotal(total int64, params pagination.Params) pagination.Pagination {
	return pagination.Pagination{TotalCount: total, MaxPage: params.MaxPage(total)}
}

func cappedTotal(total int64, params pagination.Params) pagination.Pagination {
	return pagination.Pagination{TotalCount: total, MaxPage: params.MaxPage(total), TotalCountIsCapped: true}
}

func estimatedTotal(total int64, params pagination.Params) pagination.Pagination {
	return pagination.Pagination{TotalCount: total, MaxPage: params.MaxPage(total), TotalCountIsEstimated: true}
}

// looksAhead reports whether one row more than the page is read, to find out whether
// the list goes on.
func (c CountMode) looksAhead() bool { return c == None || c > 0 }

func readPage[Row any](p *plan, results pgx.BatchResults, q Query) (counted int64, rows []Row, err error) {
	switch q.Count {
	case None:
	case Estimated:
		var text []byte
		if err := results.QueryRow().Scan(&text); err != nil {
			return 0, nil, err
		}
		if counted, err = estimate(text); err != nil {
			return 0, nil, err
		}
	default:
		if err := results.QueryRow().Scan(&counted); err != nil {
			return 0, nil, err
		}
	}
	result, err := results.Query()
	if err != nil {
		return 0, nil, err
	}
	rows, err = collect[Row](p, result, oneMore(q.Params.Limit()))
	return counted, rows, err
}

// estimate reads the number of rows from a plan of the database.
func estimate(text []byte) (int64, error) {
	var plans []struct {
		Plan struct {
			Rows float64 `json:"Plan Rows"`
		} `json:"Plan"`
	}
	if err := json.Unmarshal(text, &plans); err != nil || len(plans) == 0 {
		return 0, fmt.Errorf("repository: the database explains a query in an unknown form: %w", err)
	}
	return int64(min(max(plans[0].Plan.Rows, 0), 1<<62)), nil
}

func (p *plan) tooDeep(page int64) error {
	return errors.NewRequestValidationError(errors.ValidationError{
		Type: "less_than_equal", Loc: errors.Loc{"query", "page"},
		Msg:   fmt.Sprintf("Input should be less than or equal to %d: go on with a cursor", p.maxPage),
		Input: fmt.Sprint(page), Ctx: errors.Ctx{{Name: "le", Value: p.maxPage}},
	})
}
