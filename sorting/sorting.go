// Package sorting holds the order of a list as clients ask for it:
// sorting=-created_at,name.
package sorting

// Property is the constraint of a closed set of sort properties: a named
// string type whose Values method, called on the zero value, lists the set in
// the order of its documentation.
//
//	type SortProperty string
//
//	const (
//		CreatedAt SortProperty = "created_at"
//		Name      SortProperty = "name"
//	)
//
//	func (SortProperty) Values() []SortProperty { return []SortProperty{CreatedAt, Name} }
type Property[P any] interface {
	~string
	Values() []P
}

// Term is one criterion without its type: a property's name and a direction.
type Term struct {
	Name       string
	Descending bool
}

// Order is the untyped view of an order, which package repository reads. [By]
// is one.
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

// By is the order of a list. The zero value is no order of its own: a
// repository then sorts by its primary key.
type By[P Property[P]] struct {
	criteria []Criterion[P]
}

// New is an order made in Go.
func New[P Property[P]](criteria ...Criterion[P]) By[P] { return By[P]{criteria: criteria} }

// Criteria are the criteria, the first one first.
func (b By[P]) Criteria() []Criterion[P] { return b.criteria }

// Terms makes By an [Order].
func (b By[P]) Terms() []Term {
	terms := make([]Term, len(b.criteria))
	for i, c := range b.criteria {
		terms[i] = Term{Name: string(c.Property), Descending: c.Descending}
	}
	return terms
}
