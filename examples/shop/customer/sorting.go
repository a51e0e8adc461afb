package customer

// SortProperty is what a list of customers can be sorted by.
type SortProperty string

// The sort properties.
const (
	SortCreatedAt SortProperty = "created_at"
	SortEmail     SortProperty = "email"
	SortName      SortProperty = "name"
)

// Values is the closed set, in the order of its documentation.
func (SortProperty) Values() []SortProperty {
	return []SortProperty{SortCreatedAt, SortEmail, SortName}
}
