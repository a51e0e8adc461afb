package repository

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/polarkit-go/polarkit/errors"
)

// When the database refuses a value it does not name the column. This file finds the
// fields: each value of the statement is compared with the bounds of its column, and
// then tried alone. That happens only after a failure.

const (
	// maxTried is how many values are tried alone at most.
	maxTried = 1000
	// secondTimeout is how long a transaction waits for a second connection, on
	// which its values are tried.
	secondTimeout = time.Second
)

// candidate is a value of a field of the request. The database may have refused it.
type candidate struct {
	loc    errors.Loc
	column *column
	value  any
	issues []errors.ValidationError
	sure   bool // it need not be tried
}

// blameValues turns the error of a refused value into that of the fields with such a
// value. The connection is free for other statements; it is nil in a transaction. Where
// no field is found the failure stays as it is: the service's own mistake.
func (p *plan) blameValues(ctx context.Context, h *handle, conn *pgx.Conn, c *call, raw, failure error) error {
	found, ok := errors.AsType[*Error](failure)
	if !ok {
		if _, unsent := errors.AsType[*unsentError](raw); !unsent {
			return failure
		}
		found = &Error{Reason: InvalidValue, Table: p.table, cause: raw}
	}
	if found.Reason != InvalidValue && found.Reason != InvalidText {
		return failure
	}
	candidates := p.candidates(c)
	if len(candidates) == 0 {
		return failure
	}
	if conn == nil {
		var release func()
		conn, release = h.second(ctx)
		defer release()
	}
	tried := p.examine(ctx, h, conn, candidates)
	if conn != nil {
		p.blameIndex(ctx, h.on(conn, conn), raw, candidates)
	}
	var details []errors.ValidationError
	for _, each := range candidates {
		for _, issue := range each.issues {
			if issue.Loc == nil {
				issue.Input = each.value
			}
			issue.Loc = append(slices.Clone(each.loc), issue.Loc...)
			details = append(details, issue)
		}
	}
	switch {
	case len(details) > 0:
	case tried || found.Reason == InvalidText || !isOfAValue(raw):
		return failure
	default:
		issue := valueError("The database does not take a value of the body")
		issue.Loc = errors.Loc{"body"}
		details = []errors.ValidationError{*issue}
	}
	return &fieldError{PolarRequestValidationError: errors.NewRequestValidationError(details...), cause: found}
}

// candidates are the values that came from fields, in the order of the columns.
func (p *plan) candidates(c *call) []candidate {
	if c.written == nil {
		return nil
	}
	var candidates []candidate
	add := func(w written, value any, loc errors.Loc) {
		if w.own || w.field == "" || isNilPointer(value) {
			return
		}
		candidates = append(candidates, candidate{loc: append(loc, w.field), column: w.column, value: value})
	}
	values := c.written()
	if !c.rows.IsValid() {
		for _, w := range values {
			add(w, w.value, errors.Loc{"body"})
		}
		return candidates
	}
	for i := range c.rows.Len() {
		for _, w := range values {
			add(w, w.column.value(c.rows.Index(i)), errors.Loc{"body", i})
		}
	}
	return candidates
}

// second is another connection of the pool for a transaction, which has failed and
// refuses further statements. It is nil where the pool has none at once.
func (h *handle) second(ctx context.Context) (conn *pgx.Conn, release func()) {
	none := func() {}
	if h.tx == nil || h.tx.pool == nil {
		return nil, none
	}
	if stat := h.tx.pool.Stat(); stat.IdleConns() == 0 && stat.TotalConns() >= stat.MaxConns() {
		return nil, none
	}
	ctx, cancel := context.WithTimeout(ctx, secondTimeout)
	defer cancel()
	var taken *pgxpool.Conn
	taken, err := h.tx.pool.Acquire(ctx)
	if err != nil {
		return nil, none
	}
	return taken.Conn(), taken.Release
}

// examine finds out which values are refused, and reports whether it knows that of all
// of them.
func (p *plan) examine(ctx context.Context, h *handle, conn *pgx.Conn, candidates []candidate) bool {
	on, types := conn, (*pgtype.Map)(nil)
	if on == nil && h.tx != nil {
		if own := h.conn(); own != nil && !own.IsClosed() {
			types = own.TypeMap()
			if own.PgConn().TxStatus() == 'T' {
				on = own // pgx itself refused the value, so the transaction goes on
			}
		}
	}
	shapes := p.shapes.Load()
	if on != nil {
		types = on.TypeMap()
		if read, err := p.readShapes(ctx, h.on(on, on)); err == nil {
			shapes = &read
			p.shapes.Store(shapes)
		}
	}
	if shapes == nil || types == nil {
		return false
	}
	tried := true
	var open []*candidate
	for i := range candidates {
		each := &candidates[i]
		shape := (*shapes)[each.column.name]
		if shape == nil {
			tried = false
			continue
		}
		each.issues, each.sure = shape.judge(types, each.value)
		if len(each.issues) == 0 {
			open = append(open, each)
		}
	}
	if conn == nil {
		return tried && !slices.ContainsFunc(open, func(each *candidate) bool { return !each.sure })
	}
	if len(open) > maxTried {
		open, tried = open[:maxTried], false
	}
	return p.try(ctx, h, conn, *shapes, open) && tried
}

// try has the database read each value as the type of its column.
func (p *plan) try(ctx context.Context, h *handle, conn *pgx.Conn, shapes map[string]*shape, open []*candidate) bool {
	var trials []*candidate
	var statements, texts []string
	for _, each := range open {
		shape := shapes[each.column.name]
		value := each.column.written(each.value)
		if shape.Type == "json" || shape.Type == "jsonb" {
			value = jsonValue{value}
		}
		text, ok := textOf(conn.TypeMap(), value).(string)
		if !ok {
			continue // NULL, or a type that does not fit the column: a client did not choose it
		}
		trials, texts = append(trials, each), append(texts, text)
		statements = append(statements, "SELECT ($1::text::"+shape.Type+") IS NULL")
	}
	answers := trySent
	if h.mode == pgx.QueryExecModeSimpleProtocol {
		answers = trySimply
	}
	tried := true
	for i, err := range answers(ctx, conn, statements, texts) {
		if err == nil {
			continue
		}
		pg, ok := errors.AsType[*pgconn.PgError](err)
		if issue := issueOf(pg); ok && issue != nil {
			trials[i].issues = []errors.ValidationError{*issue}
			continue
		}
		tried = false
	}
	return tried
}

// trySent sends all statements at once, each as a transaction of its own.
func trySent(ctx context.Context, conn *pgx.Conn, statements, texts []string) []error {
	failures := make([]error, len(statements))
	pipeline := conn.PgConn().StartPipeline(ctx)
	for i, sql := range statements {
		pipeline.SendQueryParams(sql, [][]byte{[]byte(texts[i])}, []uint32{pgtype.TextOID}, nil, nil)
		pipeline.SendPipelineSync()
	}
	if err := pipeline.Flush(); err != nil {
		for i := range failures {
			failures[i] = err
		}
	} else {
		for i := range failures {
			result, err := pipeline.GetResults()
			if rows, ok := result.(*pgconn.ResultReader); ok && err == nil {
				_, err = rows.Close()
			}
			failures[i] = err
			if _, err := pipeline.GetResults(); err != nil && failures[i] == nil {
				failures[i] = err
			}
		}
	}
	_ = pipeline.Close() // its errors are those of the values
	return failures
}

// trySimply sends one statement after the other, for servers and poolers that know only
// the simple protocol.
func trySimply(ctx context.Context, conn *pgx.Conn, statements, texts []string) []error {
	failures := make([]error, len(statements))
	for i, sql := range statements {
		_, failures[i] = conn.Exec(ctx, sql, texts[i])
	}
	return failures
}

// isOfAValue reports whether an error is about a value.
func isOfAValue(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && issueOf(pg) != nil
}

// issueOf is the error that a client gets for a value that a type refused.
func issueOf(pg *pgconn.PgError) *errors.ValidationError {
	if pg == nil || !strings.HasPrefix(pg.Code, "22") {
		return nil
	}
	switch pg.Code {
	case "22021", "22P05":
		return invalidText()
	case "22003", "22008", "22015":
		return valueError("This value is out of range")
	case "22001", "22026":
		return valueError("This value is too long")
	case "22000", "22007", "22009", "22023", "22030", "22032", "22P02", "2200L", "2200M", "2200N":
		return valueError("This value is not valid")
	}
	return nil
}

// btreeLimit is how many bytes an entry of a btree may have.
const btreeLimit = 2704

// blameIndex finds the field whose value is too large for an index: the one with the
// longest text among the columns of the index. The server names the index only where it
// tried to store the entry. Without a name it may be any index of the table.
func (p *plan) blameIndex(ctx context.Context, on querier, raw error, candidates []candidate) {
	pg, ok := errors.AsType[*pgconn.PgError](raw)
	if !ok || pg.Code != "54000" {
		return
	}
	rows, err := on.Query(ctx, `SELECT pg_get_indexdef(i.indexrelid, k, true) FROM pg_index i, generate_series(1, i.indnatts) k
		WHERE i.indrelid = $1::text::regclass AND $2::text IN ('', (SELECT relname FROM pg_class WHERE oid = i.indexrelid))`, p.quoted, pg.ConstraintName)
	if err != nil {
		return
	}
	entries, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return
	}
	var longest *candidate
	for i := range candidates {
		each := &candidates[i]
		if !slices.ContainsFunc(entries, each.column.isPartOf) || reflect.Indirect(reflect.ValueOf(each.value)).Kind() != reflect.String {
			continue
		}
		if longest == nil || textLength(each.value) > textLength(longest.value) {
			longest = each
		}
	}
	if longest != nil && textLength(longest.value) > btreeLimit/8 {
		longest.issues = []errors.ValidationError{*valueError("This value is too long")}
	}
}

func textLength(value any) int { return reflect.Indirect(reflect.ValueOf(value)).Len() }
