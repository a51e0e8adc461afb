// Package sorting has the parameter for the order of a list:
// sorting=-created_at,name sorts by created_at, the latest first, then by name.
//
// A list declares the set of properties by which clients can sort it, and takes
// an order as a parameter:
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
// The repository declares the SQL of each property: no text of a request reaches
// a statement.
package sorting

import (
	"slices"
	"strings"
)

// Property is the constraint for a set of sort properties: a named string type
// with a method Values. Values of the zero value lists the set, in the order in
// which the document shows it.
type Property[P any] interface {
	~string
	Values() []P
}

// Term is one criterion without its type: the name of a property and a direction.
type Term struct {
	Name       string
	Descending bool
}

// String is the term as clients write it: the name, with a minus before it if
// descending.
func (t Term) String() string {
	if t.Descending {
		return "-" + t.Name
	}
	return t.Name
}

// Order is an order without its type. [By] is one, and package repository reads
// it. It is an interface so that a repository takes orders of any set. It will
// not get more methods.
type Order interface {
	// Terms are the criteria, in their order.
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
// commas, in one parameter or several (Polar's guideline). A property that comes
// a second time is ignored. The tag default is the order when the parameter is
// absent. The tag max_criteria limits the number of criteria in a request.
//
// The zero value has no criteria: a repository then sorts by the primary key.
type By[P Property[P]] struct {
	criteria []Criterion[P]
}

// New makes an order without a request.
func New[P Property[P]](criteria ...Criterion[P]) By[P] {
	return By[P]{criteria: slices.Clone(criteria)}
}

// Criteria returns copies of the criteria, in their order.
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
