package repository_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/Masterminds/squirrel"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/repository"
)

// TestEverySQLSTATE has the server answer with each SQLSTATE. It checks what a client
// gets, whether there is a Retry-After, and whether the connection stays in the pool.
func TestEverySQLSTATE(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(config *pgxpool.Config) { config.MaxConns = 1 })
	_, err := w.pool.Exec(t.Context(), `CREATE FUNCTION fail(code text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'failed' USING ERRCODE = code; END $$;
		CREATE FUNCTION fail_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM fail(NEW.text); RETURN NEW; END $$;`+notesTable+`;
		CREATE TRIGGER fail BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION fail_row()`)
	require.NoError(t, err)
	w.create(t, w.acme, customerRow{Email: "a@example.com"})
	scope := notes.For(owner.System("test"))

	const again, stays, closes = true, true, false
	for _, test := range []struct {
		codes  []string
		read   *errors.Kind
		write  *errors.Kind // the same as for reading if nil
		again  bool
		stays  bool
		reason repository.Reason
	}{
		{codes: []string{"08000", "08003", "08006", "08P01"}, read: errors.ServiceUnavailable, again: again, stays: closes, reason: repository.Unavailable},
		{codes: []string{"0A000", "0B000", "21000", "24000", "25001", "25P02", "2BP01", "3D000", "42501", "42601", "42703", "42804", "42846", "42883", "42P01", "42P18", "44000", "54001", "55000", "58P01", "F0000", "P0001", "XX000", "XX001", "XX002"}, read: errors.InternalServerError, stays: stays},
		{codes: []string{"22003", "22001", "22P02", "22P03", "22007", "22008", "22012"}, read: errors.InternalServerError, stays: stays, reason: repository.InvalidValue},
		{codes: []string{"22021", "22P05"}, read: errors.RequestValidation, stays: stays, reason: repository.InvalidText},
		{codes: []string{"23505"}, read: errors.ResourceAlreadyExists, stays: stays, reason: repository.UniqueViolation},
		{codes: []string{"23503"}, read: errors.ResourceConflict, stays: stays, reason: repository.ForeignKeyViolation},
		{codes: []string{"23P01"}, read: errors.ResourceConflict, stays: stays, reason: repository.ExclusionViolation},
		{codes: []string{"23514"}, read: errors.InternalServerError, stays: stays, reason: repository.CheckViolation},
		{codes: []string{"23502"}, read: errors.InternalServerError, stays: stays, reason: repository.NotNullViolation},
		{codes: []string{"25006"}, read: errors.ServiceUnavailable, again: again, stays: closes, reason: repository.Unavailable},
		{codes: []string{"25P03", "25P04"}, read: errors.ServiceUnavailable, again: again, stays: closes, reason: repository.Timeout},
		{codes: []string{"26000", "42P05"}, read: errors.ServiceUnavailable, again: again, stays: closes, reason: repository.Unavailable},
		{codes: []string{"40000", "40001", "40002", "40P01"}, read: errors.ServiceUnavailable, again: again, stays: stays, reason: repository.SerializationFailure},
		{codes: []string{"40003", "08007"}, read: errors.OutcomeUnknown, stays: closes, reason: repository.CommitUnknown},
		{codes: []string{"53000", "53100", "53200", "53300", "53400", "55006", "58000", "58030", "72000"}, read: errors.ServiceUnavailable, again: again, stays: stays, reason: repository.Unavailable},
		{codes: []string{"55P03", "57014"}, read: errors.ServiceUnavailable, again: again, stays: stays, reason: repository.Timeout},
		{codes: []string{"57000", "57P01", "57P02", "57P03", "57P04", "57P05"}, read: errors.ServiceUnavailable, again: again, stays: closes, reason: repository.Unavailable},
	} {
		for _, code := range test.codes {
			check := func(what string, run func() error) {
				before := w.pool.Stat().NewConnsCount()
				err := run()
				require.Error(t, err, code)
				assert.Same(t, test.read, errors.KindOf(err), "%s %s: %v", code, what, err)
				assert.Equal(t, test.again, retryAfter(err), "%s %s", code, what)
				if test.reason != "" {
					require.ErrorIs(t, err, test.reason, "%s %s", code, what)
				}
				require.NoError(t, w.pool.Ping(t.Context()), code)
				stays := test.stays || code == "25006" && what == "read" // a replica is there for reading
				assert.Equal(t, stays, w.pool.Stat().NewConnsCount() == before, "%s %s: the connection", code, what)
			}
			check("read", func() error {
				_, err := w.in(w.acme).Count(t.Context(), w.reader, squirrel.Expr(fmt.Sprintf("fail('%s') IS NULL", code)))
				return err
			})
			check("write", func() error {
				_, err := scope.Create(t.Context(), w.writer, note{Text: code})
				return err
			})
			check("transaction", func() error {
				return repository.InTxWith(t.Context(), w.writer, repository.TxOptions{Attempts: 1}, func(tx repository.Tx) error {
					_, err := scope.Create(t.Context(), tx, note{Text: code})
					return err
				})
			})
		}
	}
}

// TestALockThatIsWaitedForTooLong is a timeout and not a conflict. Only a lock that does
// not wait is a conflict.
func TestALockThatIsWaitedForTooLong(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(config *pgxpool.Config) { config.ConnConfig.RuntimeParams["lock_timeout"] = "50ms" })
	made := w.create(t, w.acme, customerRow{Email: "a@example.com"})
	scope := w.in(w.acme)
	blocker, err := direct(t, w).Begin(t.Context())
	require.NoError(t, err)
	_, err = blocker.Exec(t.Context(), "LOCK TABLE customers IN ACCESS EXCLUSIVE MODE")
	require.NoError(t, err)
	for name, run := range map[string]func() error{
		"get":  func() error { _, err := scope.Get(t.Context(), w.reader, made.ID); return err },
		"page": func() error { _, err := scope.Page(t.Context(), w.reader, repository.Query{}); return err },
		"update": func() error {
			_, err := scope.Update(t.Context(), w.writer, made.ID, customers.Set("score", int64(1)))
			return err
		},
		"lock": func() error {
			return repository.InTx(t.Context(), w.writer, func(tx repository.Tx) error {
				_, err := scope.Lock(t.Context(), tx, made.ID, repository.ForUpdate)
				return err
			})
		},
		"lock without waiting, which waits for the table": func() error {
			return repository.InTx(t.Context(), w.writer, func(tx repository.Tx) error {
				_, err := scope.Lock(t.Context(), tx, made.ID, repository.ForUpdate.NoWait())
				return err
			})
		},
	} {
		err := run()
		require.ErrorIs(t, err, repository.Timeout, name)
		require.ErrorIs(t, err, errors.ServiceUnavailable, name)
		requireRetryAfter(t, err)
	}
	require.NoError(t, blocker.Rollback(t.Context()))

	blocker, err = direct(t, w).Begin(t.Context())
	require.NoError(t, err)
	_, err = blocker.Exec(t.Context(), "SELECT FROM customers FOR UPDATE")
	require.NoError(t, err)
	err = repository.InTx(t.Context(), w.writer, func(tx repository.Tx) error {
		_, err := scope.Lock(t.Context(), tx, made.ID, repository.ForUpdate.NoWait())
		return err
	})
	require.ErrorIs(t, err, repository.LockNotAvailable)
	require.ErrorIs(t, err, errors.ResourceConflict)
	_, err = scope.Update(t.Context(), w.writer, made.ID, customers.Set("score", int64(1)))
	require.ErrorIs(t, err, repository.Timeout)
	require.NoError(t, blocker.Rollback(t.Context()))
}

// TestAServerThatStopsWriting has a server that is a replica for a while. When it is the
// primary again no write fails, with any connections in the pool.
func TestAServerThatStopsWriting(t *testing.T) {
	t.Parallel()
	for _, inTx := range []bool{false, true} {
		t.Run(fmt.Sprintf("in a transaction %t", inTx), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(config *pgxpool.Config) { config.MaxConns = 4 })
			_, err := w.pool.Exec(t.Context(), notesTable)
			require.NoError(t, err)
			scope := notes.For(owner.System("test"))
			write := func() error {
				if !inTx {
					_, err := scope.Create(t.Context(), w.writer, note{Text: "a"})
					return err
				}
				return repository.InTx(t.Context(), w.writer, func(tx repository.Tx) error {
					_, err := scope.Create(t.Context(), tx, note{Text: "a"})
					return err
				})
			}
			warm := func() {
				var held []*pgxpool.Conn
				for range 4 {
					conn, err := w.pool.Acquire(t.Context())
					require.NoError(t, err)
					held = append(held, conn)
				}
				for _, conn := range held {
					conn.Release()
				}
				for range 4 {
					_, err := scope.Count(t.Context(), w.writer, nil)
					require.NoError(t, err)
				}
			}
			require.NoError(t, write())
			// Sessions that begin now only read, as on a replica.
			_, err = direct(t, w).Exec(t.Context(), `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$`)
			require.NoError(t, err)
			w.pool.Reset()
			warm()
			for range 3 {
				err = write()
				require.ErrorIs(t, err, repository.Unavailable)
				requireRetryAfter(t, err)
			}
			warm()
			_, err = direct(t, w).Exec(t.Context(), `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET default_transaction_read_only', current_database()); END $$`)
			require.NoError(t, err)
			for range 4 {
				require.NoError(t, write(), "at once")
			}
		})
	}
}

// TestReadsGoOnWhileNoServerWrites has one write after the other fail. Each looks for a
// server that writes, and the connections of the reads stay in the pool.
func TestReadsGoOnWhileNoServerWrites(t *testing.T) {
	t.Parallel()
	for _, attempts := range []int{0, 1, 10} { // 0: outside a transaction
		t.Run(fmt.Sprint(attempts, " attempts"), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(config *pgxpool.Config) { config.MaxConns = 4 })
			_, err := w.pool.Exec(t.Context(), notesTable)
			require.NoError(t, err)
			scope := notes.For(owner.System("test"))
			write := func() error {
				if attempts == 0 {
					_, err := scope.Create(t.Context(), w.writer, note{Text: "a"})
					return err
				}
				return repository.InTxWith(t.Context(), w.writer, repository.TxOptions{Attempts: attempts}, func(tx repository.Tx) error {
					_, err := scope.Create(t.Context(), tx, note{Text: "a"})
					return err
				})
			}
			require.NoError(t, write())
			_, err = direct(t, w).Exec(t.Context(), `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$`)
			require.NoError(t, err)
			w.pool.Reset()
			_, err = scope.Count(t.Context(), w.reader, nil)
			require.NoError(t, err)

			before := w.pool.Stat().NewConnsCount()
			var group sync.WaitGroup
			for range 3 {
				group.Go(func() {
					for range 10 {
						if err := write(); !errors.Is(err, repository.Unavailable) || !retryAfter(err) {
							t.Errorf("a write: %v", err)
						}
						if _, err := scope.Count(t.Context(), w.reader, nil); err != nil {
							t.Errorf("a read: %v", err)
						}
					}
				})
			}
			group.Wait()
			require.LessOrEqual(t, w.pool.Stat().NewConnsCount()-before, int64(3), "no more than run at once")

			_, err = direct(t, w).Exec(t.Context(), `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET default_transaction_read_only', current_database()); END $$`)
			require.NoError(t, err)
			if attempts == 1 {
				require.ErrorIs(t, write(), repository.Unavailable, "there is no other attempt")
			}
			for range 8 {
				require.NoError(t, write(), "at once")
			}
		})
	}
}

// TestAnActionWithoutABody names no field, unless the call names a place.
func TestAnActionWithoutABody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	scope := w.in(w.acme)
	made := w.create(t, w.acme, customerRow{Email: "a@example.com"})
	require.NoError(t, scope.SoftDelete(t.Context(), w.writer, made.ID))
	w.create(t, w.acme, customerRow{Email: "a@example.com"})

	_, err := scope.Restore(t.Context(), w.writer, made.ID)
	require.ErrorIs(t, err, repository.UniqueViolation)
	require.Same(t, errors.ResourceAlreadyExists, errors.KindOf(err))
	const key = "customers_organization_id_email_key"
	_, err = scope.WithFields(repository.Fields{key: {"path", "id"}}).Restore(t.Context(), w.writer, made.ID)
	invalid, ok := errors.AsType[*errors.PolarRequestValidationError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, errors.Loc{"path", "id"}, invalid.Details()[0].Loc)
	_, err = customers.For(w.owner(t, w.acme)).WithFields(repository.Fields{key: nil}).Create(t.Context(), w.writer, customerRow{Email: "a@example.com"})
	require.Same(t, errors.ResourceAlreadyExists, errors.KindOf(err))

	// An update names the field where it writes it.
	other := w.create(t, w.acme, customerRow{Email: "b@example.com"})
	_, err = scope.Update(t.Context(), w.writer, other.ID, customers.Set("email", "a@example.com"))
	require.ErrorIs(t, err, errors.RequestValidation)
	// One that moves a row to a place where its name is taken does not.
	w.create(t, w.globe, customerRow{Email: "b@example.com"})
	_, err = w.in(w.acme, w.globe).Update(t.Context(), w.writer, other.ID, customers.MoveTo(w.owner(t, w.globe)))
	require.ErrorIs(t, err, repository.UniqueViolation)
	require.NotErrorIs(t, err, errors.RequestValidation)
	// A row that is still referred to is a conflict, not a field.
	order := orderRow{CustomerID: other.ID, Status: "open"}
	_, err = orders.For(w.owner(t, w.acme)).Create(t.Context(), w.writer, order)
	require.NoError(t, err)
	require.Same(t, errors.ResourceConflict, errors.KindOf(scope.Delete(t.Context(), w.writer, other.ID)))
}
