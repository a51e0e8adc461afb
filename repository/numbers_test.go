package repository_test

import (
	"database/sql"
	"fmt"
	"math"
	"math/big"
	"testing"

	"github.com/Masterminds/squirrel"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/repository"
	"github.com/polarkit-go/polarkit/repository/pgtest"
)

var numbersDatabase = pgtest.FromSQL(`
CREATE TABLE numbers (
	id integer PRIMARY KEY,
	organization_id uuid NOT NULL,
	small smallint,
	whole integer NOT NULL,
	big bigint NOT NULL,
	amount numeric NOT NULL,
	real real NOT NULL,
	ratio double precision NOT NULL,
	version integer NOT NULL DEFAULT 1,
	hidden bigint NOT NULL DEFAULT 5
);
CREATE INDEX numbers_whole ON numbers (whole);
CREATE INDEX numbers_list ON numbers (organization_id, big, id);
`)

type numbersRow struct {
	ID           int64         `db:"id,pk"`
	Organization uuid.UUID     `db:"organization_id"`
	Small        sql.NullInt64 `db:"small"`
	Whole        int64         `db:"whole"`
	Big          int64         `db:"big"`
	Amount       kit.Decimal   `db:"amount"`
	Real         float32       `db:"real"`
	Ratio        float64       `db:"ratio"`
	Version      int64         `db:"version,version"`
}

var numberRows = repository.MustNew[numbersRow]("numbers", repository.Options{Owners: repository.Owners{organizationKind: "organization_id"}})

func decimal(t *testing.T, text string) kit.Decimal {
	t.Helper()
	number, err := kit.ParseDecimal(text)
	require.NoError(t, err)
	return number
}

// TestNumbersAreComparedByValue compares every type of column with every type of
// number, in every direction, with what the numbers mean.
func TestNumbersAreComparedByValue(t *testing.T) {
	t.Parallel()
	for name, mode := range map[string]pgx.QueryExecMode{"cached": pgx.QueryExecModeCacheStatement, "exec": pgx.QueryExecModeExec, "simple": pgx.QueryExecModeSimpleProtocol} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testNumbers(t, mode)
		})
	}
}

func testNumbers(t *testing.T, mode pgx.QueryExecMode) {
	pool := numbersDatabase.Pool(t, repository.Configure, func(config *pgxpool.Config) { config.ConnConfig.DefaultQueryExecMode = mode })
	reader, writer := repository.NewReader(pool), repository.NewWriter(pool)
	scope := numberRows.For(owner.System("test"))
	stored := []int64{-3, -1, 0, 1, 2, 7}
	for i, value := range stored {
		_, err := scope.Create(t.Context(), writer, numbersRow{
			ID: int64(i), Organization: uuid.New(), Small: sql.NullInt64{Int64: value, Valid: true}, Whole: value, Big: value,
			Amount: decimal(t, fmt.Sprint(value)), Real: float32(value), Ratio: float64(value),
		})
		require.NoError(t, err)
	}
	type named int16
	numbers := map[string]any{ // the value as exact text, and how it is passed
		"1": 1, "1 as int8": int8(1), "1 as uint64": uint64(1), "1 as named": named(1), "1 as pointer": ptr(int32(1)), "1.0": 1.0, "1.5": 1.5, "-1.5": -1.5, "-0.5": -0.5, "0.5 as float32": float32(0.5),
		"2147483648": int64(math.MaxInt32) + 1, "-2147483649": int64(math.MinInt32) - 1, "32768": 32768, "9223372036854775807": int64(math.MaxInt64),
		"-9223372036854775808": int64(math.MinInt64), "9223372036854775808": uint64(math.MaxInt64) + 1, "18446744073709551615": uint64(math.MaxUint64), "9223372036854775808.0": float64(1 << 63),
		"-9223372036854775808.0": -float64(1 << 63), "1e19": 1e19, "-1e19": -1e19, "1e30": 1e30, "1e39": 1e39, "-1e39": -1e39, "1e300": 1e300, "-1e300": -1e300,
		"1.5 as decimal": decimal(t, "1.5"), "2.0 as decimal": decimal(t, "2.0"), "1e400 as decimal": decimal(t, "1e400"), "-1e400 as decimal": decimal(t, "-1e400"),
		"1.00000000000000000000000000000000000001 as decimal": decimal(t, "1.00000000000000000000000000000000000001"),
		"0.99999999999999999999999999999999999999 as decimal": decimal(t, "0.99999999999999999999999999999999999999"),
		"1e-300 as decimal": decimal(t, "1e-300"), "1e-20000 as decimal": decimal(t, "1e-20000"), "-1e-20000 as decimal": decimal(t, "-1e-20000"), "1e200000 as decimal": decimal(t, "1e200000"),
		"7 as numeric": pgtype.Numeric{Int: big.NewInt(7), Valid: true}, "7.5 as numeric": pgtype.Numeric{Int: big.NewInt(75), Exp: -1, Valid: true},
		"7 as big": big.NewInt(7), "100000000000000000000 as big": new(big.Int).Exp(big.NewInt(10), big.NewInt(20), nil), "1 as null": sql.NullInt64{Int64: 1, Valid: true},
		"+Inf": math.Inf(1), "-Inf": math.Inf(-1), "NaN": math.NaN(),
	}
	columns := []string{"small", "whole", "big", "amount", "real", "ratio", "numbers.whole", "whole + 0", "abs(whole) * sign(whole)", "big % 100"}
	for text, value := range numbers {
		order := func(stored int64) int { return compareWith(t, text, value, stored) }
		for _, column := range columns {
			for sign, test := range map[string]struct {
				where squirrel.Sqlizer
				holds func(order int) bool
			}{
				"=":     {squirrel.Eq{column: value}, func(o int) bool { return o == 0 }},
				"<>":    {squirrel.NotEq{column: value}, func(o int) bool { return o != 0 }},
				"<":     {squirrel.Lt{column: value}, func(o int) bool { return o < 0 }},
				"<=":    {squirrel.LtOrEq{column: value}, func(o int) bool { return o <= 0 }},
				">":     {squirrel.Gt{column: value}, func(o int) bool { return o > 0 }},
				">=":    {squirrel.GtOrEq{column: value}, func(o int) bool { return o >= 0 }},
				"in":    {squirrel.Eq{column: []any{value, 7}}, func(o int) bool { return o == 0 }},
				"notin": {squirrel.NotEq{column: []any{value, 7.0}}, func(o int) bool { return o != 0 }},
			} {
				if (column == "real" || column == "ratio" || column == "abs(whole) * sign(whole)") && nearlyStored(text) || column == "amount" && nonFinite(text) && mode == pgx.QueryExecModeSimpleProtocol {
					continue
				}
				var want []int64
				for _, number := range stored {
					holds := test.holds(order(number))
					switch {
					case sign == "in":
						holds = holds || number == 7
					case sign == "notin":
						holds = holds && number != 7
					}
					if holds {
						want = append(want, number)
					}
				}
				rows, err := scope.All(t.Context(), reader, repository.Query{Where: test.where, Max: repository.NoLimit})
				require.NoError(t, err, "%s %s %s", column, sign, text)
				var found []int64
				for _, row := range rows {
					found = append(found, row.Whole)
				}
				require.Equal(t, want, found, "%s %s %s", column, sign, text)
			}
		}
	}
}

// nearlyStored are numbers next to an integer, which as a float are that integer.
func nearlyStored(text string) bool {
	switch text {
	case "1.00000000000000000000000000000000000001 as decimal", "0.99999999999999999999999999999999999999 as decimal", "1e-20000 as decimal", "-1e-20000 as decimal":
		return true
	case "1e-300 as decimal": // of real
		return true
	default:
		return false
	}
}

func nonFinite(text string) bool { return text == "NaN" || text == "+Inf" || text == "-Inf" }

// compareWith is the order of a stored number and a value.
func compareWith(t *testing.T, text string, value any, stored int64) int {
	t.Helper()
	if f, ok := value.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 1)) {
		return -1
	} else if ok && math.IsInf(f, -1) {
		return 1
	}
	var written string
	_, err := fmt.Sscan(text, &written)
	require.NoError(t, err)
	number, _, err := big.ParseFloat(written, 10, 4000, big.ToNearestEven)
	require.NoError(t, err)
	return new(big.Float).SetInt64(stored).Cmp(number)
}

func TestNumbersInFurtherPlaces(t *testing.T) {
	t.Parallel()
	pool := numbersDatabase.Pool(t, repository.Configure)
	reader, writer := repository.NewReader(pool), repository.NewWriter(pool)
	scope := numberRows.For(owner.System("test"))
	row, err := scope.Create(t.Context(), writer, numbersRow{ID: 1, Organization: uuid.New(), Whole: 5, Real: 0.1, Ratio: 0.1, Amount: decimal(t, "0.10")})
	require.NoError(t, err)

	// No row has an ID beyond the numbers of the column.
	for _, id := range []int64{1 << 40, -1 << 40, math.MaxInt64, math.MinInt64, 2} {
		_, err := scope.Get(t.Context(), reader, id)
		require.ErrorIs(t, err, errors.ResourceNotFound)
		_, err = scope.Update(t.Context(), writer, id, numberRows.Set("whole", int64(1)))
		require.ErrorIs(t, err, errors.ResourceNotFound)
		require.ErrorIs(t, scope.Delete(t.Context(), writer, id), errors.ResourceNotFound)
		byID, err := repository.ByIDs(t.Context(), reader, scope, []int64{id, 1})
		require.NoError(t, err)
		require.Len(t, byID, 1)
		related, err := repository.Related(t.Context(), reader, scope, "whole", []int64{id, 5})
		require.NoError(t, err)
		require.Len(t, related, 1)
	}
	_, err = scope.UpdateVersion(t.Context(), writer, int64(1), 1<<40, numberRows.Set("whole", int64(1)))
	require.ErrorIs(t, err, repository.Stale)

	// A text is not a number, and JSON is compared with JSON.
	for _, test := range []struct {
		where squirrel.Sqlizer
		want  int64
	}{
		{squirrel.Eq{"to_jsonb(whole)": 5}, 1},
		{squirrel.Eq{"('{\"n\": 5}'::jsonb)->'n'": 5}, 1},
		{squirrel.Eq{"hidden": 5}, 1},
		{squirrel.Lt{"hidden": 5.5}, 1},
		{squirrel.Gt{"hidden": uint64(math.MaxUint64)}, 0},
		{squirrel.Eq{"hidden": []any{5.5, 5, uint64(math.MaxUint64)}}, 1},
		{squirrel.Eq{"hidden": []float64{5.5, 6}}, 0},
		{squirrel.Eq{"small": nil}, 1},
		{squirrel.NotEq{"small": 1.5}, 0}, // NULL differs from nothing
		{squirrel.NotEq{"small": []float64{1.5, 2.5}}, 0},
		{squirrel.NotEq{"small": []any{1.5, 2.5, nil}}, 0},
		{squirrel.Eq{"small": []any{1.5, 2.5, nil}}, 1},
		{squirrel.Lt{"small": uint64(math.MaxUint64)}, 0},
		{squirrel.NotEq{"whole": []any{1.5, 2.5}}, 1},
		{squirrel.Eq{"real": float32(0.1)}, 1},
		{squirrel.Eq{"ratio": 0.1}, 1},
		{squirrel.Eq{"ratio": []float64{0.1, 3}}, 1},
		{squirrel.Eq{"amount": 0.1}, 1},
		{squirrel.Eq{"amount": decimal(t, "0.1000")}, 1},
		{squirrel.Eq{"amount": []kit.Decimal{decimal(t, "0.1"), decimal(t, "1e999999")}}, 1},
		{squirrel.Eq{"amount * 10": 1}, 1},
		{squirrel.Eq{"amount": float32(0.5)}, 0},
		{squirrel.Eq{"length('abc')": int64(1) << 40}, 0},
		{squirrel.Eq{"whole": []uint64{5, math.MaxUint64}}, 1},
		{squirrel.Eq{"whole": []*int{ptr(5), nil}}, 1},
	} {
		count, err := scope.Count(t.Context(), reader, test.where)
		require.NoError(t, err, "%v", test.where)
		require.Equal(t, test.want, count, "%v", test.where)
	}
	require.Equal(t, int64(5), row.Whole)
}

// TestIndexesServeNumbers looks for casts at columns.
func TestIndexesServeNumbers(t *testing.T) {
	t.Parallel()
	var recorder pgtest.Recorder
	pool := numbersDatabase.Pool(t, repository.Configure, func(config *pgxpool.Config) { recorder.Attach(config) })
	_, err := pool.Exec(t.Context(), `INSERT INTO numbers SELECT i, gen_random_uuid(), 1, i, i, i, i, i FROM generate_series(1, 20000) i`)
	require.NoError(t, err)
	_, err = pool.Exec(t.Context(), "VACUUM ANALYZE numbers")
	require.NoError(t, err)
	scope := numberRows.For(owner.System("test"))
	for _, where := range []squirrel.Sqlizer{
		squirrel.Eq{"whole": 7}, squirrel.Lt{"whole": 7.5}, squirrel.Eq{"whole": []int64{7, 8, 1 << 40}}, squirrel.Eq{"whole": uint8(7)}, squirrel.And{squirrel.Gt{"whole": 7}, squirrel.LtOrEq{"whole": decimal(t, "9.5")}},
	} {
		plan, buffers := explain(t, pool, &recorder, func() error {
			_, err := scope.Count(t.Context(), repository.NewReader(pool), where)
			return err
		})
		require.Regexp(t, `Index (Only )?Scan using numbers_whole|Bitmap Index Scan on numbers_whole`, plan)
		require.LessOrEqual(t, buffers, 20, plan)
	}
	plan, _ := explain(t, pool, &recorder, func() error {
		_, err := scope.Get(t.Context(), repository.NewReader(pool), int64(7))
		return err
	})
	require.Contains(t, plan, "Index Scan using numbers_pkey")
}
