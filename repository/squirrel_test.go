package repository_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/Masterminds/squirrel"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/repository"
	"github.com/polarkit-go/polarkit/repository/pgtest"

	"github.com/jackc/pgx/v5/pgxpool"
)

// sqlizer is a predicate of an application.
type sqlizer struct {
	sql  string
	args []any
}

func (s *sqlizer) ToSql() (string, []any, error) { return s.sql, s.args, nil } //nolint:revive,staticcheck // squirrel's name

// TestSquirrelTraps has the mistakes of squirrel 1.5.4. Each case is right here, or it
// is an error with a sentence.
func TestSquirrelTraps(t *testing.T) {
	t.Parallel()
	var recorder pgtest.Recorder
	w := newWorld(t, func(config *pgxpool.Config) { recorder.Attach(config) })
	one := w.create(t, w.acme, customerRow{Email: "one@example.com", Score: 1, Metadata: kit.Metadata{"a": "x"}})
	two := w.create(t, w.acme, customerRow{Email: "two@example.com", Score: 2, Name: ptr("what?")})
	w.create(t, w.globe, customerRow{Email: "other@example.com", Score: 1})
	dollar := squirrel.Select("id").From("customers").Where(squirrel.Eq{"score": 2}).PlaceholderFormat(squirrel.Dollar)
	raw := [16]byte(one.ID)

	for _, test := range []struct {
		name  string
		where squirrel.Sqlizer
		want  []int64 // the scores of the rows
		fails bool
		text  string // part of the statement
	}{
		{name: "a raw OR stays in its brackets", where: squirrel.Expr("score = ? OR score = ?", 1, 2), want: []int64{1, 2}},
		{name: "a raw OR beside another predicate", where: squirrel.And{squirrel.Expr("score = ? OR score = ?", 1, 2), squirrel.Eq{"email": two.Email}}, want: []int64{2}},
		{name: "an empty Eq in an Or is left out", where: squirrel.Or{squirrel.Eq{}, squirrel.Eq{"score": 1}}, want: []int64{1}},
		{name: "an empty And in an Or is left out", where: squirrel.Or{squirrel.And{}, squirrel.Eq{"score": 1}}, want: []int64{1}},
		{name: "a nil in an Or is left out", where: squirrel.Or{nil, squirrel.Eq{"score": 2}, (*sqlizer)(nil)}, want: []int64{2}},
		{name: "an Or of nothing but empty ones says nothing", where: squirrel.Or{nil, squirrel.Eq{}, squirrel.And{}, squirrel.Or{squirrel.And{nil}}}, want: []int64{1, 2}},
		{name: "an empty list in an Or holds for no row", where: squirrel.Or{squirrel.Eq{"score": []int64{}}, squirrel.Eq{"score": 1}}, want: []int64{1}},
		{name: "an empty NotEq list in an Or holds for every row", where: squirrel.Or{squirrel.NotEq{"score": []int64{}}, squirrel.Eq{"score": 1}}, want: []int64{1, 2}},
		{name: "a nil in an And says nothing", where: squirrel.And{nil, (*sqlizer)(nil), squirrel.Eq{"score": 1}}, want: []int64{1}},
		{name: "an empty Eq says nothing", where: squirrel.And{squirrel.Eq{}, squirrel.Eq{"score": 1}}, want: []int64{1}},
		{name: "an empty Or is false", where: squirrel.Or{}},
		{name: "an empty And says nothing", where: squirrel.And{}, want: []int64{1, 2}},
		{name: "NotEq with an empty list says nothing", where: squirrel.NotEq{"score": []int64{}}, want: []int64{1, 2}},
		{name: "Eq with an empty list is false", where: squirrel.Eq{"score": []int64{}}},
		{name: "Eq with a nil list is false", where: squirrel.Eq{"score": []int64(nil)}},
		{name: "a NULL in a list matches NULL", where: squirrel.Eq{"name": []any{"what?", nil}}, want: []int64{1, 2}},
		{name: "a nil pointer in a list matches NULL", where: squirrel.Eq{"name": []*string{nil}}, want: []int64{1}},
		{name: "a NULL in a NotEq list", where: squirrel.NotEq{"name": []any{"nope", nil}}, want: []int64{2}},
		{name: "a predicate without text says nothing", where: squirrel.And{&sqlizer{}, squirrel.Eq{"score": 1}}, want: []int64{1}},
		{name: "a predicate without text in an Or is left out", where: squirrel.Or{&sqlizer{}, squirrel.Eq{"score": 1}}, want: []int64{1}},
		{name: "a Dollar sub-query in an Expr is refused", where: squirrel.And{squirrel.Eq{"email": one.Email}, squirrel.Expr("id IN (?)", dollar)}, fails: true},
		{name: "a sub-query with squirrel's default", where: squirrel.And{squirrel.Eq{"email": two.Email}, squirrel.Expr("id IN (?)", dollar.PlaceholderFormat(squirrel.Question))}, want: []int64{2}},
		{name: "a Dollar sub-query as the value of an Eq", where: squirrel.And{squirrel.Eq{"email": two.Email}, squirrel.Eq{"id": dollar}}, want: []int64{2}},
		{name: "a sub-query as the value of a NotEq", where: squirrel.NotEq{"id": dollar}, want: []int64{1}},
		{name: "[16]byte is one value", where: squirrel.Eq{"id": raw}, want: []int64{1}},
		{name: "a list of [16]byte", where: squirrel.Eq{"id": [][16]byte{raw, raw}}, want: []int64{1}},
		{name: "json.RawMessage is one value", where: squirrel.Eq{"metadata": json.RawMessage(`{"a":"x"}`)}, want: []int64{1}},
		{name: "a question mark in a literal", where: squirrel.Expr("name = 'what?'"), want: []int64{2}},
		{name: "a question mark in a literal beside a placeholder", where: squirrel.Expr("name = 'what?' AND score = ?", 2), want: []int64{2}},
		{name: "the jsonb operator, written twice", where: squirrel.Expr("metadata ?? 'a'"), want: []int64{1}},
		{name: "the jsonb operator, written once, is refused", where: squirrel.Expr("metadata ? 'a'"), fails: true},
		{name: "fewer arguments than placeholders", where: squirrel.Expr("score = ? OR score = ?", 1), fails: true},
		{name: "more arguments than placeholders", where: squirrel.Expr("score = ?", 1, 2), fails: true},
		{name: "lists have one text for every length", where: squirrel.Eq{"score": []int64{1, 2, 3}}, want: []int64{1, 2}, text: `"score" = ANY($2::int8[])`},
		{name: "lists of text too", where: squirrel.Eq{"email": []string{one.Email, `"`, `\`, `{},`}}, want: []int64{1}, text: `"email" = ANY($2)`},
		{name: "a list of one is the one", where: squirrel.Eq{"email": []string{one.Email}}, want: []int64{1}, text: `"email" = $2`},
		{name: "a list of one, several times", where: squirrel.Eq{"email": []string{two.Email, two.Email}}, want: []int64{2}, text: `"email" = $2`},
		{name: "a list of one and NULL", where: squirrel.Eq{"name": []any{"what?", nil}}, want: []int64{1, 2}, text: `("name" = $2 OR "name" IS NULL)`},
		{name: "NotEq with a list of one", where: squirrel.NotEq{"score": []int64{1}}, want: []int64{2}, text: `"score" <> $2`},
		{name: "comparisons", where: squirrel.And{squirrel.Gt{"score": 1}, squirrel.LtOrEq{"score": 2}, squirrel.NotEq{"email": "x"}, squirrel.ILike{"email": "TWO%"}}, want: []int64{2}},
		{name: "a comparison with NULL is refused", where: squirrel.Lt{"score": nil}, fails: true},
		{name: "NULL", where: squirrel.Eq{"name": nil}, want: []int64{1}},
		{name: "a nil pointer is NULL", where: squirrel.Eq{"name": (*string)(nil)}, want: []int64{1}},
		{name: "a NULL Valuer is NULL", where: squirrel.Eq{"name": uuid.NullUUID{}}, want: []int64{1}},
		{name: "not NULL", where: squirrel.NotEq{"name": nil}, want: []int64{2}},
		{name: "several keys", where: squirrel.Eq{"score": 2, "email": two.Email, "name": "what?"}, want: []int64{2}},
		{name: "an expression as a key", where: squirrel.Eq{"upper(email)": "TWO@EXAMPLE.COM"}, want: []int64{2}},
		{name: "a bracket too many in a key is refused", where: squirrel.Eq{"1=1) OR (score": 1}, fails: true},
		{name: "a bracket too many is refused", where: squirrel.Expr("true) OR (true"), fails: true},
		{name: "a bracket too few is refused", where: squirrel.Expr("(true"), fails: true},
		{name: "a comment is refused", where: squirrel.Expr("true --"), fails: true},
		{name: "another comment is refused", where: squirrel.Expr("true /*"), fails: true},
		{name: "a semicolon is refused", where: squirrel.Expr("true; DROP TABLE customers"), fails: true},
		{name: "a quote that does not end is refused", where: squirrel.Expr("email = 'x"), fails: true},
		{name: "escapes end a quote only where they do", where: squirrel.Expr(`email = E'\') OR (true' OR score = 1`), want: []int64{1}},
		{name: "dollar quotes", where: squirrel.Expr(`email <> $q$) OR (? '$q$ AND score = 1`), want: []int64{1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			recorder.Reset()
			rows, err := w.in(w.acme).All(t.Context(), w.reader, repository.Query{Where: test.where, Max: 10})
			if test.fails {
				sentence.Equal(t, "a predicate: "+test.name, err)
				require.Empty(t, recorder.SQL(), "it does not reach the database")
				return
			}
			require.NoError(t, err)
			var scores []int64
			for _, row := range rows {
				require.Equal(t, w.acme, row.OrganizationID)
				scores = append(scores, row.Score)
			}
			require.ElementsMatch(t, test.want, scores)
			require.Contains(t, strings.Join(recorder.SQL(), "\n"), test.text)
			count, err := w.in(w.acme).Count(t.Context(), w.reader, test.where)
			require.NoError(t, err)
			require.Equal(t, int64(len(test.want)), count)
		})
	}
}

// TestWritesNeedAPredicate is the trap of Where(Eq{}) on a write, which is the
// whole table.
func TestWritesNeedAPredicate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create(t, w.acme, customerRow{Email: "a@example.com"})
	scope := w.in(w.acme)
	for _, empty := range []squirrel.Sqlizer{
		nil, squirrel.Eq{}, squirrel.And{}, squirrel.And{squirrel.Eq{}, nil}, squirrel.NotEq{"score": []int64{}}, &sqlizer{}, (*sqlizer)(nil),
		repository.OneOf("score", kit.Filter[int64]{}), repository.MetadataMatches("metadata", nil),
	} {
		_, err := scope.UpdateWhere(t.Context(), w.writer, empty, customers.Set("score", int64(9)))
		sentence.Equal(t, "a write without a predicate", err)
		_, err = scope.DeleteWhere(t.Context(), w.writer, empty)
		sentence.Equal(t, "a write without a predicate", err)
		_, err = scope.SoftDeleteWhere(t.Context(), w.writer, empty)
		sentence.Equal(t, "a write without a predicate", err)
	}
	affected, err := scope.UpdateWhere(t.Context(), w.writer, squirrel.Expr("true"), customers.Set("score", int64(9)))
	require.NoError(t, err)
	require.Equal(t, int64(1), affected)
}

// TestPagesHaveOneText is the trap of LIMIT and OFFSET as literals, one
// statement per page.
func TestPagesHaveOneText(t *testing.T) {
	t.Parallel()
	var recorder pgtest.Recorder
	w := newWorld(t, func(config *pgxpool.Config) { recorder.Attach(config) })
	texts := map[string]bool{}
	for page := range int64(5) {
		recorder.Reset()
		_, err := w.in(w.acme).Page(t.Context(), w.reader, repository.Query{Params: at(page+1, 3+page), Where: squirrel.Eq{"score": make([]int64, page+1)}})
		require.NoError(t, err)
		texts[fmt.Sprint(recorder.SQL())] = true
	}
	require.Len(t, texts, 1)
}
