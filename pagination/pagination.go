// Package pagination has the parameters of a page and the shape of a list
// (Polar guideline: every list is paged).
//
// A list endpoint embeds [Params] in its parameters. Params reads page and limit.
// The endpoint returns a [ListResource]:
//
//	type ListCustomers struct {
//		pagination.Params
//		…
//	}
//
//	list := pagination.NewListResource(items, total, in.Params)
//
// A client gets
//
//	{"items":[…],"pagination":{"total_count":25,"max_page":3}}
//
// Page numbers are slow in long lists, and inexact in lists that change often.
// For such lists the package has cursors: [CursorParams], [CursorList] and [Cursors].
//
// The package does not use a database. Page and PageAfter of package repository
// fill these types.
package pagination

import "github.com/polarkit-go/polarkit/kit"

// ListResource is the answer of a list that is paged by numbers.
type ListResource[T any] struct {
	kit.Schema `doc:"A page of a list."`

	Items      []T        `json:"items"      doc:"The items of the page."`
	Pagination Pagination `json:"pagination" doc:"Where the page stands in the list."`
}

// Pagination says where a page stands in its list.
type Pagination struct {
	kit.Schema `doc:"Where a page stands in its list."`

	TotalCount int64 `json:"total_count" doc:"How many items the whole list has." example:"25"`
	MaxPage    int64 `json:"max_page"    doc:"The number of the last page; 0 when there are no items." example:"3"`

	// TotalCountIsCapped says that counting stopped at TotalCount: the list has at
	// least so many items. It is in the reply only when true.
	TotalCountIsCapped bool `json:"total_count_is_capped,omitzero" doc:"Present and true when counting stopped at total_count: the list has at least so many items."`
	// TotalCountIsEstimated says that TotalCount is the database's estimate.
	// It is in the reply only when true.
	TotalCountIsEstimated bool `json:"total_count_is_estimated,omitzero" doc:"Present and true when total_count is an estimate."`
}

// NewListResource makes the answer of a list from the items of a page, the exact
// number of items in the whole list, and the parameters of the request. Nil items
// are an empty list.
func NewListResource[T any](items []T, total int64, params Params) ListResource[T] {
	if items == nil {
		items = []T{}
	}
	return ListResource[T]{Items: items, Pagination: Pagination{TotalCount: total, MaxPage: params.MaxPage(total)}}
}

// MapListResource converts the items of a list, for example rows into read schemas.
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
