package fastapi

import (
	"math/big"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

// eventKind is the enum Kind of the application.
type eventKind string

func (eventKind) Values() []eventKind { return []eventKind{"created", "paid", "refunded"} }

type action interface{ action() }

type start struct {
	Action string  `json:"action" validate:"oneof=start"`
	Delay  big.Int `json:"delay" default:"0" validate:"gte=0"`
}

type stop struct {
	_ struct{} `extra:"forbid"`

	Action string `json:"action" validate:"oneof=stop halt"`
	Force  bool   `json:"force"`
}

type move struct {
	Action string    `json:"action" validate:"oneof=move"`
	To     eventKind `json:"to"`
	Steps  []big.Int `json:"steps"`
}

func (start) action() {}
func (stop) action()  {}
func (move) action()  {}

var _ = kit.DefineUnion[action]("action", start{}, stop{}, move{})

var _ = theme("actions", request.Decode[action])
