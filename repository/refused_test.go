package repository_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/Masterminds/squirrel"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/repository"
)

// narrow has fields with a larger range than their columns.
type narrow struct {
	ID      uuid.UUID      `db:"id"`
	Small   int64          `db:"small"`
	Whole   *int64         `db:"whole"`
	Big     uint64         `db:"big"`
	Price   kit.Decimal    `db:"price"`
	Name    string         `db:"name"`
	Mood    mood           `db:"mood"`
	Day     *string        `db:"day"`
	Text    string         `db:"text"`
	Map     map[string]any `db:"map"`
	Code    *string        `db:"code"`
	Address *string        `db:"address"`
	Tags    []string       `db:"tags"`
	Counts  []int64        `db:"counts"`
}

var narrows = repository.MustNew[narrow]("narrows", repository.Options{})

const narrowTable = `CREATE TYPE feeling AS ENUM ('fine', 'it''s bad', 'new'); CREATE DOMAIN code AS varchar(3); CREATE DOMAIN short_code AS code;
CREATE TABLE narrows (id uuid PRIMARY KEY, small smallint NOT NULL, whole int, big bigint NOT NULL, price numeric(5,2) NOT NULL, name varchar(4) NOT NULL,
	mood feeling NOT NULL, day date, text varchar NOT NULL, map jsonb, code short_code, address inet, tags varchar(2)[], counts int[])`

type narrowUpdate struct {
	Small   kit.Optional[int64]          `json:"small"`
	Whole   kit.Optional[*int64]         `json:"wholeNumber" db:"whole"`
	Big     kit.Optional[uint64]         `json:"big"`
	Price   kit.Optional[kit.Decimal]    `json:"price"`
	Name    kit.Optional[string]         `json:"name"`
	Mood    kit.Optional[mood]           `json:"mood"`
	Day     kit.Optional[*string]        `json:"day"`
	Text    kit.Optional[string]         `json:"text"`
	Map     kit.Optional[map[string]any] `json:"map"`
	Code    kit.Optional[*string]        `json:"code"`
	Address kit.Optional[*string]        `json:"address"`
	Tags    kit.Optional[[]string]       `json:"tags"`
	Counts  kit.Optional[[]int64]        `json:"counts"`
}

var narrowChanges = repository.ChangesOf[narrowUpdate](narrows)

func fits() narrow { return narrow{Mood: "fine", Map: map[string]any{}} }

func number(t testing.TB, text string) kit.Decimal {
	t.Helper()
	d, err := kit.ParseDecimal(text)
	require.NoError(t, err)
	return d
}

// refusals are the errors that a client gets, each as one line.
func refusals(t testing.TB, err error) []string {
	t.Helper()
	require.Same(t, errors.RequestValidation, errors.KindOf(err), "%v", err)
	invalid, ok := errors.AsType[*errors.PolarRequestValidationError](err)
	require.True(t, ok, "%v", err)
	var lines []string
	for _, detail := range invalid.Details() {
		ctx := ""
		for _, entry := range detail.Ctx {
			ctx += " " + entry.Name + "=" + jsonOf(t, entry.Value)
		}
		lines = append(lines, detail.Type+" "+jsonOf(t, detail.Loc)+" "+detail.Msg+" "+jsonOf(t, detail.Input)+ctx)
	}
	return lines
}

func jsonOf(t testing.TB, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return string(text)
}

// TestAValueBeyondItsColumnIsItsFieldsError writes values that only the database
// refuses, by every verb in every mode of pgx, in transactions too.
func TestAValueBeyondItsColumnIsItsFieldsError(t *testing.T) {
	t.Parallel()
	cases := []struct {
		change func(*narrow)
		update narrowUpdate
		want   []string
	}{
		{func(r *narrow) { r.Small = 40000 }, narrowUpdate{Small: kit.Some(int64(40000))}, []string{`less_than_equal ["body","small"] Input should be less than or equal to 32767 40000 le=32767`}},
		{func(r *narrow) { r.Small = math.MinInt64 }, narrowUpdate{Small: kit.Some(int64(math.MinInt64))}, []string{`greater_than_equal ["body","small"] Input should be greater than or equal to -32768 -9223372036854775808 ge=-32768`}},
		{func(r *narrow) { r.Whole = ptr(int64(1 << 31)) }, narrowUpdate{Whole: kit.Some(ptr(int64(1 << 31)))}, []string{`less_than_equal ["body","whole"] Input should be less than or equal to 2147483647 2147483648 le=2147483647`}},
		{func(r *narrow) { r.Big = math.MaxUint64 }, narrowUpdate{Big: kit.Some(uint64(math.MaxUint64))}, []string{`less_than_equal ["body","big"] Input should be less than or equal to 9223372036854775807 18446744073709551615 le=9223372036854775807`}},
		{func(r *narrow) { r.Price = number(t, "1000.00") }, narrowUpdate{Price: kit.Some(number(t, "1000.00"))}, []string{`decimal_whole_digits ["body","price"] Decimal input should have no more than 3 digits before the decimal point "1000.00" whole_digits=3`}},
		{func(r *narrow) { r.Price = number(t, "-999.995") }, narrowUpdate{Price: kit.Some(number(t, "-999.995"))}, []string{`value_error ["body","price"] Value error, This value is out of range "-999.995" error={}`}},
		{func(r *narrow) { r.Name = "äbcde " }, narrowUpdate{Name: kit.Some("äbcde ")}, []string{`string_too_long ["body","name"] String should have at most 4 characters "äbcde " max_length=4`}},
		{func(r *narrow) { r.Mood = "sad" }, narrowUpdate{Mood: kit.Some(mood("sad"))}, []string{`enum ["body","mood"] Input should be 'fine', "it's bad" or 'new' "sad" expected="'fine', \"it's bad\" or 'new'"`}},
		{func(r *narrow) { r.Day = ptr("2024-13-41") }, narrowUpdate{Day: kit.Some(ptr("2024-13-41"))}, []string{`value_error ["body","day"] Value error, This value is out of range "2024-13-41" error={}`}},
		{func(r *narrow) { r.Text = "a\x00b" }, narrowUpdate{Text: kit.Some("a\x00b")}, []string{`value_error ["body","text"] Value error, This value contains invalid characters "a\u0000b" error={}`}},
		{func(r *narrow) { r.Map = map[string]any{"a": "\x00"} }, narrowUpdate{Map: kit.Some(map[string]any{"a": "\x00"})}, []string{`value_error ["body","map"] Value error, This value contains invalid characters {"a":"\u0000"} error={}`}},
		{func(r *narrow) { r.Code = ptr("abcd") }, narrowUpdate{Code: kit.Some(ptr("abcd"))}, []string{`string_too_long ["body","code"] String should have at most 3 characters "abcd" max_length=3`}},
		{func(r *narrow) { r.Address = ptr("10.0.0.256") }, narrowUpdate{Address: kit.Some(ptr("10.0.0.256"))}, []string{`value_error ["body","address"] Value error, This value is not valid "10.0.0.256" error={}`}},
		{func(r *narrow) { r.Tags = []string{"ab", "abc"} }, narrowUpdate{Tags: kit.Some([]string{"ab", "abc"})}, []string{`string_too_long ["body","tags",1] String should have at most 2 characters "abc" max_length=2`}},
		{func(r *narrow) { r.Counts = []int64{1, 1 << 40} }, narrowUpdate{Counts: kit.Some([]int64{1, 1 << 40})}, []string{`less_than_equal ["body","counts",1] Input should be less than or equal to 2147483647 1099511627776 le=2147483647`}},
		{
			func(r *narrow) { r.Small, r.Mood, r.Address = 40000, "sad", ptr("x") },
			narrowUpdate{Small: kit.Some(int64(40000)), Mood: kit.Some(mood("sad")), Address: kit.Some(ptr("x"))},
			[]string{
				`less_than_equal ["body","small"] Input should be less than or equal to 32767 40000 le=32767`,
				`enum ["body","mood"] Input should be 'fine', "it's bad" or 'new' "sad" expected="'fine', \"it's bad\" or 'new'"`,
				`value_error ["body","address"] Value error, This value is not valid "x" error={}`,
			},
		},
	}
	for _, mode := range append([]pgx.QueryExecMode{pgx.QueryExecModeCacheStatement}, execModes...) {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(config *pgxpool.Config) { config.ConnConfig.DefaultQueryExecMode = mode })
			_, err := w.pool.Exec(t.Context(), narrowTable)
			require.NoError(t, err)
			scope := narrows.For(owner.System("test"))
			made, err := scope.Create(t.Context(), w.writer, fits())
			require.NoError(t, err)
			for _, test := range cases {
				row := fits()
				test.change(&row)
				second := make([]string, len(test.want))
				for i, line := range test.want {
					second[i] = strings.Replace(line, `["body",`, `["body",1,`, 1)
				}
				renamed := make([]string, len(test.want))
				for i, line := range test.want {
					renamed[i] = strings.Replace(line, `"whole"]`, `"wholeNumber"]`, 1)
				}
				for _, verb := range []struct {
					name string
					want []string
					run  func(to repository.Writable) error
				}{
					{"create", test.want, func(to repository.Writable) error {
						_, err := scope.Create(t.Context(), to, row)
						return err
					}},
					{"upsert", test.want, func(to repository.Writable) error {
						_, err := scope.Upsert(t.Context(), to, row, repository.OnConflict{Columns: []string{"id"}, Update: []string{"name"}})
						return err
					}},
					{"create many", second, func(to repository.Writable) error {
						return scope.CreateMany(t.Context(), to, []narrow{fits(), row})
					}},
					{"update", renamed, func(to repository.Writable) error {
						_, err := scope.Update(t.Context(), to, made.ID, narrowChanges(test.update))
						return err
					}},
					{"update where", renamed, func(to repository.Writable) error {
						_, err := scope.UpdateWhere(t.Context(), to, squirrel.Expr("true"), narrowChanges(test.update))
						return err
					}},
				} {
					err := verb.run(w.writer)
					require.Equal(t, verb.want, refusals(t, err), "%s: %v", verb.name, err)
					require.True(t, errors.Is(err, repository.InvalidValue) || errors.Is(err, repository.InvalidText), "%s: %v", verb.name, err)
					err = repository.InTx(t.Context(), w.writer, func(tx repository.Tx) error { return verb.run(tx) })
					require.Equal(t, verb.want, refusals(t, err), "%s in a transaction: %v", verb.name, err)
				}
			}
			count, err := scope.Count(t.Context(), w.reader, nil)
			require.NoError(t, err)
			require.Equal(t, int64(1), count)
		})
	}
}

// TestAValueOfTheServicesOwnIsNoFieldsError is a mistake of the program, whose text
// is in the log.
func TestAValueOfTheServicesOwnIsNoFieldsError(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.pool.Exec(t.Context(), narrowTable+`; CREATE FUNCTION overflow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.text = 'overflow' THEN NEW.small = 40000; END IF; RETURN NEW; END $$;
		CREATE TRIGGER overflow BEFORE INSERT ON narrows FOR EACH ROW EXECUTE FUNCTION overflow()`)
	require.NoError(t, err)
	scope := narrows.For(owner.System("test"))
	made, err := scope.Create(t.Context(), w.writer, fits())
	require.NoError(t, err)
	for name, run := range map[string]func(to repository.Writable) error{
		"set by hand": func(to repository.Writable) error {
			_, err := scope.Update(t.Context(), to, made.ID, narrows.Set("mood", mood("sad")))
			return err
		},
		"set by hand, which pgx refuses": func(to repository.Writable) error {
			_, err := scope.Update(t.Context(), to, made.ID, narrows.Set("small", int64(40000)))
			return err
		},
		"an expression": func(to repository.Writable) error {
			_, err := scope.Update(t.Context(), to, made.ID, narrows.Set("small", squirrel.Expr("small + 40000")))
			return err
		},
		"a predicate": func(to repository.Writable) error {
			_, err := scope.UpdateWhere(t.Context(), to, squirrel.Expr("small = 'x'::text::int"), narrowChanges(narrowUpdate{Name: kit.Some("a")}))
			return err
		},
		"a trigger": func(to repository.Writable) error {
			row := fits()
			row.Text = "overflow"
			_, err := scope.Create(t.Context(), to, row)
			return err
		},
	} {
		require.Same(t, errors.InternalServerError, errors.KindOf(run(w.writer)), name)
		err := repository.InTx(t.Context(), w.writer, func(tx repository.Tx) error { return run(tx) })
		require.Same(t, errors.InternalServerError, errors.KindOf(err), name)
	}
}

// TestARefusedValueWithoutASecondConnection is in a transaction with the only connection
// of the pool. Values beyond the bounds of their columns are errors at their fields. Other
// refused values are an error at the body.
func TestARefusedValueWithoutASecondConnection(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(config *pgxpool.Config) { config.MaxConns = 1 })
	_, err := w.pool.Exec(t.Context(), narrowTable)
	require.NoError(t, err)
	scope := narrows.For(owner.System("test"))
	create := func(row narrow) error {
		return repository.InTx(t.Context(), w.writer, func(tx repository.Tx) error {
			_, err := scope.Create(t.Context(), tx, row)
			return err
		})
	}
	row := fits()
	row.Address = ptr("x")
	require.Equal(t, []string{`value_error ["body"] Value error, The database does not take a value of the body null error={}`}, refusals(t, create(row)))
	row = fits()
	row.Small = 40000 // pgx refuses it, and the transaction can still ask for the bounds
	want := []string{`less_than_equal ["body","small"] Input should be less than or equal to 32767 40000 le=32767`}
	require.Equal(t, want, refusals(t, create(row)))
	row.Small, row.Name = 0, "abcde"
	require.Equal(t, []string{`string_too_long ["body","name"] String should have at most 4 characters "abcde" max_length=4`}, refusals(t, create(row)))

	conn, err := w.pool.Acquire(t.Context())
	require.NoError(t, err)
	defer conn.Release()
	tx, err := conn.Begin(t.Context())
	require.NoError(t, err)
	defer func() { require.NoError(t, tx.Rollback(t.Context())) }()
	_, err = scope.Create(t.Context(), repository.WrapTx(tx), row)
	require.Len(t, refusals(t, err), 1)
}

// TestARefusedValueAmongManyRows has COPY refuse a value, in pgx or in the server.
func TestARefusedValueAmongManyRows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.pool.Exec(t.Context(), `CREATE TABLE counters (id uuid PRIMARY KEY, small smallint NOT NULL, name varchar(4) NOT NULL)`)
	require.NoError(t, err)
	type counter struct {
		ID    uuid.UUID `db:"id"`
		Small int64     `db:"small"`
		Name  string    `db:"name"`
	}
	scope := repository.MustNew[counter]("counters", repository.Options{}).For(owner.System("test"))
	for name, test := range map[string]struct {
		row  counter
		want string
	}{
		"pgx":    {counter{Small: 40000}, `less_than_equal ["body",5999,"small"] Input should be less than or equal to 32767 40000 le=32767`},
		"server": {counter{Name: "abcde"}, `string_too_long ["body",5999,"name"] String should have at most 4 characters "abcde" max_length=4`},
	} {
		rows := make([]counter, 6001)
		rows[5999] = test.row
		err := scope.CreateMany(t.Context(), w.writer, rows)
		require.Equal(t, []string{test.want}, refusals(t, err), name)
	}
}

// TestATextTooLongForAnIndex names the field of the index.
func TestATextTooLongForAnIndex(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var long strings.Builder
	for range 500 {
		long.WriteString(uuid.NewString())
	}
	_, err := customers.For(w.owner(t, w.acme)).Create(t.Context(), w.writer, customerRow{Email: long.String()})
	lines := refusals(t, err)
	require.Len(t, lines, 1)
	require.True(t, strings.HasPrefix(lines[0], `value_error ["body","email"] Value error, This value is too long "`), "%.100s", lines[0])
}
