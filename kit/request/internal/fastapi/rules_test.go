package fastapi

import (
	"math/big"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

type expression interface{ expression() }

type leaf struct {
	Op    string  `json:"op" validate:"oneof=leaf"`
	Value big.Int `json:"value"`
}

type negation struct {
	Op string     `json:"op" validate:"oneof=not"`
	Of expression `json:"of"`
}

type junction struct {
	Op string       `json:"op" validate:"oneof=and or"`
	Of []expression `json:"of" validate:"min=1"`
}

func (leaf) expression()     {}
func (negation) expression() {}
func (junction) expression() {}

var _ = kit.DefineUnion[expression]("op", leaf{}, negation{}, junction{})

type rule struct {
	Name string     `json:"name"`
	When expression `json:"when"`
}

var _ = theme("rules", request.Decode[rule])
