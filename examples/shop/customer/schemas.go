package customer

import (
	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/examples/shop/postal"
	"github.com/polarkit-go/polarkit/kit"
)

// Customer is the read schema, and the row of the table.
type Customer struct {
	kit.TimestampedSchema `doc:"A customer of an organization."`

	ID             uuid.UUID       `json:"id"              db:"id"              doc:"The ID of the customer." example:"992fae2a-2a17-4b7a-8d9e-e287cf90131b"`
	ExternalID     *string         `json:"external_id"     db:"external_id"     doc:"The ID of the customer in your system. It is unique within the organization. Once set, it can't be updated." example:"usr_1337"`
	Email          string          `json:"email"           db:"email"           doc:"The email address of the customer. It is unique within the organization." example:"customer@example.com"`
	EmailVerified  bool            `json:"email_verified"  db:"email_verified"  doc:"Whether the email address is known to be the customer's." example:"true"`
	Name           *string         `json:"name"            db:"name"            doc:"The name of the customer." example:"John Doe"`
	BillingAddress *postal.Address `json:"billing_address" db:"billing_address" doc:"The billing address of the customer."`
	OrganizationID uuid.UUID       `json:"organization_id" db:"organization_id" doc:"The ID of the organization that the customer belongs to." example:"1dbfc517-0bbf-4301-9ba8-555ca42b9737"`
	Metadata       kit.Metadata    `json:"metadata"        db:"metadata"        doc:"Key-value pairs of your own." example:"{\"plan\":\"pro\"}"`
}

// CustomerCreate is the create schema.
type CustomerCreate struct {
	kit.Schema `doc:"A customer to create."`

	ExternalID     kit.Optional[*string]              `json:"external_id"     validate:"min=1,max=256" doc:"The ID of the customer in your system. It must be unique within the organization. Once set, it can't be updated." example:"usr_1337"`
	Email          string                             `json:"email"           validate:"email" doc:"The email address of the customer. It must be unique within the organization." example:"customer@example.com"`
	Name           kit.Optional[*string]              `json:"name"            validate:"max=256" doc:"The name of the customer." example:"John Doe"`
	BillingAddress kit.Optional[*postal.AddressInput] `json:"billing_address" doc:"The billing address of the customer."`
	OrganizationID kit.Optional[uuid.UUID]            `json:"organization_id" doc:"The ID of the organization that the customer will belong to. Required unless you use an organization token, or reach only one organization." example:"1dbfc517-0bbf-4301-9ba8-555ca42b9737"`
	Metadata       kit.Metadata                       `json:"metadata"        default:"{}" doc:"Key-value pairs of your own." example:"{\"plan\":\"pro\"}"`
}

// CustomerUpdate is the update schema: every field is optional.
type CustomerUpdate struct {
	kit.Schema `doc:"A change to a customer. Fields that are left out stay as they are."`

	ExternalID     kit.Optional[*string]              `json:"external_id"     validate:"min=1,max=256" doc:"The ID of the customer in your system. It must be unique within the organization. Once set, it can't be updated." example:"usr_1337"`
	Email          kit.Optional[string]               `json:"email"           validate:"email" doc:"The email address of the customer. It must be unique within the organization. A new one is not verified." example:"customer@example.com"`
	Name           kit.Optional[*string]              `json:"name"            validate:"max=256" doc:"The name of the customer; null takes it away." example:"John Doe"`
	BillingAddress kit.Optional[*postal.AddressInput] `json:"billing_address" doc:"The billing address of the customer; null takes it away."`
	Metadata       kit.Optional[kit.Metadata]         `json:"metadata"        doc:"Key-value pairs of your own, in place of those that are there." example:"{\"plan\":\"pro\"}"`
}
