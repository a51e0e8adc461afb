package jsonnum_test

import (
	"encoding/json"
	"math/big"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/internal/jsonnum"
)

func TestValue(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]any{
		"0": int64(0), "-0": int64(0), "-7": int64(-7), "9223372036854775807": int64(9223372036854775807),
		"9223372036854775808": json.Number("9223372036854775808"), "-9223372036854775809": json.Number("-9223372036854775809"),
		"5.0": 5.0, "1e2": 100.0, "2E-1": 0.2, "1e-999": 0.0, "1e400": json.Number("1e400"), "-1e400": json.Number("-1e400"),
	} {
		require.Equal(t, want, jsonnum.Value(text), text)
	}
}

type inner struct{ Any any }

type embedded struct{ Also any }

type everything struct {
	embedded

	Map    map[string]any
	List   []any
	Any    any
	Maps   []map[string][]any
	Inner  map[string]*inner
	Array  [2]any
	Number json.Number
	Float  float64
	Raw    json.RawMessage
	Next   *everything
}

func TestUnmarshal(t *testing.T) {
	t.Parallel()

	const huge = `123456789012345678901234567890`
	number := json.Number(huge)
	var v everything
	require.NoError(t, jsonnum.Unmarshal([]byte(`{"Also":1,"Map":{"n":5,"m":`+huge+`},"List":[5,5.0,[1,null]],"Any":{"a":[7]},
		"Maps":[{"a":[`+huge+`,true]}],"Inner":{"x":{"Any":3},"y":null},"Array":[1,"1"],"Number":1.50,"Float":5,"Raw":[1.0],"Next":{"Any":9}}`), &v))
	require.Equal(t, everything{
		embedded: embedded{Also: int64(1)},
		Map:      map[string]any{"n": int64(5), "m": number},
		List:     []any{int64(5), 5.0, []any{int64(1), nil}},
		Any:      map[string]any{"a": []any{int64(7)}},
		Maps:     []map[string][]any{{"a": {number, true}}},
		Inner:    map[string]*inner{"x": {Any: int64(3)}, "y": nil},
		Array:    [2]any{int64(1), "1"},
		Number:   "1.50", Float: 5, Raw: json.RawMessage(`[1.0]`),
		Next: &everything{Any: int64(9)},
	}, v)

	var free any
	require.NoError(t, jsonnum.Unmarshal([]byte(` 5 `), &free))
	require.Equal(t, int64(5), free)
	var whole big.Int
	require.NoError(t, jsonnum.Unmarshal([]byte(huge), &whole))
	require.Equal(t, huge, whole.String())
	for _, bad := range []string{``, `5 6`, `{"a":1}}`, `[`, `01`} {
		require.Error(t, jsonnum.Unmarshal([]byte(bad), &free), bad)
	}
}

// FuzzUnmarshal holds the values against those of encoding/json: the same but
// for numbers, which are written again with the same value.
func FuzzUnmarshal(f *testing.F) {
	for _, text := range []string{`{"a":[1,1.5,-0,1e400,12345678901234567890]}`, `null`, `"x"`, `[[[1]]]`, `{"":{}}`, `1 2`, `{"a":1,"a":2}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var got, want any
		err := jsonnum.Unmarshal(data, &got)
		if !json.Valid(data) {
			require.Error(t, err)
			return
		}
		require.NoError(t, err)
		out, err := json.Marshal(got)
		require.NoError(t, err)
		if json.Unmarshal(data, &want) != nil {
			return // a number out of range, which encoding/json does not take
		}
		var back any
		require.NoError(t, json.Unmarshal(out, &back))
		if !reflect.DeepEqual(positive(want), positive(back)) {
			t.Fatalf("%q: %v, encoding/json %v", data, back, want)
		}
	})
}

// positive takes the sign off zeros: an integer has no negative one.
func positive(value any) any {
	switch value := value.(type) {
	case float64:
		if value == 0 {
			return 0.0
		}
	case []any:
		for i := range value {
			value[i] = positive(value[i])
		}
	case map[string]any:
		for key := range value {
			value[key] = positive(value[key])
		}
	}
	return value
}
