package customer

import (
	"context"
	"encoding/csv"
	"iter"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/kit"
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
func (s *Service) Export(ctx context.Context, subject auth.AuthSubject[auth.Admin], in ExportCustomers) (Export, error) {
	reach, err := s.access.Reach(ctx, subject)
	if err != nil {
		return Export{}, err
	}
	if len(in.OrganizationID) > 0 {
		reach = reach.Restrict(auth.OrganizationKind, in.OrganizationID...)
	}
	query := repository.Query{Sorting: sorting.New(sorting.Asc(SortCreatedAt))}
	return Export{batches: Repository.In(reach).Walk(ctx, s.reader, query, exportBatch)}, nil
}

// Export is a reply that writes customers while it reads them.
type Export struct {
	batches iter.Seq2[[]Row, error]
}

// DescribeResponse describes the reply in the document.
func (Export) DescribeResponse() (int, openapi.Response) {
	return http.StatusOK, openapi.Response{
		Description: "The customers as CSV, with a header line.",
		Content:     openapi.Map[openapi.MediaType]{{Name: "text/csv", Value: openapi.MediaType{Schema: &openapi.Schema{Type: []string{"string"}}}}},
	}
}

// WriteResponse writes the lines. What fails before the first batch is an
// ordinary error; what fails after it cuts the reply off.
func (e Export) WriteResponse(w http.ResponseWriter, _ *http.Request) error {
	var lines *csv.Writer
	start := func() {
		w.Header().Set("Content-Type", "text/csv; charset=utf-8")
		w.Header().Set("Content-Disposition", `attachment; filename="customers.csv"`)
		lines = csv.NewWriter(w)
		_ = lines.Write([]string{"id", "created_at", "updated_at", "external_id", "email", "email_verified", "name", "organization_id"})
	}
	for batch, err := range e.batches {
		if err != nil {
			return err
		}
		if lines == nil {
			start()
		}
		for i := range batch {
			_ = lines.Write(batch[i].csv())
		}
		// A writer keeps its first error, so one look for each batch will do.
		if lines.Flush(); lines.Error() != nil {
			return lines.Error()
		}
	}
	if lines == nil {
		start()
	}
	lines.Flush()
	return lines.Error()
}

func (r *Row) csv() []string {
	updated := ""
	if r.UpdatedAt != nil {
		updated = r.UpdatedAt.Format(time.RFC3339Nano)
	}
	return []string{
		r.ID.String(), r.CreatedAt.Format(time.RFC3339Nano), updated, cell(r.ExternalID), cell(&r.Email),
		strconv.FormatBool(r.EmailVerified), cell(r.Name), r.OrganizationID.String(),
	}
}

// cell is a customer's text as a spreadsheet shows it: one that begins like a
// formula must not become one.
func cell(text *string) string {
	if text == nil {
		return ""
	}
	if *text != "" && strings.ContainsRune("=+-@\t\r", rune((*text)[0])) {
		return "'" + *text
	}
	return *text
}
