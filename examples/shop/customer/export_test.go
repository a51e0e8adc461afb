package customer

import (
	"errors"
	"iter"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit"
)

var errGone = errors.New("gone")

var r = httptest.NewRequest(http.MethodGet, "/", http.NoBody)

func batches(err error, batches ...[]Customer) iter.Seq2[[]Customer, error] {
	return func(yield func([]Customer, error) bool) {
		for _, batch := range batches {
			if !yield(batch, nil) {
				return
			}
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

func TestExportWrites(t *testing.T) {
	t.Parallel()
	at := time.Date(2025, 1, 3, 13, 37, 0, 500_000, time.UTC)
	name, formula := `Ada "the first", Lovelace`, "=HYPERLINK(1)"
	rows := []Customer{
		{TimestampedSchema: kit.TimestampedSchema{CreatedAt: at}, ID: uuid.UUID{1}, Email: "ada@example.com", EmailVerified: true, Name: &name, OrganizationID: uuid.UUID{2}},
		{TimestampedSchema: kit.TimestampedSchema{CreatedAt: at, UpdatedAt: &at}, ID: uuid.UUID{3}, Email: "+x@example.com", Name: &formula, ExternalID: &formula, OrganizationID: uuid.UUID{2}},
	}
	w := httptest.NewRecorder()
	require.NoError(t, newExport(batches(nil, rows[:1], rows[1:])).WriteResponse(w, r))
	require.Equal(t, "text/csv; charset=utf-8", w.Header().Get("Content-Type"))
	require.Equal(t, strings.ReplaceAll(`id,created_at,updated_at,external_id,email,email_verified,name,organization_id
01000000-0000-0000-0000-000000000000,2025-01-03T13:37:00.0005Z,,,ada@example.com,true,"Ada ""the first"", Lovelace",02000000-0000-0000-0000-000000000000
03000000-0000-0000-0000-000000000000,2025-01-03T13:37:00.0005Z,2025-01-03T13:37:00.0005Z,'=HYPERLINK(1),'+x@example.com,false,'=HYPERLINK(1),02000000-0000-0000-0000-000000000000
`, "\n", "\r\n"), w.Body.String())
}

func TestExportOfNobody(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	require.NoError(t, newExport(batches(nil)).WriteResponse(w, r))
	require.Equal(t, "id,created_at,updated_at,external_id,email,email_verified,name,organization_id\r\n", w.Body.String())
}

func TestExportFails(t *testing.T) {
	t.Parallel()
	before := httptest.NewRecorder()
	require.ErrorIs(t, newExport(batches(errGone)).WriteResponse(before, r), errGone)
	require.Empty(t, before.Header(), "nothing is written, so the error can be answered like any other")
	require.Zero(t, before.Body.Len())

	after := httptest.NewRecorder()
	require.ErrorIs(t, newExport(batches(errGone, []Customer{{}})).WriteResponse(after, r), errGone)
}
