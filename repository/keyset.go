package repository

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/Masterminds/squirrel"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/pagination"
	"github.com/polarkit-go/polarkit/sorting"
)

// CursorQuery is a [Query] whose pages are found by cursors.
type CursorQuery struct {
	// Where and Sorting are those of a [Query].
	Where   squirrel.Sqlizer
	Sorting sorting.Order
	// Params are the cursor and the size of the page.
	Params pagination.CursorParams
}

// PageAfter returns the page after a cursor, and without a cursor the first page. It
// does not count. If there is an index for the order, a page costs the same at any
// depth. Rows that are added or deleted between two pages do not make another row
// appear twice or not at all.
//
// A cursor is valid only for the table, sorting and predicate that it was made with.
// Any other text is a 422 at the query parameter cursor. A cursor does not hold a reach:
// each page is narrowed by the reach of its own request.
func (s Rows[Row]) PageAfter(ctx context.Context, from Readable, cursors *pagination.Cursors, q CursorQuery) (pagination.CursorList[Row], error) {
	p := s.plan
	empty := pagination.NewCursorList[Row](nil, "")
	if err := s.made(); err != nil {
		return empty, err
	}
	if cursors.IsZero() {
		return empty, fmt.Errorf("repository: %s: PageAfter needs cursors: make them with pagination.NewCursors", p.table)
	}
	binding, err := p.binding(q)
	if err != nil {
		return empty, err
	}
	var after pagination.Position
	if text := q.Params.Cursor(); text != "" {
		if after, err = cursors.Open(binding, text); err != nil {
			return empty, err
		}
	}
	limit := q.Params.Limit()
	rows, last, err := s.after(ctx, from, "page_after", q.Where, q.Sorting, after, limit)
	if err != nil {
		if pg, ok := errors.AsType[*pgconn.PgError](err); ok && after != nil && strings.HasPrefix(pg.Code, "22") {
			// A cursor from before a migration that changed the type of a column.
			return empty, errors.ValueErrorAt(errors.Loc{"query", "cursor"}, "The cursor is no longer valid", q.Params.Cursor())
		}
		return empty, err
	}
	next := ""
	if last != nil {
		next = cursors.Seal(binding, last)
	}
	return pagination.NewCursorList(rows, next), nil
}

// Walk goes through all rows of a query in batches of this size. Each batch is read by
// a short statement, from the end of the batch before. Between batches it holds neither
// a transaction nor a connection, so a walk may take any time. It sees rows that are
// added later in its order.
//
// An error ends the walk; it comes with an empty batch.
func (s Rows[Row]) Walk(ctx context.Context, from Readable, q Query, size int64) iter.Seq2[[]Row, error] {
	return func(yield func([]Row, error) bool) {
		if err := s.made(); err != nil {
			yield(nil, err)
			return
		}
		if size < 1 {
			yield(nil, fmt.Errorf("repository: %s: Walk needs a batch of at least one row", s.plan.table))
			return
		}
		s, err := s.ask(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		var after pagination.Position
		for {
			rows, last, err := s.after(ctx, from, "walk", q.Where, q.Sorting, after, size)
			if err != nil {
				yield(nil, err)
				return
			}
			if len(rows) > 0 && !yield(rows, nil) || last == nil {
				return
			}
			after = last
		}
	}
}

// after reads up to limit rows after a position, and the position of the last
// one if there are more.
func (s Rows[Row]) after(ctx context.Context, from Readable, verb string, where squirrel.Sqlizer, order sorting.Order,
	after pagination.Position, limit int64,
) ([]Row, pagination.Position, error) {
	p := s.plan
	h, err := s.reader(from)
	if err != nil {
		return nil, nil, err
	}
	if s, err = s.listed(ctx, from); err != nil {
		return nil, nil, err
	}
	var room [4]term
	st := newStatement()
	terms := p.terms(st, order, room[:])
	if !s.prefix(st) {
		return []Row{}, nil, st.err
	}
	st.write(p.selects)
	for _, t := range terms {
		st.write(", ", t.sql)
	}
	if !s.body(st, where) || st.err != nil {
		return []Row{}, nil, st.err
	}
	if after != nil {
		if len(after) != len(terms) {
			return nil, nil, fmt.Errorf("repository: %s: a position of %d values in an order of %d", p.table, len(after), len(terms))
		}
		st.write(" AND ")
		st.beyond(terms, after)
	}
	st.write(" ORDER BY ")
	for i, t := range terms {
		if i > 0 {
			st.write(", ")
		}
		t.write(st)
	}
	st.write(" LIMIT ").bind(oneMore(limit))
	if st.err != nil {
		return nil, nil, st.err
	}
	rows, last, err := queryAfter[Row](s.named(ctx, verb), p, h, st, len(terms), limit)
	if err == nil && last != nil && slices.EqualFunc(after, last, samePart) {
		return nil, nil, fmt.Errorf("repository: %s: the batch ends where the one before it ended: the database does not compare a sort value with itself as equal", p.table)
	}
	return rows, last, err
}

// oneMore is a limit with one row more, which is there if the list goes on.
func oneMore(limit int64) int64 {
	if limit == math.MaxInt64 {
		return limit
	}
	return limit + 1
}

func samePart(a, b *string) bool { return a == b || a != nil && b != nil && *a == *b }

// queryAfter reads up to limit rows, and one row more to find out whether the list
// goes on.
func queryAfter[Row any](ctx context.Context, p *plan, h *handle, st *statement, terms int, limit int64) (rows []Row, last pagination.Position, err error) {
	err = h.run(ctx, p, &call{}, func(on querier) (err error) {
		rows, last, err = readAfter[Row](ctx, p, on, st, terms, limit)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return rows, last, nil
}

func readAfter[Row any](ctx context.Context, p *plan, on querier, st *statement, terms int, limit int64) ([]Row, pagination.Position, error) {
	result, err := on.Query(ctx, string(st.text), st.args...)
	if err != nil {
		return nil, nil, sending(err)
	}
	defer result.Close()
	scanner := newScanner[Row](p, make([]any, terms)...)
	rows := make([]Row, 0, min(limit, maxPreallocated))
	var last pagination.Position
	more := false
	for result.Next() {
		if more = int64(len(rows)) == limit; more {
			break
		}
		row, err := scanner.scan(result)
		if err != nil {
			return nil, nil, err
		}
		if rows = append(rows, row); int64(len(rows)) == limit {
			if last, err = readPosition(result, terms); err != nil {
				return nil, nil, &rowError{err}
			}
		}
	}
	result.Close()
	if err := result.Err(); err != nil || !more {
		return rows, nil, err
	}
	if needsExactFloats(result, terms) {
		if err := exactFloats(ctx, on); err != nil {
			return nil, nil, err
		}
	}
	return rows, last, nil
}

// beyond appends the condition for the rows that follow a position.
func (s *statement) beyond(terms []term, after pagination.Position) {
	plain := true
	for i, t := range terms {
		plain = plain && !t.nullable && t.descending == terms[0].descending && after[i] != nil
	}
	if plain {
		s.beyondRow(terms, after)
		return
	}
	s.beyondTerm(terms, after)
}

// beyondRow compares whole rows, which an index answers in one step.
func (s *statement) beyondRow(terms []term, after pagination.Position) {
	s.write("(")
	for i, t := range terms {
		if i > 0 {
			s.write(", ")
		}
		s.write(t.sql)
	}
	s.write(")", direction(terms[0]), "(")
	for i := range terms {
		if i > 0 {
			s.write(", ")
		}
		s.bind(*after[i])
	}
	s.write(")")
}

func direction(t term) string {
	if t.descending {
		return " < "
	}
	return " > "
}

// beyondTerm is the form for mixed directions and NULLs: this term is beyond its
// value, or it is equal and the terms after it are beyond theirs. Where possible it
// says first that the term is not before its value, so that an index finds the
// beginning.
func (s *statement) beyondTerm(terms []term, after pagination.Position) {
	t, value, rest := terms[0], after[0], terms[1:]
	if value == nil {
		switch {
		case t.nullsLast() && len(rest) == 0:
			s.write("false")
		case t.nullsLast():
			s.write("(", t.sql, " IS NULL AND ")
			s.beyondTerm(rest, after[1:])
			s.write(")")
		case len(rest) == 0:
			s.write(t.sql, " IS NOT NULL")
		default:
			s.write("(", t.sql, " IS NOT NULL OR ")
			s.beyondTerm(rest, after[1:])
			s.write(")")
		}
		return
	}
	bound := s.bindAside(*value)
	beyond := t.sql + direction(t) + bound
	if t.nullable && t.nullsLast() {
		s.write("(", beyond, " OR ", t.sql, " IS NULL")
		if len(rest) > 0 {
			s.write(" OR (", t.sql, " = ", bound, " AND ")
			s.beyondTerm(rest, after[1:])
			s.write(")")
		}
		s.write(")")
		return
	}
	if len(rest) == 0 {
		s.write(beyond)
		return
	}
	s.write("(", t.sql, strings.TrimSuffix(direction(t), " "), "= ", bound, " AND (", beyond, " OR ")
	s.beyondTerm(rest, after[1:])
	s.write("))")
}

// bindAside binds a value and returns its placeholder, which may be written several
// times.
func (s *statement) bindAside(value any) string {
	s.args = append(s.args, value)
	return "$" + strconv.Itoa(len(s.args))
}

// binding is what a cursor belongs to: the table, the order, and a digest of the
// predicate with its values.
func (p *plan) binding(q CursorQuery) (string, error) {
	st := newStatement()
	st.plan = p
	st.condition(q.Where)
	if st.err != nil {
		return "", st.err
	}
	digest := sha256.New()
	_, _ = fmt.Fprintf(digest, "%d:%s", len(st.text), st.text)
	for _, arg := range st.args {
		text, err := json.Marshal(arg)
		if err != nil {
			text = fmt.Appendf(nil, "%#v", arg)
		}
		_, _ = fmt.Fprintf(digest, "%d:%s", len(text), text)
	}
	var binding strings.Builder
	binding.WriteString(p.table)
	if q.Sorting != nil {
		for _, term := range q.Sorting.Terms() {
			binding.WriteString("," + term.String())
		}
	}
	binding.WriteByte(' ')
	binding.Write(digest.Sum(nil))
	return binding.String(), nil
}
