// Package sorting holds the order of a list as clients ask for it:
// sorting=-created_at,name sorts by created_at, the latest first, then by name.
//
// A list declares the closed set of properties by which it can be sorted, and
// takes an order as a parameter:
//
//	type SortProperty string
//
//	const (
//		CreatedAt SortProperty = "created_at"
//		Name      SortProperty = "name"
//	)
//
//	func (SortProperty) Values() []SortProperty { return []SortProperty{CreatedAt, Name} }
//
//	type ListCustomers struct {
//		pagination.Params
//		Sorting sorting.By[SortProperty] `query:"sorting" default:"-created_at"`
//	}
//
// What a property means in SQL is the repository's matter: text of a request
// never reaches a statement.
package sorting

import (
	"slices"
	"strings"
)

// Property is the constraint of a closed set of sort properties: a named
// string type whose Values method, called on the zero value, lists the set in
// the order of its documentation.
type Property[P any] interface {
	~string
	Values() []P
}

// Term is one criterion without its type: a property's name and a direction.
type Term struct {
	Name       string
	Descending bool
}

// String is the term as clients write it: the name, after a minus if descending.
func (t Term) String() string {
	if t.Descending {
		return "-" + t.Name
	}
	return t.Name
}

// Order is the untyped view of an order, which package repository reads. [By]
// is one. It is an interface so that one repository can take the orders of any
// set; methods will not be added.
type Order interface {
	// Terms are the criteria, the first one first.
	Terms() []Term
}

// Criterion is one property with a direction.
type Criterion[P Property[P]] struct {
	Property   P
	Descending bool
}

// Asc sorts by the property, the smallest first.
func Asc[P Property[P]](property P) Criterion[P] { return Criterion[P]{Property: property} }

// Desc sorts by the property, the largest first.
func Desc[P Property[P]](property P) Criterion[P] {
	return Criterion[P]{Property: property, Descending: true}
}

// By is the order of a list. As a parameter it takes criteria separated by
// commas, in one parameter or several (Polar's guideline), each at most once;
// the tag default is the order when the parameter is absent, and the tag
// max_criteria limits their number, which is otherwise the size of the set.
//
// The zero value is no order of its own: a repository then sorts by its
// primary key.
type By[P Property[P]] struct {
	criteria []Criterion[P]
}

// New is an order made in Go.
func New[P Property[P]](criteria ...Criterion[P]) By[P] {
	return By[P]{criteria: slices.Clone(criteria)}
}

// Criteria are copies of the criteria, the first one first.
func (b By[P]) Criteria() []Criterion[P] { return slices.Clone(b.criteria) }

// IsZero reports whether there are no criteria.
func (b By[P]) IsZero() bool { return len(b.criteria) == 0 }

// Terms makes By an [Order].
func (b By[P]) Terms() []Term {
	if len(b.criteria) == 0 {
		return nil
	}
	terms := make([]Term, len(b.criteria))
	for i, c := range b.criteria {
		terms[i] = Term{Name: string(c.Property), Descending: c.Descending}
	}
	return terms
}

// String is the order as clients write it, such as "-created_at,name".
func (b By[P]) String() string {
	var text strings.Builder
	for i, term := range b.Terms() {
		if i > 0 {
			text.WriteByte(',')
		}
		text.WriteString(term.String())
	}
	return text.String()
}
