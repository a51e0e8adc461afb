package encode_test

import (
	"bytes"
	"encoding/json"
	"math"
	"math/big"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/internal/encode"
)

type (
	text      string
	valueText struct{ s string }
	ptrText   struct{ s string }
	valueJSON struct{ s string }
	ptrJSON   struct{ s string }
	failing   struct{}
	badJSON   struct{}
	base      struct{ A, B int }
	other     struct{ B, C int }
	deep      struct{ base }
	both      struct {
		base
		other
	}
	deepest struct {
		deep
		A string
	}
	tagged struct {
		base
		X int `json:"A"`
	}
	pointed struct {
		*Exported
		N int
	}
	Exported struct{ E int }
	named    struct {
		Exported `json:"inner"`
	}
	recursive struct {
		Name string
		Next *recursive
		All  []recursive
		ByID map[string]recursive
	}
	loop struct {
		Exported
		*Looped
	}
	Looped struct {
		L int
		*Looped
	}
)

func (v valueText) MarshalText() ([]byte, error) { return []byte(v.s), nil }
func (v *ptrText) MarshalText() ([]byte, error)  { return []byte(v.s), nil }
func (v valueJSON) MarshalJSON() ([]byte, error) { return json.Marshal(map[string]string{"v": v.s}) }
func (v *ptrJSON) MarshalJSON() ([]byte, error)  { return json.Marshal(v.s) }
func (failing) MarshalJSON() ([]byte, error)     { return nil, errors.New("no") }
func (badJSON) MarshalJSON() ([]byte, error)     { return []byte(`{"a":`), nil }

// What has no rule of its own is as encoding/json has it.
func TestAppendIsAsEncodingJSON(t *testing.T) {
	t.Parallel()

	one, s := 1, "s"
	values := map[string]any{
		"nil":            nil,
		"bool":           true,
		"int":            -12,
		"int8":           int8(-128),
		"uint64":         uint64(math.MaxUint64),
		"fraction":       1.5,
		"float32":        float32(0.1),
		"text":           "a<b>&\"\\/\u2028\x7f\x00\b\f\n\r\té😀",
		"named text":     text("x"),
		"bytes":          []byte("abc"),
		"array":          [3]int{1, 2, 3},
		"byte array":     [3]byte{1, 2, 3},
		"slice":          []string{"a", "b"},
		"nested":         [][]int{{1}, {}, {2, 3}},
		"pointer":        &one,
		"nil pointer":    (*int)(nil),
		"pointers":       []*int{&one, nil},
		"any":            []any{1, "a", nil, true, 1.5, map[string]any{"k": nil}, &s},
		"map":            map[string]int{"b": 1, "a": 2, "é": 3, "": 4},
		"int keys":       map[int]string{2: "b", 10: "a", -1: "c"},
		"uint keys":      map[uint8]string{2: "b", 10: "a"},
		"text keys":      map[netip.Addr]int{netip.MustParseAddr("10.0.0.1"): 1},
		"named keys":     map[text]int{"b": 1, "a": 2},
		"value text":     valueText{"v"},
		"value texts":    []valueText{{"v"}, {"w"}},
		"pointer text":   &ptrText{"v"},
		"pointer texts":  []ptrText{{"v"}},
		"nil marshaler":  (*ptrText)(nil),
		"value JSON":     valueJSON{"v"},
		"pointer JSON":   &ptrJSON{"v"},
		"JSON in field":  &struct{ V ptrJSON }{ptrJSON{"v"}},
		"big":            big.NewInt(0).Exp(big.NewInt(10), big.NewInt(30), nil),
		"raw":            json.RawMessage(` { "a" : [ 1 , 2 ] } `),
		"nil raw":        json.RawMessage(nil),
		"raw field":      struct{ R json.RawMessage }{json.RawMessage(`{"a": 1}`)},
		"number":         json.Number("1.50"),
		"empty number":   json.Number(""),
		"empty struct":   struct{}{},
		"embedded":       deep{base{1, 2}},
		"conflict":       both{base{1, 2}, other{3, 4}},
		"shadow":         deepest{deep{base{1, 2}}, "a"},
		"tag wins":       tagged{base{1, 2}, 3},
		"nil embedded":   pointed{nil, 1},
		"embedded ptr":   pointed{&Exported{1}, 2},
		"named embedded": named{Exported{1}},
		"embedded twice": loop{Exported{1}, &Looped{2, &Looped{3, nil}}},
		"recursive":      recursive{Name: "a", Next: &recursive{Name: "b", All: []recursive{}, ByID: map[string]recursive{}}, All: []recursive{{All: []recursive{}, ByID: map[string]recursive{}}}, ByID: map[string]recursive{}},
		"dash": struct {
			A int `json:"-"`
			B int `json:"-,"` //nolint:staticcheck // the name is a hyphen
		}{1, 2},
		"unexported": struct{ a, B int }{1, 2},
		"omitempty": struct {
			A int            `json:",omitempty"`
			B []int          `json:"b,omitempty"`
			C *int           `json:",omitempty"`
			D map[string]int `json:",omitempty"`
			E struct{}       `json:",omitempty"` //nolint:modernize // it has no effect, as is to be seen
		}{},
		"omitzero": struct {
			A time.Time `json:",omitzero"`
			B [2]int    `json:",omitzero"`
			C int       `json:",omitempty,omitzero"`
		}{},
		"not omitted": struct {
			A int       `json:",omitempty"`
			B time.Time `json:",omitzero"`
		}{1, time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)},
		"string option": struct {
			A int    `json:",string"`
			B bool   `json:",string"`
			C *int   `json:",string"`
			D string `json:",string"`
		}{1, true, nil, "q"},
		"interface field": struct{ V any }{struct{ N int }{1}},
		"uuid":            uuid.MustParse("992FAE2A-2A17-4B7A-8D9E-E287CF90131B"),
		"uuid keys":       map[uuid.UUID]int{uuid.MustParse("992FAE2A-2A17-4B7A-8D9E-E287CF90131B"): 1},
		"nil uuid":        (*uuid.UUID)(nil),
	}
	for name, value := range values {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got, err := encode.Append([]byte("before "), value)
			require.NoError(t, err)
			var want bytes.Buffer
			encoder := json.NewEncoder(&want)
			encoder.SetEscapeHTML(false)
			require.NoError(t, encoder.Encode(value))
			require.Equal(t, "before "+unescape(strings.TrimSuffix(want.String(), "\n")), string(got))
		})
	}
}

// unescape takes back the escapes that encoding/json makes beyond what JSON asks for.
func unescape(s string) string {
	return strings.NewReplacer(`\u2028`, "\u2028", `\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(s)
}

// What differs from encoding/json, on purpose.
func TestAppend(t *testing.T) {
	t.Parallel()

	at := time.Date(2024, 1, 2, 3, 4, 5, 678_000_999, time.UTC)
	cases := map[string]struct {
		value any
		want  string
	}{
		"nil slice":             {[]int(nil), `[]`},
		"nil slice deep inside": {struct{ A struct{ B []string } }{}, `{"A":{"B":[]}}`},
		"nil map":               {map[string]int(nil), `{}`},
		"nil bytes":             {[]byte(nil), `""`},
		"nil slice by pointer":  {new([]int(nil)), `[]`},
		"whole float":           {1.0, `1.0`},
		"negative zero":         {math.Copysign(0, -1), `-0.0`},
		"large float":           {1e16, `1e+16`},
		"just below":            {9999999999999998.0, `9999999999999998.0`},
		"small float":           {0.00001, `1e-05`},
		"small fixed":           {0.0001, `0.0001`},
		"float32":               {float32(3), `3.0`},
		"UTC":                   {at.Truncate(time.Second), `"2024-01-02T03:04:05Z"`},
		"microseconds":          {at, `"2024-01-02T03:04:05.678000Z"`},
		"not finite":            {[]float64{math.NaN(), math.Inf(1), math.Inf(-1)}, `[null,null,null]`},
		"nanoseconds":           {at.Truncate(time.Second).Add(999), `"2024-01-02T03:04:05Z"`},
		"offset":                {at.In(time.FixedZone("", 2*3600)), `"2024-01-02T05:04:05.678000+02:00"`},
		"offset of minutes":     {at.In(time.FixedZone("", -(3*3600 + 30*60))), `"2024-01-01T23:34:05.678000-03:30"`},
		"offset of zero":        {at.In(time.FixedZone("GMT", 0)), `"2024-01-02T03:04:05.678000Z"`},
		"times in values":       {map[string]time.Time{"a": at}, `{"a":"2024-01-02T03:04:05.678000Z"}`},
		"invalid UTF-8":         {"a\xffb\xc3", "\"a\uFFFDb\uFFFD\""},
		"lone surrogate":        {"a\xed\xa0\x80b", "\"a\uFFFDb\""},
		"no HTML escapes":       {"<a href='x'>&", `"<a href='x'>&"`},
		"trusted":               {encode.Raw(`{"a":1}`), `{"a":1}`},
		"trusted inside":        {[]any{encode.Raw(`{"a":1}`)}, `[{"a":1}]`},
		"absent":                {kit.Optional[string]{}, `null`},
		"present":               {kit.Some("x"), `"x"`},
		"present struct":        {kit.Some(base{1, 2}), `{"A":1,"B":2}`},
		"present null":          {kit.Some[*string](nil), `null`},
		"optional slice":        {struct{ V kit.Optional[[]int] }{kit.Some[[]int](nil)}, `{"V":[]}`},
		"omitted": {struct {
			V kit.Optional[int] `json:"v,omitzero"`
		}{}, `{}`},
		"metadata": {kit.Metadata{"b": int64(1), "a": "x", "d": true, "c": 1.0}, `{"a":"x","b":1,"c":1.0,"d":true}`},
		"nil metadata": {struct {
			M kit.Metadata `json:"metadata"`
		}{}, `{"metadata":{}}`},
		"schema": {struct {
			kit.TimestampedSchema
			ID int `json:"id"`
		}{kit.TimestampedSchema{CreatedAt: at}, 1}, `{"created_at":"2024-01-02T03:04:05.678000Z","updated_at":null,"id":1}`},
		"pointer receiver":       {struct{ V ptrJSON }{ptrJSON{"v"}}, `{"V":"v"}`},
		"pointer receiver, deep": {map[string]ptrText{"k": {"v"}}, `{"k":"v"}`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got, err := encode.Append(nil, c.value)
			require.NoError(t, err)
			require.Equal(t, c.want, string(got))
		})
	}
}

func TestAppendFails(t *testing.T) {
	t.Parallel()

	cycle := &recursive{Name: "a"}
	cycle.Next = cycle
	loop := map[string]any{}
	loop["self"] = loop
	slice := []any{nil}
	slice[0] = slice
	cases := map[string]any{
		"channel":        struct{ C chan int }{},
		"function":       func() {},
		"complex":        1i,
		"keys":           map[float64]int{1: 1},
		"marshaler":      []failing{{}},
		"bad marshaler":  badJSON{},
		"bad raw":        json.RawMessage(`{`),
		"bad number":     json.Number("1 "),
		"year":           time.Date(10001, 1, 1, 0, 0, 0, 0, time.UTC),
		"cycle":          cycle,
		"cycle in map":   loop,
		"cycle in slice": slice,
	}
	for name, value := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got, err := encode.Append([]byte("before"), value)
			sentence.Equal(t, name, err)
			require.Less(t, len(err.Error()), 300)
			require.Equal(t, "before", string(got))
		})
	}
}

func TestAppendEcho(t *testing.T) {
	t.Parallel()

	require.Equal(t, `["NaN","Infinity","-Infinity",1.0]`, string(encode.AppendEcho(nil, []any{math.NaN(), math.Inf(1), math.Inf(-1), 1.0})))
	require.Equal(t, `a null`, string(encode.AppendEcho([]byte("a "), make(chan int))))
}

type customer struct {
	kit.TimestampedSchema

	ID             uuid.UUID    `json:"id"`
	Email          string       `json:"email"`
	Name           *string      `json:"name"`
	OrganizationID uuid.UUID    `json:"organization_id"`
	Metadata       kit.Metadata `json:"metadata"`
	Tags           []string     `json:"tags"`
}

func sample() customer {
	name := "John Doe"
	at := time.Date(2024, 1, 2, 3, 4, 5, 678_000_000, time.UTC)
	return customer{
		TimestampedSchema: kit.TimestampedSchema{CreatedAt: at, UpdatedAt: &at},
		ID:                uuid.MustParse("992fae2a-2a17-4b7a-8d9e-e287cf90131b"),
		Email:             "john@example.com",
		Name:              &name,
		OrganizationID:    uuid.MustParse("1dbfc517-0bbf-4301-9ba8-555ca42b9737"),
		Metadata:          kit.Metadata{"plan": "pro", "seats": int64(3)},
		Tags:              []string{"a", "b"},
	}
}

func BenchmarkAppend(b *testing.B) {
	value := sample()
	b.Run("polarkit", func(b *testing.B) {
		var buffer []byte
		b.ReportAllocs()
		for b.Loop() {
			buffer, _ = encode.Append(buffer[:0], value)
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		var buffer bytes.Buffer
		b.ReportAllocs()
		for b.Loop() {
			buffer.Reset()
			encoder := json.NewEncoder(&buffer)
			encoder.SetEscapeHTML(false)
			_ = encoder.Encode(value)
		}
	})
}

// A time keeps its instant: an offset with seconds, which RFC 3339 does not have,
// is no part of it.
func TestTimesThatJSONCanHold(t *testing.T) {
	t.Parallel()

	for want, at := range map[string]time.Time{
		`"1900-01-01T00:00:00Z"`:             time.Date(1900, 1, 1, 0, 19, 32, 0, time.FixedZone("LMT", 19*60+32)),
		`"1900-01-01T00:20:00+00:20"`:        time.Date(1900, 1, 1, 0, 20, 0, 0, time.FixedZone("", 20*60)),
		`"9999-12-31T23:59:59-01:00"`:        time.Date(10000, 1, 1, 0, 59, 59, 0, time.UTC),
		`"9999-12-31T23:59:00-23:59"`:        time.Date(10000, 1, 1, 23, 58, 0, 0, time.UTC),
		`"9999-12-31T11:00:00Z"`:             time.Date(10000, 1, 1, 1, 0, 0, 0, time.FixedZone("", 14*3600)),
		`"0001-01-01T00:59:59.500000+01:00"`: time.Date(0, 12, 31, 23, 59, 59, 500_000_000, time.UTC),
		`"0001-01-01T00:00:00+23:59"`:        time.Date(0, 12, 31, 0, 1, 0, 0, time.UTC),
		`"0000-12-31T00:00:00Z"`:             time.Date(0, 12, 31, 0, 0, 0, 0, time.UTC),
		`"0000-01-01T00:00:00Z"`:             time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC),
		`"0001-01-01T00:00:00Z"`:             {},
	} {
		out, err := encode.Append(nil, at)
		require.NoError(t, err, want)
		require.Equal(t, want, string(out))
	}
	for _, at := range []time.Time{
		time.Date(10000, 1, 1, 23, 59, 0, 0, time.UTC), time.Date(-1, 12, 31, 23, 0, 0, 0, time.UTC), time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Unix(1<<62, 0), time.Unix(-1<<62, 0),
	} {
		_, err := encode.Append(nil, at)
		sentence.Equal(t, "time "+at.Format("2006-01-02"), err)
	}
}
