package repository_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/repository"
)

const oddRows = `CREATE TABLE odds (id uuid PRIMARY KEY, price numeric NOT NULL, day date NOT NULL, at timestamptz NOT NULL, metadata jsonb NOT NULL);
INSERT INTO odds VALUES
	('00000000-0000-0000-0000-000000000001', 'NaN', 'infinity', 'infinity', '{"n": 1e400}'),
	('00000000-0000-0000-0000-000000000002', '-Infinity', '-infinity', '-infinity', '{"n": 123456789012345678901234567890}'),
	('00000000-0000-0000-0000-000000000003', '1.50', '2024-01-02', '2024-01-02Z', '{"n": 1}')`

// TestRowsOfOtherProgramsAreListed reads values that no request can write.
func TestRowsOfOtherProgramsAreListed(t *testing.T) {
	t.Parallel()
	type odd struct {
		ID       uuid.UUID          `db:"id" json:"-"`
		Price    kit.Decimal        `db:"price" json:"price"`
		Day      kit.Date           `db:"day" json:"day"`
		At       pgtype.Timestamptz `db:"at" json:"at"`
		Metadata kit.Metadata       `db:"metadata" json:"metadata"`
	}
	type plain struct {
		ID uuid.UUID `db:"id"`
		At time.Time `db:"at"`
	}
	odds, plains := repository.MustNew[odd]("odds", repository.Options{}), repository.MustNew[plain]("odds", repository.Options{})
	for _, mode := range append([]pgx.QueryExecMode{pgx.QueryExecModeCacheStatement}, execModes...) {
		w := newWorld(t, func(config *pgxpool.Config) { config.ConnConfig.DefaultQueryExecMode = mode })
		_, err := w.pool.Exec(t.Context(), oddRows)
		require.NoError(t, err)
		rows, err := odds.For(owner.System("test")).All(t.Context(), w.reader, repository.Query{Max: 10})
		require.NoError(t, err, "%s", mode)
		want := []string{
			`{"price":"NaN","day":"9999-12-31","at":"infinity","metadata":{"n":1e400}}`,
			`{"price":"-Infinity","day":"0001-01-01","at":"-infinity","metadata":{"n":123456789012345678901234567890}}`,
			`{"price":"1.50","day":"2024-01-02","at":"2024-01-02T00:00:00Z","metadata":{"n":1}}`,
		}
		require.Len(t, rows, len(want))
		for i, row := range rows {
			text, err := json.Marshal(row)
			require.NoError(t, err)
			if i == 0 { // PostgreSQL writes the number out
				require.Contains(t, string(text), `{"price":"NaN","day":"9999-12-31","at":"infinity","metadata":{"n":1000`, "%s", mode)
				continue
			}
			require.Equal(t, want[i], string(text), "%s", mode)
		}
		_, err = plains.For(owner.System("test")).All(t.Context(), w.reader, repository.Query{Max: 10})
		require.ErrorContains(t, err, "odds")
		require.ErrorContains(t, err, "id = 00000000-0000-0000-0000-000000000001")
		require.ErrorContains(t, err, "at")
	}
}
