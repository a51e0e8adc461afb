package pgtest

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// tracer is called by pgx. next is the tracer that the configuration had before.
type tracer struct {
	recorder *Recorder
	next     pgx.QueryTracer
}

type statementKey struct{}

func (t *tracer) TraceQueryStart(ctx context.Context, conn *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	if t.next != nil {
		ctx = t.next.TraceQueryStart(ctx, conn, data)
	}
	return t.begin(ctx, &Statement{SQL: data.SQL, Args: data.Args})
}

func (t *tracer) TraceQueryEnd(ctx context.Context, conn *pgx.Conn, data pgx.TraceQueryEndData) {
	t.end(ctx, data.Err)
	if t.next != nil {
		t.next.TraceQueryEnd(ctx, conn, data)
	}
}

func (t *tracer) TraceBatchStart(ctx context.Context, conn *pgx.Conn, data pgx.TraceBatchStartData) context.Context {
	if next, ok := t.next.(pgx.BatchTracer); ok {
		ctx = next.TraceBatchStart(ctx, conn, data)
	}
	t.recorder.mu.Lock()
	t.recorder.batches++
	number := t.recorder.batches
	t.recorder.mu.Unlock()
	return context.WithValue(ctx, statementKey{}, number)
}

// TraceBatchQuery is called when the result of a statement is read. So its error is
// known at once.
func (t *tracer) TraceBatchQuery(ctx context.Context, conn *pgx.Conn, data pgx.TraceBatchQueryData) {
	number, _ := ctx.Value(statementKey{}).(int)
	t.recorder.begin(&Statement{SQL: data.SQL, Args: data.Args, Batch: number, Err: data.Err})
	if next, ok := t.next.(pgx.BatchTracer); ok {
		next.TraceBatchQuery(ctx, conn, data)
	}
}

func (t *tracer) TraceBatchEnd(ctx context.Context, conn *pgx.Conn, data pgx.TraceBatchEndData) {
	if next, ok := t.next.(pgx.BatchTracer); ok {
		next.TraceBatchEnd(ctx, conn, data)
	}
}

func (t *tracer) TraceCopyFromStart(ctx context.Context, conn *pgx.Conn, data pgx.TraceCopyFromStartData) context.Context {
	if next, ok := t.next.(pgx.CopyFromTracer); ok {
		ctx = next.TraceCopyFromStart(ctx, conn, data)
	}
	columns := make([]string, len(data.ColumnNames))
	for i, c := range data.ColumnNames {
		columns[i] = quote(c)
	}
	return t.begin(ctx, &Statement{SQL: fmt.Sprintf("COPY %s (%s)", data.TableName.Sanitize(), strings.Join(columns, ", "))})
}

func (t *tracer) TraceCopyFromEnd(ctx context.Context, conn *pgx.Conn, data pgx.TraceCopyFromEndData) {
	t.end(ctx, data.Err)
	if next, ok := t.next.(pgx.CopyFromTracer); ok {
		next.TraceCopyFromEnd(ctx, conn, data)
	}
}

func (t *tracer) begin(ctx context.Context, s *Statement) context.Context {
	t.recorder.begin(s)
	return context.WithValue(ctx, statementKey{}, s)
}

func (t *tracer) end(ctx context.Context, err error) {
	if s, ok := ctx.Value(statementKey{}).(*Statement); ok {
		t.recorder.end(s, err)
	}
}
