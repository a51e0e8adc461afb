package customer

import (
	"context"
	"iter"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/examples/shop/access"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/openapi"
	"github.com/polarkit-go/polarkit/repository"
	"github.com/polarkit-go/polarkit/sorting"
)

// exportBatch is how many customers an export reads at a time: no more are in
// memory, and no connection is held while a slow client reads.
const exportBatch = 1000

// ExportCustomers are the parameters of an export.
type ExportCustomers struct {
	OrganizationID kit.Filter[uuid.UUID] `query:"organization_id" doc:"Filter by organization ID." example:"1dbfc517-0bbf-4301-9ba8-555ca42b9737"`
}

// Export gives all customers that the subject reaches as CSV, the oldest first.
func (s *Service) Export(ctx context.Context, by access.Admin, in ExportCustomers) (Export, error) {
	query := repository.Query{Sorting: sorting.New(sorting.Asc(SortCreatedAt))}
	customers := Customers.For(by).OwnedBy(auth.OrganizationKind, in.OrganizationID)
	return newExport(customers.Walk(ctx, s.db, query, exportBatch)), nil
}

// Export is a reply that writes customers while it reads them.
type Export struct{ api.CSV }

// DescribeResponse describes the reply in the document.
func (Export) DescribeResponse() (int, openapi.Response) {
	status, response := api.CSV{}.DescribeResponse()
	response.Description = "The customers as CSV, with a header line."
	return status, response
}

func newExport(batches iter.Seq2[[]Customer, error]) Export {
	return Export{api.CSV{
		Filename: "customers.csv",
		Header:   []string{"id", "created_at", "updated_at", "external_id", "email", "email_verified", "name", "organization_id"},
		Rows: func(yield func([]string, error) bool) {
			for batch, err := range batches {
				if err != nil {
					yield(nil, err)
					return
				}
				for i := range batch {
					if !yield(batch[i].csv(), nil) {
						return
					}
				}
			}
		},
	}}
}

func (c *Customer) csv() []string {
	updated := ""
	if c.UpdatedAt != nil {
		updated = c.UpdatedAt.Format(time.RFC3339Nano)
	}
	return []string{
		c.ID.String(), c.CreatedAt.Format(time.RFC3339Nano), updated, text(c.ExternalID), c.Email,
		strconv.FormatBool(c.EmailVerified), text(c.Name), c.OrganizationID.String(),
	}
}

func text(value *string) string {
	if value == nil {
		return ""
	}
	return *value
}
