package fastapi

import (
	"math/big"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

type method interface{ method() }

// card is a method whose brand distinguishes its structs.
type card interface {
	method
	card()
}

type visa struct {
	Type  string `json:"type" validate:"oneof=card"`
	Brand string `json:"brand" validate:"oneof=visa"`
	Last4 string `json:"last4" pattern:"^\\d{4}$"`
}

type amex struct {
	Type     string  `json:"type" validate:"oneof=card"`
	Brand    string  `json:"brand" validate:"oneof=amex"`
	Contract big.Int `json:"contract"`
}

type bank struct {
	Type string `json:"type" validate:"oneof=bank sepa"`
	IBAN string `json:"iban"`
}

func (visa) method() {}
func (visa) card()   {}
func (amex) method() {}
func (amex) card()   {}
func (bank) method() {}

var cards = kit.DefineUnion[card]("brand", visa{}, amex{})

var _ = kit.DefineUnion[method]("type").Nested(cards).Variants(bank{})

// kind is the enum Kind of the application.
type kind string

func (kind) Values() []kind { return []kind{"created", "paid", "refunded"} }

type event interface{ event() }

type createdEvent struct {
	Kind  kind    `json:"kind" validate:"oneof=created"`
	Items big.Int `json:"items" validate:"gte=1"`
}

type paidEvent struct {
	Kind   kind   `json:"kind" validate:"oneof=paid"`
	Method method `json:"method"`
}

type refundedEvent struct {
	Kind   kind    `json:"kind" validate:"oneof=refunded"`
	Reason *string `json:"reason" default:"null"`
}

func (createdEvent) event()  {}
func (paidEvent) event()     {}
func (refundedEvent) event() {}

var _ = kit.DefineUnion[event]("kind", createdEvent{}, paidEvent{}, refundedEvent{})

type payload interface{ payload() }

type first struct {
	Version int    `json:"version" validate:"oneof=1"`
	Data    string `json:"data"`
}

type second struct {
	Version int       `json:"version" validate:"oneof=2 3"`
	Data    []big.Int `json:"data"`
}

func (first) payload()  {}
func (second) payload() {}

var _ = kit.DefineUnion[payload]("version", first{}, second{})

type lamp interface{ lamp() }

type switchedOn struct {
	On    bool    `json:"on" validate:"oneof=true"`
	Watts big.Int `json:"watts"`
}

type switchedOff struct {
	On bool `json:"on" validate:"oneof=false"`
}

func (switchedOn) lamp()  {}
func (switchedOff) lamp() {}

var _ = kit.DefineUnion[lamp]("on", switchedOn{}, switchedOff{})

type envelope struct {
	Event   event    `json:"event"`
	Events  []event  `json:"events" default:"[]"`
	Payload *payload `json:"payload" default:"null"`
	Lamp    *lamp    `json:"lamp" default:"null"`
	Method  *method  `json:"method" default:"null"`
}

var _ = theme("envelopes", request.Decode[envelope])
