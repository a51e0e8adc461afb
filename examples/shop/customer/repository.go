package customer

import (
	"context"

	sq "github.com/Masterminds/squirrel"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/examples/shop/postal"
	"github.com/polarkit-go/polarkit/repository"
)

// Customers is the table of customers: who reaches a row, and how rows are sorted.
var Customers = repository.MustNew[Customer]("customers", repository.Options{
	SoftDelete: "deleted_at",
	Owners:     repository.Owners{auth.OrganizationKind: "organization_id", auth.CustomerKind: "id"},
	Sorting: repository.SortMap[SortProperty]{
		SortCreatedAt: "created_at",
		SortEmail:     "lower(email) NOT NULL",
		SortName:      "lower(name)",
	},
	Unique: repository.Fields{
		"customers_organization_id_email_key":       {"body", "email"},
		"customers_organization_id_external_id_key": {"body", "external_id"},
	},
})

var (
	created = repository.RowOf[CustomerCreate](Customers, postal.Column)
	sent    = repository.ChangesOf[CustomerUpdate](Customers, postal.Column)
)

// changed are the fields that were sent. An e-mail address that differs from that of
// the row is not verified.
func changed(in CustomerUpdate) repository.Changes[Customer] {
	changes := sent(in)
	if email, ok := in.Email.Get(); ok {
		changes = changes.Set("email_verified", sq.Expr("email_verified AND email = ?", email))
	}
	return changes
}

// ByExternalID is the customer with an external ID, which is unique within an
// organization: that several have one is a conflict.
func ByExternalID(ctx context.Context, db repository.Readable, customers repository.Rows[Customer], externalID string) (Customer, error) {
	found, err := customers.All(ctx, db, repository.Query{Where: sq.Eq{"external_id": externalID}, Max: 2})
	switch {
	case err != nil:
		return Customer{}, err
	case len(found) == 0:
		return Customer{}, errors.ResourceNotFound.New()
	case len(found) > 1:
		return Customer{}, errors.ResourceConflict.WithDetail("Several organizations have a customer with this external ID")
	}
	return found[0], nil
}

// filter is what the parameters of a list ask for, besides the organization.
func (in ListCustomers) filter() sq.Sqlizer {
	filter := sq.And{repository.MetadataMatches("metadata", in.Metadata)}
	if email, ok := in.Email.Get(); ok {
		filter = append(filter, sq.Expr("lower(email) = lower(?)", email))
	}
	if in.Query.Or("") != "" {
		filter = append(filter, sq.Or{repository.Contains("name", in.Query), repository.Contains("email", in.Query)})
	}
	return filter
}
