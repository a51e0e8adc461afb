package repository

import (
	"context"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/polarkit-go/polarkit/errors"
)

// Readable is the argument of a verb that reads: a [Reader], a [Writer] or a [Tx]. No
// other type implements it.
type Readable interface{ reads() *handle }

// Writable is the argument of a verb that writes: a [Writer] or a [Tx]. No other type
// implements it.
type Writable interface {
	Readable
	writes() *handle
}

// Reader reads from a pool, perhaps of a replica. A function that takes a
// Reader cannot write.
type Reader struct{ *handle }

// Writer reads and writes through a pool of the primary, each call in a transaction of
// its own. A read through it sees the last write. A replica may not have it yet.
type Writer struct{ *handle }

// Tx reads, writes and locks in one transaction. [InTx] makes it, or [WrapTx].
// It must not be used by several goroutines at once, nor after its end.
type Tx struct{ *handle }

// NewReader makes a reader of a pool.
func NewReader(pool *pgxpool.Pool) Reader { return Reader{newHandle(pool)} }

// NewWriter makes a writer of a pool of the primary.
func NewWriter(pool *pgxpool.Pool) Writer { return Writer{newHandle(pool)} }

// WrapTx makes a transaction that was begun elsewhere usable here. The code that
// began it also ends it, and then calls [Tx.Committed] if there are hooks.
func WrapTx(tx pgx.Tx) Tx {
	if tx == nil {
		return Tx{}
	}
	h := &handle{db: tx, tx: &txState{tx: tx}}
	if conn := tx.Conn(); conn != nil {
		h.mode = conn.Config().DefaultQueryExecMode
	}
	return Tx{h}
}

// Pgx is the transaction itself, for statements that have no verb. Nothing
// narrows what such a statement touches. It is nil for the zero Tx.
func (t Tx) Pgx() pgx.Tx {
	if t.handle == nil {
		return nil
	}
	return t.tx.tx
}

// handle is what a Reader, a Writer and a Tx consist of. It runs statements.
type handle struct {
	pool *pgxpool.Pool // of a Reader or Writer
	db   querier       // of a Tx: itself
	tx   *txState      // of a Tx
	mode pgx.QueryExecMode
	// primary belongs to the pool.
	primary *primary
}

// newHandle is nil without a pool. A program that only prints its document has none. Then
// each verb returns an error.
func newHandle(pool *pgxpool.Pool) *handle {
	if pool == nil {
		return nil
	}
	return &handle{pool: pool, mode: pool.Config().ConnConfig.DefaultQueryExecMode, primary: newPrimary()}
}

// conn is the connection of a Tx, nil if it is not known.
func (h *handle) conn() *pgx.Conn { return h.tx.tx.Conn() }

// querier is what a connection and a transaction have in common.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	SendBatch(ctx context.Context, batch *pgx.Batch) pgx.BatchResults
}

func (r Reader) reads() *handle  { return r.handle }
func (w Writer) reads() *handle  { return w.handle }
func (w Writer) writes() *handle { return w.handle }
func (t Tx) reads() *handle      { return t.handle }
func (t Tx) writes() *handle     { return t.handle }

var errNoHandle = errors.New("repository: a zero Reader, Writer or Tx, or one of a nil pool: make one with NewReader, NewWriter or InTx")

// readerOf is the handle of a verb that reads.
func readerOf(from Readable) (*handle, error) {
	if isNilPointer(from) {
		return nil, errNoHandle
	}
	if h := from.reads(); h != nil {
		return h, nil
	}
	return nil, errNoHandle
}

// writerOf is the handle of a verb that writes.
func writerOf(to Writable) (*handle, error) {
	if isNilPointer(to) {
		return nil, errNoHandle
	}
	if h := to.writes(); h != nil {
		return h, nil
	}
	return nil, errNoHandle
}

// isNilPointer reports whether an interface holds nothing, or a pointer to nothing.
func isNilPointer(value any) bool {
	v := reflect.ValueOf(value)
	return !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil()
}

// isNilFunction reports whether an interface holds a function that is nil.
func isNilFunction(value any) bool {
	v := reflect.ValueOf(value)
	return v.Kind() == reflect.Func && v.IsNil()
}

// statementKey is the key of a [StatementName] in a context.
type statementKey struct{}

type statementName struct{ table, verb, why string }

// StatementName is the name of the statement that a context belongs to, such
// as "customers.page", for the tracers of pgx: they get this context. A statement
// of the program itself has the reason of its [owner.System] reach too, as in
// "customers.walk (system: nightly export)". The reason stands there in one line of
// at most 64 characters, so that names stay short and few: it should be a constant
// of the program. The name is empty where no verb of a repository is at work.
func StatementName(ctx context.Context) string {
	name, ok := ctx.Value(statementKey{}).(*statementName)
	if !ok {
		return ""
	}
	if name.why != "" {
		return name.table + "." + name.verb + " (system: " + oneLine(name.why) + ")"
	}
	return name.table + "." + name.verb
}

const maxReason = 64 // characters

// oneLine is a reason as names have it: words in one line, cut.
func oneLine(why string) string {
	words := strings.FieldsFunc(why, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == utf8.RuneError
	})
	line := []rune(strings.Join(words, " "))
	if len(line) > maxReason {
		return string(line[:maxReason-1]) + "…"
	}
	return string(line)
}

func (p *plan) named(ctx context.Context, verb, why string) context.Context {
	return context.WithValue(ctx, statementKey{}, &statementName{table: p.table, verb: verb, why: why})
}
