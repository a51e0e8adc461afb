package repository_test

import (
	"context"
	"testing"
	"time"

	"github.com/Masterminds/squirrel"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth/owner"
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
	for fails, err := range map[string]error{
		"the row type must be a struct": of(second(repository.New[string]("t", repository.Options{}))),
		"the table is named in letters": made(`t"; DROP TABLE t`, repository.Options{}),
		"the field Name has no db tag":  of(second(repository.New[struct{ Name string }]("t", repository.Options{}))),
		`the field name has a db tag and must be exported`: of(second(repository.New[struct {
			name string `db:"name"`
		}]("t", repository.Options{}))),
		`a column is named in letters`: of(second(repository.New[struct {
			Name string `db:"a b"`
		}]("t", repository.Options{}))),
		`the column "a" is named twice, by A and by B`: of(second(repository.New[struct {
			A, B string `db:"a"`
		}]("t", repository.Options{}))),
		"which no column holds": of(second(repository.New[struct {
			A func() `db:"a"`
		}]("t", repository.Options{}))),
		"the options are pk, readonly and version": of(second(repository.New[struct {
			A string `db:"a,primary"`
		}]("t", repository.Options{}))),
		"must be an int, int32 or int64": of(second(repository.New[struct {
			A string `db:"a,version"`
		}]("t", repository.Options{}))),
		"there are two version columns": of(second(repository.New[struct {
			A int `db:"a,version"`
			C int `db:"c,version"`
		}]("t", repository.Options{}))),
		"there is no primary key": of(second(repository.New[struct {
			A string `db:"a"`
		}]("t", repository.Options{}))),
		`the primary key "id" must not take NULL`: of(second(repository.New[struct {
			ID *uuid.UUID `db:"id"`
		}]("t", repository.Options{}))),
		`the CreatedAt column "created_at" must be a time.Time`: of(second(repository.New[struct {
			ID int    `db:"id"`
			At string `db:"created_at"`
		}]("t", repository.Options{}))),
		`the CreatedAt column "made" is not a column`:    made("t", repository.Options{CreatedAt: "made"}),
		`the UpdatedAt column "changed" is not a column`: made("t", repository.Options{UpdatedAt: "changed"}),
		`the SoftDelete column "deleted_at" must be a *time.Time`: of(second(repository.New[struct {
			ID int       `db:"id"`
			At time.Time `db:"deleted_at"`
		}]("t", repository.Options{}))),
		`the SoftDelete column "gone at" is not named`:         made("t", repository.Options{SoftDelete: "gone at"}),
		`the owner column "organization_id" of "organization"`: made("t", repository.Options{Owners: repository.Owners{organizationKind: "organization_id"}}),
		`must be a uuid.UUID, not string`: of(second(repository.New[struct {
			ID string `db:"id"`
		}]("t", repository.Options{Owners: repository.Owners{organizationKind: "id"}}))),
		`the constraint "u" has no place`:          made("t", repository.Options{Unique: repository.Fields{"u": {}}}),
		`the constraint "r" has no place`:          made("t", repository.Options{References: repository.Fields{"r": nil}}),
		`the constraint "c" has no place`:          made("t", repository.Options{Checks: repository.Fields{"c": nil}}),
		"MaxPage is -1":                            made("t", repository.Options{MaxPage: -1}),
		`the sort map has no expression for "one"`: made("t", repository.Options{Sorting: repository.SortMap[oneProperty]{}}),
		`the sort map has "two", which`:            made("t", repository.Options{Sorting: repository.SortMap[oneProperty]{"one": "id", "two": "id"}}),
		`the sort map names the column "nope"`:     sorted("nope"),
		"an expression of the sort map is empty":   sorted(" NULLS LAST"),
		"a semicolon":                              sorted("id; DROP TABLE t"),
		"1 placeholders and 0 arguments":           sorted("metadata ? 'x'"),
		"the query in From: it is empty":           made("t", repository.Options{From: squirrel.Expr("")}),
	} {
		if assert.ErrorContains(t, err, fails, "%s", fails) {
			require.ErrorContains(t, err, "repository: model of ")
		}
	}
	require.NoError(t, sorted("metadata ?? 'x' NOT NULL NULLS FIRST"))
	require.NoError(t, sorted("lower(id::text) nulls last"))
	require.PanicsWithValue(t, `repository: model of repository_test.idRow in table "": the table is named in letters, digits and underscores, with or without a schema`, func() {
		repository.MustNew[idRow]("", repository.Options{})
	})
	require.Equal(t, "customers", customers.Table())
}

func second[T any](_ T, err error) error { return err }

// TestMistakesOfAnUpdateSchema panic as package variables are made.
func TestMistakesOfAnUpdateSchema(t *testing.T) {
	t.Parallel()
	for fails, make := range map[string]func(){
		"every field of an update schema is a kit.Optional": func() {
			repository.ChangesOf[struct {
				Email string `json:"email"`
			}](customers)
		},
		`there is no column "nope" to change`: func() {
			repository.ChangesOf[struct {
				Nope kit.Optional[string] `json:"nope"`
			}](customers)
		},
		"part of the primary key": func() {
			repository.ChangesOf[struct {
				ID kit.Optional[uuid.UUID] `json:"id"`
			}](customers)
		},
		"says whose the row is": func() {
			repository.ChangesOf[struct {
				O kit.Optional[uuid.UUID] `json:"organization_id"`
			}](customers)
		},
		"is read-only": func() {
			repository.ChangesOf[struct {
				S kit.Optional[string] `json:"search"`
			}](customers)
		},
		"is the repository's own": func() {
			repository.ChangesOf[struct {
				V kit.Optional[int64] `json:"version"`
			}](customers)
		},
		`a int does not fit the column "email"`: func() {
			repository.ChangesOf[struct {
				E kit.Optional[int] `json:"email"`
			}](customers)
		},
		"it may be null, which the column": func() {
			repository.ChangesOf[struct {
				E kit.Optional[*string] `json:"email"`
			}](customers)
		},
		`the field B: another field is for the column "email" already`: func() {
			repository.ChangesOf[struct {
				A kit.Optional[string] `json:"email"`
				B kit.Optional[string] `json:"b" db:"email"`
			}](customers)
		},
		"the update schema has no fields": func() { repository.ChangesOf[struct{ kit.Schema }](customers) },
		"an update schema is a struct":    func() { repository.ChangesOf[string](customers) },
	} {
		func() {
			defer func() {
				text, _ := recover().(string)
				require.Contains(t, text, fails)
				require.Contains(t, text, "repository: changes of ")
			}()
			make()
			require.Fail(t, "no panic", fails)
		}()
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

	for fails, changes := range map[string]repository.Changes[customerRow]{
		"zero changes":                       {},
		"changes begin with Set":             repository.Changes[customerRow]{}.Set("score", int64(1)),
		`there is no column "nope"`:          customers.Set("nope", 1).Set("score", int64(1)),
		`the column "email" does not take`:   customers.Set("email", nil),
		`the column "score" is a int64`:      customers.Set("score", "x"),
		`cannot take "user" for an owner`:    customers.MoveTo(mustOwn(t, userKind)),
		`cannot take "customer" for an`:      customers.MoveTo(mustOwn(t, customerKind)),
		`cannot take "" for an owner`:        customers.MoveTo(owner.Owner{}),
		"a semicolon":                        customers.Set("score", squirrel.Expr("1; DROP TABLE customers")),
		`the expression for "score" is empt`: customers.Set("score", squirrel.Expr("")),
	} {
		_, err := update(changes)
		require.ErrorContains(t, err, fails)
		_, err = w.in(w.acme).UpdateWhere(t.Context(), w.writer, squirrel.Expr("true"), changes)
		require.ErrorContains(t, err, fails)
	}
	other := repository.MustNew[customerRow]("customers", repository.Options{Owners: repository.Owners{organizationKind: "organization_id"}})
	_, err = update(other.Set("score", int64(1)))
	require.ErrorContains(t, err, "those of another model")
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
