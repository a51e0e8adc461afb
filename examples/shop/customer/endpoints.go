package customer

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/pagination"
	"github.com/polarkit-go/polarkit/sorting"
)

// Routes registers the endpoints of the admin API.
func Routes(g *api.Group, s *Service) {
	customers := g.Group("/customers", api.Tag("customers"))

	api.List(customers, "/", canRead, s.List)
	api.Create(customers, "/", canWrite, s.Create)
	api.Handle(customers, http.MethodGet, "/export", canRead, s.Export, api.Summary("Export Customers"), api.Timeout(exportTimeout))
	api.Get(customers, "/external/{external_id}", canRead, s.GetExternal, api.Summary("Get Customer by External ID"), api.Fails(errors.ResourceConflict))
	api.Get(customers, "/{id}", canRead, s.Get)
	api.Update(customers, "/{id}", canWrite, s.Update)
	api.Delete(customers, "/{id}", canWrite, s.Delete)
}

// exportTimeout is how long an export may take: a client may be slow.
const exportTimeout = 15 * time.Minute

// ListCustomers are the parameters of a list.
type ListCustomers struct {
	pagination.Params
	Sorting        sorting.By[SortProperty] `query:"sorting" default:"-created_at"`
	OrganizationID kit.Filter[uuid.UUID]    `query:"organization_id" doc:"Filter by organization ID." example:"1dbfc517-0bbf-4301-9ba8-555ca42b9737"`
	Email          kit.Optional[string]     `query:"email" doc:"Filter by exact email." example:"customer@example.com"`
	Query          kit.Optional[string]     `query:"query" doc:"Filter by name or email." example:"john"`
	Metadata       kit.MetadataFilter       `query:"metadata"`
}

// GetCustomer names a customer.
type GetCustomer struct {
	ID uuid.UUID `path:"id" doc:"The customer ID." example:"992fae2a-2a17-4b7a-8d9e-e287cf90131b"`
}

// GetExternalCustomer names a customer by the ID that the organization gave.
type GetExternalCustomer struct {
	ExternalID     string                `path:"external_id" doc:"The customer external ID." example:"usr_1337"`
	OrganizationID kit.Filter[uuid.UUID] `query:"organization_id" doc:"The organization of the customer, where several have one with this external ID." example:"1dbfc517-0bbf-4301-9ba8-555ca42b9737"`
}

// UpdateCustomer is a change to a customer.
type UpdateCustomer struct {
	ID   uuid.UUID `path:"id" doc:"The customer ID." example:"992fae2a-2a17-4b7a-8d9e-e287cf90131b"`
	Body CustomerUpdate
}
