package repository

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/polarkit-go/polarkit/errors"
)

// copyAbove is the number of rows above which CreateMany uses COPY. For fewer rows
// its fixed cost is too high.
const copyAbove = 5000

// CreateMany inserts rows, all of them or none, under the rules of
// [Rows.Create]. What the repository sets (primary key, owner, times, version)
// it sets in the rows of the slice; what the database sets is not read back.
//
// Some thousand rows go in one statement whose text does not depend on their
// number; more go by COPY, in a transaction of their own unless the handle is a
// [Tx].
func (s Rows[Row]) CreateMany(ctx context.Context, to Writable, rows []Row) error {
	s, h, err := s.writer(ctx, to)
	if err != nil {
		return err
	}
	own, err := s.ownerOfNew()
	if err != nil {
		return err
	}
	p := s.plan
	at := now()
	values := reflect.ValueOf(rows)
	for i := range rows {
		if err := p.complete(values.Index(i), own, at); err != nil {
			return err
		}
	}
	if len(rows) == 0 {
		return nil
	}
	ctx = s.named(ctx, "create_many")
	types, err := p.columnTypes(ctx, h)
	if err != nil {
		return err
	}
	c := s.writing(func() []written { return p.writtenMany() })
	c.rows = values
	if len(rows) <= copyAbove && !types.arrays {
		return p.insertMany(ctx, h, c, types, values)
	}
	return InTx(ctx, to, func(tx Tx) error {
		switch {
		case types.arrays:
			return p.insertEach(ctx, tx.handle, c, values)
		case types.known:
			return p.copyMany(ctx, tx, c, values)
		}
		for part := 0; part < len(rows); part += copyAbove {
			if err := p.insertMany(ctx, tx.handle, c, types, values.Slice(part, min(part+copyAbove, len(rows)))); err != nil {
				return err
			}
		}
		return nil
	})
}

// columnTypes are the types of a table's columns. The database is asked for them once.
type columnTypes struct {
	names  []string // of the columns that are written, in their order
	arrays bool     // one of them is an array, whose elements unnest would separate
	known  bool     // all of them are PostgreSQL's own, so pgx writes them in binary
}

func (p *plan) columnTypes(ctx context.Context, h *handle) (*columnTypes, error) {
	if types := p.types.Load(); types != nil {
		return types, nil
	}
	type attribute struct {
		Name, Type string
		Known      bool
	}
	var attributes []attribute
	err := h.run(ctx, p, &call{}, func(on querier) error {
		rows, err := on.Query(ctx, `SELECT a.attname, format_type(a.atttypid, a.atttypmod), t.typnamespace = 'pg_catalog'::regnamespace
		FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
		WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped`, p.quoted)
		if err != nil {
			return sending(err)
		}
		attributes, err = pgx.CollectRows(rows, pgx.RowToStructByPos[attribute])
		return err
	})
	if err != nil {
		return nil, err
	}
	types := &columnTypes{known: true}
	for _, c := range p.columns {
		if c.readonly {
			continue
		}
		i := slices.IndexFunc(attributes, func(a attribute) bool { return a.Name == c.name })
		if i < 0 {
			return nil, fmt.Errorf("repository: %s: the table has no column %q", p.table, c.name)
		}
		types.names = append(types.names, attributes[i].Type)
		types.arrays = types.arrays || strings.HasSuffix(attributes[i].Type, "[]")
		types.known = types.known && attributes[i].Known
	}
	p.types.Store(types)
	return types, nil
}

// insertMany inserts rows in one statement, a parameter for each column.
func (p *plan) insertMany(ctx context.Context, h *handle, c *call, types *columnTypes, rows reflect.Value) error {
	st := newStatement()
	st.write(p.inserts, " SELECT * FROM unnest(")
	written := 0
	for i := range p.columns {
		column := &p.columns[i]
		if column.readonly {
			continue
		}
		if written > 0 {
			st.write(", ")
		}
		values, err := column.array(types.names[written], rows)
		if err != nil {
			return fmt.Errorf("repository: %s: the column %q: %w", p.table, column.name, err)
		}
		st.bind(values).write("::", types.names[written], "[]")
		written++
	}
	st.write(")")
	_, err := p.exec(ctx, h, st, c)
	if errors.KindOf(err) == errors.InternalServerError {
		p.types.Store(nil) // the types may have changed
	}
	return err
}

// array is one column of all rows as an array parameter.
func (c *column) array(typ string, rows reflect.Value) (any, error) {
	kind := c.typ.Kind()
	if kind == reflect.Pointer {
		kind = c.typ.Elem().Kind()
	}
	asJSON := typ == "jsonb" || typ == "json"
	if kind != reflect.String && !asJSON {
		values := reflect.MakeSlice(reflect.SliceOf(c.typ), rows.Len(), rows.Len())
		for i := range rows.Len() {
			values.Index(i).Set(rows.Index(i).FieldByIndex(c.index))
		}
		return values.Interface(), nil
	}
	literal := append(make([]byte, 0, 2+16*rows.Len()), '{')
	for i := range rows.Len() {
		if i > 0 {
			literal = append(literal, ',')
		}
		field := rows.Index(i).FieldByIndex(c.index)
		switch {
		case c.nullable && isNilField(field):
			literal = append(literal, "NULL"...)
		case asJSON:
			text, err := json.Marshal(c.value(rows.Index(i)))
			if err != nil {
				return nil, err
			}
			literal = appendArrayElement(literal, string(text))
		default:
			literal = appendArrayElement(literal, reflect.Indirect(field).String())
		}
	}
	return string(append(literal, '}')), nil
}

func isNilField(field reflect.Value) bool {
	switch field.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Interface:
		return field.IsNil()
	default:
		return false
	}
}

// insertEach inserts rows by one statement each, in one round trip. It is for tables
// with columns that neither unnest nor COPY can write.
func (p *plan) insertEach(ctx context.Context, h *handle, c *call, rows reflect.Value) error {
	batch := &pgx.Batch{}
	for i := range rows.Len() {
		st, err := p.writes(ctx, h)
		if err != nil {
			return err
		}
		p.insert(st, rows.Index(i))
		batch.Queue(string(st.text), st.args...)
	}
	return h.run(ctx, p, c, func(on querier) error {
		if err := on.SendBatch(ctx, batch).Close(); err != nil {
			return sending(err)
		}
		return nil
	})
}

func (p *plan) copyMany(ctx context.Context, tx Tx, c *call, rows reflect.Value) error {
	names := make([]string, 0, len(p.columns))
	for _, c := range p.columns {
		if !c.readonly {
			names = append(names, c.name)
		}
	}
	source := pgx.CopyFromSlice(rows.Len(), func(i int) ([]any, error) {
		values := make([]any, 0, len(names))
		for j := range p.columns {
			if !p.columns[j].readonly {
				values = append(values, p.columns[j].value(rows.Index(i)))
			}
		}
		return values, nil
	})
	return tx.run(ctx, p, c, func(querier) error {
		_, err := tx.Pgx().CopyFrom(ctx, strings.Split(p.table, "."), names, source)
		if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.Code == "57014" && pg.Routine == "CopyGetData" {
			return &unsentError{errors.New(pg.Message)} // pgx ended the COPY at a value that it cannot write
		}
		return err
	})
}

// writtenMany are the columns that many rows write, without values: an error does
// not say which row it is about.
func (p *plan) writtenMany() []written {
	columns := p.written(reflect.Zero(p.row))
	for i := range columns {
		columns[i].value = nil
	}
	return columns
}
