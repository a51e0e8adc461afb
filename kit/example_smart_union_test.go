package kit_test

import (
	"fmt"
	"time"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

// Change is what an update of a subscription may be. No tag says which.
type Change interface{ change() }

type Seats struct {
	kit.Schema `doc:"Another number of seats." extra:"forbid"`

	Seats int `json:"seats" validate:"gte=1"`
}

type Cancel struct {
	kit.Schema `doc:"The end of a subscription." extra:"forbid"`

	Cancel bool `json:"cancel"`
}

func (Seats) change()  {}
func (Cancel) change() {}

var _ = kit.DefineSmartUnion[Change](Seats{}, Cancel{})

func ExampleDefineSmartUnion() {
	change, err := request.Decode[Change](post(`{"seats":3}`))
	switch change := change.(type) {
	case Seats:
		fmt.Println("seats", change.Seats, err)
	case Cancel:
		fmt.Println("cancel", change.Cancel, err)
	}

	_, err = request.Decode[Change](post(`{"seats":0}`))
	fmt.Println(err)
	// Output:
	// seats 3 <nil>
	// PolarRequestValidationError: greater_than_equal at body.Seats.seats and 2 more
}

// Start is a time, or the text now.
type Start any

var _ = kit.DefineSmartUnion[Start](time.Time{}).Ruled(`validate:"oneof=now"`, "")

func ExampleUnion_Ruled() {
	type Job struct {
		kit.Schema

		Start Start `json:"start"`
	}
	for _, body := range []string{`{"start":"now"}`, `{"start":"2026-01-02T03:04:05Z"}`, `{"start":"later"}`} {
		job, err := request.Decode[Job](post(body))
		switch start := job.Start.(type) {
		case string:
			fmt.Println("at once", start)
		case time.Time:
			fmt.Println("at", start.Format(time.DateOnly))
		default:
			fmt.Println(err)
		}
	}
	// Output:
	// at once now
	// at 2026-01-02
	// PolarRequestValidationError: datetime_from_date_parsing at body.start.datetime and 1 more
}

// Payment is a way to pay. The field "type" distinguishes cards from the rest, and the
// field "brand" the cards.
type Payment interface{ payment() }

type CardPayment interface {
	Payment
	card()
}

type Visa struct {
	kit.Schema `doc:"A card of Visa."`

	Type  string `json:"type" validate:"oneof=card"`
	Brand string `json:"brand" validate:"oneof=visa"`
	Last4 string `json:"last4" validate:"len=4"`
}

type Amex struct {
	kit.Schema `doc:"A card of American Express."`

	Type     string `json:"type" validate:"oneof=card"`
	Brand    string `json:"brand" validate:"oneof=amex"`
	Contract int    `json:"contract"`
}

type Transfer struct {
	kit.Schema `doc:"A transfer from a bank."`

	Type string `json:"type" validate:"oneof=bank sepa"`
	IBAN string `json:"iban"`
}

func (Visa) payment()     {}
func (Visa) card()        {}
func (Amex) payment()     {}
func (Amex) card()        {}
func (Transfer) payment() {}

var cardPayments = kit.DefineUnion[CardPayment]("brand", Visa{}, Amex{})

var _ = kit.DefineUnion[Payment]("type").Nested(cardPayments).Variants(Transfer{})

func ExampleUnion_Nested() {
	payment, err := request.Decode[Payment](post(`{"type":"card","brand":"amex","contract":7}`))
	fmt.Println(payment.(Amex).Contract, err)

	_, err = request.Decode[Payment](post(`{"type":"card","brand":"visa","last4":"42"}`))
	fmt.Println(err)
	// Output:
	// 7 <nil>
	// PolarRequestValidationError: string_too_short at body.card.visa.last4
}
