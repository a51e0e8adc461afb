package repository_test

import (
	"testing"

	sq "github.com/Masterminds/squirrel"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/repository"
)

type named string

// A query string may have text that a column cannot hold.
func TestTextThatNoRowHasFindsNothing(t *testing.T) {
	t.Parallel()

	ctx, w := t.Context(), newWorld(t)
	writer, scope := w.writer, w.in(w.acme)
	w.create(t, w.acme, customerRow{Email: "a@example.com", Metadata: kit.Metadata{"n": 0.0}})

	for _, text := range []string{"\x00", "a\x00", "\xff", "\xed\xa0\x80"} {
		for name, where := range map[string]sq.Sqlizer{
			"Eq":       sq.Eq{"email": text},
			"named":    sq.Eq{"email": named(text)},
			"pointer":  sq.Eq{"email": &text},
			"list":     sq.Eq{"email": []string{text, "b"}},
			"OneOf":    repository.OneOf("email", kit.Filter[string]{text}),
			"Contains": repository.Contains("email", kit.Some(text)),
			"Expr":     sq.Expr("lower(email) = lower(?)", text),
			"array":    sq.Expr("email = ANY(?)", []string{text}),
			"Or":       sq.Or{sq.Eq{"email": text}, sq.Lt{"search": text}, sq.And{sq.Eq{"email": text}}},
			"metadata": repository.MetadataMatches("metadata", kit.MetadataFilter{{Key: text, Values: []string{text}}}),
		} {
			rows, err := scope.All(ctx, writer, repository.Query{Where: where, Max: 10})
			require.NoError(t, err, "%s %q", name, text)
			if name != "Or" {
				require.Empty(t, rows, "%s %q", name, text)
			}
		}
		rows, err := scope.From(sq.Select("*").From("customers").Where(sq.Eq{"email": text})).All(ctx, writer, repository.Query{Max: 10})
		require.NoError(t, err)
		require.Empty(t, rows)
		n, err := scope.UpdateWhere(ctx, writer, sq.NotEq{"email": text}, customers.Set("name", &text))
		require.ErrorIs(t, err, repository.InvalidText, "what is written is not changed")
		require.Equal(t, errors.RequestValidation, errors.KindOf(err))
		require.Zero(t, n)
	}
}

func TestMetadataNumbersBeyondTheDatabase(t *testing.T) {
	t.Parallel()

	ctx, w := t.Context(), newWorld(t)
	writer, scope := w.writer, w.in(w.acme)
	w.create(t, w.acme, customerRow{Email: "a@example.com", Metadata: kit.Metadata{"n": 0.0}})

	for value, want := range map[string]int64{
		"0": 1, "0.0": 1, "-0": 1, "0e99999": 1, "0e-99999": 1, "0.00e+999999999999": 1,
		"1e-99999": 0, "-1e-99999": 0, "1e99999": 0, "-1e-999999999999": 0, "1e308": 0, "5e-324": 0,
	} {
		n, err := scope.Count(ctx, writer, repository.MetadataMatches("metadata", kit.MetadataFilter{{Key: "n", Values: []string{value}}}))
		require.NoError(t, err, value)
		require.Equal(t, want, n, value)
	}
}
