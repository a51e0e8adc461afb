package repository_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/repository"
)

// person is a customer in one declaration: what an API gives and what the table
// holds.
type person struct {
	kit.TimestampedSchema `doc:"A person."`

	ID             uuid.UUID    `json:"id" db:"id"`
	Mail           string       `json:"mail" db:"email"`
	Name           *string      `json:"name" db:"name"`
	Points         int64        `json:"points" db:"score"`
	OrganizationID uuid.UUID    `json:"organization_id" db:"organization_id"`
	Metadata       kit.Metadata `json:"metadata" db:"metadata"`
	IsKnown        bool         `json:"is_known" db:"-"`
}

var people = repository.MustNew[person]("customers", repository.Options{
	Owners:     repository.Owners{organizationKind: "organization_id", customerKind: "id"},
	SoftDelete: "deleted_at",
})

type label string

type personCreate struct {
	kit.Schema

	Mail           label                   `json:"mail" db:"email"`
	Name           kit.Optional[*string]   `json:"name"`
	Points         kit.Optional[int64]     `json:"points" db:"score"`
	OrganizationID kit.Optional[uuid.UUID] `json:"organization_id"`
	Metadata       kit.Metadata            `json:"metadata" default:"{}"`
	Secret         kit.Optional[string]    `json:"secret" db:"-"`
}

var newPerson = repository.RowOf[personCreate](people)

// TestOneDeclaration has the repository set by column what it sets of a Record.
func TestOneDeclaration(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made, err := people.For(w.owner(t, w.acme)).Create(t.Context(), w.writer, newPerson(personCreate{
		Mail: "a@example.com", Name: kit.Some(ptr("Ada")), OrganizationID: kit.Some(w.globe), Metadata: kit.Metadata{"k": "v"},
	}))
	require.NoError(t, err)
	require.Equal(t, uuid.Version(7), made.ID.Version())
	require.False(t, made.CreatedAt.IsZero())
	require.Nil(t, made.UpdatedAt)
	require.Equal(t, w.acme, made.OrganizationID, "the owner, and not what the request names")
	require.Equal(t, "a@example.com", made.Mail)
	require.Equal(t, ptr("Ada"), made.Name)
	require.Equal(t, kit.Metadata{"k": "v"}, made.Metadata)

	changed, err := people.For(organizations(w.acme)).Update(t.Context(), w.writer, made.ID, people.Set("name", nil))
	require.NoError(t, err)
	require.NotNil(t, changed.UpdatedAt)
	require.Equal(t, made.CreatedAt, changed.CreatedAt)
	row, err := w.in(w.acme).Get(t.Context(), w.reader, made.ID)
	require.NoError(t, err)
	require.Equal(t, repository.Record{ID: made.ID, CreatedAt: made.CreatedAt, UpdatedAt: changed.UpdatedAt}, row.Record)

	many := []person{newPerson(personCreate{Mail: "b@example.com"}), newPerson(personCreate{Mail: "c@example.com", Points: kit.Some(int64(7))})}
	require.NoError(t, people.For(w.owner(t, w.acme)).CreateMany(t.Context(), w.writer, many))
	page, err := people.For(organizations(w.acme)).Page(t.Context(), w.reader, repository.Query{})
	require.NoError(t, err)
	require.Len(t, page.Items, 3)
	require.Equal(t, int64(7), page.Items[2].Points)
	require.NoError(t, people.For(organizations(w.acme)).SoftDelete(t.Context(), w.writer, made.ID))

	_, err = people.For(w.owner(t, w.acme)).Create(t.Context(), w.writer, newPerson(personCreate{Mail: "\x00"}))
	details, _ := errors.DetailsOf(err)
	require.Len(t, details, 1)
	require.Equal(t, errors.Loc{"body", "mail"}, details[0].Loc, "the name on the wire, and not that of the column")
}

func TestRowOf(t *testing.T) {
	t.Parallel()
	type text string
	type row struct {
		ID       uuid.UUID  `db:"id"`
		Plain    string     `db:"plain"`
		Null     *string    `db:"nullable"`
		Named    text       `db:"named"`
		NamedP   *text      `db:"named_pointer"`
		List     []string   `db:"list"`
		Any      any        `db:"anything"`
		Owner    *uuid.UUID `db:"owner"`
		Untagged int64      `db:"Untagged"`
		Deep     **string   `db:"deep"`
		Twice    text       `db:"twice"`
	}
	model := repository.MustNew[row]("t", repository.Options{Owners: repository.Owners{organizationKind: "owner"}})
	type inner struct {
		Plain string `json:"plain"`
	}
	type create struct {
		kit.Schema
		inner

		ID       kit.Optional[uuid.UUID] `json:"id"`
		Null     kit.Optional[*string]   `json:"nullable"`
		Named    kit.Optional[string]    `json:"named"`
		NamedP   kit.Optional[string]    `json:"named_pointer"`
		List     kit.Optional[*[]string] `json:"list"`
		Any      kit.Optional[any]       `json:"anything"`
		Owner    uuid.UUID               `json:"owner"`
		Untagged int64
		Deep     kit.Optional[*string] `json:"deep"`
		Twice    kit.Optional[float64] `json:"twice"`
		Hidden   string                `json:"-"`
	}
	rowOf := repository.RowOf[create](model, repository.Convert(func(half float64) text {
		if half == 1.5 {
			return "three"
		}
		return "?"
	}))
	require.Equal(t, row{}, rowOf(create{Owner: uuid.UUID{1}, Hidden: "x"}), "the owner is not of the request")

	id, pointer := uuid.New(), ptr("deep")
	got := rowOf(create{
		inner: inner{Plain: "p"}, ID: kit.Some(id), Null: kit.Some(ptr("n")), Named: kit.Some("m"), NamedP: kit.Some("mp"), List: kit.Some(&[]string{"a"}),
		Any: kit.Some[any](7), Untagged: 5, Deep: kit.Some(pointer), Twice: kit.Some(1.5),
	})
	require.Equal(t, row{
		ID: id, Plain: "p", Null: ptr("n"), Named: "m", NamedP: ptr(text("mp")), List: []string{"a"}, Any: 7, Untagged: 5, Deep: &pointer, Twice: "three",
	}, got)
	require.Equal(t, row{}, rowOf(create{Null: kit.Some[*string](nil), List: kit.Some[*[]string](nil), Any: kit.Some[any](nil), Deep: kit.Some[*string](nil)}), "null is NULL")
}

// TestMistakesOfACreateSchema are reported at once, as package variables are made.
func TestMistakesOfACreateSchema(t *testing.T) {
	t.Parallel()
	type twoOwners struct {
		ID           uuid.UUID `db:"id"`
		Organization uuid.UUID `db:"organization_id"`
		Customer     uuid.UUID `db:"customer_id"`
	}
	two := repository.MustNew[twoOwners]("t", repository.Options{Owners: repository.Owners{organizationKind: "organization_id", customerKind: "customer_id"}})
	for name, mistake := range map[string]func(){
		"a field without a column": func() {
			repository.RowOf[struct {
				Nope string `json:"nope"`
			}](customers)
		},
		"a read-only column": func() {
			repository.RowOf[struct {
				S string `json:"search"`
			}](customers)
		},
		"the times": func() { repository.RowOf[struct{ kit.TimestampedSchema }](customers) },
		"the time of deletion": func() {
			repository.RowOf[struct {
				At kit.Optional[*time.Time] `json:"gone_at"`
			}](repository.MustNew[struct {
				repository.Record

				Gone *time.Time `db:"gone_at"`
			}]("t", repository.Options{SoftDelete: "gone_at"}))
		},
		"the version": func() {
			repository.RowOf[struct {
				V kit.Optional[int64] `json:"version"`
			}](customers)
		},
		"a field of another type": func() {
			repository.RowOf[struct {
				E int `json:"email"`
			}](customers)
		},
		"a null": func() {
			repository.RowOf[struct {
				E *string `json:"email"`
			}](customers)
		},
		"a column twice": func() {
			repository.RowOf[struct {
				A string `json:"email"`
				B string `json:"b" db:"email"`
			}](customers)
		},
		"one of two owners": func() {
			repository.RowOf[struct {
				C uuid.UUID `json:"customer_id"`
			}](two)
		},
		"a conversion for no field": func() {
			repository.RowOf[personCreate](people, repository.Convert(func(float64) string { return "" }))
		},
		"a zero conversion": func() { repository.RowOf[personCreate](people, repository.Conversion{}) },
		"no struct":         func() { repository.RowOf[string](customers) },
		"a zero model":      func() { repository.RowOf[personCreate](new(repository.Model[person])) },
		"two mistakes": func() {
			repository.RowOf[struct {
				A string `json:"a"`
				E int    `json:"email"`
			}](customers)
		},
	} {
		sentence.Panics(t, "a create schema with "+name, mistake)
	}
}

type shape struct{ Sides int }

type shapeInput struct{ Corners kit.Optional[int] }

func (in *shapeInput) shape() *shape {
	if in == nil {
		return nil
	}
	return &shape{Sides: in.Corners.Or(3)}
}

// TestConversions are the same for new rows and for changes.
func TestConversions(t *testing.T) {
	t.Parallel()
	type row struct {
		ID    uuid.UUID `db:"id"`
		Shape *shape    `db:"shape"`
		Other *shape    `db:"other"`
	}
	model := repository.MustNew[row]("t", repository.Options{})
	type input struct {
		Shape kit.Optional[*shapeInput] `json:"shape"`
		Other kit.Optional[*shapeInput] `json:"other"`
	}
	convert := repository.Convert((*shapeInput).shape)
	rowOf := repository.RowOf[input](model, convert)
	require.Equal(t, row{}, rowOf(input{Other: kit.Some[*shapeInput](nil)}))
	require.Equal(t, row{Shape: &shape{3}, Other: &shape{4}}, rowOf(input{Shape: kit.Some(&shapeInput{}), Other: kit.Some(&shapeInput{kit.Some(4)})}))
	changes := repository.ChangesOf[input](model, convert)(input{Shape: kit.Some[*shapeInput](nil)})
	require.True(t, changes.Has("shape"))
	require.False(t, changes.Has("other"))
	sentence.Panics(t, "an update schema without conversions", func() { repository.ChangesOf[input](model) })
}
