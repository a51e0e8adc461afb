package repository_test

import (
	"context"
	"testing"
	"time"

	"github.com/Masterminds/squirrel"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/repository"
)

func selectAll() squirrel.SelectBuilder { return squirrel.Select("*").From("customers") }

type idRow struct {
	ID uuid.UUID `db:"id"`
}

type oneProperty string

func (oneProperty) Values() []oneProperty { return []oneProperty{"one"} }

// TestMistakesShowWhenTheModelIsMade has a sentence for each.
func TestMistakesShowWhenTheModelIsMade(t *testing.T) {
	t.Parallel()
	made := func(table string, options repository.Options) error {
		_, err := repository.New[idRow](table, options)
		return err
	}
	sorted := func(expression string) error {
		return made("t", repository.Options{Sorting: repository.SortMap[oneProperty]{"one": expression}})
	}
	of := func(err error) error { return err }
	for name, err := range map[string]error{
		"no struct":             of(second(repository.New[string]("t", repository.Options{}))),
		"no name of a table":    made(`t"; DROP TABLE t`, repository.Options{}),
		"a field without a tag": of(second(repository.New[struct{ Name string }]("t", repository.Options{}))),
		"a field that is not exported": of(second(repository.New[struct {
			name string `db:"name"`
		}]("t", repository.Options{}))),
		"no name of a column": of(second(repository.New[struct {
			Name string `db:"a b"`
		}]("t", repository.Options{}))),
		"a column twice": of(second(repository.New[struct {
			A, B string `db:"a"`
		}]("t", repository.Options{}))),
		"a type that no column holds": of(second(repository.New[struct {
			A func() `db:"a"`
		}]("t", repository.Options{}))),
		"an unknown option of a tag": of(second(repository.New[struct {
			A string `db:"a,primary"`
		}]("t", repository.Options{}))),
		"a version of another type": of(second(repository.New[struct {
			A string `db:"a,version"`
		}]("t", repository.Options{}))),
		"two versions": of(second(repository.New[struct {
			A int `db:"a,version"`
			C int `db:"c,version"`
		}]("t", repository.Options{}))),
		"no primary key": of(second(repository.New[struct {
			A string `db:"a"`
		}]("t", repository.Options{}))),
		"a primary key that may be null": of(second(repository.New[struct {
			ID *uuid.UUID `db:"id"`
		}]("t", repository.Options{}))),
		"CreatedAt of another type": of(second(repository.New[struct {
			ID int    `db:"id"`
			At string `db:"created_at"`
		}]("t", repository.Options{}))),
		"CreatedAt without a column": made("t", repository.Options{CreatedAt: "made"}),
		"UpdatedAt without a column": made("t", repository.Options{UpdatedAt: "changed"}),
		"deleted_at of another type": of(second(repository.New[struct {
			ID int       `db:"id"`
			At time.Time `db:"deleted_at"`
		}]("t", repository.Options{}))),
		"SoftDelete is no name":     made("t", repository.Options{SoftDelete: "gone at"}),
		"an owner without a column": made("t", repository.Options{Owners: repository.Owners{organizationKind: "organization_id"}}),
		"an owner of another type": of(second(repository.New[struct {
			ID string `db:"id"`
		}]("t", repository.Options{Owners: repository.Owners{organizationKind: "id"}}))),
		"Unique without a place":             made("t", repository.Options{Unique: repository.Fields{"u": {}}}),
		"References without a place":         made("t", repository.Options{References: repository.Fields{"r": nil}}),
		"Checks without a place":             made("t", repository.Options{Checks: repository.Fields{"c": nil}}),
		"MaxPage below zero":                 made("t", repository.Options{MaxPage: -1}),
		"a property without an expression":   made("t", repository.Options{Sorting: repository.SortMap[oneProperty]{}}),
		"an expression without a property":   made("t", repository.Options{Sorting: repository.SortMap[oneProperty]{"one": "id", "two": "id"}}),
		"a sort column that is not there":    sorted("nope"),
		"an empty sort expression":           sorted(" NULLS LAST"),
		"a semicolon in a sort expression":   sorted("id; DROP TABLE t"),
		"a placeholder in a sort expression": sorted("metadata ? 'x'"),
		"an empty query in From":             made("t", repository.Options{From: squirrel.Expr("")}),
		"several mistakes": of(second(repository.New[struct {
			Name string
			Nick string
			ID   string `db:"id"`
		}]("t", repository.Options{}))),
		"several mistakes of the options": made("t", repository.Options{
			CreatedAt: "made", Owners: repository.Owners{organizationKind: "organization_id"}, MaxPage: -1, Unique: repository.Fields{"u": {}},
			Sorting: repository.SortMap[oneProperty]{"one": "nope"}, From: squirrel.Expr(""),
		}),
	} {
		sentence.Equal(t, "a model with "+name, err)
	}
	require.NoError(t, sorted("metadata ?? 'x' NOT NULL NULLS FIRST"))
	require.NoError(t, sorted("lower(id::text) nulls last"))
	sentence.Panics(t, "a model that panics", func() { repository.MustNew[idRow]("", repository.Options{}) })
	require.Equal(t, "customers", customers.Table())
}

func second[T any](_ T, err error) error { return err }

// TestMistakesOfAnUpdateSchema panic as package variables are made.
func TestMistakesOfAnUpdateSchema(t *testing.T) {
	t.Parallel()
	for name, mistake := range map[string]func(){
		"a required field": func() {
			repository.ChangesOf[struct {
				Email string `json:"email"`
			}](customers)
		},
		"a field without a column": func() {
			repository.ChangesOf[struct {
				Nope kit.Optional[string] `json:"nope"`
			}](customers)
		},
		"the primary key": func() {
			repository.ChangesOf[struct {
				ID kit.Optional[uuid.UUID] `json:"id"`
			}](customers)
		},
		"an owner": func() {
			repository.ChangesOf[struct {
				O kit.Optional[uuid.UUID] `json:"organization_id"`
			}](customers)
		},
		"a read-only column": func() {
			repository.ChangesOf[struct {
				S kit.Optional[string] `json:"search"`
			}](customers)
		},
		"the version": func() {
			repository.ChangesOf[struct {
				V kit.Optional[int64] `json:"version"`
			}](customers)
		},
		"a field of another type": func() {
			repository.ChangesOf[struct {
				E kit.Optional[int] `json:"email"`
			}](customers)
		},
		"a null": func() {
			repository.ChangesOf[struct {
				E kit.Optional[*string] `json:"email"`
			}](customers)
		},
		"a column twice": func() {
			repository.ChangesOf[struct {
				A kit.Optional[string] `json:"email"`
				B kit.Optional[string] `json:"b" db:"email"`
			}](customers)
		},
		"no fields": func() { repository.ChangesOf[struct{ kit.Schema }](customers) },
		"no struct": func() { repository.ChangesOf[string](customers) },
	} {
		sentence.Panics(t, "an update schema with "+name, mistake)
	}
}

type nested struct {
	customerUpdate

	Points kit.Optional[int64]  `json:"points" db:"score"`
	Secret kit.Optional[string] `json:"secret" db:"-"`
}

func TestChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.create(t, w.acme, customerRow{Email: "a@example.com", Score: 1})
	update := func(changes repository.Changes[customerRow]) (customerRow, error) {
		return w.in(w.acme).Update(t.Context(), w.writer, made.ID, changes)
	}
	changes := repository.ChangesOf[nested](customers)(nested{
		customerUpdate: customerUpdate{Email: kit.Some("b@example.com"), Metadata: kit.Some[kit.Metadata](nil)},
		Points:         kit.Some(int64(5)), Secret: kit.Some("x"),
	})
	require.True(t, changes.Has("score"))
	require.False(t, changes.Has("name"))
	require.False(t, changes.IsEmpty())
	row, err := update(changes.Set("name", "Ada").Set("name", ptr("Countess")))
	require.NoError(t, err)
	require.Equal(t, "b@example.com", row.Email)
	require.Equal(t, int64(5), row.Score)
	require.Equal(t, ptr("Countess"), row.Name)
	require.Equal(t, kit.Metadata{}, row.Metadata)

	row, err = update(customers.Set("score", squirrel.Expr("score + ?", 37)))
	require.NoError(t, err)
	require.Equal(t, int64(42), row.Score)
	row, err = update(customers.Set("name", nil))
	require.NoError(t, err)
	require.Nil(t, row.Name)

	for name, changes := range map[string]repository.Changes[customerRow]{
		"none":                       {},
		"no model":                   repository.Changes[customerRow]{}.Set("score", int64(1)),
		"a column that is not there": customers.Set("nope", 1).Set("score", int64(1)),
		"a null":                     customers.Set("email", nil),
		"a value of another type":    customers.Set("score", "x"),
		"an owner without a column":  customers.MoveTo(mustOwn(t, userKind)),
		"an owner that is the key":   customers.MoveTo(mustOwn(t, customerKind)),
		"no owner":                   customers.MoveTo(owner.Owner{}),
		"a semicolon":                customers.Set("score", squirrel.Expr("1; DROP TABLE customers")),
		"an empty expression":        customers.Set("score", squirrel.Expr("")),
	} {
		_, err := update(changes)
		sentence.Equal(t, "changes with "+name, err)
		_, err = w.in(w.acme).UpdateWhere(t.Context(), w.writer, squirrel.Expr("true"), changes)
		sentence.Equal(t, "changes with "+name, err)
	}
	other := repository.MustNew[customerRow]("customers", repository.Options{Owners: repository.Owners{organizationKind: "organization_id"}})
	_, err = update(other.Set("score", int64(1)))
	sentence.Equal(t, "changes of another model", err)
}

func mustOwn(t *testing.T, kind owner.Kind) owner.Owner {
	t.Helper()
	owner, err := owner.System("test").Own(t.Context(), kind, uuid.New())
	require.NoError(t, err)
	return owner
}

// TestUUIDsCostNothingExtra compares the codec with what pgx does by itself.
func TestUUIDsCostNothingExtra(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	plain := database.Pool(t)
	want := uuid.New()
	for _, pool := range []repositoryPool{w.pool, plain} {
		var id uuid.UUID
		var null, some *uuid.UUID
		var many []uuid.UUID
		err := pool.QueryRow(t.Context(), "SELECT $1::uuid, NULL::uuid, $2::uuid, $3::uuid[]", want, &want, []uuid.UUID{want, uuid.Nil}).Scan(&id, &null, &some, &many)
		require.NoError(t, err)
		require.Equal(t, want, id)
		require.Nil(t, null)
		require.Equal(t, want, *some)
		require.Equal(t, []uuid.UUID{want, uuid.Nil}, many)
	}
	var id uuid.UUID
	require.Error(t, w.pool.QueryRow(t.Context(), "SELECT NULL::uuid").Scan(&id))
	var at time.Time
	require.NoError(t, w.pool.QueryRow(t.Context(), "SELECT now()").Scan(&at))
	require.Equal(t, time.UTC, at.Location())
}

type repositoryPool interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}
