package request_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

type sets struct {
	kit.Schema

	Words kit.Optional[kit.Set[string]] `json:"words" validate:"min=2,max=2"`
	Ints  kit.Set[int]                  `json:"ints"  default:"1,2"          validate:"dive,min=0"`
	IDs   *kit.Set[uuid.UUID]           `json:"ids"   default:"null"`
	Keys  map[string]int                `json:"keys"  default:"{}"           validate:"dive,keys,min=1,endkeys" key_pattern:"^[a-z]+$"`
}

// What Pydantic does with the same declarations.
func TestSets(t *testing.T) {
	t.Parallel()

	for body, want := range map[string]string{
		`{"words":["a"]}`:           `too_short ["body","words"] ["a"] Set should have at least 2 items after validation, not 1 {"field_type":"Set","min_length":2,"actual_length":1}`,
		`{"words":["a","a"]}`:       `too_short ["body","words"] ["a","a"] Set should have at least 2 items after validation, not 1 {"field_type":"Set","min_length":2,"actual_length":1}`,
		`{"words":["a","b","b"]}`:   `["a","b"] [1,2] null`,
		`{"words":["a","b",1]}`:     `string_type ["body","words",2] 1 Input should be a valid string`,
		`{"words":[1,"a","b","c"]}`: `too_long ["body","words"] [1,"a","b","c"] Set should have at most 2 items after validation, not more {"field_type":"Set","max_length":2,"actual_length":null}`,
		`{"words":{}}`:              `set_type ["body","words"] {} Input should be a valid set`,
		`{"words":"a"}`:             `set_type ["body","words"] "a" Input should be a valid set`,
		`{"words":null}`:            `set_type ["body","words"] null Input should be a valid set`,
		`{"words":["a","\u0000"]}`:  `value_error ["body","words"] ["a","\u0000"] Value error, This value contains invalid characters {"error":{}}`,
		`{"ints":["1",1,2.0,true]}`: `null [1,2] null`,
		`{"ints":[-1]}`:             `greater_than_equal ["body","ints",0] -1 Input should be greater than or equal to 0 {"ge":0}`,
		`{"ids":["992FAE2A-2A17-4b7a-8d9e-e287cf90131b","992fae2a2a174b7a8d9ee287cf90131b"]}`: `null [1,2] ["992fae2a-2a17-4b7a-8d9e-e287cf90131b"]`,
		`{"keys":{"A":1}}`: `string_pattern_mismatch ["body","keys","A","[key]"] "A" String should match pattern '^[a-z]+$' {"pattern":"^[a-z]+$"}`,
		`{"keys":{"":1}}`:  `string_too_short ["body","keys","","[key]"] "" String should have at least 1 character {"min_length":1}`,
	} {
		v, err := request.Decode[sets](jsonRequest(body))
		got := ""
		if err != nil {
			got = answered(t, err)
		} else {
			for _, value := range []any{v.Words, v.Ints, v.IDs} {
				data, err := json.Marshal(value)
				require.NoError(t, err)
				got += " " + string(data)
			}
			got = got[1:]
		}
		require.Equal(t, want, got, body)
	}
}

func TestPatternOfASet(t *testing.T) {
	t.Parallel()

	_, err := request.Decode[struct {
		kit.Schema

		Codes kit.Set[string] `json:"codes" pattern:"^[a-z]+$"`
	}](jsonRequest(`{"codes":["a","B"]}`))
	require.Equal(t, `string_pattern_mismatch ["body","codes",1] "B" String should match pattern '^[a-z]+$' {"pattern":"^[a-z]+$"}`, answered(t, err))
}

// glossary is a union of which a variant has rules for keys.
type glossary any

var _ = kit.DefineSmartUnion[glossary](0).Ruled(`key_pattern:"^[a-z]+$"`, map[string]string{})

func TestPatternOfTheKeysOfAVariant(t *testing.T) {
	t.Parallel()

	_, err := request.Decode[glossary](jsonRequest(`{"A":"x"}`))
	require.Contains(t, answered(t, err), "String should match pattern '^[a-z]+$'")
}

func TestSetInGo(t *testing.T) {
	t.Parallel()
	set := kit.SetOf(3, 1, 3)
	require.True(t, set.Has(1))
	require.False(t, set.Has(2))
	data, err := json.Marshal(set)
	require.NoError(t, err)
	require.JSONEq(t, `[1,3]`, string(data))
	var read kit.Set[int]
	require.NoError(t, json.Unmarshal(data, &read))
	require.Equal(t, set, read)
	require.Error(t, json.Unmarshal([]byte(`{}`), &read))
	data, err = json.Marshal(kit.Set[string](nil))
	require.NoError(t, err)
	require.Equal(t, `[]`, string(data))
}

func TestCheckRefusesSets(t *testing.T) {
	t.Parallel()

	for name, check := range map[string]func() error{
		"pointers": request.Check[struct {
			kit.Schema

			A kit.Set[*string] `json:"a"`
		}],
		"parameter": request.Check[struct {
			A kit.Set[string] `query:"a"`
		}],
		"key_pattern of a list": request.Check[struct {
			kit.Schema

			A []string `json:"a" key_pattern:"^a"`
		}],
		"key_pattern of integers": request.Check[struct {
			kit.Schema

			A map[int]string `json:"a" key_pattern:"^a"`
		}],
	} {
		sentence.Equal(t, "set: "+name, check())
	}
}

// A large list is read in one walk, and one that is too long ends early.
func TestLargeSet(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for range 100_000 {
		fmt.Fprintf(&b, `,%d`, rand.IntN(100)) //nolint:gosec // any numbers will do
	}
	v, err := request.Decode[sets](jsonRequest(`{"ints":[` + b.String()[1:] + `]}`))
	require.NoError(t, err)
	require.Len(t, v.Ints, 100)
}

// FuzzSet looks for bodies that panic, and for sets with another length than the rules
// let pass.
func FuzzSet(f *testing.F) {
	for _, body := range []string{`{"words":["a","b","b"]}`, `{"ints":[1,"1"]}`, `{"ids":[""]}`, `{"keys":{"a":1}}`} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		v, err := request.Decode[sets](jsonRequest(body))
		if words, ok := v.Words.Get(); ok && err == nil {
			require.Len(t, words, 2)
		}
	})
}
