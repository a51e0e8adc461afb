// Package copies_test is another module than the library. It calls each exported
// method of what a handler is given, writes over all that comes back, and sees
// that the subject, its reach and the default order are what they were.
package copies_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/authtest"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/kit/kittest"
	"github.com/polarkit-go/polarkit/kit/request"
	"github.com/polarkit-go/polarkit/repository"
	"github.com/polarkit-go/polarkit/repository/pgtest"
	"github.com/polarkit-go/polarkit/sorting"
)

var (
	database = pgtest.FromSQL(
		`CREATE TABLE members (user_id uuid NOT NULL, organization_id uuid NOT NULL)`,
		`CREATE TABLE notes (id uuid PRIMARY KEY, created_at timestamptz NOT NULL, updated_at timestamptz, organization_id uuid NOT NULL, name text NOT NULL)`,
	)
	registry = auth.NewRegistry("notes", auth.PersonalAccessToken, auth.Scopes{"notes:read": nil, "notes:write": {"notes:read"}})
	canRead  = auth.Require[auth.Admin](registry, auth.AnyScope("notes:read"), auth.WithPermission("read"))
	notes    = repository.MustNew[note]("notes", repository.Options{
		Owners:  repository.Owners{auth.OrganizationKind: "organization_id"},
		Sorting: repository.SortMap[property]{"name": "name", "created_at": "created_at"},
	})
)

type note struct {
	repository.Record

	OrganizationID uuid.UUID `db:"organization_id"`
	Name           string    `db:"name"`
}

type property string

// properties is kept by the application, and handed out as it is.
var properties = []property{"name", "created_at"}

func (property) Values() []property { return properties }

type listNotes struct {
	Sorting sorting.By[property] `query:"sorting" default:"-name"`
}

// members are memberships of one kind of set.
type members func(userID uuid.UUID) owner.Set

func (m members) Organizations(_ context.Context, userID uuid.UUID, _ auth.Permission) (owner.Set, error) {
	return m(userID), nil
}

// kept is what an application made a set of, and still holds.
type kept struct {
	List []uuid.UUID
	Args []any
}

// keeper keeps the arguments of statements, as a tracer may.
type keeper struct{ args [][]any }

func (k *keeper) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	k.args = append(k.args, data.Args)
	return ctx
}

func (k *keeper) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// world has a note of the subject's organizations and one of another's.
type world struct {
	pool         *pgxpool.Pool
	reader       repository.Reader
	keeper       *keeper
	mine, second uuid.UUID
	victim       uuid.UUID
	stranger     uuid.UUID // a member of the victim
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{keeper: &keeper{}, mine: uuid.New(), second: uuid.New(), victim: uuid.New(), stranger: uuid.New()}
	pool := database.Pool(t, repository.Configure, func(c *pgxpool.Config) { c.ConnConfig.Tracer = w.keeper })
	w.pool, w.reader = pool, repository.NewReader(pool)
	seeds := notes.For(owner.System("seeds of a test"))
	for organization, name := range map[uuid.UUID]string{w.mine: "mine", w.second: "second", w.victim: "victim"} {
		_, err := seeds.Create(t.Context(), repository.NewWriter(pool), note{OrganizationID: organization, Name: name})
		require.NoError(t, err)
	}
	w.join(t, w.stranger, w.victim)
	return w
}

func (w *world) join(t *testing.T, user uuid.UUID, organizations ...uuid.UUID) {
	t.Helper()
	for _, id := range organizations {
		_, err := w.pool.Exec(t.Context(), `INSERT INTO members VALUES ($1, $2)`, user, id)
		require.NoError(t, err)
	}
}

// authorize is the subject of a request with a real token of a user who is a
// member of the first two organizations.
func (w *world) authorize(t *testing.T, set members, limit credential.Limit) auth.AuthSubject[auth.Admin] {
	t.Helper()
	tenants := authtest.New(t, registry, func(c *auth.Config) { c.Memberships = set })
	w.join(t, tenants.A.User.ID, w.mine, w.second)
	token := tenants.Issue(auth.Issue{
		Type: auth.PersonalAccessToken, Subject: tenants.A.User, Scopes: []credential.Scope{"notes:read"}, Limit: limit, Lifetime: time.Hour,
	})
	var subject auth.AuthSubject[auth.Admin]
	handler := canRead.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		subject, _ = auth.From[auth.Admin](r.Context())
	}))
	require.Equal(t, http.StatusOK, kittest.NewClient(t, tenants.Authenticator.Middleware(handler)).As(token).Get("/").Status)
	return subject
}

// seen holds all that a request can read of a subject and its reach.
type seen struct {
	Credential credential.Credential
	Scopes     map[credential.Scope]bool
	Rows       []string
	Owned      map[uuid.UUID]bool
	Permitted  map[uuid.UUID]bool
	Why        string
	System     bool
}

func (w *world) look(t *testing.T, subject auth.AuthSubject[auth.Admin], reach owner.Reach) seen {
	t.Helper()
	now := seen{
		Credential: subject.Credential(), Scopes: map[credential.Scope]bool{}, Why: reach.Why(), System: reach.IsSystem(),
		Owned: map[uuid.UUID]bool{}, Permitted: map[uuid.UUID]bool{},
	}
	for _, scope := range []credential.Scope{"notes:read", "notes:write"} {
		now.Scopes[scope] = subject.HasScope(scope)
	}
	in, err := request.Bind[listNotes](httptest.NewRequest(http.MethodGet, "/", nil))
	require.NoError(t, err)
	for _, by := range []owner.Reacher{reach, subject, subject.Visible()} {
		held, err := by.Reach(t.Context())
		require.NoError(t, err)
		rows, err := notes.For(held).All(t.Context(), w.reader, repository.Query{Sorting: in.Sorting, Max: 10})
		require.NoError(t, err)
		for _, row := range rows {
			now.Rows = append(now.Rows, row.Name)
		}
	}
	for _, id := range []uuid.UUID{w.mine, w.second, w.victim} {
		_, err := reach.Own(t.Context(), auth.OrganizationKind, id)
		now.Owned[id] = err == nil
		now.Permitted[id] = subject.Permit(t.Context(), id) == nil
	}
	return now
}

// What a handler can write to is a copy: whatever it writes there, the subject and
// the reach hold what they held, and a query returns the rows that it returned.
func TestNothingThatIsHandedOutCanBeWrittenThrough(t *testing.T) {
	t.Parallel()
	const sql = "SELECT organization_id FROM members WHERE user_id = ANY(?)"
	w := newWorld(t)
	for name, set := range map[string]func(kept *kept) owner.Set{
		"a list": func(k *kept) owner.Set { return owner.IDs(k.List...) },
		"a sub-select": func(k *kept) owner.Set {
			return owner.SubSelect(sql, k.Args, func(_ context.Context, id uuid.UUID) (bool, error) {
				return id == w.mine || id == w.second, nil
			})
		},
		"a deferred list": func(k *kept) owner.Set {
			return owner.Deferred(sql, k.Args, func(context.Context) ([]uuid.UUID, error) { return k.List, nil })
		},
	} {
		for limited, limit := range map[string]credential.Limit{"": credential.Unrestricted(), ", limited": credential.LimitedTo(w.mine, w.second)} {
			t.Run(name+limited, func(t *testing.T) {
				k := &kept{List: []uuid.UUID{w.mine, w.second}}
				subject := w.authorize(t, func(user uuid.UUID) owner.Set {
					k.Args = []any{[]uuid.UUID{user}}
					return set(k)
				}, limit)
				reach, err := subject.Reach(t.Context())
				require.NoError(t, err)
				before := w.look(t, subject, reach)
				require.Equal(t, strings.Fields("second mine second mine second mine"), before.Rows)
				require.Equal(t, map[uuid.UUID]bool{w.mine: true, w.second: true, w.victim: false}, before.Owned)

				a := newAttack(t, w)
				a.walk(reflect.ValueOf(subject), 0)
				a.walk(reflect.ValueOf(reach), 0)
				a.write(reflect.ValueOf(w.keeper.args), 0)
				a.write(reflect.ValueOf(k), 0)
				a.requireCalled(
					reflect.TypeFor[auth.AuthSubject[auth.Admin]](), reflect.TypeFor[credential.Credential](), reflect.TypeFor[credential.Limit](),
					reflect.TypeFor[owner.Reach](), reflect.TypeFor[owner.Owner](), reflect.TypeFor[owner.Set](),
				)
				require.Equal(t, before, w.look(t, subject, reach))
			})
		}
	}
}

// The default order belongs to the process: a handler that changes what it was
// given changes the order of no other request.
func TestTheDefaultOrderCannotBeChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bind := func() sorting.By[property] {
		in, err := request.Bind[listNotes](httptest.NewRequest(http.MethodGet, "/", nil))
		require.NoError(t, err)
		return in.Sorting
	}
	mine := []sorting.Criterion[property]{sorting.Asc[property]("created_at"), sorting.Asc[property]("name")}
	made := sorting.New(mine...)
	a := newAttack(t, w)
	for _, by := range []sorting.By[property]{bind(), made} {
		a.walk(reflect.ValueOf(by), 0)
	}
	a.write(reflect.ValueOf(mine), 0)
	a.write(reflect.ValueOf(properties), 0)
	a.requireCalled(reflect.TypeFor[sorting.By[property]]())
	require.Equal(t, "-name", bind().String())
	require.Equal(t, "created_at,name", made.String())
	_, err := request.Bind[listNotes](httptest.NewRequest(http.MethodGet, "/?sorting=name", nil))
	require.NoError(t, err, "the set of properties is what it was")
}
