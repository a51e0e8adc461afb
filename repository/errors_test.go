package repository_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/reply"
	"github.com/polarkit-go/polarkit/repository"
)

func TestConstraintBecomesAFieldsError(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create(t, w.acme, customerRow{Email: "a@example.com"})
	w.create(t, w.globe, customerRow{Email: "a@example.com"})

	_, err := customers.For(w.owner(t, w.acme)).Create(t.Context(), w.writer, customerRow{Email: "a@example.com"})
	invalid, ok := errors.AsType[*errors.PolarRequestValidationError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, []errors.ValidationError{{
		Type: "value_error", Loc: errors.Loc{"body", "email"}, Msg: "This value already exists.", Input: "a@example.com",
	}}, invalid.Details())
	require.Same(t, errors.RequestValidation, errors.KindOf(err))
	typed, ok := errors.AsType[*repository.Error](err)
	require.True(t, ok)
	require.Equal(t, repository.UniqueViolation, typed.Reason)
	require.Equal(t, "customers_organization_id_email_key", typed.Constraint)
	require.Equal(t, []string{"organization_id", "email"}, typed.Columns)

	_, err = customers.For(w.owner(t, w.acme)).Create(t.Context(), w.writer, customerRow{Email: "bad"})
	require.ErrorIs(t, err, repository.CheckViolation)
	require.Same(t, errors.RequestValidation, errors.KindOf(err))

	order := orderRow{CustomerID: uuid.New(), Status: "open"}
	_, err = orders.For(w.owner(t, w.acme)).Create(t.Context(), w.writer, order)
	require.ErrorIs(t, err, repository.ForeignKeyViolation)
	invalid, ok = errors.AsType[*errors.PolarRequestValidationError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, errors.Loc{"body", "customer_id"}, invalid.Details()[0].Loc)
	require.Equal(t, order.CustomerID, invalid.Details()[0].Input)
}

func TestFieldsErrorIsNoFaultInTheLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create(t, w.acme, customerRow{Email: "a@example.com"})
	_, err := customers.For(w.owner(t, w.acme)).Create(t.Context(), w.writer, customerRow{Email: "a@example.com"})
	require.ErrorIs(t, err, repository.UniqueViolation)

	answer := func(level slog.Level, err error) (*httptest.ResponseRecorder, string) {
		var log bytes.Buffer
		renderer := reply.Renderer{Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: level}))}
		reply := httptest.NewRecorder()
		renderer.Write(reply, httptest.NewRequest(http.MethodPost, "/customers", nil), err)
		return reply, log.String()
	}
	reply, log := answer(slog.LevelInfo, err)
	require.Equal(t, http.StatusUnprocessableEntity, reply.Code)
	require.NotContains(t, reply.Body.String(), "customers_organization_id_email_key")
	require.Empty(t, log)
	_, log = answer(slog.LevelDebug, err)
	require.Contains(t, log, "customers_organization_id_email_key")
	// Another error that is joined to it is still found.
	_, log = answer(slog.LevelError, errors.Join(err, errors.New("the cache is away")))
	require.Contains(t, log, "the cache is away")
}

// TestAMigrationUnderPreparedStatements changes the type of a column that a
// connection has already read.
func TestAMigrationUnderPreparedStatements(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(config *pgxpool.Config) { config.MaxConns = 1 })
	_, err := w.pool.Exec(t.Context(), `CREATE TABLE things (id bigint PRIMARY KEY, rank varchar(5) NOT NULL); INSERT INTO things VALUES (1, 'a')`)
	require.NoError(t, err)
	things := repository.MustNew[thing]("things", repository.Options{}).For(owner.System("test"))
	get := func() error {
		_, err := things.Get(t.Context(), w.reader, int64(1))
		return err
	}
	require.NoError(t, get())
	_, err = w.pool.Exec(t.Context(), `ALTER TABLE things ALTER COLUMN rank TYPE text, ADD COLUMN more text`)
	require.NoError(t, err)
	require.NoError(t, get(), "the statement did not run and is sent again")
	_, err = w.pool.Exec(t.Context(), `ALTER TABLE things ADD COLUMN even_more text`)
	require.NoError(t, err)
	require.NoError(t, get(), "a new column does not matter")
}
