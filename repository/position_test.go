package repository_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/pagination"
	"github.com/polarkit-go/polarkit/repository"
	"github.com/polarkit-go/polarkit/repository/pgtest"
	"github.com/polarkit-go/polarkit/sorting"
)

// orderedDatabase has a column of every type that has an order, with values whose text
// is hard to write.
var orderedDatabase = pgtest.FromSQL(`
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN ratio AS double precision;
CREATE COLLATION folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE ordered (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	float8 double precision, float4 real, domain ratio, number numeric, small smallint, whole integer, big bigint, flag boolean,
	word text, folded text COLLATE folded, fixed character(5), mood mood, uid uuid, bytes bytea,
	moment timestamptz, local timestamp, day date, hour time, zoned timetz, span interval,
	data jsonb, address inet, bits bit varying, numbers integer[], days timestamptz[], floats double precision[], period tstzrange, span8 int8range, money money
);
INSERT INTO ordered (float8, float4, domain, number, small, whole, big, flag, word, folded, fixed, mood, uid, bytes, moment, local, day, hour, zoned, span,
	data, address, bits, numbers, days, floats, period, span8, money)
SELECT f, CASE WHEN abs(f) BETWEEN 1e-30 AND 1e30 OR f IN (0, 'NaN', 'Infinity', '-Infinity') THEN f::real END, f, n::numeric, i, -i, i * 1000000007::bigint, i % 2 = 0, w, w, left(w, 4), (ARRAY['sad', 'ok', 'happy'])[1 + i % 3]::mood, md5(w)::uuid, convert_to(w, 'UTF8'),
	t::timestamptz, t::timestamp, t::date, time '10:00' + i * interval '1.000001 s', (time '10:00' + i * interval '1 s') AT TIME ZONE '+05:30', s::interval,
	jsonb_build_object('a', f::text, 'b', i), ('10.0.0.' || i)::inet, i::bit(8), ARRAY[i, NULL, -i], ARRAY[t::timestamptz], ARRAY[f], tstzrange(CASE WHEN isfinite(t::timestamptz) THEN t::timestamptz END, NULL), int8range(i % 3, i % 5 + 3, '[]'), i::money
FROM (VALUES
	(1, 0.1::float8, '0.1', 'a', '2026-03-01 10:00:00.123456+00', '1 mon -2 days 03:00'),
	(2, 0.1 + 0.2, '0.30000000000000004', 'A', '2026-01-03 10:00:00.123457+00', '-1 mon +2 days -03:00:00.000001'),
	(3, 0.3, '0.3', 'b"\\', '2026-02-02 23:59:59.999999+00', '30 days'),
	(4, 'NaN', 'NaN', '', 'infinity', '720:00:00'),
	(5, 'Infinity', 'Infinity', 'é', '-infinity', '-178000000 years'),
	(6, '-Infinity', '-Infinity', 'É', '0044-03-15 00:00:00+00 BC', '0'),
	(7, '-0', '-0', 'Z', '10000-01-01 00:00:00+00', '1 microsecond'),
	(8, 0, '0.00', 'z', '2026-03-01 10:00:00.123456+00', '-1 day'),
	(9, 5e-324, '1e-16000', 'ß', '1970-01-01 00:00:00+00', '1 year 1 microsecond'),
	(10, 1.7976931348623157e308, '1e100', '1', '1999-12-31 23:59:59+00', '12 mons'),
	(11, 1.0/3, '0.333333333333333333333333333333', '{}', '2000-01-01 00:00:00.000001+00', '365 days'),
	(12, 123456789.123456789, '123456789.123456789', 'NULL', '2026-12-11 00:00:00+00', '11:22:33.444555'),
	(13, NULL, NULL, NULL, NULL, NULL),
	(14, 0.1, '0.10', 'a', '2026-03-01 10:00:00.123456+00', '1 mon -2 days 03:00')
) AS v (i, f, n, w, t, s);
INSERT INTO ordered DEFAULT VALUES;
INSERT INTO ordered DEFAULT VALUES;
`)

type orderedRow struct {
	ID uuid.UUID `db:"id"`
}

type columnProperty string

func (columnProperty) Values() []columnProperty {
	return []columnProperty{
		"float8", "float4", "domain", "number", "small", "whole", "big", "flag", "word", "folded", "fixed", "mood", "uid", "bytes", "moment", "local", "day", "hour", "zoned", "span",
		"data", "address", "bits", "numbers", "days", "floats", "period", "span8",
	}
}

// TestPositionsMeanTheSameInEverySession goes through a list by the values of
// every type, NULLs among them, on connections whose settings write those values
// in other ways, and differ from each other.
func TestPositionsMeanTheSameInEverySession(t *testing.T) {
	t.Parallel()
	expressions := repository.SortMap[columnProperty]{}
	for i, column := range columnProperty("").Values() {
		expressions[column] = fmt.Sprintf("%q%s", string(column), []string{"", " NULLS FIRST", " NULLS LAST"}[i%3])
	}
	model := repository.MustNew[orderedRow]("ordered", repository.Options{Sorting: expressions})
	settings := []map[string]string{
		{},
		{"extra_float_digits": "0", "DateStyle": "German", "IntervalStyle": "sql_standard", "TimeZone": "Asia/Kolkata", "bytea_output": "escape"},
		{"extra_float_digits": "-15", "DateStyle": "SQL, DMY", "IntervalStyle": "postgres_verbose", "TimeZone": "America/St_Johns", "xmlbinary": "hex"},
		{"extra_float_digits": "0", "DateStyle": "Postgres, MDY", "IntervalStyle": "iso_8601", "TimeZone": "UTC", "lc_numeric": "C", "lc_monetary": "C"},
	}
	scope := model.For(owner.System("test"))
	pools := make([]*pgxpool.Pool, len(settings))
	pools[0] = orderedDatabase.Pool(t, repository.Configure)
	for i, setting := range settings[1:] {
		config := pools[0].Config()
		for name, value := range setting {
			config.ConnConfig.RuntimeParams[name] = value
		}
		pool, err := pgxpool.NewWithConfig(t.Context(), config)
		require.NoError(t, err)
		defer pool.Close()
		pools[i+1] = pool
	}
	for _, property := range columnProperty("").Values() {
		for _, order := range []sorting.By[columnProperty]{
			sorting.New(sorting.Asc(property)), sorting.New(sorting.Desc(property)),
			sorting.New(sorting.Asc(columnProperty("flag")), sorting.Desc(property)),
		} {
			if order.Terms()[0].Name == "flag" && property == "flag" {
				continue
			}
			all, err := scope.All(t.Context(), repository.NewReader(pools[0]), repository.Query{Sorting: order, Max: 100})
			require.NoError(t, err, "%s", order)
			require.Len(t, all, 16)
			for i, pool := range pools {
				var walked []orderedRow
				for rows, err := range scope.Walk(t.Context(), repository.NewReader(pool), repository.Query{Sorting: order}, 1) {
					require.NoError(t, err, "%s on %v", order, settings[i])
					walked = append(walked, rows...)
					require.LessOrEqual(t, len(walked), 16, "%s on %v ends", order, settings[i])
				}
				require.Equal(t, all, walked, "%s on %v", order, settings[i])
			}
			// A cursor of one connection is read on another.
			var paged []orderedRow
			for cursor, page := "", 0; ; page++ {
				reader := repository.NewReader(pools[page%len(pools)])
				list, err := scope.PageAfter(t.Context(), reader, testCursors, repository.CursorQuery{Sorting: order, Params: pagination.NewCursorParams(cursor, 2)})
				require.NoError(t, err, "%s", order)
				paged = append(paged, list.Items...)
				require.LessOrEqual(t, len(paged), 16, "%s ends", order)
				if list.Pagination.NextCursor == nil {
					break
				}
				cursor = *list.Pagination.NextCursor
			}
			require.Equal(t, all, paged, "%s", order)
		}
	}
}

type moneyProperty string

func (moneyProperty) Values() []moneyProperty { return []moneyProperty{"money", "record", "numeric"} }

// TestTypesWithoutPositionsSaySo is about the types that a cursor cannot hold.
func TestTypesWithoutPositionsSaySo(t *testing.T) {
	t.Parallel()
	pool := orderedDatabase.Pool(t, repository.Configure)
	scope := repository.MustNew[orderedRow]("ordered", repository.Options{Sorting: repository.SortMap[moneyProperty]{
		"money": `"money"`, "record": "(small, whole)", "numeric": `"money"::numeric`,
	}}).For(owner.System("test"))
	walk := func(property moneyProperty) (n int, err error) {
		for rows, err := range scope.Walk(t.Context(), repository.NewReader(pool), repository.Query{Sorting: sorting.New(sorting.Asc(property))}, 3) {
			if err != nil {
				return n, err
			}
			n += len(rows)
		}
		return n, nil
	}
	_, err := walk("money")
	sentence.Equal(t, "a cursor over floats", err)
	_, err = walk("record")
	require.ErrorContains(t, err, "cannot be the order of a cursor")
	n, err := walk("numeric")
	require.NoError(t, err)
	require.Equal(t, 16, n)
}

// TestFloatsAsText is about the modes of pgx in which floats come as text.
func TestFloatsAsText(t *testing.T) {
	t.Parallel()
	base := orderedDatabase.Pool(t, repository.Configure)
	scope := repository.MustNew[orderedRow]("ordered", repository.Options{Sorting: repository.SortMap[floatProperty]{"float8": `"float8"`}}).For(owner.System("test"))
	for _, mode := range []pgx.QueryExecMode{pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol} {
		for digits, fails := range map[string]bool{"1": false, "3": false, "0": true, "-3": true} {
			config := base.Config()
			config.ConnConfig.DefaultQueryExecMode = mode
			config.ConnConfig.RuntimeParams["extra_float_digits"] = digits
			pool, err := pgxpool.NewWithConfig(t.Context(), config)
			require.NoError(t, err)
			n := 0
			err = nil
			for rows, failed := range scope.Walk(t.Context(), repository.NewReader(pool), repository.Query{Sorting: sorting.New(sorting.Desc(floatProperty("float8")))}, 1) {
				n += len(rows)
				err = failed
			}
			pool.Close()
			if fails {
				sentence.Equal(t, "floats without all digits", err)
			} else {
				require.NoError(t, err)
				require.Equal(t, 16, n)
			}
		}
	}
}

type floatProperty string

func (floatProperty) Values() []floatProperty { return []floatProperty{"float8"} }
