package pgtest_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/repository/pgtest"
)

func TestRecorder(t *testing.T) {
	t.Parallel()
	var recorder pgtest.Recorder
	pool := notes.Pool(t, recorder.Attach)
	ctx := t.Context()

	_, err := pool.Exec(ctx, "DELETE FROM notes\n\tWHERE id = $1", 7)
	require.NoError(t, err)
	_, failed := pool.Exec(ctx, "SELECT nothing")
	require.Error(t, failed)
	batch := &pgx.Batch{}
	batch.Queue("SELECT count(*) FROM notes")
	batch.Queue("SELECT body FROM notes WHERE id > $1", 0)
	require.NoError(t, pool.SendBatch(ctx, batch).Close())
	_, err = pool.CopyFrom(ctx, pgx.Identifier{"notes"}, []string{"body"}, pgx.CopyFromRows([][]any{{"a"}, {"b"}}))
	require.NoError(t, err)

	require.Equal(t, []string{
		"DELETE FROM notes WHERE id = $1",
		"SELECT nothing",
		"SELECT count(*) FROM notes",
		"SELECT body FROM notes WHERE id > $1",
		`COPY "notes" ("body")`,
	}, recorder.SQL())
	got := recorder.Statements()
	require.Equal(t, []any{7}, got[0].Args)
	require.NoError(t, got[0].Err)
	require.Equal(t, failed, got[1].Err)
	require.Equal(t, []any{0}, got[3].Args)
	batches := make([]int, 0, len(got))
	for _, s := range got {
		batches = append(batches, s.Batch)
	}
	require.Equal(t, []int{0, 0, 1, 1, 0}, batches)

	recorder.Reset()
	require.Empty(t, recorder.Statements())
	require.Empty(t, recorder.SQL())
}

// counter is a tracer of the application.
type counter struct{ began, ended int }

func (c *counter) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	c.began++
	return ctx
}

func (c *counter) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) { c.ended++ }

func TestRecorderKeepsTheTracerThatWasThere(t *testing.T) {
	t.Parallel()
	var recorder pgtest.Recorder
	var mine counter
	pool := notes.Pool(t, func(c *pgxpool.Config) { c.ConnConfig.Tracer = &mine }, recorder.Attach)
	_, err := pool.Exec(t.Context(), "SELECT 1")
	require.NoError(t, err)
	require.Len(t, recorder.Statements(), 1)
	require.Equal(t, counter{1, 1}, mine)
}
