package fastapi

import (
	"context"
	"math/big"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

var _ = kit.DefineRule("even", kit.Rule[big.Int]{
	Validate: func(value big.Int, _ string) error {
		if value.Bit(0) == 1 {
			return errors.ValueError("total must be even")
		}
		return nil
	},
})

type survey struct {
	Title   string    `json:"title"`
	Answers []big.Int `json:"answers" default:"[]" validate:"max=3"`
	Total   *big.Int  `json:"total" default:"null" validate:"even"`
}

// BeforeValidate reads the old form of a survey, whose title is its name.
func (survey) BeforeValidate(_ context.Context, raw kit.Value) (any, error) {
	name, ok := raw.Member("name")
	switch {
	case !ok:
		return raw, nil
	case raw.Has("title"):
		return nil, errors.ValueError("name is the old word for title")
	}
	return raw.With("title", name), nil
}

type surveyBatch struct {
	Surveys []survey `json:"surveys" validate:"min=1"`
	Last    *survey  `json:"last" default:"null"`
}

var _ = theme("surveys", request.Decode[surveyBatch])
