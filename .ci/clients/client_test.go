//go:build generated

package clients

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/oapi-codegen/runtime/types"

	"github.com/polarkit-go/polarkit/clients/shop"
)

// TestClient uses the generated client against the running example. Each answer
// is one that the document has.
func TestClient(t *testing.T) {
	ctx := t.Context()
	client, err := shop.NewClientWithResponses(os.Getenv("SHOP_URL"), shop.WithHTTPClient(&http.Client{Transport: newValidating(t)}), shop.WithRequestEditorFn(
		func(_ context.Context, r *http.Request) error {
			r.Header.Set("Authorization", "Bearer "+os.Getenv("SHOP_TOKEN"))
			return nil
		}))
	if err != nil {
		t.Fatal(err)
	}

	limit := 7
	list, err := client.CustomersListWithResponse(ctx, &shop.CustomersListParams{Limit: &limit})
	if err != nil {
		t.Fatal(err)
	}
	if list.JSON200 == nil || len(list.JSON200.Items) != limit || list.JSON200.Pagination.TotalCount <= int64(limit) {
		t.Fatalf("the list is not a page of %d: %s", limit, list.Body)
	}

	name := "Ada"
	created, err := client.CustomersCreateWithResponse(ctx, shop.CustomerCreate{
		Email: types.Email(fmt.Sprintf("ada-%d@example.com", time.Now().UnixNano())),
		Name:  &name,
	})
	if err != nil {
		t.Fatal(err)
	}
	if created.JSON201 == nil || created.JSON201.Name == nil || *created.JSON201.Name != name {
		t.Fatalf("the customer was not created: %d %s", created.StatusCode(), created.Body)
	}
	id := created.JSON201.Id

	other := "Grace"
	updated, err := client.CustomersUpdateWithResponse(ctx, id, shop.CustomerUpdate{Name: &other})
	if err != nil {
		t.Fatal(err)
	}
	if updated.JSON200 == nil || *updated.JSON200.Name != other || updated.JSON200.Email != created.JSON201.Email {
		t.Fatalf("the customer was not updated: %d %s", updated.StatusCode(), updated.Body)
	}

	deleted, err := client.CustomersDeleteWithResponse(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	if deleted.StatusCode() != http.StatusNoContent {
		t.Fatalf("the customer was not deleted: %d %s", deleted.StatusCode(), deleted.Body)
	}

	absent, err := client.CustomersGetWithResponse(ctx, uuid.New())
	if err != nil {
		t.Fatal(err)
	}
	if absent.JSON404 == nil || absent.JSON404.Error != "ResourceNotFound" {
		t.Fatalf("an absent customer is not a ResourceNotFound: %d %s", absent.StatusCode(), absent.Body)
	}

	zero := 0
	invalid, err := client.CustomersListWithResponse(ctx, &shop.CustomersListParams{Page: &zero})
	if err != nil {
		t.Fatal(err)
	}
	if invalid.JSON422 == nil || len(invalid.JSON422.Detail) != 1 || invalid.JSON422.Detail[0].Type != "greater_than" {
		t.Fatalf("page 0 is not refused as such: %d %s", invalid.StatusCode(), invalid.Body)
	}
}
