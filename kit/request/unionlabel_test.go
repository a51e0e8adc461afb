package request_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

type labelMethod interface{ labelMethod() }

type labelCard interface {
	labelMethod
	labelCard()
}

type (
	visa struct {
		Type  string `json:"type"  validate:"oneof=card"`
		Brand string `json:"brand" validate:"oneof=visa v"`
	}
	amex struct {
		Type  string `json:"type"  validate:"oneof=card"`
		Brand string `json:"brand" validate:"oneof=amex"`
	}
	bank struct {
		Type string `json:"type" validate:"oneof=bank sepa"`
	}
)

func (visa) labelMethod() {}
func (visa) labelCard()   {}
func (amex) labelMethod() {}
func (amex) labelCard()   {}
func (bank) labelMethod() {}

var (
	labelCards   = kit.DefineUnion[labelCard]("brand", visa{}, amex{})
	labelMethods = kit.DefineUnion[labelMethod]("type").Nested(labelCards).Variants(bank{})
)

type (
	methodOrNumber  any
	methodsOrNumber any
)

var (
	_ = kit.DefineSmartUnion[methodOrNumber]().Nested(labelMethods).Variants(0)
	_ = kit.DefineSmartUnion[methodsOrNumber]([]labelMethod{}, 0)
)

// The label of a union by a tag has its variants once for each value of the tag.
func TestLabelsOfTaggedUnions(t *testing.T) {
	t.Parallel()

	type body struct {
		M methodOrNumber  `json:"m"`
		N methodsOrNumber `json:"n"`
	}
	_, err := request.Decode[body](post(`{"m":"x","n":["x"]}`))
	require.Equal(t, []string{
		`model_attributes_type ["body","m","tagged-union[tagged-union[Visa,Visa,Amex],Bank,Bank]"] "x"`,
		`int_parsing ["body","m","int"] "x"`,
		`model_attributes_type ["body","n","list[tagged-union[tagged-union[Visa,Visa,Amex],Bank,Bank]]",0] "x"`,
		`int_type ["body","n","int"] ["x"]`,
	}, reported(t, err))
}
