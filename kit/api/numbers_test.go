package api_test

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"regexp"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/kittest"
)

// The patterns of decimals match the texts that Pydantic's patterns match. The
// texts were recorded with Pydantic 2.13.4.
func TestDecimalPatterns(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/decimals.json")
	require.NoError(t, err)
	var recorded struct {
		Texts    []string
		Patterns []struct {
			MaxDigits     *int `json:"max_digits"`
			DecimalPlaces *int `json:"decimal_places"`
			Matches       []string
		}
	}
	require.NoError(t, json.Unmarshal(data, &recorded))
	require.NotEmpty(t, recorded.Patterns)
	for _, p := range recorded.Patterns {
		taken, given := api.DecimalPatterns(p.MaxDigits, p.DecimalPlaces)
		pattern := regexp.MustCompile(taken)
		var matches []string
		for _, text := range recorded.Texts {
			if pattern.MatchString(text) {
				matches = append(matches, text)
			}
		}
		require.ElementsMatch(t, p.Matches, matches, taken)

		// What is taken is given in another form, which matches too.
		pattern = regexp.MustCompile(given)
		for _, text := range append(matches, "1e3", "0e-9", "1.5e-9") {
			number, err := kit.ParseDecimal(text)
			require.NoError(t, err)
			require.Regexp(t, pattern, number.String())
		}
	}
}

// sized holds an integer of every size.
type sized struct {
	kit.Schema `doc:"Integers."`

	Int8    int8              `json:"int8" doc:"A number." example:"1"`
	Int16   int16             `json:"int16" doc:"A number." example:"1"`
	Int32   int32             `json:"int32" doc:"A number." example:"1"`
	Int64   int64             `json:"int64" doc:"A number." example:"1"`
	Int     int               `json:"int" doc:"A number." example:"1"`
	Uint8   uint8             `json:"uint8" doc:"A number." example:"1"`
	Uint16  uint16            `json:"uint16" doc:"A number." example:"1"`
	Uint32  uint32            `json:"uint32" doc:"A number." example:"1"`
	Uint64  uint64            `json:"uint64" doc:"A number." example:"1"`
	Uint    uint              `json:"uint" doc:"A number." example:"1"`
	Null    *uint8            `json:"null" doc:"A number." example:"1"`
	Items   []int8            `json:"items" doc:"Numbers." example:"1"`
	Values  map[string]uint16 `json:"values" doc:"Numbers by name."`
	Between uint8             `json:"between" validate:"min=5,max=10" doc:"A number." example:"7"`
	Above   int8              `json:"above" validate:"gt=-5" doc:"A number." example:"1"`
	Below   uint8             `json:"below" validate:"lt=9" doc:"A number." example:"1"`
	Choice  uint8             `json:"choice" validate:"oneof=1 2" doc:"A number."`
	Single  float32           `json:"single" doc:"A number." example:"1.5"`
	Double  float64           `json:"double" doc:"A number." example:"1.5"`
}

func TestIntegersHaveTheBoundsOfTheirType(t *testing.T) {
	t.Parallel()
	a := api.New(api.Config{Title: "Numbers"}, func(root *api.Group) {
		api.Create(root.Group("/v1/numbers", api.Tag("numbers")), "/", canRead, does[sized, sized], api.Name("create"))
	})
	for place, want := range map[string]string{
		"int8":    `{"type":"integer","minimum":-128,"maximum":127}`,
		"single":  `{"type":"number","format":"float"}`,
		"double":  `{"type":"number"}`,
		"int16":   `{"type":"integer","minimum":-32768,"maximum":32767}`,
		"int32":   `{"type":"integer","minimum":-2147483648,"maximum":2147483647}`,
		"int64":   `{"type":"integer","format":"int64"}`,
		"int":     `{"type":"integer","format":"int64"}`,
		"uint8":   `{"type":"integer","minimum":0,"maximum":255}`,
		"uint16":  `{"type":"integer","minimum":0,"maximum":65535}`,
		"uint32":  `{"type":"integer","minimum":0,"maximum":4294967295}`,
		"uint64":  `{"type":"integer","format":"uint64","minimum":0}`,
		"uint":    `{"type":"integer","format":"uint64","minimum":0}`,
		"null":    `{"type":["integer","null"],"minimum":0,"maximum":255}`,
		"items":   `{"type":"array","items":{"type":"integer","minimum":-128,"maximum":127}}`,
		"values":  `{"type":"object","additionalProperties":{"type":"integer","minimum":0,"maximum":65535}}`,
		"between": `{"type":"integer","minimum":5,"maximum":10}`,
		"above":   `{"type":"integer","exclusiveMinimum":-5,"maximum":127}`,
		"below":   `{"type":"integer","minimum":0,"exclusiveMaximum":9}`,
		"choice":  `{"type":"integer","enum":[1,2]}`,
	} {
		require.JSONEq(t, want, bareProperty(t, a, "Sized "+place), place)
	}
	kittest.Agreement(t, a)
}

// bareProperty is a property's schema without title, description and examples.
func bareProperty(t *testing.T, a *api.API, place string) string {
	t.Helper()
	s := *property(t, a.Document(), place)
	s.Title, s.Description, s.Examples = "", "", nil
	data, err := json.Marshal(&s)
	require.NoError(t, err)
	return string(data)
}

// size is a closed set of numbers.
type size uint8

func (size) Values() []size { return []size{1, 2} }

type keyed struct {
	kit.Schema `doc:"Maps."`

	ByStatus map[orderStatus]int            `json:"by_status" doc:"Numbers by status."`
	BySize   map[size]int                   `json:"by_size" doc:"Numbers by size."`
	ByWord   map[string]int                 `json:"by_word" validate:"dive,keys,oneof=a b,endkeys" doc:"Numbers by word."`
	ByNumber map[int]int                    `json:"by_number" doc:"Numbers by number."`
	ByCount  map[uint16]int                 `json:"by_count" doc:"Numbers by count."`
	ByID     map[uuid.UUID]int              `json:"by_id" doc:"Numbers by ID."`
	ByDay    map[kit.Date]int               `json:"by_day" doc:"Numbers by day."`
	ByEmail  map[string]int                 `json:"by_email" validate:"dive,keys,email,endkeys" doc:"Numbers by address."`
	ByText   map[string]map[orderStatus]int `json:"by_text" doc:"Numbers by text and status."`
	ByShort  map[string]int                 `json:"by_short" validate:"dive,keys,max=3,endkeys" doc:"Numbers by short text."`
}

func TestKeysOfMaps(t *testing.T) {
	t.Parallel()
	a := api.New(api.Config{Title: "Maps"}, func(root *api.Group) {
		api.Create(root.Group("/v1/maps", api.Tag("maps")), "/", canRead, does[keyed, keyed], api.Name("create"))
	})
	const number = `"type":"object","additionalProperties":{"type":"integer","format":"int64"}`
	for place, want := range map[string]string{
		"by_status": `{` + number + `,"propertyNames":{"$ref":"#/components/schemas/OrderStatus"}}`,
		"by_size":   `{` + number + `,"propertyNames":{"type":"string","enum":["1","2"]}}`,
		"by_word":   `{` + number + `,"propertyNames":{"type":"string","enum":["a","b"]}}`,
		"by_number": `{` + number + `,"propertyNames":{"type":"string","pattern":"^-?\\d+$"}}`,
		"by_count":  `{` + number + `,"propertyNames":{"type":"string","pattern":"^\\d+$"}}`,
		"by_id":     `{` + number + `,"propertyNames":{"type":"string","format":"uuid"}}`,
		"by_day":    `{` + number + `,"propertyNames":{"type":"string","format":"date"}}`,
		"by_email":  `{` + number + `,"propertyNames":{"type":"string","format":"email"}}`,
		"by_text":   `{"type":"object","additionalProperties":{` + number + `,"propertyNames":{"$ref":"#/components/schemas/OrderStatus"}}}`,
		"by_short":  `{` + number + `,"propertyNames":{"type":"string","maxLength":3}}`,
	} {
		require.JSONEq(t, want, bareProperty(t, a, "Keyed "+place), place)
	}
	kittest.Agreement(t, a)
}

// quoted writes numbers as texts.
type quotedNumbers struct {
	kit.Schema `doc:"Texts of JSON."`

	Number int64                `json:"number,string" doc:"A number." example:"12"`
	Count  uint8                `json:"count,string" doc:"A number." example:"12"`
	Rate   *float64             `json:"rate,string" doc:"A number." example:"0.5"`
	Flag   bool                 `json:"flag,string" doc:"Yes or no."`
	Text   string               `json:"text,string" doc:"A text." example:"word"`
	Status orderStatus          `json:"status,string" doc:"A status."`
	Data   []byte               `json:"data" doc:"Bytes."`
	Blocks [][]byte             `json:"blocks" doc:"Bytes."`
	Array  [2]uint8             `json:"array" doc:"Numbers." example:"1"`
	Tags   []string             `json:"tags,string" doc:"The option does nothing." example:"new"`
	Plain  json.Number          `json:"plain" doc:"A number." example:"1"`
	ByID   map[uuid.UUID]string `json:"by_id" doc:"Texts by ID."`
}

func TestDocumentOfWhatIsWrittenInAnotherForm(t *testing.T) {
	t.Parallel()
	rate := 0.5
	a := api.New(api.Config{Title: "Texts"}, func(root *api.Group) {
		api.Get(root.Group("/v1/texts"), "/{id}", canRead, func(context.Context, subject[admin], customerID) (quotedNumbers, error) {
			return quotedNumbers{
				Number: math.MaxInt64, Count: 7, Rate: &rate, Flag: true, Text: "word", Status: "open",
				Data: []byte("polar"), Blocks: [][]byte{{1}, nil}, Array: [2]uint8{1, 2}, Plain: "1.5",
			}, nil
		}, api.Name("get"))
	})
	require.JSONEq(t, `{"number":"9223372036854775807","count":"7","rate":"0.5","flag":"true","text":"\"word\"","status":"\"open\"",
		"data":"cG9sYXI=","blocks":["AQ==",""],"array":[1,2],"tags":[],"plain":1.5,"by_id":{}}`, call(a, "GET", "/v1/texts/"+anID, "").Body.String())
	for place, want := range map[string]string{
		"number": `{"type":"string","pattern":"^-?\\d+$"}`,
		"count":  `{"type":"string","pattern":"^\\d+$"}`,
		"rate":   `{"type":["string","null"]}`,
		"flag":   `{"type":"string","enum":["true","false"]}`,
		"text":   `{"type":"string"}`,
		"status": `{"type":"string","enum":["\"open\"","\"paid\""]}`,
		"data":   `{"type":"string","contentEncoding":"base64"}`,
		"blocks": `{"type":"array","items":{"type":"string","contentEncoding":"base64"}}`,
		"array":  `{"type":"array","items":{"type":"integer","minimum":0,"maximum":255},"minItems":2,"maxItems":2}`,
		"tags":   `{"type":"array","items":{"type":"string"}}`,
		"plain":  `{"type":"number"}`,
		"by_id":  `{"type":"object","additionalProperties":{"type":"string"},"propertyNames":{"type":"string","format":"uuid"}}`,
	} {
		require.JSONEq(t, want, bareProperty(t, a, "QuotedNumbers "+place), place)
	}
	require.Equal(t, []any{"12"}, property(t, a.Document(), "QuotedNumbers number").Examples)
	require.Equal(t, []any{`"word"`}, property(t, a.Document(), "QuotedNumbers text").Examples)
}

type quotedInput struct {
	kit.Schema `doc:"A number."`

	Number int `json:"number,string" doc:"A number." example:"12"`
}

type numberInput struct {
	kit.Schema `doc:"A number."`

	Number json.Number `json:"number" doc:"A number." example:"12"`
}

// loud is a closed set that writes itself in another form.
type loud string

func (loud) Values() []loud                 { return []loud{"a"} }
func (l loud) MarshalText() ([]byte, error) { return []byte(l + "!"), nil }

type loudOutput struct {
	kit.Schema `doc:"A text."`

	Text loud `json:"text" doc:"A text."`
}

func TestFormsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for name, register := range map[string]func(g *api.Group){
		"a quoted input": func(g *api.Group) {
			api.Post(g, "/x", canRead, does[quotedInput, customer], api.Name("x"))
		},
		"a json.Number as an input": func(g *api.Group) {
			api.Post(g, "/x", canRead, does[numberInput, customer], api.Name("x"))
		},
		"a closed set in another form": func(g *api.Group) {
			api.Post(g, "/x", canRead, does[struct{}, loudOutput], api.Name("x"))
		},
	} {
		mistakes(t, name, func(root *api.Group) { register(root.Group("/v1")) })
	}
}
