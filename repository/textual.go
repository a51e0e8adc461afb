package repository

import (
	"context"
	"reflect"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// textual is a querier for the modes in which pgx does not ask the server for the types
// of parameters (exec, simple protocol). Here every argument is written as text, and the
// server infers its type from its place. The value is the same as the one that the other
// modes write in binary.
type textual struct {
	to    querier
	types *pgtype.Map
}

func isTextual(mode pgx.QueryExecMode) bool {
	return mode == pgx.QueryExecModeExec || mode == pgx.QueryExecModeSimpleProtocol
}

func (t textual) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	texts, err := t.texts(args)
	if err != nil {
		return nil, err
	}
	return t.to.Query(ctx, sql, texts...)
}

func (t textual) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	texts, err := t.texts(args)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	return t.to.Exec(ctx, sql, texts...)
}

func (t textual) SendBatch(ctx context.Context, batch *pgx.Batch) pgx.BatchResults {
	for _, queued := range batch.QueuedQueries {
		texts, err := t.texts(queued.Arguments)
		if err != nil {
			return unsentBatch{err}
		}
		queued.Arguments = texts
	}
	return t.to.SendBatch(ctx, batch)
}

// unsentBatch are the results of a batch that was not sent.
type unsentBatch struct{ err error }

func (b unsentBatch) Exec() (pgconn.CommandTag, error) { return pgconn.CommandTag{}, b.err }
func (b unsentBatch) Query() (pgx.Rows, error)         { return nil, b.err }
func (b unsentBatch) QueryRow() pgx.Row                { return b }
func (b unsentBatch) Close() error                     { return b.err }
func (b unsentBatch) Tx() pgx.Tx                       { return nil }
func (b unsentBatch) Scan(...any) error                { return b.err }

// errNUL is the server's error for a NUL in a parameter. In the simple protocol the NUL
// would end the statement, and then the server would end the connection.
var errNUL = &pgconn.PgError{Severity: "ERROR", Code: "22021", Message: "a text holds a NUL"}

func (t textual) texts(args []any) ([]any, error) {
	texts := make([]any, len(args))
	for i, arg := range args {
		texts[i] = textOf(t.types, arg)
		if text, ok := texts[i].(string); ok && strings.IndexByte(text, 0) >= 0 {
			return nil, errNUL
		}
	}
	return texts, nil
}

// textOf is the text of a value, nil for NULL. A value of a type that pgx does not know
// is an array if it is a slice, and JSON if it is a map or a struct. A value that cannot
// be written stays as it is, so that pgx returns the error.
func textOf(types *pgtype.Map, value any) any {
	switch value := value.(type) {
	case string:
		return value
	case jsonValue:
		return jsonText(types, value.value)
	}
	if text, err := types.Encode(0, pgtype.TextFormatCode, value, []byte{}); err == nil {
		if text == nil {
			return nil
		}
		return string(text)
	}
	switch v := reflect.ValueOf(value); v.Kind() {
	case reflect.Pointer:
		return textOf(types, v.Elem().Interface())
	case reflect.String:
		return v.String()
	case reflect.Slice, reflect.Array:
		return arrayText(types, v)
	case reflect.Map, reflect.Struct:
		return jsonText(types, value)
	default:
		return value
	}
}

// arrayText writes an array literal, of any depth.
func arrayText(types *pgtype.Map, v reflect.Value) any {
	literal := []byte{'{'}
	for i := range v.Len() {
		if i > 0 {
			literal = append(literal, ',')
		}
		element := v.Index(i)
		inner := element
		for inner.Kind() == reflect.Pointer && !inner.IsNil() {
			inner = inner.Elem()
		}
		switch text := textOf(types, element.Interface()).(type) {
		case nil:
			literal = append(literal, "NULL"...)
		case string:
			if inner.Kind() == reflect.Slice && inner.Type().Elem().Kind() != reflect.Uint8 {
				literal = append(literal, text...)
			} else {
				literal = appendArrayElement(literal, text)
			}
		default:
			return v.Interface()
		}
	}
	return string(append(literal, '}'))
}

// jsonText is the text that the other modes write into a column of JSON.
func jsonText(types *pgtype.Map, value any) any {
	text, err := types.Encode(pgtype.JSONBOID, pgtype.TextFormatCode, value, []byte{})
	switch {
	case err != nil:
		return value
	case text == nil:
		return nil
	}
	return string(text)
}

// jsonValue is a value for a column of JSON: a slice alone would be an array.
type jsonValue struct{ value any }

// writes begins a statement for values of columns. In the textual modes it needs to
// know which columns hold JSON.
func (p *plan) writes(ctx context.Context, h *handle) (*statement, error) {
	st := newStatement()
	if !isTextual(h.mode) || !p.hasOpaque {
		return st, nil
	}
	types, err := p.columnTypes(ctx, h)
	if err != nil {
		return nil, err
	}
	st.types = types
	return st, nil
}

// bindColumn binds a value for a column.
func (s *statement) bindColumn(p *plan, i int, value any) {
	if s.types != nil && isOpaque(p.columns[i].typ) && s.types.isJSON(p, i) {
		value = jsonValue{value}
	}
	s.bind(value)
}

func (t *columnTypes) isJSON(p *plan, column int) bool {
	written := 0
	for i := range column {
		if !p.columns[i].readonly {
			written++
		}
	}
	return t.names[written] == "jsonb" || t.names[written] == "json"
}

// isOpaque reports whether values of a type can be an array or JSON, depending on
// the column.
func isOpaque(typ reflect.Type) bool {
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	switch typ.Kind() {
	case reflect.Slice, reflect.Array, reflect.Interface, reflect.Map, reflect.Struct:
		return typ != uuidType && typ != timeType
	default:
		return false
	}
}
