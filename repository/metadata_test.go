package repository_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/Masterminds/squirrel"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/repository"
	"github.com/polarkit-go/polarkit/repository/pgtest"
)

// metadataValues are values of metadata, and texts with the same spelling.
var metadataValues = []any{
	"1", 1, 1.5, "1.5", -2, "-2", true, "true", false, "false", "null", "pro", "PRO", "x y", `a"b\c`, "é", "<&>", "0", 0, 1e21, "1e21", "\u2028",
}

// wanted are the values of filters.
var wanted = []string{
	"1", "1.0", "1.5", "15e-1", "-2", "-2.0", "true", "false", "null", "pro", "PRO", "x y", `a"b\c`, "é", "<&>", "0", "-0", "0e9999", "1e21", "+1", "01", " 1",
	"\u2028", "", "\x00", "1e-999", "1e999", "NaN", "True", strings.Repeat("x", 501), "\xff",
}

// matchesInMemory is what MetadataMatches means.
func matchesInMemory(metadata map[string]any, filter kit.MetadataFilter) bool {
	for _, criterion := range filter {
		have, ok := metadata[criterion.Key]
		if !ok || !slices.ContainsFunc(criterion.Values, func(value string) bool { return sameValue(have, value) }) {
			return false
		}
	}
	return true
}

func sameValue(have any, value string) bool {
	switch have := have.(type) {
	case string:
		return have == value
	case bool:
		return strconv.FormatBool(have) == value
	default:
		if !json.Valid([]byte(value)) || strings.TrimSpace(value) != value || strings.Contains(value, "999") {
			return strings.HasPrefix(value, "0e") && have == 0
		}
		number, ok := new(big.Rat).SetString(value)
		stored, stands := new(big.Rat).SetString(fmt.Sprint(have))
		return ok && stands && number.Cmp(stored) == 0
	}
}

// TestMetadataMatchesAsInMemory compares a thousand filters with what they mean.
func TestMetadataMatchesAsInMemory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	random := rand.New(rand.NewPCG(7, 11)) //nolint:gosec // a test that can be repeated
	keys := []string{"a", "b", "c", `k"'`, "ключ"}
	rows := make([]customerRow, 150)
	for i := range rows {
		rows[i] = customerRow{Email: fmt.Sprint(i), Score: int64(i), Metadata: kit.Metadata{}}
		for _, key := range keys {
			if random.IntN(4) > 0 {
				rows[i].Metadata[key] = metadataValues[random.IntN(len(metadataValues))]
			}
		}
	}
	require.NoError(t, customers.For(w.owner(t, w.acme)).CreateMany(t.Context(), w.writer, rows))
	some := 0
	for round := range 1000 {
		var filter kit.MetadataFilter
		for _, at := range random.Perm(len(keys))[:1+random.IntN(3)] {
			criterion := kit.MetadataCriterion{Key: keys[at]}
			for range random.IntN(8) {
				criterion.Values = append(criterion.Values, wanted[random.IntN(len(wanted))])
			}
			filter = append(filter, criterion)
		}
		if round%10 == 0 { // the same key twice: both must match
			filter = append(filter, kit.MetadataCriterion{Key: filter[0].Key, Values: []string{wanted[random.IntN(len(wanted))]}})
		}
		want := []int64{}
		for _, row := range rows {
			if matchesInMemory(row.Metadata, filter) {
				want = append(want, row.Score)
			}
		}
		some += min(len(want), 1)
		found, err := w.in(w.acme).All(t.Context(), w.reader, repository.Query{Where: repository.MetadataMatches("metadata", filter), Max: repository.NoLimit})
		require.NoError(t, err)
		require.ElementsMatch(t, want, scores(found), "%q", filter)
		if round%50 == 0 { // the same inside of squirrel's own rendering
			sql, args, err := repository.MetadataMatches("metadata", filter).ToSql()
			require.NoError(t, err)
			found, err = w.in(w.acme).All(t.Context(), w.reader, repository.Query{Where: squirrel.Expr(sql, args...), Max: repository.NoLimit})
			require.NoError(t, err)
			require.ElementsMatch(t, want, scores(found), "%q", filter)
		}
	}
	require.Greater(t, some, 300, "the filters find rows")
}

func scores(rows []customerRow) []int64 {
	found := make([]int64, len(rows))
	for i, row := range rows {
		found[i] = row.Score
	}
	return found
}

// TestMetadataFiltersCostASum counts the pages that filters touch. With more keys or
// values their number grows like a sum and not like a product.
func TestMetadataFiltersCostASum(t *testing.T) {
	t.Parallel()
	var recorder pgtest.Recorder
	w := newWorld(t, func(config *pgxpool.Config) { recorder.Attach(config) })
	rows := make([]customerRow, 5000)
	for i := range rows {
		rows[i] = customerRow{Email: uuid.NewString(), Metadata: kit.Metadata{}}
		for k := range 20 {
			rows[i].Metadata[fmt.Sprint("k", k)] = i*(k+1)%500 + 1
		}
	}
	require.NoError(t, customers.For(w.owner(t, w.acme)).CreateMany(t.Context(), w.writer, rows))
	_, err := w.pool.Exec(t.Context(), "VACUUM ANALYZE customers")
	require.NoError(t, err)
	touched := func(keys, values int) int {
		var filter kit.MetadataFilter
		for k := range keys {
			criterion := kit.MetadataCriterion{Key: fmt.Sprint("k", k)}
			for v := range values {
				criterion.Values = append(criterion.Values, fmt.Sprint(v+1))
			}
			filter = append(filter, criterion)
		}
		plan, buffers := explain(t, w.pool, &recorder, func() error {
			_, err := w.in(w.acme).Count(t.Context(), w.reader, repository.MetadataMatches("metadata", filter))
			return err
		})
		require.Contains(t, plan, "Bitmap Index Scan on customers_metadata")
		return buffers
	}
	one := touched(1, 1)
	require.LessOrEqual(t, touched(9, 1), 9*one)
	require.LessOrEqual(t, touched(20, 1), 20*one)
	several := touched(1, 12)
	require.LessOrEqual(t, several, 12*one)
	require.LessOrEqual(t, touched(3, 12), 3*several)
}
