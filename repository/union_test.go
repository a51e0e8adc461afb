package repository_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/repository"
	"github.com/polarkit-go/polarkit/repository/pgtest"
)

type price interface{ price() }

type fixedPrice struct {
	kit.Schema

	Type   string    `json:"type" validate:"oneof=fixed"`
	Amount int64     `json:"amount" validate:"gt=0"`
	Since  time.Time `json:"since"`
}

type tieredPrice struct {
	kit.Schema

	Type  string            `json:"type" validate:"oneof=tiered"`
	Tiers []int64           `json:"tiers"`
	More  map[string]string `json:"more"`
}

func (fixedPrice) price()  {}
func (tieredPrice) price() {}

var _ = kit.DefineUnion[price]("type", fixedPrice{}, tieredPrice{})

// moment is a time or a word.
type moment any

var _ = kit.DefineSmartUnion[moment](time.Time{}).Ruled(`validate:"oneof=now"`, "")

type terms struct {
	Main  price            `json:"main"`
	Named map[string]price `json:"named"`
	When  []moment         `json:"when"`
}

type product struct {
	ID     uuid.UUID `db:"id,pk"`
	Price  price     `db:"price"`
	Spare  price     `db:"spare"`
	Prices []price   `db:"prices"`
	Terms  *terms    `db:"terms"`
}

var (
	productRows     = repository.MustNew[product]("products", repository.Options{})
	productDatabase = pgtest.FromSQL(`
CREATE TABLE products (id uuid PRIMARY KEY, price jsonb NOT NULL, spare json, prices jsonb NOT NULL, terms jsonb);
`)
)

// Columns of JSON hold unions, in every mode of pgx and by every verb that writes.
func TestUnionsInColumns(t *testing.T) {
	t.Parallel()
	for name, mode := range map[string]pgx.QueryExecMode{"cached": pgx.QueryExecModeCacheStatement, "exec": pgx.QueryExecModeExec, "simple": pgx.QueryExecModeSimpleProtocol} {
		for _, prepare := range []func(*pgxpool.Config){repository.Configure, func(*pgxpool.Config) {}} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				testUnions(t, productDatabase.Pool(t, prepare, func(config *pgxpool.Config) { config.ConnConfig.DefaultQueryExecMode = mode }))
			})
		}
	}
}

func testUnions(t *testing.T, pool *pgxpool.Pool) {
	to, from := repository.NewWriter(pool), repository.NewReader(pool)
	rows := productRows.For(owner.System("test"))
	fixed := fixedPrice{Type: "fixed", Amount: 5, Since: time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)}
	tiered := tieredPrice{Type: "tiered", Tiers: []int64{}, More: map[string]string{"<": "é"}}
	full := product{
		ID: uuid.New(), Price: fixed, Spare: tiered, Prices: []price{tiered, fixed},
		Terms: &terms{Main: tiered, Named: map[string]price{"a": fixed}, When: []moment{"now", fixed.Since}},
	}
	bare := product{ID: uuid.New(), Price: tieredPrice{Type: "tiered"}, Prices: []price{}} // its slices and maps are nil
	read := bare
	read.Price = tieredPrice{Type: "tiered", Tiers: []int64{}, More: map[string]string{}}

	created, err := rows.Create(t.Context(), to, full)
	require.NoError(t, err)
	require.Equal(t, full, created)
	created, err = rows.Create(t.Context(), to, bare)
	require.NoError(t, err)
	require.Equal(t, read, created)

	full.ID, bare.ID = uuid.New(), uuid.New()
	require.NoError(t, rows.CreateMany(t.Context(), to, []product{full, bare}))
	got, err := rows.Get(t.Context(), from, full.ID)
	require.NoError(t, err)
	require.Equal(t, full, got)
	got, err = rows.Get(t.Context(), from, bare.ID)
	require.NoError(t, err)
	require.Equal(t, read.Price, got.Price)

	changed, err := rows.Update(t.Context(), to, bare.ID, productRows.Set("price", price(fixed)).Set("spare", fixed).Set("prices", []price{fixed}))
	require.NoError(t, err)
	require.Equal(t, product{ID: bare.ID, Price: fixed, Spare: fixed, Prices: []price{fixed}}, changed)

	// What is stored and does not fit is a failure of the service, not of the request.
	_, err = pool.Exec(t.Context(), `UPDATE products SET price = '{"type":"fixed","amount":0,"secret":"s3cret"}' WHERE id = $1`, full.ID.String())
	require.NoError(t, err)
	_, err = rows.Get(t.Context(), from, full.ID)
	require.Equal(t, errors.InternalServerError, errors.KindOf(err))
	details, _ := errors.DetailsOf(err)
	require.Empty(t, details)
	require.ErrorContains(t, err, full.ID.String())
	require.ErrorContains(t, err, "the JSON is no repository_test.price")
	require.NotContains(t, err.Error(), "s3cret")
}
