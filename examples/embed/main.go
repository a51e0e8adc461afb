// Command embed is a plain net/http program that uses three parts of polarkit: the
// pagination and the sorting of its list, and the error replies. Its router, its
// middleware and its other handlers do not change.
//
//	go run -C examples ./embed
//	curl 'http://127.0.0.1:8081/books?limit=2&sorting=-year,title'
//	curl 'http://127.0.0.1:8081/books?page=0&sorting=nope'
//	curl 'http://127.0.0.1:8081/books/42'
package main

import (
	"cmp"
	"fmt"
	"log"
	"net/http"
	"slices"
	"time"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/reply"
	"github.com/polarkit-go/polarkit/kit/request"
	"github.com/polarkit-go/polarkit/pagination"
	"github.com/polarkit-go/polarkit/sorting"
)

// Book is a type that the program had before.
type Book struct {
	ID    int    `json:"id"`
	Title string `json:"title"`
	Year  int    `json:"year"`
}

var books = []Book{
	{1, "The Mythical Man-Month", 1975},
	{2, "Structure and Interpretation of Computer Programs", 1985},
	{3, "The C Programming Language", 1978},
	{4, "The Practice of Programming", 1999},
	{5, "The Unix Programming Environment", 1984},
}

// BookSort is a property by which clients can sort books.
type BookSort string

// The sort properties.
const (
	ByTitle BookSort = "title"
	ByYear  BookSort = "year"
)

// Values lists the properties.
func (BookSort) Values() []BookSort { return []BookSort{ByTitle, ByYear} }

// ListBooks are the query parameters of the list.
type ListBooks struct {
	pagination.Params
	Sorting sorting.By[BookSort] `query:"sorting" default:"title"`
}

// listBooks answers with a page. Bind returns the mistakes in the parameters as an
// error, so the reply has the shape of every error.
func listBooks(w http.ResponseWriter, r *http.Request) error {
	in, err := request.Bind[ListBooks](r)
	if err != nil {
		return err
	}
	sorted := slices.SortedFunc(slices.Values(books), func(a, b Book) int {
		return compare(in.Sorting, a, b)
	})
	from := min(in.Offset(), int64(len(sorted)))
	to := min(from+in.Limit(), int64(len(sorted)))
	return reply.JSON(w, http.StatusOK, pagination.NewListResource(sorted[from:to], int64(len(sorted)), in.Params))
}

func compare(order sorting.By[BookSort], a, b Book) int {
	for _, criterion := range order.Criteria() {
		var c int
		switch criterion.Property {
		case ByTitle:
			c = cmp.Compare(a.Title, b.Title)
		case ByYear:
			c = cmp.Compare(a.Year, b.Year)
		}
		if criterion.Descending {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return cmp.Compare(a.ID, b.ID) // a unique last criterion, so that pages do not overlap
}

// GetBook are the parameters of one book.
type GetBook struct {
	ID int `path:"id"`
}

func getBook(w http.ResponseWriter, r *http.Request) error {
	in, err := request.Bind[GetBook](r)
	if err != nil {
		return err
	}
	for _, book := range books {
		if book.ID == in.ID {
			return reply.JSON(w, http.StatusOK, book)
		}
	}
	return errors.ResourceNotFound.New()
}

// routes is the program's router: a plain ServeMux, as before.
func routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ping", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "pong") })

	mux.Handle("GET /books", reply.Handler(listBooks))
	mux.Handle("GET /books/{id}", reply.Handler(getBook))
	return mux
}

func main() {
	server := &http.Server{Addr: "127.0.0.1:8081", Handler: routes(), ReadHeaderTimeout: 10 * time.Second}
	log.Fatal(server.ListenAndServe())
}
