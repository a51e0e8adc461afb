package request_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

type openNote struct {
	Text  string         `json:"text"`
	Extra map[string]int `json:"-"    extra:"allow"`
}

type openCount struct {
	Count int            `json:"count"`
	Extra map[string]any `json:"-"     extra:"allow"`
}

type openValue any

var _ = kit.DefineSmartUnion[openValue](openNote{}, openCount{})

// A variant that keeps further keys reads and keeps them, and they count as its fields.
func TestVariantsKeepFurtherKeys(t *testing.T) {
	t.Parallel()

	type body struct {
		Values []openValue `json:"values"`
	}
	in, err := request.Decode[body](post(`{"values":[{"text":"a","b":2},{"count":1,"c":"d"}]}`))
	require.NoError(t, err)
	require.Equal(t, []openValue{
		openNote{Text: "a", Extra: map[string]int{"b": 2}}, openCount{Count: 1, Extra: map[string]any{"c": "d"}},
	}, in.Values)

	_, err = request.Decode[body](post(`{"values":[{"text":"a","b":"x"}]}`))
	require.Equal(t, []string{
		`int_parsing ["body","values",0,"OpenNote","b"] "x"`,
		`missing ["body","values",0,"OpenCount","count"] {"text":"a","b":"x"}`,
	}, reported(t, err))
}
