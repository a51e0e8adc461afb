package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/kittest"
	"github.com/polarkit-go/polarkit/kit/openapi"
	"github.com/polarkit-go/polarkit/pagination"
	"github.com/polarkit-go/polarkit/sorting"
)

var update = flag.Bool("update", false, "write the documents in testdata again")

type sortProperty string

const (
	createdAt sortProperty = "created_at"
	byName    sortProperty = "name"
)

func (sortProperty) Values() []sortProperty { return []sortProperty{createdAt, byName} }

type orderStatus string

func (orderStatus) Values() []orderStatus { return []orderStatus{"open", "paid"} }

type address struct {
	kit.Schema `doc:"A postal address."`

	Country string                `json:"country" validate:"len=2" doc:"The country, as ISO 3166-1." example:"DE"`
	City    kit.Optional[*string] `json:"city" doc:"The city." example:"Berlin"`
}

type orderAddress struct {
	kit.Schema `doc:"A postal address."`

	Country string  `json:"country" doc:"The country, as ISO 3166-1." example:"DE"`
	City    *string `json:"city" doc:"The city." example:"Berlin"`
}

type order struct {
	kit.TimestampedSchema `doc:"An order of a customer."`

	ID       uuid.UUID     `json:"id" doc:"The ID of the order." example:"992fae2a-2a17-4b7a-8d9e-e287cf90131b"`
	Status   orderStatus   `json:"status" doc:"Where the order stands."`
	Amount   int64         `json:"amount" doc:"The amount in cents." example:"1200"`
	Rate     *float64      `json:"rate" doc:"The rate of tax." example:"0.19"`
	PaidAt   *time.Time    `json:"paid_at" doc:"The time of the payment." example:"2025-01-03T13:37:00Z"`
	Tags     []string      `json:"tags" doc:"Free tags." example:"gift"`
	Address  *orderAddress `json:"address" doc:"Where it is sent."`
	Metadata kit.Metadata  `json:"metadata" doc:"Key-value pairs."`
	Parent   *order        `json:"parent" doc:"The order that this one follows."`
}

type orderCreate struct {
	kit.Schema `doc:"An order to make." extra:"forbid"`

	Status   orderStatus             `json:"status" default:"open" doc:"Where the order stands."`
	Amount   int64                   `json:"amount" validate:"min=50,max=99999999" doc:"The amount in cents." example:"1200"`
	Rate     kit.Optional[*float64]  `json:"rate" validate:"gt=0,lt=1" doc:"The rate of tax." example:"0.19"`
	PaidAt   kit.Optional[time.Time] `json:"paid_at" doc:"The time of the payment." example:"2025-01-03T13:37:00Z"`
	Tags     []string                `json:"tags" default:"[]" validate:"max=3,dive,min=1,max=20" doc:"Free tags." example:"gift"`
	Address  kit.Optional[*address]  `json:"address" doc:"Where it is sent."`
	Code     kit.Optional[string]    `json:"code" validate:"min=3,max=8" pattern:"^[A-Z]+$" doc:"A discount code." example:"SUMMER"`
	Note     string                  `json:"note" default:"" doc:"A note." example:"Please ring twice."`
	Secret   kit.Optional[string]    `json:"secret" sensitive:"true" doc:"The secret of the webhook."`
	Metadata kit.Metadata            `json:"metadata" default:"{}" doc:"Key-value pairs."`
}

type listOrders struct {
	pagination.Params `max_limit:"50"`

	Sorting  sorting.By[sortProperty] `query:"sorting" default:"-created_at"`
	Status   kit.Filter[orderStatus]  `query:"status" doc:"Filter by status."`
	Customer kit.Optional[uuid.UUID]  `query:"customer_id" doc:"Filter by customer." example:"992fae2a-2a17-4b7a-8d9e-e287cf90131b"`
	Metadata kit.MetadataFilter       `query:"metadata" doc:"Filter by metadata."`
	Trace    kit.Optional[string]     `header:"x-trace" doc:"The ID of the trace." example:"abc"`
}

type walkOrders struct {
	pagination.CursorParams
}

type walkedOrder struct {
	kit.TimestampedSchema `doc:"An order in a log."`

	ID uuid.UUID `json:"id" doc:"The ID of the order." example:"992fae2a-2a17-4b7a-8d9e-e287cf90131b"`
}

var orderClosed = errors.DefineKind("OrderClosed", 409, "This order is closed.")

func newOrders() *api.API {
	return newShopAnd(api.Config{
		Version:     "1.2.3",
		Description: "A shop.",
		Servers:     []openapi.Server{{URL: "https://api.example.com"}},
		Tags:        []openapi.Tag{{Name: "customers", Description: "Who buys."}, {Name: "orders", Description: "What they buy."}},
	}, func(root *api.Group) {
		orders := root.Group("/v1/orders", api.Tag("orders"))
		api.List(orders, "/", canRead, does[listOrders, pagination.ListResource[order]], api.Name("list"), api.Description("All orders."))
		api.Get(orders, "/{id}", api.Public("for everybody"), func(context.Context, api.NoSubject, customerID) (order, error) { return order{}, nil })
		api.Create(orders, "/", canRead, does[orderCreate, order], api.Name("create"), api.Fails(orderClosed, errors.ResourceAlreadyExists))
		api.Post(orders, "/{id}/refund", canRead, does[customerID, api.NoContent], api.Name("refund"), api.Deprecated())
		api.Handle(orders, "GET", "/export", canRead, does[struct{}, api.CSV], api.Name("export"))
		api.Handle(orders, "GET", "/go", canRead, does[struct{}, api.Redirect], api.Name("go"))
		api.ListByCursor(root.Group("/v1/order-logs", api.Tag("order_logs")), "/", canRead, does[walkOrders, pagination.CursorList[walkedOrder]], api.Name("walk"))
		api.Post(root.Group("/v1/internals", api.Private()), "/wipe", canRead, does[struct{}, api.NoContent], api.Name("wipe"))
	})
}

func TestDocument(t *testing.T) {
	t.Parallel()
	var got bytes.Buffer
	require.NoError(t, json.Indent(&got, newOrders().OpenAPI(), "", "  "))
	got.WriteByte('\n')
	const file = "testdata/openapi.json"
	if *update {
		require.NoError(t, os.WriteFile(file, got.Bytes(), 0o600))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), got.String(), "run go test ./kit/api -update and read the difference")
}

func TestDocumentIsTheSameOnEveryStart(t *testing.T) {
	t.Parallel()
	want := newOrders().OpenAPI()
	for range 20 {
		require.Equal(t, string(want), string(newOrders().OpenAPI()))
	}
}

func TestDocumentHandler(t *testing.T) {
	t.Parallel()
	a := newOrders()
	h := a.DocumentHandler()
	w := call(h, "GET", "/openapi.json", "")
	require.Equal(t, 200, w.Code)
	require.Equal(t, "application/json", w.Header().Get("Content-Type"))
	require.Equal(t, string(a.OpenAPI()), w.Body.String())
	etag := w.Header().Get("ETag")
	require.Regexp(t, `^"[A-Za-z0-9_-]{16}"$`, etag)

	for _, condition := range []string{etag, "W/" + etag, `"other", ` + etag, "*"} {
		r := newRequest("GET", "/openapi.json", "")
		r.Header.Set("If-None-Match", condition)
		w := send(h, r)
		require.Equal(t, 304, w.Code, condition)
		require.Zero(t, w.Body.Len())
		require.Equal(t, etag, w.Header().Get("ETag"))
	}
	r := newRequest("GET", "/openapi.json", "")
	r.Header.Set("If-None-Match", `"other"`)
	require.Equal(t, 200, send(h, r).Code)

	head := call(h, "HEAD", "/openapi.json", "")
	require.Equal(t, 200, head.Code)
	require.Zero(t, head.Body.Len())
	require.Equal(t, w.Header(), head.Header())
	require.Equal(t, 405, call(h, "POST", "/openapi.json", "").Code)
}

func TestNamesInTheDocumentClash(t *testing.T) {
	t.Parallel()
	type customer struct {
		kit.TimestampedSchema `doc:"Another customer."`

		ID uuid.UUID `json:"id" doc:"The ID of the customer." example:"992fae2a-2a17-4b7a-8d9e-e287cf90131b"`
	}
	type resourceNotFound struct {
		kit.TimestampedSchema `doc:"A schema."`
	}
	with := func(key string, register func(v1 *api.Group)) {
		reported(t, key, func() { newShopAnd(api.Config{}, func(root *api.Group) { register(root.Group("/v1")) }) })
	}
	with("two schemas of one name", func(v1 *api.Group) {
		api.Get(v1, "/others/{id}", canRead, does[customerID, customer], api.Name("other"))
	})
	with("a schema with the name of an error", func(v1 *api.Group) {
		api.Get(v1, "/others/{id}", canRead, does[customerID, resourceNotFound], api.Name("other"))
	})
	with("two errors of one name", func(v1 *api.Group) {
		api.Get(v1, "/others/{id}", canRead, service{}.Get, api.Name("other"), api.Fails(errors.DefineKind("ResourceNotFound", 404, "Gone.")))
	})
}

func TestDocumentAgreesWithBinding(t *testing.T) {
	t.Parallel()
	kittest.Agreement(t, newOrders())
	kittest.Guidelines(t, newOrders())
}
