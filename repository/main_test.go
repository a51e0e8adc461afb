package repository_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/pagination"
	"github.com/polarkit-go/polarkit/repository"
	"github.com/polarkit-go/polarkit/repository/pgtest"
)

func TestMain(m *testing.M) { os.Exit(sentence.Main(m)) }

func at(page, limit int64) pagination.Params { return pagination.NewParams(page, limit) }

var database = pgtest.FromSQL(`
CREATE TABLE customers (
	id uuid PRIMARY KEY,
	created_at timestamptz NOT NULL,
	updated_at timestamptz,
	deleted_at timestamptz,
	organization_id uuid NOT NULL,
	email text NOT NULL CONSTRAINT customers_email_check CHECK (email <> 'bad'),
	name text,
	score bigint NOT NULL DEFAULT 0,
	version bigint NOT NULL DEFAULT 1,
	metadata jsonb NOT NULL DEFAULT '{}',
	search text GENERATED ALWAYS AS (lower(email)) STORED
);
CREATE UNIQUE INDEX customers_organization_id_email_key ON customers (organization_id, email) WHERE deleted_at IS NULL;
CREATE INDEX customers_list ON customers (organization_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_name ON customers (organization_id, name, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_metadata ON customers USING gin (metadata jsonb_path_ops);
CREATE TYPE order_status AS ENUM ('open', 'paid', 'void');
CREATE TABLE orders (
	id uuid PRIMARY KEY,
	created_at timestamptz NOT NULL,
	updated_at timestamptz,
	organization_id uuid NOT NULL,
	customer_id uuid NOT NULL CONSTRAINT orders_customer_id_fkey REFERENCES customers,
	status order_status NOT NULL,
	amount bigint NOT NULL
);
CREATE TABLE memberships (
	user_id uuid NOT NULL,
	organization_id uuid NOT NULL,
	role text NOT NULL,
	PRIMARY KEY (user_id, organization_id)
);
`)

const (
	organizationKind owner.Kind = "organization"
	customerKind     owner.Kind = "customer"
	userKind         owner.Kind = "user"
)

type customerRow struct {
	repository.Record

	OrganizationID uuid.UUID    `db:"organization_id"`
	Email          string       `db:"email"`
	Name           *string      `db:"name"`
	Score          int64        `db:"score"`
	Version        int64        `db:"version,version"`
	Metadata       kit.Metadata `db:"metadata"`
	Search         string       `db:"search,readonly"`
}

type sortProperty string

const (
	byCreatedAt sortProperty = "created_at"
	byEmail     sortProperty = "email"
	byName      sortProperty = "name"
	byNameFirst sortProperty = "name_first"
	byScore     sortProperty = "score"
)

func (sortProperty) Values() []sortProperty {
	return []sortProperty{byCreatedAt, byEmail, byName, byNameFirst, byScore}
}

var customers = repository.MustNew[customerRow]("customers", repository.Options{
	Owners: repository.Owners{organizationKind: "organization_id", customerKind: "id"},
	Sorting: repository.SortMap[sortProperty]{
		byCreatedAt: "created_at", byEmail: "lower(email) NOT NULL",
		byName: "name NULLS LAST", byNameFirst: "lower(name) NULLS FIRST", byScore: "score",
	},
	Unique:     repository.Fields{"customers_organization_id_email_key": {"body", "email"}},
	Checks:     repository.Fields{"customers_email_check": {"body", "email"}},
	SoftDelete: "deleted_at",
})

type customerUpdate struct {
	kit.Schema

	Email    kit.Optional[string]       `json:"email"`
	Name     kit.Optional[*string]      `json:"name"`
	Metadata kit.Optional[kit.Metadata] `json:"metadata"`
}

var customerChanges = repository.ChangesOf[customerUpdate](customers)

type orderStatus string

type orderRow struct {
	repository.Record

	OrganizationID uuid.UUID   `db:"organization_id"`
	CustomerID     uuid.UUID   `db:"customer_id"`
	Status         orderStatus `db:"status"`
	Amount         int64       `db:"amount"`
}

var orders = repository.MustNew[orderRow]("orders", repository.Options{
	Owners:     repository.Owners{organizationKind: "organization_id", customerKind: "customer_id"},
	References: repository.Fields{"orders_customer_id_fkey": {"body", "customer_id"}},
})

type membershipRow struct {
	UserID         uuid.UUID `db:"user_id,pk"`
	OrganizationID uuid.UUID `db:"organization_id,pk"`
	Role           string    `db:"role"`
}

var memberships = repository.MustNew[membershipRow]("memberships", repository.Options{
	Owners: repository.Owners{userKind: "user_id"},
})

// world is a database with two tenants.
type world struct {
	pool        *pgxpool.Pool
	reader      repository.Reader
	writer      repository.Writer
	acme, globe uuid.UUID
}

func newWorld(t testing.TB, change ...func(*pgxpool.Config)) *world {
	t.Helper()
	pool := database.Pool(t, append([]func(*pgxpool.Config){repository.Configure}, change...)...)
	return &world{
		pool: pool, reader: repository.NewReader(pool), writer: repository.NewWriter(pool),
		acme: uuid.New(), globe: uuid.New(),
	}
}

func organizations(ids ...uuid.UUID) owner.Reach {
	return owner.ReachOf(owner.Grant{Kind: organizationKind, Set: owner.IDs(ids...)})
}

func (w *world) in(organization ...uuid.UUID) repository.Rows[customerRow] {
	return customers.For(organizations(organization...))
}

// owner is the organization as the owner of a new row.
func (w *world) owner(t testing.TB, organization uuid.UUID) owner.Owner {
	t.Helper()
	owner, err := organizations(organization).Own(t.Context(), organizationKind, organization)
	require.NoError(t, err)
	return owner
}

func (w *world) create(t testing.TB, organization uuid.UUID, row customerRow) customerRow {
	t.Helper()
	row, err := customers.For(w.owner(t, organization)).Create(t.Context(), w.writer, row)
	require.NoError(t, err)
	return row
}

func ptr[T any](value T) *T { return &value }

// deadline is a context for tests that could hang.
func deadline(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}
