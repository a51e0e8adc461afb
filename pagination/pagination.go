// Package pagination holds pages as clients ask for them (page, limit) and the
// shape in which a list answers.
package pagination

import "github.com/polarkit-go/polarkit/kit"

// ListResource is the answer of every list:
//
//	{"items":[…],"pagination":{"total_count":25,"max_page":3}}
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
}
