package request_test

import (
	"encoding/binary"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

func TestEncodingsOfABody(t *testing.T) {
	t.Parallel()

	const text = `{"name":"é😀"}`
	encode := func(order binary.AppendByteOrder, width int, mark bool) string {
		var out []byte
		runes := []rune(text)
		if mark {
			runes = append([]rune{0xFEFF}, runes...)
		}
		if width == 4 {
			for _, r := range runes {
				out = order.AppendUint32(out, uint32(r))
			}
			return string(out)
		}
		for _, unit := range utf16.Encode(runes) {
			out = order.AppendUint16(out, unit)
		}
		return string(out)
	}
	for name, body := range map[string]string{
		"UTF-8":                 text,
		"UTF-8 with a mark":     "\xEF\xBB\xBF" + text,
		"UTF-16LE":              encode(binary.LittleEndian, 2, false),
		"UTF-16BE":              encode(binary.BigEndian, 2, false),
		"UTF-16LE with a mark":  encode(binary.LittleEndian, 2, true),
		"UTF-16BE with a mark":  encode(binary.BigEndian, 2, true),
		"UTF-32LE":              encode(binary.LittleEndian, 4, false),
		"UTF-32BE":              encode(binary.BigEndian, 4, false),
		"UTF-32LE with a mark":  encode(binary.LittleEndian, 4, true),
		"UTF-32BE with a mark":  encode(binary.BigEndian, 4, true),
		"escapes":               `{"n\u0061me":"\u00e9\ud83d\ude00"}`,
		"surrogates not looked": "{\"x\":\"\xed\xa0\x80\",\"name\":\"é😀\"}",
	} {
		in, err := request.Decode[lenient](post(body))
		require.NoError(t, err, name)
		require.Equal(t, "é😀", in.Name, name)
	}
	for name, body := range map[string]string{
		"half a unit":      encode(binary.LittleEndian, 2, true) + "x",
		"half a wide unit": encode(binary.BigEndian, 4, true) + "xy",
		"no code point":    "\x00\x00\xFE\xFF\x00\x11\x00\x00",
		"bad UTF-8":        "{\"name\":\"\xff\"}",
		"cut off":          "{\"name\":\"\xe2\x82\"}",
	} {
		_, err := request.Decode[lenient](post(body))
		require.ErrorIs(t, err, errors.BadRequest, name)
	}
	// Half a pair is no text, however it is written.
	for _, body := range []string{"{\"name\":\"\xed\xa0\x80\"}", `{"name":"\udc00"}`, "{\x00\"\x00n\x00a\x00m\x00e\x00\"\x00:\x00\"\x00\x00\xd8\"\x00}\x00"} {
		_, err := request.Decode[lenient](post(body))
		require.Equal(t, []string{"string_unicode [\"body\",\"name\"] \"\uFFFD\""}, reported(t, err), "%q", body)
	}
	value, err := request.Decode[json.RawMessage](post("[\"\xed\xa0\x80\"]"))
	require.NoError(t, err)
	require.Equal(t, "[\"\uFFFD\"]", string(value))
}

func TestDefaults(t *testing.T) {
	t.Parallel()

	type defaults struct {
		Text   string            `json:"text" default:"a,b"`
		Number int               `json:"number" default:"1_000"`
		Flag   bool              `json:"flag" default:"yes"`
		Float  float64           `json:"float" default:"1e3"`
		ID     uuid.UUID         `json:"id" default:"d8dd2de1-21b7-4a41-8bc3-ce909c0cfe23"`
		At     time.Time         `json:"at" default:"2024-01-02"`
		Day    kit.Date          `json:"day" default:"2024-01-02"`
		Price  kit.Decimal       `json:"price" default:"1.50"`
		Level  level             `json:"level" default:"2"`
		Status *status           `json:"status" default:"open"`
		Words  []string          `json:"words" default:"a,b"`
		Counts []int             `json:"counts" default:"1,2"`
		None   []int             `json:"none" default:""`
		Table  map[string]int    `json:"table" default:"{\"a\":1}"`
		Slot   slot              `json:"slot" default:"{\"starts\":2,\"ends\":1}"`
		Pet    pet               `json:"pet" default:"{\"type\":\"cat\",\"lives\":9}"`
		Some   kit.Optional[int] `json:"some" default:"7"`
		Any    any               `json:"any" default:"[1]"`
	}
	in, err := request.Decode[defaults](post(`{}`))
	require.NoError(t, err)
	require.Equal(t, "a,b", in.Text)
	require.Equal(t, 1000, in.Number)
	require.True(t, in.Flag)
	require.InDelta(t, 1000, in.Float, 0)
	require.Equal(t, level(2), in.Level)
	require.Equal(t, status("open"), *in.Status)
	require.Equal(t, []string{"a", "b"}, in.Words)
	require.Equal(t, []int{1, 2}, in.Counts)
	require.Equal(t, []int{}, in.None)
	require.Equal(t, slot{2, 1}, in.Slot, "a default is not validated")
	require.Equal(t, cat{Type: "cat", Lives: 9}, in.Pet)
	require.Equal(t, "1.50", in.Price.String())
	require.Equal(t, kit.Some(7), in.Some)

	in.Table["b"] = 2
	again, err := request.Decode[defaults](post(`{}`))
	require.NoError(t, err)
	require.Equal(t, map[string]int{"a": 1}, again.Table, "requests share no map")
}

type roman int

func (r *roman) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return errors.New("a roman number is a text")
	}
	if strings.Trim(text, "I") != "" {
		return errors.ValidationErrorAt(nil, "roman_number", "Only ones are known.", nil)
	}
	*r = roman(len(text))
	return nil
}

func TestTypesThatReadThemselves(t *testing.T) {
	t.Parallel()

	type chapter struct {
		Number roman               `json:"number"`
		Pin    kit.Optional[roman] `json:"pin" sensitive:"true"`
	}
	in, err := request.Decode[chapter](post(`{"number":"III"}`))
	require.NoError(t, err)
	require.Equal(t, roman(3), in.Number)
	_, err = request.Decode[chapter](post(`{"number":"IV"}`))
	require.Equal(t, []string{`roman_number ["body","number"] "IV"`}, reported(t, err))
	_, err = request.Decode[chapter](post(`{"number":4,"pin":5}`))
	require.Equal(t, []string{`value_error ["body","number"] 4 {"error":{}}`, `value_error ["body","pin"] "**********" {"error":{}}`}, reported(t, err))
	invalid, _ := errors.AsType[*errors.PolarRequestValidationError](err)
	require.Equal(t, "Value error, a roman number is a text", invalid.Details()[0].Msg)
	require.Equal(t, "Value error, the value is not valid", invalid.Details()[1].Msg, "the text may repeat a secret")

	type page struct {
		Number roman `query:"number"`
	}
	r := httptest.NewRequest(http.MethodGet, "/?number=II", nil)
	bound, err := request.Bind[page](r)
	require.NoError(t, err)
	require.Equal(t, roman(2), bound.Number)
}

func TestMetadata(t *testing.T) {
	t.Parallel()

	long := "7" + strings.Repeat(" ", 500)
	in, err := request.Decode[kit.Metadata](post(`{"a":"x","b":1,"c":1.5,"d":false,"e":"` + long + `"}`))
	require.NoError(t, err)
	require.Equal(t, "x", in["a"])
	require.Equal(t, int64(1), in["b"])
	require.Equal(t, 1.5, in["c"]) //nolint:testifylint // exact
	require.Equal(t, false, in["d"])
	require.Equal(t, int64(7), in["e"], "a text that is too long is tried as a number, as Pydantic does")

	var many strings.Builder
	for i := range 51 {
		many.WriteString(`,"k` + string(rune('a'+i/26)) + string(rune('a'+i%26)) + `":1`)
	}
	_, err = request.Decode[kit.Metadata](post("{" + many.String()[1:] + "}"))
	invalid, ok := errors.AsType[*errors.PolarRequestValidationError](err)
	require.True(t, ok)
	require.Len(t, invalid.Details(), 1)
	require.Equal(t, "Dictionary should have at most 50 items after validation, not 51", invalid.Details()[0].Msg)
}

// TestBodiesThatAreNoJSON holds the kinds against a body without a content type.
func TestBodiesThatAreNoJSON(t *testing.T) {
	t.Parallel()

	plain := func(body string) *http.Request {
		return httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	}
	_, err := request.Decode[pet](plain(`{"type":"cat"}`))
	require.Equal(t, []string{`model_attributes_type ["body"] "{\"type\":\"cat\"}"`}, reported(t, err))
	_, err = request.Decode[kit.Metadata](plain(`{}`))
	require.Equal(t, []string{`dict_type ["body"] "{}"`}, reported(t, err))
	number, err := request.Decode[int](plain(`12`))
	require.NoError(t, err)
	require.Equal(t, 12, number)
	text, err := request.Decode[*string](plain("\xff"))
	require.NoError(t, err)
	require.Equal(t, "\uFFFD", *text)
}
