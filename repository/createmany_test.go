package repository_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/repository"
	"github.com/polarkit-go/polarkit/repository/pgtest"
)

func TestCreateMany(t *testing.T) {
	t.Parallel()
	var recorder pgtest.Recorder
	w := newWorld(t, func(config *pgxpool.Config) { recorder.Attach(config) })
	scope, owner := w.in(w.acme), w.owner(t, w.acme)
	rows := nullableRows(500)
	rows[0].Metadata = kit.Metadata{"quote": `a"b\c{},`, "n": 1.5, "ok": true}
	rows[1].Name = ptr(`"{},\` + "\n" + `NULL`)
	rows[2].Name = ptr("NULL")
	rows[3].Email = ""
	require.NoError(t, customers.For(owner).CreateMany(t.Context(), w.writer, rows))
	for _, row := range rows {
		require.NotEqual(t, uuid.Nil, row.ID)
		require.Equal(t, w.acme, row.OrganizationID)
		require.Equal(t, int64(1), row.Version)
	}
	stored, err := repository.ByIDs(t.Context(), w.reader, scope, ids(rows))
	require.NoError(t, err)
	for _, row := range rows {
		got := stored[row.ID]
		row.Search = got.Search
		if row.Metadata == nil {
			row.Metadata = kit.Metadata{}
		}
		require.Equal(t, row, got)
	}
	recorder.Reset()
	more := nullableRows(7)
	for i := range more {
		more[i].Email += "x"
	}
	require.NoError(t, customers.For(owner).CreateMany(t.Context(), w.writer, more))
	require.Len(t, recorder.SQL(), 1, "one statement, and the types of the columns are known by now")
	require.NoError(t, customers.For(owner).CreateMany(t.Context(), w.writer, nil))

	again := append(nullableRows(3), more[0])
	again[3].Record = repository.Record{}
	err = customers.For(owner).CreateMany(t.Context(), w.writer, again)
	require.ErrorIs(t, err, repository.UniqueViolation)
	require.ErrorIs(t, err, errors.RequestValidation)
	count, err := scope.Count(t.Context(), w.reader, nil)
	require.NoError(t, err)
	require.Equal(t, int64(507), count, "all or none")

	sentence.Equal(t, "a new row for a reach", scope.CreateMany(t.Context(), w.writer, nullableRows(3)))
	foreign := nullableRows(3)
	foreign[2].OrganizationID = w.globe
	sentence.Equal(t, "a new row for another owner", customers.For(owner).CreateMany(t.Context(), w.writer, foreign))
}

func ids(rows []customerRow) []uuid.UUID {
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	return ids
}

func TestCreateManyByCopy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	scope, owner := w.in(w.acme), w.owner(t, w.acme)
	rows := make([]customerRow, 5001)
	for i := range rows {
		rows[i] = customerRow{Email: fmt.Sprint(i), Metadata: kit.Metadata{"i": "x"}}
	}
	rows[5].Name, rows[5].Metadata = ptr("Ada"), nil
	require.NoError(t, customers.For(owner).CreateMany(t.Context(), w.writer, rows))
	count, err := scope.Count(t.Context(), w.reader, nil)
	require.NoError(t, err)
	require.Equal(t, int64(5001), count)
	row, err := scope.Get(t.Context(), w.reader, rows[5].ID)
	require.NoError(t, err)
	require.Equal(t, ptr("Ada"), row.Name)
	require.Equal(t, kit.Metadata{}, row.Metadata)
	for i := range rows {
		rows[i].Record = repository.Record{}
	}
	err = customers.For(owner).CreateMany(t.Context(), w.writer, rows)
	require.ErrorIs(t, err, repository.UniqueViolation)
}

// TestCreateManyOfAnEnum has a column type that COPY in binary does not know.
func TestCreateManyOfAnEnum(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	customer := w.create(t, w.acme, customerRow{Email: "a@example.com"})
	for _, size := range []int{3, 5001} {
		rows := make([]orderRow, size)
		for i := range rows {
			rows[i] = orderRow{CustomerID: customer.ID, Status: []orderStatus{"open", "paid"}[i%2], Amount: int64(i)}
		}
		require.NoError(t, orders.For(w.owner(t, w.acme)).CreateMany(t.Context(), w.writer, rows))
	}
	count, err := orders.For(organizations(w.acme)).Count(t.Context(), w.reader, repository.OneOf("status", kit.Filter[orderStatus]{"paid"}))
	require.NoError(t, err)
	require.Equal(t, int64(1+2500), count)
}

type everyType struct {
	ID     uuid.UUID      `db:"id"`
	Tags   []string       `db:"tags"`
	Bytes  []byte         `db:"bytes"`
	Ratio  float64        `db:"ratio"`
	Flag   *bool          `db:"flag"`
	At     *time.Time     `db:"at"`
	Doc    map[string]any `db:"doc"`
	Moods  []string       `db:"moods"`
	Parent *uuid.UUID     `db:"parent"`
}

func TestCreateManyWithArrays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.pool.Exec(t.Context(), `CREATE TYPE mood AS ENUM ('fine', 'bad');
		CREATE TABLE everything (id uuid PRIMARY KEY, tags text[] NOT NULL, bytes bytea, ratio float8, flag bool, at timestamptz, doc jsonb, moods mood[], parent uuid);
		CREATE VIEW plain AS SELECT id, bytes, ratio, flag, at, doc, parent FROM everything`)
	require.NoError(t, err)
	model := repository.MustNew[everyType]("everything", repository.Options{}).For(owner.System("test"))
	at := time.Date(2025, 1, 3, 13, 37, 0, 0, time.UTC)
	parent := uuid.New()
	rows := []everyType{
		{Tags: []string{"a", `b"`}, Bytes: []byte{0, 1}, Ratio: 1.5, Flag: ptr(true), At: &at, Doc: map[string]any{"a": "b"}, Moods: []string{"fine"}, Parent: &parent},
		{Tags: []string{}},
	}
	require.NoError(t, model.CreateMany(t.Context(), w.writer, rows))
	for _, row := range rows {
		got, err := model.Get(t.Context(), w.reader, row.ID)
		require.NoError(t, err)
		require.Equal(t, row, got)
	}
}

func TestUpsert(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	owner := w.owner(t, w.acme)
	byEmail := repository.OnConflict{Columns: []string{"organization_id", "email"}, Where: "deleted_at IS NULL", Update: []string{"name", "metadata"}}
	made, err := customers.For(owner).Upsert(t.Context(), w.writer, customerRow{Email: "a@example.com", Name: ptr("Ada"), Score: 5}, byEmail)
	require.NoError(t, err)
	require.Nil(t, made.UpdatedAt)
	changed, err := customers.For(owner).Upsert(t.Context(), w.writer, customerRow{Email: "a@example.com", Name: ptr("Countess"), Score: 9}, byEmail)
	require.NoError(t, err)
	require.Equal(t, made.ID, changed.ID)
	require.Equal(t, made.CreatedAt, changed.CreatedAt)
	require.NotNil(t, changed.UpdatedAt)
	require.Equal(t, ptr("Countess"), changed.Name)
	require.Equal(t, int64(5), changed.Score)
	require.Equal(t, int64(2), changed.Version)

	foreign := customerRow{Email: "b@example.com", Score: 100}
	foreign.ID = made.ID
	_, err = customers.For(w.owner(t, w.globe)).Upsert(t.Context(), w.writer, foreign, repository.OnConflict{Columns: []string{"id"}, Update: []string{"score"}})
	require.ErrorIs(t, err, errors.ResourceAlreadyExists)
	require.ErrorIs(t, err, repository.UniqueViolation)
	require.NotErrorIs(t, err, errors.ResourceNotFound)

	for name, conflict := range map[string]repository.OnConflict{
		"nothing to update":           {Columns: []string{"email"}},
		"a column that is not there":  {Columns: []string{"nope"}, Update: []string{"name"}},
		"a change of the owner":       {Columns: []string{"email"}, Update: []string{"organization_id"}},
		"a predicate that ends early": {Columns: []string{"email"}, Update: []string{"name"}, Where: "true) DO NOTHING --"},
	} {
		_, err := customers.For(owner).Upsert(t.Context(), w.writer, customerRow{Email: "a@example.com"}, conflict)
		sentence.Equal(t, "Upsert with "+name, err)
	}
}
