package repository_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/Masterminds/squirrel"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/repository"
)

type (
	mood     string
	level    int
	postCode struct {
		Street string `json:"street"`
		Number int    `json:"number"`
	}
)

// anything has a column of each kind that pgx by itself does not write in the modes
// that do not ask the server for types.
type anything struct {
	repository.Record

	Struct    postCode       `db:"struct"`
	StructPtr *postCode      `db:"struct_ptr"`
	Map       map[string]any `db:"map"`
	Counts    map[string]int `db:"counts"`
	JSONList  []string       `db:"json_list"`
	Structs   []postCode     `db:"structs"`
	Any       any            `db:"any_json"`
	Metadata  kit.Metadata   `db:"metadata"`
	Texts     []string       `db:"texts"`
	Moods     []string       `db:"moods"`
	Mood      mood           `db:"mood"`
	MoodPtr   *mood          `db:"mood_ptr"`
	Level     level          `db:"level"`
	Levels    []level        `db:"levels"`
	Small     int16          `db:"small"`
	Price     kit.Decimal    `db:"price"`
	Prices    []kit.Decimal  `db:"prices"`
	Day       kit.Date       `db:"day"`
	Days      []kit.Date     `db:"days"`
	At        time.Time      `db:"at"`
	Ats       []time.Time    `db:"ats"`
	IDs       []uuid.UUID    `db:"ids"`
	Parent    *uuid.UUID     `db:"parent"`
	Bytes     []byte         `db:"bytes"`
	Blobs     [][]byte       `db:"blobs"`
	Address   netip.Addr     `db:"address"`
	Addresses []netip.Addr   `db:"addresses"`
	Ratio     float64        `db:"ratio"`
	Flags     []bool         `db:"flags"`
	Wait      time.Duration  `db:"wait"`
	Null      *time.Time     `db:"nothing"`
}

var anythings = repository.MustNew[anything]("anythings", repository.Options{})

const anythingsTable = `CREATE TYPE mood AS ENUM ('fine', 'bad');
CREATE TABLE anythings (id uuid PRIMARY KEY, created_at timestamptz NOT NULL, updated_at timestamptz,
	struct jsonb NOT NULL, struct_ptr jsonb, map jsonb, counts json, json_list jsonb, structs jsonb, any_json jsonb, metadata jsonb NOT NULL,
	texts text[], moods mood[], mood mood NOT NULL, mood_ptr mood, level int NOT NULL, levels int[], small smallint NOT NULL,
	price numeric(12,2) NOT NULL, prices numeric[], day date, days date[], at timestamptz NOT NULL, ats timestamptz[],
	ids uuid[], parent uuid, bytes bytea, blobs bytea[], address inet, addresses inet[], ratio float8 NOT NULL, flags boolean[],
	wait interval NOT NULL, nothing timestamptz)`

func fullOne(t testing.TB) anything {
	t.Helper()
	decimal := func(text string) kit.Decimal {
		d, err := kit.ParseDecimal(text)
		require.NoError(t, err)
		return d
	}
	day := kit.DateOf(time.Date(2025, 2, 28, 0, 0, 0, 0, time.UTC))
	at := time.Date(2025, 1, 3, 13, 37, 0, 123456000, time.UTC)
	parent := uuid.MustParse("aa4d1ff9-4394-530a-b050-1fb98c09026b")
	return anything{
		Struct: postCode{Street: `a "b" \ , {}'`, Number: 1}, StructPtr: &postCode{Street: "x"}, Map: map[string]any{"a": "b"}, Counts: map[string]int{"n": 5},
		JSONList: []string{"a", `"b"`}, Structs: []postCode{{Number: 2}}, Any: []any{"x", true}, Metadata: kit.Metadata{"k": "v"},
		Texts: []string{"a", `b"\,{}`, ""}, Moods: []string{"fine", "bad"}, Mood: "bad", MoodPtr: ptr(mood("fine")), Level: 3, Levels: []level{1, 2}, Small: 7,
		Price: decimal("10.50"), Prices: []kit.Decimal{decimal("1.50"), decimal("-3")}, Day: day, Days: []kit.Date{day}, At: at, Ats: []time.Time{at},
		IDs: []uuid.UUID{parent, uuid.Nil}, Parent: &parent, Bytes: []byte{0, 1, '\\'}, Blobs: [][]byte{{0, 255}, {}}, Address: netip.MustParseAddr("10.0.0.1"),
		Addresses: []netip.Addr{netip.MustParseAddr("::1")}, Ratio: 0.1, Flags: []bool{true, false}, Wait: 90 * time.Second,
	}
}

// TestEveryModeWritesTheSame writes a row of every kind by every verb in every
// mode of pgx, and compares what the database then has.
func TestEveryModeWritesTheSame(t *testing.T) {
	t.Parallel()
	stored := func(w *world) string {
		var text string
		require.NoError(t, w.pool.QueryRow(t.Context(), `SELECT coalesce(json_agg(to_jsonb(a) - 'id' - 'created_at' - 'updated_at')::text, '') FROM anythings a`).Scan(&text))
		return text
	}
	want := map[string]string{}
	for _, mode := range append([]pgx.QueryExecMode{pgx.QueryExecModeCacheStatement}, execModes...) {
		w := newWorld(t, func(config *pgxpool.Config) { config.ConnConfig.DefaultQueryExecMode = mode })
		_, err := w.pool.Exec(t.Context(), anythingsTable)
		require.NoError(t, err)
		scope := anythings.For(owner.System("test"))
		full, empty := fullOne(t), anything{Mood: "fine", Metadata: nil}
		set := func(row anything) repository.Changes[anything] {
			return anythings.Set("struct", row.Struct).Set("struct_ptr", row.StructPtr).Set("map", row.Map).Set("counts", row.Counts).
				Set("json_list", row.JSONList).Set("structs", row.Structs).Set("any_json", row.Any).Set("texts", row.Texts).Set("moods", row.Moods).
				Set("mood", row.Mood).Set("mood_ptr", row.MoodPtr).Set("level", row.Level).Set("levels", row.Levels).Set("small", row.Small).
				Set("price", row.Price).Set("prices", row.Prices).Set("day", row.Day).Set("days", row.Days).Set("at", row.At).Set("ats", row.Ats).
				Set("ids", row.IDs).Set("parent", row.Parent).Set("bytes", row.Bytes).Set("blobs", row.Blobs).Set("address", row.Address).
				Set("addresses", row.Addresses).Set("ratio", row.Ratio).Set("flags", row.Flags).Set("wait", row.Wait).Set("metadata", row.Metadata)
		}
		for verb, write := range map[string]func(row anything) error{
			"create": func(row anything) error {
				_, err := scope.Create(t.Context(), w.writer, row)
				return err
			},
			"create many": func(row anything) error {
				return scope.CreateMany(t.Context(), w.writer, []anything{row})
			},
			"upsert": func(row anything) error {
				_, err := scope.Upsert(t.Context(), w.writer, row, repository.OnConflict{Columns: []string{"id"}, Update: []string{"level"}})
				return err
			},
			"update where": func(row anything) error {
				if _, err := scope.Create(t.Context(), w.writer, anything{Mood: "bad"}); err != nil {
					return err
				}
				_, err := scope.UpdateWhere(t.Context(), w.writer, squirrel.Expr("true"), set(row))
				return err
			},
		} {
			for name, row := range map[string]anything{"full": full, "empty": empty} {
				require.NoError(t, write(row), "%s: %s %s", mode, verb, name)
				got := stored(w)
				key := name
				if want[key] == "" {
					want[key] = got
				}
				require.JSONEq(t, want[key], got, "%s: %s %s", mode, verb, name)
				rows, err := scope.All(t.Context(), w.reader, repository.Query{Max: 2})
				require.NoError(t, err, "%s: %s %s", mode, verb, name)
				require.Len(t, rows, 1)
				_, err = scope.DeleteWhere(t.Context(), w.writer, squirrel.Expr("true"))
				require.NoError(t, err)
			}
		}
		_, err = scope.Create(t.Context(), w.writer, full)
		require.NoError(t, err)
		for what, where := range map[string]squirrel.Sqlizer{
			"a named text": squirrel.Eq{"mood": full.Mood}, "named texts": squirrel.Eq{"mood": []mood{"bad"}}, "a named int": squirrel.Eq{"level": full.Level},
			"named ints": squirrel.Eq{"level": []level{3, 4}}, "decimals": squirrel.Eq{"price": full.Prices[:1]}, "a decimal": squirrel.Eq{"price": full.Price},
			"a day": squirrel.Eq{"day": full.Day}, "days": squirrel.Eq{"day": full.Days}, "times": squirrel.Eq{"at": full.Ats}, "IDs": squirrel.Eq{"parent": full.IDs},
			"addresses": squirrel.Eq{"address": []netip.Addr{full.Address}}, "containment": squirrel.Expr("map @> ?::jsonb", map[string]any{"a": "b"}),
			"an array": squirrel.Expr("texts @> ?", []string{"a"}), "bytes": squirrel.Eq{"bytes": full.Bytes}, "a raw list": squirrel.Expr("level = ANY(?)", []level{3}),
		} {
			count, err := scope.Count(t.Context(), w.reader, where)
			require.NoError(t, err, "%s: %s", mode, what)
			if what != "decimals" {
				require.Equal(t, int64(1), count, "%s: %s", mode, what)
			}
		}
	}
}
