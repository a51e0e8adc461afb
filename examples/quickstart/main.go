// A complete API in one file: go run . and then
//
//	curl 'localhost:8080/v1/books/?limit=1&sorting=-title'
//	curl localhost:8080/v1/books/ -H 'Content-Type: application/json' -d '{"title":""}'
package main

import (
	"context"
	"log"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/docs"
	"github.com/polarkit-go/polarkit/pagination"
	"github.com/polarkit-go/polarkit/sorting"
)

type Book struct {
	kit.Schema `doc:"A book."`

	ID    uuid.UUID `json:"id"    doc:"The ID of the book."    example:"992fae2a-2a17-4b7a-8d9e-e287cf90131b"`
	Title string    `json:"title" doc:"The title of the book." example:"Middlemarch"`
}

type BookCreate struct {
	kit.Schema `doc:"A book to create."`

	Title string `json:"title" validate:"min=1,max=200" doc:"The title of the book." example:"Middlemarch"`
}

type BookSort string

const ByTitle BookSort = "title"

func (BookSort) Values() []BookSort { return []BookSort{ByTitle} }

type ListBooks struct {
	pagination.Params
	Sorting sorting.By[BookSort] `query:"sorting" default:"title"`
}

type GetBook struct {
	ID uuid.UUID `path:"id" doc:"The ID of the book."`
}

type Shelf struct {
	mu    sync.Mutex
	books []Book
}

func (s *Shelf) List(_ context.Context, _ api.NoSubject, in ListBooks) (pagination.ListResource[Book], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	books := slices.SortedFunc(slices.Values(s.books), func(a, b Book) int { return strings.Compare(a.Title, b.Title) })
	if in.Sorting.Criteria()[0].Descending {
		slices.Reverse(books)
	}
	from := min(in.Offset(), int64(len(books)))
	to := min(from+in.Limit(), int64(len(books)))
	return pagination.NewListResource(books[from:to], int64(len(books)), in.Params), nil
}

func (s *Shelf) Get(_ context.Context, _ api.NoSubject, in GetBook) (Book, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.books, func(b Book) bool { return b.ID == in.ID })
	if i < 0 {
		return Book{}, errors.ResourceNotFound
	}
	return s.books[i], nil
}

func (s *Shelf) Create(_ context.Context, _ api.NoSubject, in BookCreate) (Book, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	book := Book{ID: uuid.New(), Title: in.Title}
	s.books = append(s.books, book)
	return book, nil
}

func (s *Shelf) Routes(root *api.Group) {
	public := api.Public("a shelf for everybody")

	books := root.Group("/v1").Group("/books", api.Tag("books"))
	api.List(books, "/", public, s.List)
	api.Get(books, "/{id}", public, s.Get)
	api.Create(books, "/", public, s.Create)
}

func newHandler() http.Handler {
	shelf := &Shelf{books: []Book{{ID: uuid.New(), Title: "Middlemarch"}, {ID: uuid.New(), Title: "Emma"}}}
	a := api.New(api.Config{Title: "Books"}, shelf.Routes) // panics here when anything is wrong

	mux := http.NewServeMux() // or the one that your service has
	mux.Handle("/v1/", a)
	mux.Handle("/docs/", docs.Handler(a))
	return mux
}

func main() {
	log.Fatal(http.ListenAndServe("127.0.0.1:8080", newHandler()))
}
