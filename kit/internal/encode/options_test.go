package encode_test

import (
	"encoding/json"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/internal/encode"
)

type label string

func (label) MarshalText() ([]byte, error) { return []byte("label"), nil }

// options holds what the options of a tag do, and do not, work on. A zero value
// of it leaves out every field that can be left out.
type options struct {
	Plain        string          `json:"plain"`
	Empty        string          `json:"empty,omitempty"`
	Zero         int             `json:"zero,omitzero"`
	Both         *int            `json:"both,omitempty,omitzero"`
	List         []int           `json:"list,omitempty"`
	ZeroList     []int           `json:"zero_list,omitzero"`
	Map          map[string]int  `json:"map,omitempty"`
	Array        [2]int          `json:"array,omitempty"`
	EmptyArray   [0]int          `json:"empty_array,omitempty"`
	Struct       struct{ A int } `json:"struct,omitempty"`
	ZeroStruct   struct{ A int } `json:"zero_struct,omitzero"`
	Time         time.Time       `json:"time,omitempty"`
	ZeroTime     time.Time       `json:"zero_time,omitzero"`
	ID           uuid.UUID       `json:"id,omitempty"`
	Any          any             `json:"any,omitempty"`
	Unknown      string          `json:"unknown,omitemptyish"`
	Quoted       int             `json:"quoted,string"`
	QuotedText   string          `json:"quoted_text,string"`
	QuotedNil    *int            `json:"quoted_nil,string"`
	QuotedNumber json.Number     `json:"quoted_number,string"`
	QuotedLabel  label           `json:"quoted_label,string"`
	QuotedList   []int           `json:"quoted_list,string"`
	QuotedBig    big.Int         `json:"quoted_big,string"`
	QuotedEmpty  int             `json:"quoted_empty,string,omitempty"`
}

// What is said of a field's options is what is written.
func TestFieldOptions(t *testing.T) {
	t.Parallel()
	wide, err := encode.Append(nil, &options{})
	require.NoError(t, err)
	var written map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(wide, &written))
	quoted := map[string]bool{"Quoted": true, "QuotedText": true, "QuotedNil": true, "QuotedNumber": true, "QuotedEmpty": true}
	for sf := range reflect.TypeFor[options]().Fields() {
		name, _, _ := strings.Cut(sf.Tag.Get("json"), ",")
		_, there := written[name]
		omits, quotes := encode.FieldOptions(sf)
		require.Equal(t, !there, omits, sf.Name)
		require.Equal(t, quoted[sf.Name], quotes, sf.Name)
	}
	require.JSONEq(t, `"0"`, string(written["quoted"]))
	require.JSONEq(t, `"\"\""`, string(written["quoted_text"]))
	require.JSONEq(t, `"label"`, string(written["quoted_label"]), "a type that writes itself is not quoted, as with encoding/json")
}
