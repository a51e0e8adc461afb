// Package pagination holds pages as clients ask for them and the shape in
// which a list answers (Polar guideline: every list is paged).
//
// A list endpoint embeds [Params] in its parameters, which reads page and
// limit, and answers with a [ListResource]:
//
//	type ListCustomers struct {
//		pagination.Params
//		…
//	}
//
//	list := pagination.NewListResource(items, total, in.Params)
//
// is on the wire
//
//	{"items":[…],"pagination":{"total_count":25,"max_page":3}}
//
// For lists that are too deep or too busy for page numbers there is the cursor
// variant: [CursorParams], [CursorList] and [Cursors].
//
// The package knows nothing of databases; package repository's Page and
// PageAfter fill these types.
package pagination

import "github.com/polarkit-go/polarkit/kit"

// ListResource is the answer of a list that is paged by numbers.
type ListResource[T any] struct {
	kit.Schema `doc:"A page of a list."`

	Items      []T        `json:"items"      doc:"The items of the page."`
	Pagination Pagination `json:"pagination" doc:"Where the page stands in the list."`
}

// Pagination is the place of a page in its list.
type Pagination struct {
	kit.Schema `doc:"Where a page stands in its list."`

	TotalCount int64 `json:"total_count" doc:"How many items the whole list has." example:"25"`
	MaxPage    int64 `json:"max_page"    doc:"The number of the last page; 0 when there are no items." example:"3"`

	// TotalCountIsCapped says that counting stopped at TotalCount: there are at
	// least so many items. It is on the wire only when true.
	TotalCountIsCapped bool `json:"total_count_is_capped,omitzero" doc:"Present and true when counting stopped at total_count: the list has at least so many items."`
	// TotalCountIsEstimated says that TotalCount is the database's estimate.
	// It is on the wire only when true.
	TotalCountIsEstimated bool `json:"total_count_is_estimated,omitzero" doc:"Present and true when total_count is an estimate."`
}

// NewListResource makes the answer of a list: a page's items, the exact number of items of
// the whole list, and the page that was asked for. Nil items are an empty list.
func NewListResource[T any](items []T, total int64, params Params) ListResource[T] {
	if items == nil {
		items = []T{}
	}
	return ListResource[T]{Items: items, Pagination: Pagination{TotalCount: total, MaxPage: params.MaxPage(total)}}
}

// MapListResource makes a list of other items, such as the read schemas of a page of rows.
func MapListResource[T, U any](list ListResource[T], convert func(T) U) ListResource[U] {
	return ListResource[U]{Items: mapItems(list.Items, convert), Pagination: list.Pagination}
}

func mapItems[T, U any](items []T, convert func(T) U) []U {
	converted := make([]U, len(items))
	for i, item := range items {
		converted[i] = convert(item)
	}
	return converted
}
