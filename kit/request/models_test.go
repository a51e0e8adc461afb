package request_test

import (
	"context"
	"math/big"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/reply"
	"github.com/polarkit-go/polarkit/kit/request"
	"github.com/polarkit-go/polarkit/pagination"
	"github.com/polarkit-go/polarkit/sorting"
)

// The models of testdata/vectors.jsonl, mirrored from the FastAPI application
// that the vectors were recorded from. A Python BaseModel is a plain struct, a
// model of its Schema class embeds kit.Schema; int without a bound is big.Int,
// which has none either; None as default is default:"null".

type status string

func (status) Values() []status { return []status{"draft", "open", "paid", "void"} }

type scalars struct {
	Count  big.Int   `json:"count"`
	Ratio  float64   `json:"ratio"`
	Active bool      `json:"active"`
	Label  string    `json:"label"`
	Ref    uuid.UUID `json:"ref"`
	At     time.Time `json:"at"`
	Day    kit.Date  `json:"day"`
}

type optionals struct {
	Count   *big.Int          `json:"count" default:"null"`
	Ratio   *float64          `json:"ratio" default:"null"`
	Active  *bool             `json:"active" default:"null"`
	Label   *string           `json:"label" default:"null"`
	Ref     *uuid.UUID        `json:"ref" default:"null"`
	At      *time.Time        `json:"at" default:"null"`
	Day     *kit.Date         `json:"day" default:"null"`
	Status  *status           `json:"status" default:"null"`
	Size    big.Int           `json:"size" default:"10"`
	Title   string            `json:"title" default:"untitled"`
	Enabled bool              `json:"enabled" default:"true"`
	Tags    []string          `json:"tags" default:"[]"`
	Labels  map[string]string `json:"labels" default:"{}"`
}

type constraints struct {
	Code     string             `json:"code" validate:"min=3,max=8"`
	Slug     string             `json:"slug" validate:"min=1,max=12" pattern:"^[a-z0-9-]+$"`
	Quantity int                `json:"quantity" validate:"gte=1,lte=100"`
	Above    big.Int            `json:"above" validate:"gt=0"`
	Below    big.Int            `json:"below" validate:"lt=10"`
	Step     big.Int            `json:"step" validate:"multiple_of=5,gte=-10,lte=50"`
	Rate     float64            `json:"rate" validate:"gte=0,lte=1"`
	Score    float64            `json:"score" validate:"gt=-1.5,lt=99.5"`
	Numbers  []big.Int          `json:"numbers" validate:"min=1,max=3"`
	Words    []string           `json:"words" validate:"max=2,dive,min=1,max=5"`
	Table    map[string]big.Int `json:"table" default:"{\"a\":1}" validate:"min=1,max=2"`
	Nick     *string            `json:"nick" default:"null" validate:"min=2"`
}

type address struct {
	Street string  `json:"street"`
	Zip    *string `json:"zip" default:"null"`
}

type person struct {
	Name    string   `json:"name"`
	Age     big.Int  `json:"age"`
	Address *address `json:"address" default:"null"`
}

type nested struct {
	Owner  person             `json:"owner"`
	People []person           `json:"people"`
	Counts map[string]big.Int `json:"counts"`
	Groups map[string]address `json:"groups"`
	Matrix [][]big.Int        `json:"matrix"`
}

type choices struct {
	Status   status             `json:"status"`
	Kind     string             `json:"kind" validate:"oneof=a b"`
	Statuses []status           `json:"statuses"`
	Quoted   string             `json:"quoted" default:"plain" validate:"oneof=plain it's"`
	Single   *string            `json:"single" default:"null" validate:"oneof=only"`
	Level    int                `json:"level" default:"1" validate:"oneof=1 2 3"`
	ByStatus map[status]big.Int `json:"by_status" default:"{}"`
}

type contacts struct {
	Email    string    `json:"email" validate:"email"`
	Site     string    `json:"site" validate:"http_url"`
	Callback string    `json:"callback" validate:"https_url"`
	Key      uuid.UUID `json:"key" validate:"uuid4"`
}

type addressInput struct {
	kit.Schema

	Country    string  `json:"country" pattern:"^[A-Z]{2}$"`
	Line1      *string `json:"line1" default:"null"`
	PostalCode *string `json:"postal_code" default:"null"`
	City       *string `json:"city" default:"null"`
}

type customerCreate struct {
	kit.Schema

	Metadata       kit.Metadata  `json:"metadata" default:"{}"`
	ExternalID     *string       `json:"external_id" default:"null"`
	Name           *string       `json:"name" default:"null" validate:"max=256"`
	Email          string        `json:"email" validate:"email"`
	BillingAddress *addressInput `json:"billing_address" default:"null"`
	OrganizationID *uuid.UUID    `json:"organization_id" default:"null" validate:"uuid4"`
}

type customerUpdate struct {
	kit.Schema

	Email          kit.Optional[*string]       `json:"email,omitzero" validate:"email"`
	Name           kit.Optional[*string]       `json:"name,omitzero" validate:"max=256"`
	ExternalID     kit.Optional[*string]       `json:"external_id,omitzero"`
	Metadata       kit.Optional[*kit.Metadata] `json:"metadata,omitzero"`
	BillingAddress kit.Optional[*addressInput] `json:"billing_address,omitzero"`
}

type updateCustomer struct {
	ID   uuid.UUID `path:"id" validate:"uuid4"`
	Body customerUpdate
}

type nulItem struct {
	kit.Schema

	Text string `json:"text"`
}

type nulGuard struct {
	kit.Schema

	Title  string            `json:"title" validate:"min=2"`
	Tags   []string          `json:"tags" default:"[]"`
	Labels map[string]string `json:"labels" default:"{}"`
	Data   map[string]any    `json:"data" default:"{}"`
	Item   *nulItem          `json:"item" default:"null"`
	Items  []nulItem         `json:"items" default:"[]"`
}

type lenient struct {
	Name string  `json:"name"`
	Size big.Int `json:"size" default:"1"`
}

type strictItem struct {
	_ struct{} `extra:"forbid"`

	SKU      string  `json:"sku"`
	Quantity big.Int `json:"quantity" default:"1"`
}

type strict struct {
	_ struct{} `extra:"forbid"`

	Name  string       `json:"name"`
	Item  *strictItem  `json:"item" default:"null"`
	Items []strictItem `json:"items" default:"[]"`
}

type pet interface{ pet() }

type cat struct {
	Type  string  `json:"type" validate:"oneof=cat"`
	Lives int     `json:"lives"`
	Name  *string `json:"name" default:"null"`
}

type dog struct {
	Type   string  `json:"type" validate:"oneof=dog puppy"`
	Weight float64 `json:"weight"`
}

func (cat) pet() {}
func (dog) pet() {}

var _ = kit.DefineUnion[pet]("type", cat{}, dog{})

type owner struct {
	Pet    pet   `json:"pet"`
	Others []pet `json:"others" default:"[]"`
	Spare  *pet  `json:"spare" default:"null"`
}

type shape interface{ shape() }

type circle struct {
	Shape  string  `json:"shape" validate:"oneof=circle"`
	Radius big.Int `json:"radius"`
}

type square struct {
	Shape  string  `json:"shape" validate:"oneof=square"`
	Side   big.Int `json:"side"`
	Filled bool    `json:"filled" default:"false"`
}

func (circle) shape() {}
func (square) shape() {}

var _ = kit.DefineUnion[shape]("shape", circle{}, square{})

type amounts struct {
	Small      int32        `json:"small"`
	MaybeSmall *int32       `json:"maybe_small" default:"null"`
	Amount     *kit.Decimal `json:"amount" default:"null"`
	Price      kit.Decimal  `json:"price" default:"1" validate:"gte=0,max_digits=8,decimal_places=2"`
}

type slot struct {
	Starts int `json:"starts"`
	Ends   int `json:"ends"`
}

func (s slot) Validate(context.Context) error {
	if s.Ends < s.Starts {
		return errors.ValueError("ends must not be before starts")
	}
	return nil
}

var _ = kit.DefineRule("booking_code", kit.Rule[string]{
	Type:  "value_error",
	Msg:   `Value error, Code must start with "BK-".`,
	Ctx:   errors.Ctx{{Name: "error", Value: struct{}{}}},
	Check: func(code, _ string) bool { return strings.HasPrefix(code, "BK-") },
})

type booking struct {
	Code   string  `json:"code" validate:"min=4,booking_code"`
	Guests big.Int `json:"guests" default:"1"`
	Slot   *slot   `json:"slot" default:"null"`
	Slots  []slot  `json:"slots" default:"[]"`
	Email  *string `json:"email" default:"null" validate:"email"`
	Phone  *string `json:"phone" default:"null"`
}

func (b booking) Validate(context.Context) error {
	if b.Email == nil && b.Phone == nil {
		return errors.ValueError("Either an email or a phone number is required.")
	}
	return nil
}

type stamps struct {
	kit.Schema

	CreatedAt  time.Time  `json:"created_at"`
	ModifiedAt *time.Time `json:"modified_at"`
}

type stamped struct {
	stamps

	ID        uuid.UUID `json:"id" validate:"uuid4"`
	ExpiresOn *kit.Date `json:"expires_on" default:"null"`
}

type sortProperty string

func (sortProperty) Values() []sortProperty { return []sortProperty{"created_at", "name"} }

type listQuery struct {
	pagination.Params

	Sorting sorting.By[sortProperty] `query:"sorting" default:"-created_at"`
	Query   *string                  `query:"query" default:"null" validate:"max=20"`
}

type searchQuery struct {
	Number  *big.Int   `query:"number" default:"null" json:"number"`
	Ratio   *float64   `query:"ratio" default:"null" json:"ratio"`
	Active  *bool      `query:"active" default:"null" json:"active"`
	Text    *string    `query:"text" default:"null" json:"text"`
	Ref     *uuid.UUID `query:"ref" default:"null" json:"ref"`
	At      *time.Time `query:"at" default:"null" json:"at"`
	Day     *kit.Date  `query:"day" default:"null" json:"day"`
	Status  *status    `query:"status" default:"null" json:"status"`
	Kind    *string    `query:"kind" default:"null" validate:"oneof=a b" json:"kind"`
	Verbose bool       `query:"verbose" default:"false" json:"verbose"`
}

type requiredQuery struct {
	Name   string    `query:"name" validate:"min=1,max=5" json:"name"`
	Number int       `query:"number" validate:"min=1,max=10" json:"number"`
	Flag   bool      `query:"flag" json:"flag"`
	Since  time.Time `query:"since" json:"since"`
	Email  *string   `query:"email" default:"null" validate:"email" json:"email"`
	From   *string   `query:"from" default:"null" pattern:"^[a-z_]+$" json:"from"`
}

type filtersQuery struct {
	Tags     []string     `query:"tags" json:"tags"`
	IDs      *[]uuid.UUID `query:"ids" default:"null" json:"ids"`
	Statuses *[]status    `query:"statuses" default:"null" json:"statuses"`
	Numbers  []big.Int    `query:"numbers" default:"[]" validate:"max=3" json:"numbers"`
}

type multiQuery struct {
	ID         kit.Filter[uuid.UUID] `query:"id" validate:"dive,uuid4"`
	Status     kit.Filter[status]    `query:"status"`
	ExternalID kit.Filter[string]    `query:"external_id"`
}

type itemQuery struct {
	ID     uuid.UUID `path:"id" validate:"uuid4" json:"id"`
	Expand bool      `query:"expand" default:"false" json:"expand"`
}

type orderLine struct {
	Number big.Int `path:"number" validate:"min=1" json:"number"`
	Line   big.Int `path:"line" validate:"lt=100" json:"line"`
	Q      big.Int `query:"q" default:"0" json:"q"`
}

// vectorRoutes is the FastAPI application of the vectors.
func vectorRoutes() http.Handler {
	mux := http.NewServeMux()
	body(mux, "POST /scalars", request.Decode[scalars])
	body(mux, "POST /optionals", request.Decode[optionals])
	body(mux, "POST /constraints", request.Decode[constraints])
	body(mux, "POST /nested", request.Decode[nested])
	body(mux, "POST /choices", request.Decode[choices])
	body(mux, "POST /contacts", request.Decode[contacts])
	body(mux, "POST /customers", request.Decode[customerCreate])
	body(mux, "POST /nul", request.Decode[nulGuard])
	body(mux, "POST /lenient", request.Decode[lenient])
	body(mux, "POST /strict", request.Decode[strict])
	body(mux, "POST /pets", request.Decode[owner])
	body(mux, "POST /shapes", request.Decode[shape])
	body(mux, "POST /amounts", request.Decode[amounts])
	body(mux, "POST /bookings", request.Decode[booking])
	body(mux, "POST /stamps", request.Bind[stamped])
	body(mux, "GET /search", request.Bind[searchQuery])
	body(mux, "GET /required", request.Bind[requiredQuery])
	body(mux, "GET /filters", request.Bind[filtersQuery])
	body(mux, "GET /items/{id}", request.Bind[itemQuery])
	body(mux, "GET /orders/{number}/lines/{line}", request.Bind[orderLine])
	body(mux, "PATCH /customers/{id}", func(r *http.Request) (customerUpdate, error) {
		in, err := request.Bind[updateCustomer](r)
		return in.Body, err
	})
	body(mux, "GET /list", func(r *http.Request) (any, error) {
		in, err := request.Bind[listQuery](r)
		terms := []string{}
		for _, term := range in.Sorting.Terms() {
			terms = append(terms, term.String())
		}
		return map[string]any{"page": in.Page(), "limit": in.Limit(), "sorting": terms, "query": in.Query}, err
	})
	body(mux, "GET /multi", func(r *http.Request) (any, error) {
		in, err := request.Bind[multiQuery](r)
		values := map[string]any{"id": nil, "status": nil, "external_id": nil}
		if len(in.ID) > 0 {
			values["id"] = in.ID
		}
		if len(in.Status) > 0 {
			values["status"] = in.Status
		}
		if len(in.ExternalID) > 0 {
			values["external_id"] = in.ExternalID
		}
		return values, err
	})
	return mux
}

func body[T any](mux *http.ServeMux, pattern string, read func(*http.Request) (T, error)) {
	mux.Handle(pattern, reply.Handler(func(w http.ResponseWriter, r *http.Request) error {
		value, err := read(r)
		if err != nil {
			return err
		}
		return reply.JSON(w, http.StatusOK, value)
	}))
}
