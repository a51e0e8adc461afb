//go:build unix

package repository_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/Masterminds/squirrel"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/pagination"
	"github.com/polarkit-go/polarkit/repository"
	"github.com/polarkit-go/polarkit/repository/localpg"
	"github.com/polarkit-go/polarkit/sorting"
)

// Book is what an API gives and what the table holds: one declaration.
type Book struct {
	kit.TimestampedSchema `doc:"A book of an organization."`

	ID             uuid.UUID    `json:"id"              db:"id"`
	OrganizationID uuid.UUID    `json:"organization_id" db:"organization_id"`
	Title          string       `json:"title"           db:"title"`
	Subtitle       *string      `json:"subtitle"        db:"subtitle"`
	Metadata       kit.Metadata `json:"metadata"        db:"metadata"`
}

// The properties by which clients may sort.
type bookProperty string

const bookTitle bookProperty = "title"

func (bookProperty) Values() []bookProperty { return []bookProperty{bookTitle} }

// The update schema: every field is optional.
type bookUpdate struct {
	kit.Schema

	Title    kit.Optional[string]  `json:"title"`
	Subtitle kit.Optional[*string] `json:"subtitle"`
}

// The create schema.
type bookCreate struct {
	kit.Schema

	Title          string                  `json:"title"`
	Subtitle       kit.Optional[*string]   `json:"subtitle"`
	OrganizationID kit.Optional[uuid.UUID] `json:"organization_id"` // for the owner, not for the row
	Metadata       kit.Metadata            `json:"metadata" default:"{}"`
}

var (
	books = repository.MustNew[Book]("books", repository.Options{
		Owners:     repository.Owners{"organization": "organization_id"},
		Sorting:    repository.SortMap[bookProperty]{bookTitle: "lower(title) NOT NULL"},
		Unique:     repository.Fields{"books_organization_id_title_key": {"body", "title"}},
		SoftDelete: "deleted_at",
	})
	newBook     = repository.RowOf[bookCreate](books)
	bookChanges = repository.ChangesOf[bookUpdate](books)
)

const exampleSchema = `CREATE TABLE books (
	id uuid PRIMARY KEY, created_at timestamptz NOT NULL, updated_at timestamptz, deleted_at timestamptz,
	organization_id uuid NOT NULL, title text NOT NULL, subtitle text, metadata jsonb NOT NULL);
	CREATE UNIQUE INDEX books_organization_id_title_key ON books (organization_id, title) WHERE deleted_at IS NULL`

func Example() {
	ctx := context.Background()
	pool, stop, err := examplePool(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stop()
	db := repository.NewWriter(pool)

	// A service gets its subject from package auth, which answers for a reach too.
	acme, globex := uuid.New(), uuid.New()
	subject := owner.ReachOf(owner.Grant{Kind: "organization", Set: owner.IDs(acme)})
	stranger := owner.ReachOf(owner.Grant{Kind: "organization", Set: owner.IDs(globex)})
	own, err := subject.Own(ctx, "organization", acme)
	if err != nil {
		fmt.Println(err)
		return
	}

	var dune Book
	for _, title := range []string{"Emma", "Dune", "Ulysses"} {
		row, err := books.For(own).Create(ctx, db, newBook(bookCreate{Title: title, Metadata: kit.Metadata{"shelf": 1}}))
		if err != nil {
			fmt.Println(err)
			return
		}
		if title == "Dune" {
			dune = row
		}
	}
	_, err = books.For(own).Create(ctx, db, newBook(bookCreate{Title: "Emma"}))
	fmt.Println("twice:", errors.KindOf(err).Status(), errors.Is(err, repository.UniqueViolation))

	page, err := books.For(subject).Page(ctx, db, repository.Query{
		Where:   squirrel.Or{squirrel.Eq{"title": []string{"Dune", "Emma"}}, repository.MetadataMatches("metadata", kit.MetadataFilter{{Key: "shelf", Values: []string{"2"}}})},
		Sorting: sorting.New(sorting.Asc(bookTitle)),
		Params:  pagination.NewParams(1, 10),
	})
	fmt.Println("page:", page.Pagination.TotalCount, page.Items[0].Title, err)

	row, err := books.For(subject).Update(ctx, db, dune.ID, bookChanges(bookUpdate{Title: kit.Some("Dune Messiah")}))
	fmt.Println("update:", row.Title, row.UpdatedAt != nil, err)
	_, err = books.For(stranger).Get(ctx, db, dune.ID)
	fmt.Println("another tenant:", errors.KindOf(err).Name())

	err = repository.InTx(ctx, db, func(tx repository.Tx) error {
		locked, err := books.For(subject).Lock(ctx, tx, dune.ID, repository.ForNoKeyUpdate)
		if err != nil {
			return err
		}
		tx.AfterCommit(func(context.Context) { fmt.Println("committed") })
		return books.For(subject).SoftDelete(ctx, tx, locked.ID)
	})
	count, _ := books.For(subject).Count(ctx, db, nil)
	fmt.Println("left:", count, err)
	// Output:
	// twice: 422 true
	// page: 2 Dune <nil>
	// update: Dune Messiah true <nil>
	// another tenant: ResourceNotFound
	// committed
	// left: 2 <nil>
}

func ExampleChangesOf() {
	changes := bookChanges(bookUpdate{Subtitle: kit.Some[*string](nil)})
	fmt.Println(changes.Has("title"), changes.Has("subtitle"), changes.IsEmpty())
	fmt.Println(bookChanges(bookUpdate{}).IsEmpty())
	// Output:
	// false true false
	// true
}

func ExampleRowOf() {
	row := newBook(bookCreate{Title: "Emma", Subtitle: kit.Some[*string](nil)})
	fmt.Println(row.Title, row.Subtitle == nil, row.OrganizationID == uuid.Nil)
	// Output:
	// Emma true true
}

// A size is two numbers in a request, and one column in the table.
func ExampleConvert() {
	type sizeInput struct{ Width, Height int64 }
	type tileRow struct {
		ID   uuid.UUID `db:"id"`
		Area int64     `db:"area"`
	}
	type tileCreate struct {
		Size kit.Optional[sizeInput] `json:"size" db:"area"`
	}
	tiles := repository.MustNew[tileRow]("tiles", repository.Options{})
	newTile := repository.RowOf[tileCreate](tiles, repository.Convert(func(in sizeInput) int64 { return in.Width * in.Height }))
	fmt.Println(newTile(tileCreate{Size: kit.Some(sizeInput{Width: 3, Height: 4})}).Area)
	// Output:
	// 12
}

// One declaration is enough where the API gives what the table holds.
func ExampleMustNew() {
	type Author struct {
		kit.TimestampedSchema `doc:"An author of books."`

		ID   uuid.UUID `json:"id"   db:"id"   doc:"The ID of the author."   example:"992fae2a-2a17-4b7a-8d9e-e287cf90131b"`
		Name string    `json:"name" db:"name" doc:"The name of the author." example:"Jane Austen"`
	}
	authors := repository.MustNew[Author]("authors", repository.Options{})
	fmt.Println(authors.Table())
	// Output:
	// authors
}

func ExampleNew() {
	_, err := repository.New[Book]("books", repository.Options{Owners: repository.Owners{"organization": "organisation_id"}})
	fmt.Println(err)
	// Output:
	// repository: model of repository_test.Book in table "books": the owner column "organisation_id" of "organization" is not a column of the row type; add a field with the tag db:"organisation_id", or name another column in Options.Owners
}

// examplePool is a pool of a private server, for the example alone.
func examplePool(ctx context.Context) (pool *pgxpool.Pool, stop func(), err error) {
	parent, err := os.MkdirTemp("", "example-")
	if err != nil {
		return nil, nil, err
	}
	dir := filepath.Join(parent, "postgres")
	server, err := localpg.Start(ctx, localpg.Options{Dir: dir})
	if err != nil {
		return nil, nil, err
	}
	config, err := pgxpool.ParseConfig(server.URL())
	if err != nil {
		return nil, nil, err
	}
	repository.Configure(config)
	if pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return nil, nil, err
	}
	if _, err = pool.Exec(ctx, exampleSchema); err != nil {
		return nil, nil, err
	}
	return pool, func() {
		pool.Close()
		_ = server.Stop()
		_ = localpg.Remove(ctx, dir)
		_ = os.RemoveAll(parent)
	}, nil
}

// A program checks its pool when it starts.
func ExampleCheck() {
	ctx := context.Background()
	pool, stop, err := examplePool(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stop()
	fmt.Println(repository.Check(ctx, pool))
	// Output:
	// <nil>
}

// The request that restores a book has no title, so the conflict is about its path.
func ExampleRows_WithFields() {
	ctx := context.Background()
	pool, stop, err := examplePool(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stop()
	db := repository.NewWriter(pool)
	own, err := owner.System("example").Own(ctx, "organization", uuid.New())
	if err != nil {
		fmt.Println(err)
		return
	}
	deleted, err := books.For(own).Create(ctx, db, Book{Title: "Emma"})
	if err == nil {
		err = books.For(own).SoftDelete(ctx, db, deleted.ID)
	}
	if err == nil {
		_, err = books.For(own).Create(ctx, db, Book{Title: "Emma"})
	}
	fmt.Println(err)
	fields := repository.Fields{"books_organization_id_title_key": {"path", "id"}}
	_, err = books.For(own).WithFields(fields).Restore(ctx, db, deleted.ID)
	details, _ := errors.DetailsOf(err)
	fmt.Println(len(details), details[0].Loc, details[0].Msg)
	// Output:
	// <nil>
	// 1 path.id This value already exists.
}

// Who asks says whose rows there are: a subject, a reach, an owner, or the program
// itself.
func ExampleModel_For() {
	ctx := context.Background()
	pool, stop, err := examplePool(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stop()
	db := repository.NewWriter(pool)
	acme, globex := uuid.New(), uuid.New()
	subject := owner.ReachOf(owner.Grant{Kind: "organization", Set: owner.IDs(acme, globex)})
	for _, id := range []uuid.UUID{acme, globex} {
		own, err := subject.Own(ctx, "organization", id)
		if err != nil {
			fmt.Println(err)
			return
		}
		if _, err := books.For(own).Create(ctx, db, Book{Title: "Emma"}); err != nil {
			fmt.Println(err)
			return
		}
	}
	all, _ := books.For(subject).Count(ctx, db, nil)
	none, _ := books.For(owner.Reach{}).Count(ctx, db, nil)
	system, _ := books.For(owner.System("nightly report")).Count(ctx, db, nil)
	fmt.Println(all, none, system)

	_, err = books.For(subject).Create(ctx, db, Book{Title: "Dune"})
	fmt.Println(err)
	// Output:
	// 2 0 2
	// repository: books: a new row needs an owner: get one with the method Own of the subject or the reach, and call For with it
}

// OwnedBy takes the filter of a request: without one, nothing is filtered.
func ExampleRows_OwnedBy() {
	ctx := context.Background()
	pool, stop, err := examplePool(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stop()
	db := repository.NewWriter(pool)
	acme, globex, other := uuid.New(), uuid.New(), uuid.New()
	system := owner.System("example")
	for _, id := range []uuid.UUID{acme, globex, other} {
		if _, err := books.For(system).Create(ctx, db, Book{OrganizationID: id, Title: "Emma"}); err != nil {
			fmt.Println(err)
			return
		}
	}
	subject := owner.ReachOf(owner.Grant{Kind: "organization", Set: owner.IDs(acme, globex)})
	for _, filter := range []kit.Filter[uuid.UUID]{nil, {acme}, {acme, globex}, {other}} {
		count, err := books.For(subject).OwnedBy("organization", filter).Count(ctx, db, nil)
		fmt.Println(count, err)
	}
	// Output:
	// 2 <nil>
	// 1 <nil>
	// 2 <nil>
	// 0 <nil>
}
