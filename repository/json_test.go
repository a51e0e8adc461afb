package repository_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/reply"
	"github.com/polarkit-go/polarkit/repository"
)

// noted has values of the type any inside.
type noted struct {
	Note any            `json:"note"`
	More map[string]any `json:"more"`
}

type documentRow struct {
	ID             uuid.UUID        `db:"id,pk"`
	OrganizationID uuid.UUID        `db:"organization_id"`
	Object         map[string]any   `db:"object"`
	List           []any            `db:"list"`
	Free           any              `db:"free"`
	Noted          *noted           `db:"noted"`
	Plain          map[string]any   `db:"plain"`
	Several        []map[string]any `db:"several"`
	Metadata       kit.Metadata     `db:"metadata"`
}

var documents = repository.MustNew[documentRow]("documents", repository.Options{
	Owners: repository.Owners{organizationKind: "organization_id"},
})

func (w *world) documents(t *testing.T) {
	t.Helper()
	_, err := w.pool.Exec(t.Context(), `CREATE TABLE documents (id uuid PRIMARY KEY, organization_id uuid NOT NULL,
		object jsonb, list jsonb, free jsonb, noted jsonb, plain json, several jsonb[], metadata jsonb NOT NULL)`)
	require.NoError(t, err)
	_, err = w.pool.Exec(t.Context(), `INSERT INTO documents VALUES (gen_random_uuid(), $1,
		'{"n": 5, "f": 5.0, "deep": [{"n": -7}], "big": 18446744073709551616}', '[5, 5.5, "5"]', '{"n": [5]}',
		'{"note": 5, "more": {"n": 12345678901234567890}}', '{"n": 5}', ARRAY['{"n": 5}'::jsonb, '{"m": [6]}'], '{"n": 5, "huge": 1e400}')`, w.acme)
	require.NoError(t, err)
}

// An integer in a column of JSON is an integer in the reply.
func TestIntegersOfJSONStayIntegers(t *testing.T) {
	t.Parallel()

	for name, change := range map[string]func(*pgxpool.Config){
		"default":    func(*pgxpool.Config) {},
		"exec":       func(c *pgxpool.Config) { c.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec },
		"simple":     func(c *pgxpool.Config) { c.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol },
		"not cached": func(c *pgxpool.Config) { c.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeDescribeExec },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, change)
			w.documents(t)
			rows, err := documents.For(organizations(w.acme)).All(t.Context(), w.reader, repository.Query{Max: 5})
			require.NoError(t, err)
			require.Len(t, rows, 1)
			row := rows[0]
			require.Equal(t, map[string]any{"n": int64(5), "f": 5.0, "deep": []any{map[string]any{"n": int64(-7)}}, "big": json.Number("18446744073709551616")}, row.Object)
			require.Equal(t, []any{int64(5), 5.5, "5"}, row.List)
			require.Equal(t, map[string]any{"n": []any{int64(5)}}, row.Free)
			require.Equal(t, &noted{Note: int64(5), More: map[string]any{"n": json.Number("12345678901234567890")}}, row.Noted)
			require.Equal(t, map[string]any{"n": int64(5)}, row.Plain)
			require.Equal(t, []map[string]any{{"n": int64(5)}, {"m": []any{int64(6)}}}, row.Several)
			require.Equal(t, int64(5), row.Metadata["n"])

			recorder := httptest.NewRecorder()
			require.NoError(t, reply.JSON(recorder, http.StatusOK, row.Object))
			require.Equal(t, `{"big":18446744073709551616,"deep":[{"n":-7}],"f":5.0,"n":5}`, recorder.Body.String())
		})
	}
}

// A value that was read can be written. encoding/json drops the point of 5.0.
func TestWideIntegersAreWrittenExactly(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	w.documents(t)
	row := documentRow{
		ID: uuid.New(), OrganizationID: w.acme,
		Object: map[string]any{"n": json.Number("18446744073709551616"), "f": 5.5}, List: []any{int64(5)},
		Metadata: kit.Metadata{"n": json.Number("-18446744073709551616"), "m": int64(7)},
	}
	made, err := documents.For(w.owner(t, w.acme)).Create(t.Context(), w.writer, row)
	require.NoError(t, err)
	require.Equal(t, row, made)
}

// A map and a list keep their integers also without the registered types.
func TestIntegersOfJSONWithoutConfigure(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	w.documents(t)
	pool := database.Pool(t)
	_, err := pool.Exec(t.Context(), `CREATE TABLE documents (id uuid PRIMARY KEY, organization_id uuid NOT NULL,
		object jsonb, list jsonb, free jsonb, noted jsonb, plain json, several jsonb[], metadata jsonb NOT NULL)`)
	require.NoError(t, err)
	_, err = pool.Exec(t.Context(), `INSERT INTO documents VALUES (gen_random_uuid(), $1, '{"n": 5}', '[5]', NULL, NULL, NULL, NULL, '{"n": 5}')`, w.acme)
	require.NoError(t, err)
	rows, err := documents.For(organizations(w.acme)).All(t.Context(), repository.NewReader(pool), repository.Query{Max: 5})
	require.NoError(t, err)
	require.Equal(t, map[string]any{"n": int64(5)}, rows[0].Object)
	require.Equal(t, []any{int64(5)}, rows[0].List)
	require.Nil(t, rows[0].Plain)
	require.Equal(t, kit.Metadata{"n": int64(5)}, rows[0].Metadata)
}

// A codec with a reader of the program keeps that reader.
func TestConfigureKeepsAReaderOfJSON(t *testing.T) {
	t.Parallel()

	pool := database.Pool(t, func(c *pgxpool.Config) {
		c.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
			conn.TypeMap().RegisterType(&pgtype.Type{Name: "jsonb", OID: pgtype.JSONBOID, Codec: &pgtype.JSONBCodec{
				Marshal: json.Marshal, Unmarshal: func(_ []byte, v any) error { *v.(*any) = "own"; return nil },
			}})
			return nil
		}
	}, repository.Configure)
	var value any
	require.NoError(t, pool.QueryRow(t.Context(), `SELECT '5'::jsonb`).Scan(&value))
	require.Equal(t, "own", value)
	require.NoError(t, pool.QueryRow(t.Context(), `SELECT '5'::json`).Scan(&value))
	require.Equal(t, int64(5), value)
}
