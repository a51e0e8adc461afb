package customer

import (
	"context"

	sq "github.com/Masterminds/squirrel"
	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/examples/shop/postal"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/repository"
)

// Row is a customer as the database has it.
type Row struct {
	repository.Record

	OrganizationID uuid.UUID       `db:"organization_id"`
	ExternalID     *string         `db:"external_id"`
	Email          string          `db:"email"`
	EmailVerified  bool            `db:"email_verified"`
	Name           *string         `db:"name"`
	BillingAddress *postal.Address `db:"billing_address"`
	Metadata       kit.Metadata    `db:"metadata"`
}

// Repository is the table of customers: who reaches a row, and how rows are sorted.
var Repository = repository.MustNew[Row]("customers", repository.Options{
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

var sent = repository.ChangesOf[CustomerUpdate](Repository)

// changes are the fields that were sent. An e-mail address that differs from that of
// the row is not verified.
func (in CustomerUpdate) changes() repository.Changes[Row] {
	changes := sent(in)
	if email, ok := in.Email.Get(); ok {
		changes = changes.Set("email_verified", sq.Expr("email_verified AND email = ?", email))
	}
	if address, ok := in.BillingAddress.Get(); ok {
		changes = changes.Set("billing_address", address.Address())
	}
	return changes
}

// Schema is the customer as the API gives it.
func (r Row) Schema() Customer {
	return Customer{
		TimestampedSchema: kit.TimestampedSchema{CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt},
		ID:                r.ID,
		ExternalID:        r.ExternalID,
		Email:             r.Email,
		EmailVerified:     r.EmailVerified,
		Name:              r.Name,
		BillingAddress:    r.BillingAddress,
		OrganizationID:    r.OrganizationID,
		Metadata:          r.Metadata,
	}
}

// ByExternalID is the customer in reach with an external ID, which is unique
// within an organization: that several have one is a conflict.
func ByExternalID(ctx context.Context, from repository.Readable, reach owner.Reach, externalID string) (Row, error) {
	found, err := Repository.For(reach).All(ctx, from, repository.Query{Where: sq.Eq{"external_id": externalID}, Max: 2})
	switch {
	case err != nil:
		return Row{}, err
	case len(found) == 0:
		return Row{}, errors.ResourceNotFound.New()
	case len(found) > 1:
		return Row{}, errors.ResourceConflict.WithDetail("Several organizations have a customer with this external ID")
	}
	return found[0], nil
}

// row is a customer to create.
func (in CustomerCreate) row() Row {
	return Row{
		ExternalID:     in.ExternalID.Or(nil),
		Email:          in.Email,
		Name:           in.Name.Or(nil),
		BillingAddress: in.BillingAddress.Or(nil).Address(),
		Metadata:       in.Metadata,
	}
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
