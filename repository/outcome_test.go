package repository_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/Masterminds/squirrel"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/repository"
)

// note is a row of a table without a unique key but the one that the repository
// makes, so that a create that is sent twice is there twice.
type note struct {
	ID   uuid.UUID `db:"id"`
	Text string    `db:"text"`
}

var notes = repository.MustNew[note]("notes", repository.Options{})

const notesTable = `CREATE TABLE notes (id uuid PRIMARY KEY, text text NOT NULL)`

// direct is a pool without faults, to look into the database.
func direct(t testing.TB, w *world) *pgxpool.Pool {
	t.Helper()
	config := w.pool.Config()
	plain, err := pgxpool.ParseConfig(config.ConnString())
	require.NoError(t, err)
	plain.ConnConfig.RuntimeParams["default_transaction_read_only"] = "off"
	pool, err := pgxpool.NewWithConfig(t.Context(), plain)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return pool
}

// retryAfter reports whether an error has the header Retry-After.
func retryAfter(err error) bool {
	polar, ok := errors.AsType[*errors.PolarError](err)
	if !ok {
		return false
	}
	for name := range polar.Headers() {
		if name == "Retry-After" {
			return true
		}
	}
	return false
}

// writeVerbs are the verbs that write outside of a transaction.
func writeVerbs(w *world, scope repository.Rows[note], id uuid.UUID) map[string]func(context.Context) error {
	everything := squirrel.Expr("true")
	return map[string]func(context.Context) error{
		"Create": func(ctx context.Context) error {
			_, err := scope.Create(ctx, w.writer, note{Text: "more"})
			return err
		},
		"CreateMany": func(ctx context.Context) error {
			return scope.CreateMany(ctx, w.writer, []note{{Text: "more"}, {Text: "more"}})
		},
		"Upsert": func(ctx context.Context) error {
			_, err := scope.Upsert(ctx, w.writer, note{Text: "more"}, repository.OnConflict{Columns: []string{"id"}, Update: []string{"text"}})
			return err
		},
		"Update": func(ctx context.Context) error {
			_, err := scope.Update(ctx, w.writer, id, notes.Set("text", squirrel.Expr("text || 'more'")))
			return err
		},
		"UpdateWhere": func(ctx context.Context) error {
			_, err := scope.UpdateWhere(ctx, w.writer, everything, notes.Set("text", squirrel.Expr("text || 'more'")))
			return err
		},
		"Delete": func(ctx context.Context) error { return scope.Delete(ctx, w.writer, id) },
		"DeleteWhere": func(ctx context.Context) error {
			_, err := scope.DeleteWhere(ctx, w.writer, everything)
			return err
		},
		"InTx": func(ctx context.Context) error {
			return repository.InTx(ctx, w.writer, func(tx repository.Tx) error {
				_, err := scope.Create(ctx, tx, note{Text: "more"})
				return err
			})
		},
	}
}

var execModes = []pgx.QueryExecMode{
	pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec, pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol,
}

// inEveryMode runs a test in each mode of pgx, with a table of notes that is reached
// through a proxy, by a pool of so many connections.
func inEveryMode(t *testing.T, conns int32, run func(t *testing.T, line *proxy, w *world)) {
	t.Helper()
	for _, mode := range execModes {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			line := newProxy(t)
			w := newWorld(t, line.attach, func(config *pgxpool.Config) {
				config.ConnConfig.DefaultQueryExecMode = mode
				config.MaxConns = conns
			})
			_, err := w.pool.Exec(t.Context(), notesTable)
			require.NoError(t, err)
			run(t, line, w)
		})
	}
}

// TestALostAnswerIsUnknown cuts the connection of every verb that writes at exact
// points. If the statement may have reached the server there is no Retry-After.
func TestALostAnswerIsUnknown(t *testing.T) {
	t.Parallel()
	inEveryMode(t, 2, func(t *testing.T, line *proxy, w *world) {
		scope := notes.For(owner.System("test"))
		// It asks for the types of the columns once, which is a read.
		require.NoError(t, scope.CreateMany(t.Context(), w.writer, []note{{Text: "first"}}))
		for name := range writeVerbs(w, scope, uuid.Nil) {
			for _, fate := range []fate{cutBefore, cutAfter, cutWithin} {
				made, err := scope.Create(t.Context(), w.writer, note{Text: "one"})
				require.NoError(t, err)
				verb := writeVerbs(w, scope, made.ID)[name]
				// The connection has prepared the statement, so it sends only the write.
				require.NoError(t, repository.InTx(t.Context(), w.writer, func(repository.Tx) error { return nil }))
				if name == "InTx" {
					err = repository.InTx(t.Context(), w.writer, func(tx repository.Tx) error {
						_, err := scope.Create(t.Context(), tx, note{Text: "more"})
						line.next.Store(int32(fate))
						return err
					})
				} else {
					line.next.Store(int32(fate))
					err = verb(t.Context())
				}
				require.ErrorIs(t, err, repository.CommitUnknown, "%s %d", name, fate)
				require.ErrorIs(t, err, errors.OutcomeUnknown, name)
				require.False(t, retryAfter(err), name)
				_, err = scope.Count(t.Context(), w.reader, nil)
				require.NoError(t, err, "the pool has another connection")
			}
		}
	})
}

// TestWhatDidNotRunMayBeTriedAgain has reads, statements in a transaction, and
// writes that found no connection.
func TestWhatDidNotRunMayBeTriedAgain(t *testing.T) {
	t.Parallel()
	inEveryMode(t, 1, func(t *testing.T, line *proxy, w *world) {
		scope := notes.For(owner.System("test"))
		again := func(err error) {
			t.Helper()
			require.ErrorIs(t, err, errors.ServiceUnavailable)
			require.True(t, retryAfter(err))
		}
		for _, fate := range []fate{cutBefore, cutAfter, cutWithin} {
			_, err := scope.Count(t.Context(), w.writer, nil)
			require.NoError(t, err)
			line.next.Store(int32(fate))
			_, err = scope.Page(t.Context(), w.writer, repository.Query{})
			again(err)

			ran := 0
			again(repository.InTx(t.Context(), w.writer, func(tx repository.Tx) error {
				ran++
				_, err := scope.Count(t.Context(), tx, nil)
				require.NoError(t, err)
				line.next.Store(int32(fate))
				_, err = scope.Create(t.Context(), tx, note{Text: "never"})
				again(err)
				return err
			}))
			require.Equal(t, 1, ran)
		}

		// The only connection is taken, and the time ends in the queue.
		conn, err := w.pool.Acquire(t.Context())
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		_, err = scope.Create(ctx, w.writer, note{Text: "never"})
		require.ErrorIs(t, err, repository.Timeout)
		again(err)
		conn.Release()
		// The time has ended before.
		_, err = scope.Create(ctx, w.writer, note{Text: "never"})
		require.ErrorIs(t, err, repository.Timeout)

		count, err := scope.Count(t.Context(), w.writer, nil)
		require.NoError(t, err)
		require.Zero(t, count)
	})
}

// TestWhatAPoolerSays has a pooler answer a write in place of the server. It may
// have taken place where the pooler lost the server. It has not where it was not
// executed: the pooler found no server for it, or the statement was only prepared.
func TestWhatAPoolerSays(t *testing.T) {
	t.Parallel()
	inEveryMode(t, 1, func(t *testing.T, line *proxy, w *world) {
		scope := notes.For(owner.System("test"))
		mode := w.pool.Config().ConnConfig.DefaultQueryExecMode
		prepares := mode != pgx.QueryExecModeExec && mode != pgx.QueryExecModeSimpleProtocol
		create := func() error {
			_, err := scope.Create(t.Context(), w.writer, note{Text: "never"})
			return err
		}
		for _, test := range []struct {
			at                      request
			severity, code, message string
			unknown                 bool
		}{
			{executing, "FATAL", "08P01", "server closed the connection unexpectedly", true},
			{executing, "ERROR", "08006", "remote server read/write error", true},
			{executing, "ERROR", "08P01", "server connection lost", true},
			{executing, "FATAL", "08P01", "query_wait_timeout", false},
			{preparing, "FATAL", "08P01", "query_wait_timeout", false},
			{preparing, "ERROR", "08006", "remote server read/write error", false},
		} {
			if test.at == preparing && !prepares {
				continue
			}
			w.pool.Reset() // so that the statement is prepared
			line.said.Store(&said{to: test.at, severity: test.severity, code: test.code, message: test.message})
			err := create()
			require.Nil(t, line.said.Load(), "%+v", test)
			if test.unknown {
				require.ErrorIs(t, err, repository.CommitUnknown, "%+v", test)
				require.False(t, retryAfter(err), "%+v", test)
				continue
			}
			require.ErrorIs(t, err, repository.Unavailable, "%+v", test)
			require.ErrorIs(t, err, errors.ServiceUnavailable, "%+v", test)
			require.True(t, retryAfter(err), "%+v", test)
		}
		count, err := scope.Count(t.Context(), w.writer, nil)
		require.NoError(t, err)
		require.Zero(t, count)
	})
}

// TestAPoolerOfStatements has a pooler that refuses transactions. Check says what to
// change. In a request it is a mistake of the service, and no outcome is unknown.
func TestAPoolerOfStatements(t *testing.T) {
	t.Parallel()
	line := newProxy(t)
	w := newWorld(t, line.attach, func(config *pgxpool.Config) { config.MaxConns = 1 })
	_, err := w.pool.Exec(t.Context(), notesTable)
	require.NoError(t, err)
	create := func(to repository.Writable) error {
		_, err := notes.For(owner.System("test")).Create(t.Context(), to, note{Text: "never"})
		return err
	}
	for name, run := range map[string]func() error{
		"check": func() error { return repository.Check(t.Context(), w.pool) },
		"write": func() error { return create(w.writer) },
		"transaction": func() error {
			return repository.InTx(t.Context(), w.writer, func(tx repository.Tx) error { return create(tx) })
		},
	} {
		line.said.Store(&said{to: executing, severity: "FATAL", code: "08P01", message: "transaction blocks not allowed in statement pooling mode"})
		err := run()
		require.Nil(t, line.said.Load(), name)
		sentence.Equal(t, "a pooler of statements: "+name, err)
		require.NotErrorIs(t, err, repository.CommitUnknown, name)
		require.Same(t, errors.InternalServerError, errors.KindOf(err), name)
		require.NoError(t, w.pool.Ping(t.Context()), "there is another connection")
	}
	require.NoError(t, create(w.writer))
}

// TestATimeThatEndsDuringAWrite holds the answer back: the write took place, and
// the client does not know it.
func TestATimeThatEndsDuringAWrite(t *testing.T) {
	t.Parallel()
	const sent = 5 * time.Second // by then the write is on its way, also on a busy machine
	for name, end := range map[string]func(context.Context) (context.Context, context.CancelFunc){
		"deadline": func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, sent)
		},
		"client left": func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(sent, cancel)
			return ctx, cancel
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			line := newProxy(t)
			w := newWorld(t, line.attach)
			scope := notes.For(owner.System("test"))
			_, err := w.pool.Exec(t.Context(), notesTable)
			require.NoError(t, err)
			made, err := scope.Create(t.Context(), w.writer, note{Text: "one"})
			require.NoError(t, err)

			ctx, cancel := end(t.Context())
			defer cancel()
			line.next.Store(int32(hold))
			_, err = scope.Update(ctx, w.writer, made.ID, notes.Set("text", "two"))
			require.ErrorIs(t, err, repository.CommitUnknown)
			require.ErrorIs(t, err, ctx.Err())
			require.False(t, retryAfter(err))
			close(line.freed)
			require.Eventually(t, func() bool {
				row, err := scope.Get(t.Context(), w.reader, made.ID)
				return err == nil && row.Text == "two"
			}, time.Minute, 5*time.Millisecond)
		})
	}
}

// TestNothingIsDoubled has clients that create rows and obey Retry-After, while the
// connections are reset again and again.
func TestNothingIsDoubled(t *testing.T) {
	t.Parallel()
	line := newProxy(t)
	w := newWorld(t, line.attach)
	scope := notes.For(owner.System("test"))
	_, err := w.pool.Exec(t.Context(), notesTable)
	require.NoError(t, err)

	const clients, each = 4, 20
	var mutex sync.Mutex
	states := map[string]int{} // of a text: how often it may be there at most
	sure := map[string]bool{}  // it is there
	var group sync.WaitGroup
	done := make(chan struct{})
	for client := range clients {
		group.Go(func() {
			for i := range each {
				text := fmt.Sprintf("%d-%d", client, i)
				for {
					_, err := scope.Create(t.Context(), w.writer, note{Text: text})
					if err != nil && retryAfter(err) {
						continue
					}
					if err != nil && !errors.Is(err, errors.OutcomeUnknown) {
						t.Error(err)
						return
					}
					mutex.Lock()
					states[text], sure[text] = 1, err == nil
					mutex.Unlock()
					break
				}
			}
		})
	}
	go func() { group.Wait(); close(done) }()
	resets := 0
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
			before := line.requests.Load()
			for line.requests.Load() < before+rand.Int64N(4) { //nolint:gosec // no secret
				select {
				case <-done:
				default:
					time.Sleep(time.Millisecond)
					continue
				}
				break
			}
			if resets < 20 {
				line.next.Store(int32(cutAfter))
				line.reset()
				resets++
			}
		}
	}

	rows, err := direct(t, w).Query(t.Context(), `SELECT text, count(*) FROM notes GROUP BY text`)
	require.NoError(t, err)
	found := map[string]int{}
	var text string
	var count int
	_, err = pgx.ForEachRow(rows, []any{&text, &count}, func() error { found[text] = count; return nil })
	require.NoError(t, err)
	require.Len(t, states, clients*each)
	for text, most := range states {
		require.LessOrEqual(t, found[text], most, "%s is doubled", text)
		if sure[text] {
			require.Equal(t, 1, found[text], "%s is lost", text)
		}
	}
}
